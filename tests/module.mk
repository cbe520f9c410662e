# Tests that need no daemon; tests/run calls `make check` under sanitizers.
#
# A unit test is tests/unit/test-NAME.c; when it includes NAME.c to reach its
# statics, the linker takes that instead of the archive's.
unit_src := $(sort $(wildcard tests/unit/test-*.c))
unit_bin := $(unit_src:tests/unit/%.c=$(O)/tests/unit/%)
fuzz_src := $(sort $(wildcard tests/fuzz/fuzz-*.c))
fuzz_bin := $(fuzz_src:tests/fuzz/%.c=$(O)/tests/fuzz/%)
fuzzers := $(fuzz_bin:%=%-search)
bench_bin := $(addprefix $(O)/tests/bench/, smtpload scanloop askdirectory)
all_obj += $(bench_bin:%=%.o) $(O)/tests/bench/stencil.o
all_obj += $(unit_bin:%=%.o) $(fuzz_bin:%=%.o) $(O)/tests/fuzz/replay.o \
	$(O)/tests/policy/run.o $(O)/tests/corpus/inspect.o

$(O)/tests/%: private PART_CPPFLAGS := $(sekishod_dirs:%=-I%) -Iexim-localscan \
	-Itests/unit -isystem $(EXIM_INCLUDE) \
	$(patsubst -I%,-isystem %,$(call pkg,--cflags,$(sekishod_pkgs)))

test_libs = $(O)/libsekishod.a $(O)/libsekisho.a
link_test = $(call say,LD,$@)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -pie -o $@ \
	$(filter %.o %.a,$^) $(sekishod_libs)

$(unit_bin): $(O)/%: $(O)/%.o $(test_libs)
	$(link_test)
$(fuzz_bin): $(O)/%: $(O)/%.o $(O)/tests/fuzz/replay.o $(test_libs)
	$(link_test)
$(O)/tests/policy/run: $(O)/tests/policy/run.o $(test_libs)
	$(link_test)
$(O)/tests/corpus/inspect: $(O)/tests/corpus/inspect.o $(test_libs)
	$(link_test)
$(O)/tests/bench/smtpload: $(O)/tests/bench/stencil.o
$(bench_bin): $(O)/%: $(O)/%.o $(test_libs)
	$(link_test) -lm

# For tests/fuzz/run, which `make fuzz` calls; only clang has the fuzzer.
fuzzers: $(fuzzers)
$(fuzzers): $(O)/%-search: $(O)/%.o $(test_libs)
	$(link_test) -fsanitize=fuzzer

# For tests/bench/run, growth and directory.
bench-tools: $(bench_bin)

check: check-unit check-policy check-fuzz check-exports check-includes \
	check-style check-complaints

check-unit: $(unit_bin)
	@tests/check-unit $(unit_bin)

check-policy: $(O)/tests/policy/run
	@$< core/sekishod/policy.xml core/sekishod/policy.rng \
		$(sort $(wildcard tests/policy/[0-9]*))

# Every target over its own corpus; new inputs are looked for by `make fuzz`.
check-fuzz: $(fuzz_bin)
	@status=0; for f in $(fuzz_bin); do \
		$$f tests/fuzz/corpus/$${f##*/fuzz-} tests/data || { \
		echo "not ok $${f##*/}"; status=1; }; \
	done; exit $$status
	@$(O)/tests/fuzz/fuzz-jail tests/fuzz/corpus || \
		{ echo "not ok fuzz-jail over all corpora"; exit 1; }

# "MAP:MODULE:HOST,HOST" for each module: what it exports, who loads it.
check-exports: $(O)/libsekisho.a $(foreach e,$(exported),$(word 2,\
		$(subst :, ,$(e))))
	@CC='$(CC)' tests/check-exports $< $(exported)

check-includes: $(all_obj)
	@tests/check-includes "$(sekishod_parts)" $(all_obj:.o=.d)

check-style:
	@tests/check-style

# docs/peers-complaints.md names tests, which must be there.
check-complaints:
	@tests/check-complaints

.PHONY: bench-tools fuzzers check-unit check-policy check-fuzz check-exports \
	check-includes check-style check-complaints

# Optional: any folder of mail, CORPUS=DIRECTORY [ATTACH=1].
check-corpus: $(O)/tests/corpus/inspect all
	@tests/corpus/check "$(CORPUS)"
.PHONY: check-corpus
