# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# The tests. Unit and golden tests build the pure rooms with ASan and UBSan and need no root;
# native tests trace this machine, lab tests real Xen guests.

SAN	  := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
UNIT_SRC  := $(wildcard tests/unit/test_*.c)
UNIT_LIB  := $(wildcard tests/unit/lib/*.c)
UNIT	  := $(UNIT_SRC:tests/unit/%.c=$(O)/tests/unit/%)
SAN_OBJ	  := $(PURE:src/%.c=$(O)/san/%.o) $(UNIT_LIB:tests/%.c=$(O)/san/tests/%.o)
SAN_LIB	  := $(O)/san/pure.a
SCRIPTS	  := $(shell git ls-files bpf tools tests .ci 2>/dev/null | xargs -r grep -lsE '^\#!/.*\b(ba)?sh$$')
C_FILES	  := $(wildcard bpf/*.c bpf/*.h src/*.c src/*/*.c src/*/*.h src/output/html/*.js \
	       tests/unit/*.c tests/unit/lib/* tests/browser/*.c tests/fuzz/*.c tests/bench/*.c tests/native/*.c tests/compilers/*.c)
FUZZ_OBJ  := $(PURE:src/%.c=$(O)/fuzz/%.o) $(UNIT_LIB:tests/%.c=$(O)/fuzz/tests/%.o)
FUZZ_SECONDS ?= 60
FUZZ_RUN   = -max_total_time=$(FUZZ_SECONDS) -timeout=20 -malloc_limit_mb=256 -max_len=32768 \
	     -print_final_stats=1 -artifact_prefix=$(O)/fuzz/
# What tests find before the system's: jq.
TESTS_PATH := PATH="$(CURDIR)/tests/lib/bin:$$PATH"

.PHONY: unit schema lint check fuzz cli native browser lab-essential lab-test lab-matrix lab-oracle lab-exact lab-pairs lab-modes lab-gain lab-join lab-prices lab-sabotage lab-stacks lab-trigger lab-diagnose test setup-test demo bench
.PHONY: fleet soak packages lab-fleet fuzz-http bench-recording bench-pairs bench-budget lab-budget compilers hot-path programs

$(O)/san/%.o: src/%.c
	$(call msg,CC-SAN,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) -O1 -g $(WARN) $(SAN) -MMD -MP -c $< -o $@

$(O)/san/tests/%.o: tests/%.c
	$(call msg,CC-SAN,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) -Itests/unit/lib -O1 -g $(WARN) $(SAN) -MMD -MP -c $< -o $@

# A library, so that of all of it each test is linked with what it calls; q, since files of two rooms may
# have one name.
$(SAN_LIB): $(SAN_OBJ)
	$(call msg,AR,$@)
	$(Q)rm -f $@
	$(Q)$(AR) qcs $@ $^

$(O)/tests/unit/%: tests/unit/%.c $(SAN_LIB)
	$(call msg,TEST-LD,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) -Itests/unit/lib -O1 -g $(WARN) $(SAN) -MMD -MP -MF $@.d $< $(SAN_LIB) \
		-lcmocka -ljansson -lz -lm -o $@

## make unit       unit and golden tests (ASan, UBSan)
# What is allocated and not written holds anything: of itself ASan fills the first 4 kB only.
unit: export ASAN_OPTIONS := max_malloc_fill_size=1048576:$(ASAN_OPTIONS)
unit: $(UNIT)
	$(Q)fail=0; \
	printf '%s\n' $(UNIT) | xargs -P "$$(nproc)" -I '{}' sh -c '{} > {}.log 2>&1' || fail=1; \
	cat $(UNIT:%=%.log); exit $$fail

## make schema     tools/schema, from the tables that the JSON is printed by; make unit compares it
schema: $(O)/tests/unit/test_schema
	UPDATE_GOLDEN=1 $<

# clang's, since libFuzzer is a part of it.
FUZZ_FLAGS := -O1 -g $(SAN) -fsanitize=fuzzer-no-link -Wno-unknown-warning-option

$(O)/fuzz/tests/%.o: tests/%.c
	$(call msg,CC-FUZZ,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CLANG) $(CPPFLAGS) -Itests/unit/lib $(FUZZ_FLAGS) -MMD -MP -c $< -o $@

$(O)/fuzz/%.o: src/%.c
	$(call msg,CC-FUZZ,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CLANG) $(CPPFLAGS) $(FUZZ_FLAGS) -MMD -MP -c $< -o $@

$(O)/fuzz/fuzz_recording $(O)/fuzz/fuzz_xentrace: $(O)/fuzz/%: $(O)/fuzz/tests/fuzz/%.o $(FUZZ_OBJ)
	$(call msg,LINK,$@)
	$(Q)$(CLANG) $(SAN) -fsanitize=fuzzer $^ -lcmocka -ljansson -lz -lm -o $@

$(O)/tests/fuzz/seeds: tests/fuzz/seeds.c $(SAN_LIB)
	$(call msg,TEST-LD,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) -Itests/unit/lib -O1 -g $(WARN) $(SAN) -MMD -MP -MF $@.d $< $(SAN_LIB) \
		-lcmocka -ljansson -lz -lm -o $@

## make fuzz       damaged recordings: 10,000 mutations, then libFuzzer for FUZZ_SECONDS=60; the same of xentrace's files
fuzz: $(O)/tests/unit/test_mutations $(O)/tests/fuzz/seeds $(O)/fuzz/fuzz_recording $(O)/fuzz/fuzz_xentrace
	MUTATIONS=10000 $(O)/tests/unit/test_mutations
	$(Q)mkdir -p $(O)/fuzz/corpus $(O)/fuzz/corpus-xentrace
	$(O)/tests/fuzz/seeds $(O)/fuzz/corpus $(O)/fuzz/corpus-xentrace
	$(O)/fuzz/fuzz_recording $(FUZZ_RUN) $(O)/fuzz/corpus
	$(O)/fuzz/fuzz_xentrace $(FUZZ_RUN) $(O)/fuzz/corpus-xentrace

SERVER_OBJ := $(addprefix $(O)/obj/,run/server.o run/privileges.o base/log.o base/clock.o model/hist.o \
	output/exposition.o output/escape.o)
FUZZ_HTTP_OBJ := $(SERVER_OBJ:$(O)/obj/%=$(O)/san/%)

$(O)/fuzz/fuzz_http: tests/fuzz/fuzz_http.c $(FUZZ_HTTP_OBJ)
	$(call msg,TEST-LD,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) -O1 -g $(WARN) $(SAN) $^ -lmicrohttpd -lcap -lseccomp -lm -lpthread -o $@

## make fuzz-http  mutated requests at export's server, with ASan and UBSan, for FUZZ_SECONDS=60
fuzz-http: $(O)/fuzz/fuzz_http
	$< $(FUZZ_SECONDS)

## make lint       format, shellcheck, what a room may include and ask, codespell
lint:
	$(call msg,LINT,C)
	$(Q)clang-format --dry-run -Werror $(C_FILES)
	$(call msg,LINT,shell)
	$(Q)shellcheck -x $(SCRIPTS) tools/completion/*.bash
	$(call msg,LINT,rooms)
	$(Q)tests/lib/rooms
	$(call msg,LINT,texts)
	$(Q)tests/lib/texts
	$(call msg,LINT,spelling)
	$(Q)codespell -q 3 -L doas,hda,inflight,nd,sring README.md LICENSE Makefile bpf src vmlinux tests/*.md tests/*.mk tests/analyze tests/lib tests/cli tests/soak \
		tests/native tests/lab tools

## make check      unit, golden and lint: no root, no lab
check: unit lint hot-path

hot-path: $(SKEL)
	tests/bench/programs $(O)/bpf

## make cli        bad input and exit codes (root for some)
cli: $(O)/xentrace-bpf
	$(TESTS_PATH) bats tests/cli

$(O)/tests/native/decode: tests/native/decode.c $(O)/obj/callsites/x86.o
	$(call msg,CC,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) $(WARN) $^ -o $@

$(O)/tests/native/given_up: tests/native/given_up.c $(O)/obj/run/calls.o $(SERVER_OBJ)
	$(call msg,CC,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) $(WARN) $^ -lmicrohttpd -lcap -lseccomp -lm -o $@

$(O)/tests/native/thin: tests/native/thin.c $(O)/obj/probe/embedded.o $(SKEL)
	$(call msg,CC,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) $(WARN) $(filter %.c %.o,$^) -lbpf -lz -o $@

$(O)/tests/native/forget: tests/native/forget.c bpf/abi.h bpf/blk.h
	$(call msg,CC,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) $(WARN) $< -lbpf -o $@

## make native     trace this machine's own kernel and disk (root)
native: $(O)/xentrace-bpf $(addprefix $(O)/tests/native/,decode forget given_up thin)
	$(TESTS_PATH) bats tests/native

$(O)/tests/browser/page: tests/browser/page.c $(SAN_LIB)
	$(call msg,TEST-LD,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) -Itests/unit/lib -O1 -g $(WARN) $(SAN) -MMD -MP -MF $@.d $< $(SAN_LIB) \
		-lcmocka -ljansson -lz -lm -o $@

## make browser    the html pages in a headless Chromium (tools/setup browser); of every recording
##                 in a folder with RECORDINGS=DIR, and pictures of it in build/browser
browser: $(O)/tests/browser/page $(O)/xentrace-bpf
	tests/browser/run $< $(RECORDINGS)

## make soak       the flight recorder killed again and again, and starts and stops: 3 minutes; SOAK=long: 1.5 hours
##                 and more, 3600 s with 20 kills and 10,000 cycles (root)
soak: $(O)/xentrace-bpf
	tests/soak/recorder $(if $(filter long,$(SOAK)),3600 20,80 4)
	tests/soak/cycles $(if $(filter long,$(SOAK)),10000,100)

## make fleet      a real Prometheus scrapes a real run, SCRAPES=120 times; 1,000 bad clients, 100,000 scrapes (root)
fleet: $(O)/xentrace-bpf
	tools/setup build test fleet
	promtool test rules tests/fleet/rules.test.yml
	$(TESTS_PATH) bats tests/fleet

## make packages   the Debian package made, installed, upgraded, used and purged in Debian 12 and 13, which systemd has
##                 booted in a container: 15 minutes (root)
packages:
	tools/setup container
	tests/package/debian

## make lab-essential make test's part of the lab: five real Xen guests, oldest and newest kernel (root)
lab-essential: $(O)/static/xentrace-bpf
	$(TESTS_PATH) tests/lab/run essential

## make lab-test   trace all kinds of real Xen guests and hold the figures against the kernel's (root)
lab-test: $(O)/static/xentrace-bpf
	$(TESTS_PATH) tests/lab/run

## make lab-matrix every row of the spectrum that boots, in one table (root)
lab-matrix: $(O)/static/xentrace-bpf
	tests/lab/matrix

## make lab-oracle figures held against xentrace, fio, the kernel and injected delays (root)
lab-oracle: $(O)/static/xentrace-bpf
	tests/lab/oracle

## make lab-exact  --exact's counts by name held against xentrace's records (root)
lab-exact: $(O)/static/xentrace-bpf
	tests/lab/exact

## make lab-trigger a flight recorder keeps the minute before a back end becomes slow (root)
lab-trigger: $(O)/static/xentrace-bpf
	$(TESTS_PATH) tests/lab/trigger

## make lab-diagnose causes made by the test, and which findings are met: half an hour (root)
lab-diagnose: $(O)/static/xentrace-bpf
	tests/lab/diagnose

## make lab-stacks who calls: fork below mmu_update, blkfront below event_channel_op, in a PV guest (root)
lab-stacks: $(O)/static/xentrace-bpf
	tests/lab/stacks

## make lab-pairs  does diff find a disk that is 10 % slower in dom0, and nothing else? (root)
lab-pairs: $(O)/static/xentrace-bpf
	tests/lab/pairs

## make lab-fleet  a real Prometheus scrapes export in two guests, one with an emulated disk: 30 minutes (root)
lab-fleet: $(O)/static/xentrace-bpf
	tools/setup test lab fleet
	tests/lab/fleet

## make lab-modes  does diff name the disks first between AHCI and blkfront? (root)
lab-modes: $(O)/static/xentrace-bpf
	tests/lab/modes

## make lab-gain   does a change save what the finding that asks for it expects? (root)
lab-gain: $(O)/static/xentrace-bpf
	tests/lab/gain

## make lab-join   do both ends of the ring agree, and does what is made slower move its own part? (root)
lab-join: $(O)/static/xentrace-bpf
	tests/lab/join

## make lab-prices  what operations cost in each mode of the lab, and how far advise is off
lab-prices: $(O)/static/xentrace-bpf
	tests/lab/prices

## make lab-sabotage the program broken on purpose: the oracle has to find each fault (root)
lab-sabotage:
	tests/lab/sabotage

$(O)/tests/compilers/verified: tests/compilers/verified.c $(O)/missing.a
	$(call msg,CC,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) $(WARN) -static $< $(LDLIBS_STATIC) -o $@

## make compilers  the programs built with every clang of Debian 12 and 13, loaded on Linux 5.10 to the newest (root)
compilers: $(O)/xentrace-bpf $(O)/tests/compilers/verified
	tests/compilers/run

setup-test:
	tools/setup

## make test       all of them, with their set-up (root)
test: setup-test
	tests/run-all

## make demo       a real Xen PVHVM guest, traced for 10 s under load (root)
demo:
	tools/setup build lab
	+$(MAKE) static
	tools/demo/demo

$(O)/tests/bench/recording: tests/bench/recording.c $(UNIT_LIB) $(PURE:src/%.c=$(O)/obj/%.o)
	$(call msg,CC,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) -Itests/unit/lib $(CFLAGS) $(WARN) $^ -lcmocka -ljansson -lz -lm -o $@

## make bench-recording  size of an hour with 32 disks, and how long a report of it takes
bench-recording: $(O)/xentrace-bpf $(O)/tests/bench/recording
	tests/bench/recording-hour

$(O)/tests/bench/slower: tests/bench/slower.c $(PURE:src/%.c=$(O)/obj/%.o)
	$(call msg,CC,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) $(WARN) $^ -ljansson -lz -lm -o $@

## make bench-pairs  real recordings of the same load: does diff call them equal? 42 minutes (root)
bench-pairs: $(O)/xentrace-bpf $(O)/tests/bench/slower
	tests/bench/pairs

## make bench-budget  a minute of fio, iperf3 and forks: is the budget kept, and is what is sampled right? 3 minutes (root)
bench-budget: $(O)/xentrace-bpf
	tests/bench/budget --iops 60000 --bits 100M

## make lab-budget  the same in real Xen guests, pv and pvhvm (root)
lab-budget: $(O)/static/xentrace-bpf
	tests/lab/budget

$(O)/tests/bench/load: tests/bench/load.c
	$(call msg,CC,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) $(WARN) $< -o $@

$(O)/tests/bench/floor: tests/bench/floor.c
	$(call msg,CC,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) $(WARN) $< -lbpf -lelf -lz -o $@

$(O)/tests/bench/%.bpf.o: tests/bench/%.bpf.c
	$(call msg,BPF,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CLANG) -g -O2 -target bpf -mcpu=v3 -Wall -Werror -Ivmlinux $(BPF_SYS_INCLUDES) -c $< -o $@

## make programs   keep what each BPF program is made of (tests/bench/programs.txt); make check compares it
programs: $(SKEL)
	tests/bench/programs --write $(O)/bpf

## make bench      what tracing adds to an operation, beside other tracers: 15 minutes (root)
bench: $(O)/xentrace-bpf $(O)/tests/bench/load $(O)/tests/bench/floor $(O)/tests/bench/floor.bpf.o
	O=$(O) tests/bench/cost
	O=$(O) tests/bench/scale

-include $(FUZZ_OBJ:.o=.d) $(SAN_OBJ:.o=.d) $(UNIT:%=%.d) $(O)/tests/browser/page.d
include tests/analyze/analyze.mk
