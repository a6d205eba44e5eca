# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# xentrace-bpf. `make help` lists the targets; V=1 shows the commands.

VERSION := 0.2.0
# Of a checkout; a source package has none.
COMMIT	:= $(shell git rev-parse --short=12 HEAD 2>/dev/null)

O	   ?= build
CLANG	   ?= clang
LLVM_OBJCOPY ?= llvm-objcopy
BPFTOOL	   ?= $(or $(shell command -v bpftool),/usr/sbin/bpftool)
PKG_CONFIG ?= pkg-config
PREFIX	   ?= /usr/local
prefix	   ?= $(PREFIX)
sbindir	   ?= $(prefix)/sbin
mandir	   ?= $(prefix)/share/man
bashdir	   ?= $(prefix)/share/bash-completion/completions
zshdir	   ?= $(prefix)/share/zsh/site-functions
unitdir	   ?= $(prefix)/lib/systemd/system
datadir	   ?= $(prefix)/share/xentrace-bpf
DESTDIR	   ?=

ifeq ($(V),1)
Q   :=
msg :=
else
Q   := @
msg  = @printf '  %-8s %s%s\n' "$(1)" "$(2)" "$(if $(3), $(3))";
MAKEFLAGS += --no-print-directory
endif

FAMILIES := $(sort $(patsubst bpf/%.bpf.c,%,$(wildcard bpf/*.bpf.c)))

# Level 2 is Debian's; packages bring flags of their own, with theirs.
CFLAGS	 ?= -O2 -g -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2
# And the rest of Debian's hardening=+all, whoever builds. tests/lib/hardened looks whether it is in the binaries.
HARDEN	 := -fPIE -fstack-protector-strong -fstack-clash-protection -fcf-protection -Wformat -Werror=format-security
HARDEN_LD := -Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack
WARN	 := -Wall -Wextra -Wmissing-prototypes -Wstrict-prototypes -Wno-missing-field-initializers
override CPPFLAGS += -D_GNU_SOURCE -DXT_VERSION='"$(VERSION)"' -Ibpf -Isrc -I$(O)/skel
LIBS	 := jansson libbpf libcap libmicrohttpd libseccomp ncursesw
LDLIBS	  = $(shell $(PKG_CONFIG) --libs $(LIBS)) -lelf -lz -lm
# libelf.a may need a libeu.a, which no .pc file names; and some are without one: src/static.
LIBEU	  = $(if $(filter /%,$(shell $(CC) -print-file-name=libeu.a)),-leu)
# Of libmicrohttpd's own libraries none is needed: src/static has what it names of them.
LIBS_STATIC   = $(filter-out libmicrohttpd,$(LIBS))
LDLIBS_STATIC = -lmicrohttpd $(shell $(PKG_CONFIG) --static --libs $(LIBS_STATIC)) -lelf $(LIBEU) $(O)/missing.a \
		-lz -lm

MISSING := $(wildcard src/static/*.c)
SRC  := $(filter-out $(MISSING),$(sort $(wildcard src/*.c src/*/*.c)))
PURE := $(filter src/base/% src/callsites/% src/model/% src/output/% src/platform/% src/recording/% src/xentrace/%,$(SRC)) \
	src/probe/probes.c src/probe/rates.c src/probe/slice.c
