# Tests that try to break it. Each step is a program that prints what tests/run
# counts; with TRUST=long it does all of its work instead of a part of it.
#
#   make test-trust    the short form of all steps, some minutes
#   make fault         every call of every function fails once (an hour)
#   make kill          1,000 processes of all kinds are killed (10 minutes)
trust_steps := \
	tests/trust/jail-calls \
	tests/trust/kill \
	tests/trust/fault

# Loaded into sekishod by tests/trust/jail-calls.
jail_log := $(O)/tests/trust/jail-log.so
$(jail_log): tests/trust/jail-log.c $(O)/.flags
	@mkdir -p $(@D)
	$(call say,LD,$@)$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) -shared -o $@ $< \
	  $(call pkg,--libs,libseccomp) -ldl
trust-tools: $(jail_log) $(O)/tests/unit/test-jail

test-trust:
	@tests/stack/install && $(MAKE) --no-print-directory all \
	  trust-tools && \
	  tests/run $(trust_steps)

fault:
	@tests/stack/install && $(MAKE) --no-print-directory all && \
	  TRUST=long tests/run tests/trust/fault

kill:
	@tests/stack/install && $(MAKE) --no-print-directory all && \
	  TRUST=long tests/run tests/trust/kill

.PHONY: fault kill test-trust trust-tools
