# Tests that try to break it. Each step is a program that prints what tests/run
# counts; with TRUST=long it does all of its work instead of a part of it.
#
#   make test-trust    the short form of all steps, some minutes
trust_steps :=

test-trust:
	@tests/stack/install && $(MAKE) --no-print-directory all && \
	  tests/trust/run $(trust_steps)

.PHONY: test-trust
