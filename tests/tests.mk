# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# The tests. Unit and golden tests build the pure rooms with ASan and UBSan and need no root.

SAN	  := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
UNIT_SRC  := $(wildcard tests/unit/test_*.c)
UNIT_LIB  := $(wildcard tests/unit/lib/*.c)
UNIT	  := $(UNIT_SRC:tests/unit/%.c=$(O)/tests/unit/%)
SAN_OBJ	  := $(PURE:src/%.c=$(O)/san/%.o) $(UNIT_LIB:tests/%.c=$(O)/san/tests/%.o)

.PHONY: unit

$(O)/san/%.o: src/%.c
	$(call msg,CC-SAN,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) -O1 -g $(WARN) $(SAN) -MMD -MP -c $< -o $@

$(O)/san/tests/%.o: tests/%.c
	$(call msg,CC-SAN,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) -Itests/unit/lib -O1 -g $(WARN) $(SAN) -MMD -MP -c $< -o $@

$(O)/tests/unit/%: tests/unit/%.c $(SAN_OBJ)
	$(call msg,TEST-LD,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) -Itests/unit/lib -O1 -g $(WARN) $(SAN) -MMD -MP -MF $@.d $< $(SAN_OBJ) \
		-lcmocka -ljansson -lm -o $@

## make unit       unit and golden tests (ASan, UBSan)
unit: $(UNIT)
	$(Q)fail=0; for t in $(UNIT); do $$t || fail=1; done; exit $$fail

-include $(SAN_OBJ:.o=.d) $(UNIT:%=%.d)