OBJ  := $(SRC:src/%.c=$(O)/obj/%.o)
SKEL := $(FAMILIES:%=$(O)/skel/%.skel.h)
MAN  := $(sort $(wildcard tools/man/*.8))
UNITS := $(patsubst tools/systemd/%,%,$(sort $(wildcard tools/systemd/*.service)))

# clang -target bpf searches no multiarch folder; give it the host compiler's list, last.
BPF_SYS_INCLUDES = $(shell $(CLANG) -v -E - </dev/null 2>&1 | \
	sed -n '/<...> search starts here:/,/End of search list./{ s| \(/.*\)|-idirafter \1|p }')

.DELETE_ON_ERROR:
.SECONDARY:
.PHONY: all static clean install uninstall dist deb help FORCE

## make            build/xentrace-bpf, linked with the system's libraries
all: $(O)/xentrace-bpf

## make static     build/static/xentrace-bpf, for guests that have none of them
static: $(O)/static/xentrace-bpf

$(O)/xentrace-bpf: $(OBJ)
	$(call msg,LINK,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) -pie $(HARDEN_LD) $(LDFLAGS) $^ $(LDLIBS) -o $@

$(O)/static/xentrace-bpf: $(OBJ) $(O)/missing.a
	$(call msg,LINK,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) -static-pie $(HARDEN_LD) $(LDFLAGS) $(OBJ) $(LDLIBS_STATIC) -o $@

# A library: the linker takes of it only what it has not found elsewhere.
$(O)/missing.a: $(MISSING:src/%.c=$(O)/obj/%.o)
	$(call msg,AR,$@)
	$(Q)rm -f $@
	$(Q)$(AR) qcs $@ $^

$(O)/obj/%.o: src/%.c
	$(call msg,CC,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(HARDEN) $(CFLAGS) $(WARN) -MMD -MP -c $< -o $@

$(filter $(O)/obj/probe/%,$(OBJ)): | $(SKEL)

# -V tells the commit: what says it is made again when that is another one.
$(O)/commit: FORCE
	$(Q)mkdir -p $(@D)
	$(Q)[ "$$(cat $@ 2>/dev/null)" = "$(COMMIT)" ] || echo "$(COMMIT)" > $@

$(O)/obj/cmd/trace.o: $(O)/commit
$(O)/obj/cmd/trace.o: override CPPFLAGS += $(if $(COMMIT),-DXT_COMMIT='"$(COMMIT)"')

# What is embedded by .incbin, of which the compiler lists no dependency: the page's scripts and style, and the
# table of the lab's prices.
$(O)/obj/output/html.o $(O)/san/output/html.o: $(wildcard src/output/html/*)
$(O)/obj/model/prices.o $(O)/san/model/prices.o: src/model/lab-prices.txt

$(O)/bpf/%.bpf.o: bpf/%.bpf.c
	$(call msg,BPF,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CLANG) -g -O2 -target bpf -mcpu=v3 -D__TARGET_ARCH_x86 -Wall -Werror \
		-Ibpf -Ivmlinux $(BPF_SYS_INCLUDES) -MMD -MP -c $< -o $@

$(O)/skel/%.skel.h: $(O)/bpf/%.bpf.o bpf/without-lines bpf/embed
	$(call msg,SKEL,$@)
	$(Q)mkdir -p $(@D)
	$(Q)bpf/without-lines $(LLVM_OBJCOPY) $< $(@D)/$*.o
	$(Q)$(BPFTOOL) gen skeleton $(@D)/$*.o name $*_bpf > $@.plain
	$(Q)bpf/embed $(@D)/$*.o < $@.plain > $@

# What is installed: mode, file, where to.
INSTALLED = \
	0755:$(O)/xentrace-bpf:$(sbindir)/xentrace-bpf \
	$(foreach page,$(MAN),0644:$(page):$(mandir)/man8/$(notdir $(page))) \
	0644:tools/completion/xentrace-bpf.bash:$(bashdir)/xentrace-bpf \
	0644:tools/completion/_xentrace-bpf:$(zshdir)/_xentrace-bpf \
	$(foreach unit,$(UNITS),0644:$(O)/systemd/$(unit):$(unitdir)/$(unit)) \
	0644:tools/prometheus/rules.yml:$(datadir)/rules.yml \
	0644:tools/grafana/dashboard.json:$(datadir)/dashboard.json

# Units name the program where it will be.
$(O)/systemd/%: tools/systemd/% FORCE
	$(Q)mkdir -p $(@D)
	$(Q)sed 's|@sbindir@|$(sbindir)|' $< > $@

## make install    the program, its man pages and its completions, to $(DESTDIR)$(PREFIX)
install: $(O)/xentrace-bpf $(UNITS:%=$(O)/systemd/%)
	$(Q)for one in $(INSTALLED); do \
		mode=$${one%%:*}; rest=$${one#*:}; to=$(DESTDIR)$${rest#*:}; \
		printf '  %-8s %s\n' INSTALL "$$to"; \
		install -D -m "$$mode" "$${rest%%:*}" "$$to" || exit; \
	done

## make uninstall  take them away again
uninstall:
	$(call msg,RM,$(DESTDIR)$(prefix))
	$(Q)rm -f $(foreach one,$(INSTALLED),$(DESTDIR)$(lastword $(subst :, ,$(one))))

## make dist       build/dist: a tarball of the static program, with what make install installs beside it
dist: $(O)/static/xentrace-bpf
	$(Q)tools/packaging/dist $(O)/static/xentrace-bpf $(VERSION) $(O)/dist

## make deb        build/deb: a Debian package for the Debian that this is (tools/setup package)
deb:
	$(Q)tools/packaging/deb $(VERSION) $(O)/deb

## make clean      delete build
clean:
	$(call msg,CLEAN,$(O))
	$(Q)rm -rf $(O)

help:
	@sed -n 's/^## //p' Makefile tests/tests.mk tests/analyze/analyze.mk

-include $(OBJ:.o=.d) $(MISSING:src/%.c=$(O)/obj/%.d) $(wildcard $(O)/bpf/*.d) tests/tests.mk
