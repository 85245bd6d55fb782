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
RUN sh .ci/install run
COPY --from=build /out/usr/local /usr/local
COPY LICENSE THIRD-PARTY.md /usr/local/share/doc/harvester/
RUN useradd --system --create-home --home-dir /var/lib/harvester harvester
USER harvester
WORKDIR /var/lib/harvester
ENV HARVESTER_HOME=/var/lib/harvester/data HARVESTER_CONFIG=/etc/harvester
VOLUME ["/var/lib/harvester/data", "/etc/harvester"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["harvester"]
CMD ["serve"]
