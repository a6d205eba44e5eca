# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# What reads the sources, and what says how much of them the tests run.
# Who looks for what is said once: WARN, .clang-tidy and the options below; what they say wrongly is in known.txt.

# Whether there is a program of that name.
found	    = $(firstword $(wildcard $(addsuffix /$(1),$(subst :, ,$(PATH)))))

COMPILERS  ?= gcc-12 gcc-14 clang-14 clang-19
CLANG_TIDY ?= $(if $(call found,clang-tidy-19),clang-tidy-19,clang-tidy)
CPPCHECK   ?= cppcheck
GCOV	   ?= gcov
LOGS	   := $(O)/analyze

.PHONY: analyze setup-analyze warnings cppcheck fanalyzer tidy coverage

setup-analyze:
	tools/setup build test analyze

## make analyze    warnings, cppcheck, fanalyzer, tidy and coverage, with their set-up
analyze: setup-analyze
	+$(MAKE) -k -j"$$(nproc)" warnings cppcheck fanalyzer tidy coverage

# Of the command line's CC; else of each one that is there.
WARN_CC    := $(if $(filter command line,$(origin CC)),this,$(foreach cc,$(COMPILERS),$(if $(call found,$(cc)),$(cc))))
WARN_SRC   := $(SRC) $(MISSING) $(UNIT_SRC) $(UNIT_LIB) $(filter-out %.bpf.c,$(wildcard tests/[!u]*/*.c))

# warned_by NAME COMMAND: rules for one compiler
define warned_by
$(LOGS)/$(1)/%.o: %.c | $(SKEL)
	$$(call msg,WARN,$$<,$(1))
	$$(Q)mkdir -p $$(@D)
	$$(Q)$(2) $$(CPPFLAGS) -Itests/unit/lib -O2 -g -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2 $$(HARDEN) $$(WARN) \
		-Werror -MMD -MP -c $$< -o $$@

-include $(WARN_SRC:%.c=$(LOGS)/$(1)/%.d)
endef
$(foreach cc,$(WARN_CC),$(eval $(call warned_by,$(cc),$(if $(filter this,$(cc)),$$(CC),$(cc)))))

## make warnings   -Wall -Wextra -Werror by those of COMPILERS="gcc-12 gcc-14 clang-14 clang-19" that are there, or by CC=
warnings: $(foreach cc,$(WARN_CC),$(WARN_SRC:%.c=$(LOGS)/$(cc)/%.o))
	@printf '$(words $(WARN_SRC)) files without a warning by: %s\n' '$(strip $(subst this,$(CC),$(WARN_CC)))'
	@$(if $(filter this,$(WARN_CC)),,$(foreach cc,$(filter-out $(WARN_CC),$(COMPILERS)),echo '$(cc): not found';))
	@$(if $(WARN_CC),,echo 'no compiler was found'; exit 1)

# The checkers' logs, judged by tests/analyze/known. As objects they hang on what they include. Of leaks gcc 12 says some
# twenty, others after each change, and none is one: it loses what hangs below something else. clang-tidy and make
# unit's sanitizer look for them.
$(LOGS)/fanalyzer/%.log: src/%.c tests/analyze/analyze.mk | $(SKEL)
	$(call msg,ANALYZE,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) -O2 -fanalyzer -Wno-analyzer-malloc-leak -fdiagnostics-color=never -MMD -MP -MT $@ \
		-MT $(LOGS)/tidy/$*.log -MF $(@:.log=.d) \
		-c $< -o $(@:.log=.o) 2> $@ || { cat $@; exit 1; }

## make fanalyzer  gcc's -fanalyzer, of src
fanalyzer: $(SRC:src/%.c=$(LOGS)/fanalyzer/%.log)
	$(Q)tests/analyze/known fanalyzer $^

# It exits with 0 where it found something, too: not where it could not read the file.
$(LOGS)/tidy/%.log: src/%.c .clang-tidy | $(SKEL)
	$(call msg,TIDY,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CLANG_TIDY) --quiet $< -- $(CPPFLAGS) > $@ 2> $@.err || { cat $@ $@.err; rm $@; exit 1; }

## make tidy       clang-tidy of src: bugprone, cert and clang's analyzer, as .clang-tidy says
tidy: $(SRC:src/%.c=$(LOGS)/tidy/%.log)
	$(Q)tests/analyze/known tidy $^

# All files at once: it looks for what one function gives another one, too. It reads no header of the system's.
$(LOGS)/cppcheck.log: tests/analyze/analyze.mk $(SRC) $(wildcard src/*/*.h bpf/*.h)
	$(call msg,CPPCHECK,src)
	$(Q)mkdir -p $(@D)
	$(Q)$(CPPCHECK) -q --std=c11 --enable=warning,performance,portability -Isrc -Ibpf -D_GNU_SOURCE -D__x86_64__ \
		-DXT_VERSION='""' '-DLIBBPF_OPTS(type,name,...)=struct type name = { .sz = sizeof(name), __VA_ARGS__ }' \
		--template='{file}:{line}:{column}: {severity}: {message} [{id}]' \
		--template-location='{file}:{line}:{column}: note: {info}' $(SRC) 2> $@ || { cat $@; exit 1; }

## make cppcheck   cppcheck of src
cppcheck: $(LOGS)/cppcheck.log
	$(Q)tests/analyze/known cppcheck $<

-include $(SRC:src/%.c=$(LOGS)/fanalyzer/%.d)

# Not optimized: each line is counted as it stands. ASan, since a test asks it what was allocated.
COV	 := --coverage -fsanitize=address -O0 -g
COV_OBJ	 := $(PURE:src/%.c=$(O)/cov/%.o) $(UNIT_LIB:tests/%.c=$(O)/cov/tests/%.o)
COV_UNIT := $(UNIT_SRC:tests/unit/%.c=$(O)/cov/unit/%)

$(O)/cov/%.o: src/%.c
	$(call msg,CC-COV,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(COV) $(WARN) -MMD -MP -c $< -o $@

$(O)/cov/tests/%.o: tests/%.c
	$(call msg,CC-COV,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) -Itests/unit/lib $(filter-out --coverage,$(COV)) $(WARN) -MMD -MP -c $< -o $@

$(O)/cov/pure.a: $(COV_OBJ)
	$(call msg,AR,$@)
	$(Q)rm -f $@
	$(Q)$(AR) qcs $@ $^

$(O)/cov/unit/%: tests/unit/%.c $(O)/cov/pure.a
	$(call msg,TEST-LD,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) -Itests/unit/lib $(COV) $(WARN) -MMD -MP -MF $@.d $< $(O)/cov/pure.a \
		-lcmocka -ljansson -lz -lm -o $@

## make coverage   lines of the pure rooms that unit and golden tests run: 90 % of each room at least. With
##                 KEEP=tests/analyze/coverage.txt the table is kept there
coverage: $(COV_UNIT)
	$(Q)find $(O)/cov -name '*.gcda' -delete
	$(Q)printf '%s\n' $(COV_UNIT) | xargs -P "$$(nproc)" -I '{}' sh -c '{} > {}.log 2>&1 || { cat {}.log; exit 1; }'
	$(Q)GCOV='$(GCOV)' tests/analyze/coverage $(O)/cov $(PURE) > $(O)/cov/table; status=$$?; cat $(O)/cov/table; \
		[ -z '$(KEEP)' ] || cp $(O)/cov/table '$(KEEP)'; exit $$status

-include $(COV_OBJ:.o=.d) $(COV_UNIT:%=%.d)
