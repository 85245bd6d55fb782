# harvester in an image: built in one stage, run in another. docker build -t harvester .
# The steps are also run, in order, in a fresh root by tests/acceptance/70-dockerfile.
FROM debian:12-slim AS build
WORKDIR /src
COPY .ci/packages .ci/install .ci/
RUN sh .ci/install build
COPY . .
RUN make -j2 && make install DESTDIR=/out PREFIX=/usr/local

FROM debian:12-slim
WORKDIR /src
COPY .ci/packages .ci/install .ci/
RUN sh .ci/install run && rm -rf /var/lib/apt/lists/*
COPY --from=build /out/usr/local /usr/local
COPY LICENSE THIRD-PARTY.md /usr/local/share/doc/harvester/
# A volume takes the owner of the folder it covers: made here, or it would be root's and the server could not start.
RUN useradd --system --create-home --home-dir /var/lib/harvester harvester && \
    install -d -o harvester -g harvester -m 711 /var/lib/harvester/data && install -d /etc/harvester
USER harvester
WORKDIR /var/lib/harvester
ENV HARVESTER_HOME=/var/lib/harvester/data HARVESTER_CONFIG=/etc/harvester
VOLUME ["/var/lib/harvester/data", "/etc/harvester"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["harvester"]
CMD ["serve"]
