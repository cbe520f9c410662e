# Tests that try to break it. Each step is a program that prints what tests/run
# counts; with TRUST=long it does all of its work instead of a part of it.
#
#   make test-trust    the short form of all steps, two at a time, since most
#                      wait more than they compute (8 minutes, alone)
#   make fault         every call of every function fails once (an hour)
#   make clock         the clock jumps 200 times (5 minutes)
#   make full          disks, descriptors and memory run out (10 minutes)
#   make kill          1,000 processes of all kinds are killed (10 minutes)
#   make machines      machines of a larger site fail (15 minutes)
#   make powercut      the power fails 30 times (5 minutes)
#   make soak          an hour of mail
#   make leaks         10,000 held mails, for each who works on all of them
#   make sanitized     nearly all of tests/it under sanitizers (an hour)
#
# The longest first, so that neither of two waits for the other at the end.
trust_steps := \
	tests/trust/fault \
	tests/trust/sanitized \
	tests/trust/machines \
	tests/trust/full \
	tests/trust/powercut \
	tests/trust/jail-calls \
	tests/trust/soak \
	tests/trust/clock \
	tests/trust/leaks \
	tests/trust/kill

# Loaded into sekishod by jail-calls and sanitized.
trust_libraries := $(addprefix $(O)/tests/trust/,jail-log.so roomy.so)
$(trust_libraries): $(O)/%.so: %.c $(O)/.flags
	@mkdir -p $(@D)
	$(call say,LD,$@)$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) -shared -o $@ $< \
	  $(call pkg,--libs,libseccomp) -ldl
trust-tools: $(trust_libraries) $(O)/tests/unit/test-jail

test-trust:
	@tests/stack/install && $(MAKE) --no-print-directory all \
	  trust-tools && \
	  tests/run -j 2 $(trust_steps)

# The long form of one step.
clock fault full kill leaks machines powercut sanitized soak:
	@tests/stack/install && $(MAKE) --no-print-directory all \
	  trust-tools && \
	  TRUST=long tests/run tests/trust/$@

.PHONY: clock fault full kill leaks machines powercut sanitized soak \
	test-trust trust-tools
