# harvester: everything is built, tested and installed from here. `make help` lists the targets.

CC      ?= cc
BUILD   ?= build
PREFIX  ?= /usr/local
WERROR  ?= -Werror
OPT     ?= -O2 -g
SAN     ?=

PKGS    := libcurl libxml-2.0 yajl libpq yaml-0.1 libuv libutf8proc libzstd openssl
PKG_CFLAGS := $(shell pkg-config --cflags $(PKGS) | sed "s|-I|-isystem |g")
PKG_LIBS := $(shell pkg-config --libs $(PKGS))
CFLAGS_ALL = -std=c11 -D_GNU_SOURCE $(OPT) $(SAN) -I. -fno-strict-aliasing -pthread \
	-Wall -Wextra -Wconversion -Wformat=2 -Wvla -Wmissing-prototypes -Wstrict-prototypes -Wwrite-strings \
	-Wcast-qual -Wshadow $(WERROR) $(PKG_CFLAGS) \
	-DHARVESTER_PREFIX='"$(PREFIX)"' $(CFLAGS)
LDLIBS_ALL = $(SAN) -pthread $(PKG_LIBS) -lm $(LDLIBS)

ROOMS   := harvester/base harvester/tree harvester/io harvester/model harvester/merge harvester/run \
	harvester/publish harvester/console harvester/cli connectors $(wildcard connectors/*/) mapping store scheduler config
SRC     := $(sort $(foreach r,$(ROOMS),$(wildcard $(patsubst %/,%,$(r))/*.c)))
MAIN    := harvester/cli/main.c
MIGRATIONS := $(sort $(wildcard store/migrations/*.sql))
LIB_OBJ := $(patsubst %.c,$(BUILD)/%.o,$(filter-out $(MAIN),$(SRC))) $(BUILD)/store/migrations.o
LIB     := $(BUILD)/libharvester.a
BIN     := $(BUILD)/bin/harvester

PROVIDER_SRC := $(filter-out %/main.c,$(wildcard tests/support/provider/*.c))
SUPPORT_SRC  := $(wildcard tests/support/*.c) $(PROVIDER_SRC)
SUPPORT_OBJ  := $(patsubst %.c,$(BUILD)/%.o,$(SUPPORT_SRC))
PROVIDER     := $(BUILD)/tests/provider
UNIT_SRC := $(sort $(shell find tests/unit -name 'test_*.c' 2>/dev/null))
INT_SRC  := $(sort $(shell find tests/integration -name 'test_*.c' 2>/dev/null))
FUZZ_SRC := $(sort $(wildcard tests/fuzz/fuzz_*.c))
BENCH_PROGRAMS := $(patsubst %.c,$(BUILD)/%,$(wildcard tests/bench/*.c))
UNIT     := $(patsubst %.c,$(BUILD)/%,$(UNIT_SRC))
INT      := $(patsubst %.c,$(BUILD)/%,$(INT_SRC))
FUZZ     := $(patsubst %.c,$(BUILD)/%,$(FUZZ_SRC))
TEST_LIBS = $(shell pkg-config --libs check) -lmicrohttpd -lz
FORMATTED = $(shell git ls-files '*.c' '*.h')

.PHONY: all help check check-one check-asan check-layers check-headers format format-check fuzz-smoke acceptance \
	bench demo install clean tests

all: $(BIN)

help:
	@sed -n 's/^#: //p' Makefile

#: make               build the program (build/bin/harvester)
#: make demo          a whole night in small, on a private PostgreSQL of its own
#: make check         unit and integration tests, the fuzz corpus, layers
#: make check-asan    the same under address and undefined-behaviour sanitizers
#: make check-layers  no room includes a higher one
#: make check-headers every header compiles alone
#: make format        clang-format over everything; format-check only looks
#: make fuzz-smoke    every fuzz target for a short while (needs clang)
#: make acceptance    the scripts under tests/acceptance: PASS, FAIL or NOT RUN
#: make bench         speed and memory, as ratios of one run (BENCH=--quick: small)
#: make install       program and shipped configuration under PREFIX

-include $(LIB_OBJ:.o=.d) $(SUPPORT_OBJ:.o=.d) $(UNIT:=.d) $(INT:=.d) $(FUZZ:=.d)

$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	@echo "  CC  $<"; $(CC) $(CFLAGS_ALL) -MMD -MP -c -o $@ $<

$(BUILD)/store/migrations.c: store/migrations/embed $(MIGRATIONS)
	@mkdir -p $(@D)
	@echo "  GEN $@"; sh store/migrations/embed $(MIGRATIONS) >$@.new && mv $@.new $@

$(BUILD)/store/migrations.o: $(BUILD)/store/migrations.c
	@echo "  CC  $<"; $(CC) $(CFLAGS_ALL) -MMD -MP -c -o $@ $<

$(LIB): $(LIB_OBJ)
	@rm -f $@; ar rcs $@ $^

$(BIN): $(BUILD)/harvester/cli/main.o $(LIB)
	@mkdir -p $(@D)
	@echo "  LD  $@"; $(CC) -o $@ $^ $(LDLIBS_ALL)

$(PROVIDER): tests/support/provider/main.c $(patsubst %.c,$(BUILD)/%.o,$(PROVIDER_SRC))
	@mkdir -p $(@D)
	@echo "  LD  $@"; $(CC) $(CFLAGS_ALL) -o $@ $^ $(SAN) -pthread -lmicrohttpd -lz

$(BUILD)/tests/unit/%: tests/unit/%.c $(SUPPORT_OBJ) $(LIB)
	@mkdir -p $(@D)
	@echo "  LD  $@"; $(CC) $(CFLAGS_ALL) -MMD -MP -MF $@.d -MT $@ -o $@ $< $(SUPPORT_OBJ) $(LIB) $(TEST_LIBS) $(LDLIBS_ALL)

$(BUILD)/tests/integration/%: tests/integration/%.c $(SUPPORT_OBJ) $(LIB)
	@mkdir -p $(@D)
	@echo "  LD  $@"; $(CC) $(CFLAGS_ALL) -MMD -MP -MF $@.d -MT $@ -o $@ $< $(SUPPORT_OBJ) $(LIB) $(TEST_LIBS) $(LDLIBS_ALL)

$(BUILD)/tests/bench/%: tests/bench/%.c $(LIB)
	@mkdir -p $(@D)
	@echo "  LD  $@"; $(CC) $(CFLAGS_ALL) -o $@ $< $(LIB) $(LDLIBS_ALL)

# make fuzz-smoke puts libFuzzer's own main in the place of ours
FUZZ_MAIN ?= tests/fuzz/replay.c
$(BUILD)/tests/fuzz/%: tests/fuzz/%.c tests/fuzz/replay.c $(LIB)
	@mkdir -p $(@D)
	@echo "  LD  $@"; $(CC) $(CFLAGS_ALL) -o $@ $< $(FUZZ_MAIN) $(LIB) $(LDLIBS_ALL)

tests: $(UNIT) $(INT) $(FUZZ) $(PROVIDER)

check: all tests
	@sh tests/run $(BUILD) $(UNIT) $(INT) $(FUZZ)

check-one: all $(BUILD)/$(T)
	@sh tests/run $(BUILD) $(BUILD)/$(T)

check-asan:
	$(MAKE) BUILD=build/asan OPT='-O1 -g -DHV_ARENA_MALLOC' \
		SAN='-fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer' check

check-layers:
	@sh tests/check-layers

check-headers:
	@for h in $$(git ls-files '*.h'); do \
		echo "#include \"$$h\"" | $(CC) $(CFLAGS_ALL) -x c -fsyntax-only - || { echo "$$h is not complete"; exit 1; }; \
	done; echo "headers complete"

format:
	@clang-format -i $(FORMATTED)

format-check:
	@clang-format --dry-run --Werror $(FORMATTED) && echo "format holds"

fuzz-smoke:
	@sh tests/fuzz/smoke

acceptance: all tests
	@sh tests/acceptance/run

bench: all $(PROVIDER) $(BENCH_PROGRAMS)
	@BUILD=$(BUILD) sh tests/bench/run $(BENCH)

demo: all $(PROVIDER)
	@sh tests/support/demo

install: all
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/share/harvester
	install -m 755 $(BIN) $(DESTDIR)$(PREFIX)/bin/harvester
	cp -R config/default/. $(DESTDIR)$(PREFIX)/share/harvester/

clean:
	rm -rf build
