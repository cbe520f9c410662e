# Makefile - build, check, show and install every part of Sekisho.
#
# The parts say what they consist of in <part>/module.mk; this file says how
# things are compiled and installed. Nothing is written outside $(O).
#
#   make demo                    everything, from a fresh machine to sent mail
#   make test                    everything that proves it
#   make test-ci                 ... and test-trust, test-trixie: .ci/run
#   make                         build everything into ./build
#   make check                   what needs no daemon: unit tests, checks
#   make SAN=address,undefined   the same build in ./build-address-undefined
#   make stack, make stack-down  the daemons of the demo, to play with
#   make test-trust              kills, failing calls and more: tests/trust
#   make kill, make fault        their long forms: 1,000 kills, all calls ...
#   make pictures                the pictures of docs/users.md, of the webmail
#   make soak, make leaks        ... an hour of mail, much mail at once
#   make sanitized               ... tests under sanitizers
#   make fuzz                    looks for inputs that break a parser
#   make bench [BENCH=long]      how fast, compared with Exim alone, with
#                                clamd, rspamd and amavisd-new
#   make bench-growth            how costs grow with all that can grow
#   make bench-directory         how fast the directory is asked, by its size
#   make bench-imap              what the plug-in costs IMAP
#   make install DESTDIR=stage   stage an installation
#   make packages                Debian's packages, into build/packages
#   make test-packages           and installs them in a bare Debian 12, or 13
#                                with RELEASE=trixie
#   make test-trixie [LONG=1]    build, checks, tests inside of a Debian 13

MAKEFLAGS += --no-builtin-rules
.SUFFIXES:
.DELETE_ON_ERROR:
.DEFAULT_GOAL := all

-include config.mk                   # local overrides, never committed

CC         := $(if $(filter default,$(origin CC)),gcc,$(CC))
AR         ?= ar
INSTALL    ?= install
PKG_CONFIG ?= pkg-config
PREFIX     ?= /usr
SBINDIR    ?= $(PREFIX)/sbin
BINDIR     ?= $(PREFIX)/bin
LIBDIR     ?= $(PREFIX)/lib
MANDIR     ?= $(PREFIX)/share/man
DATADIR    ?= $(PREFIX)/share/sekisho
SYSCONFDIR ?= /etc
DESTDIR    ?=

empty :=
comma := ,
O ?= build$(if $(SAN),-$(subst $(comma),-,$(SAN)))

# Flags a user may replace ...
CFLAGS  ?= -O2 -g
LDFLAGS ?=
# ... and flags the code needs, which stay whatever the user sets.
ALL_CPPFLAGS = -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 -Icore/lib $(CPPFLAGS)
ALL_CFLAGS   = -std=gnu11 -fPIC -fno-common -fstack-protector-strong \
	-Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
	-Wpointer-arith -Wformat=2 -Wvla -Wwrite-strings \
	-Wno-unused-parameter \
	$(if $(SAN),-fsanitize=$(SAN) -fno-sanitize-recover=all \
	-fno-omit-frame-pointer) $(if $(WERROR),-Werror) $(CFLAGS)
ALL_LDFLAGS  = -Wl,-z,relro,-z,now -Wl,--as-needed \
	$(if $(SAN),-fsanitize=$(SAN)) $(LDFLAGS)

# $(call pkg,--cflags,name ...), stopping at once when a library is missing.
pkg = $(if $(shell $(PKG_CONFIG) --exists --print-errors $(2) && echo y),$\
	$(shell $(PKG_CONFIG) $(1) $(2)),$(error install the development \
	files of: $(2) (tests/stack/install does it)))

Q   = $(if $(V),,@)
say = $(if $(V),,@printf '  %-7s %s\n' '$(1)' '$(2)';)

all:
check:
install:

# These targets install what the others need, so they come without fragments.
bootstrap_goals := packages test-packages test-trixie \
	demo test test-ci stack stack-down bench bench-directory pictures \
	bench-growth bench-imap check-imaptest fuzz help clock fault full \
	kill leaks machines powercut sanitized soak test-trust
ifneq ($(filter-out $(bootstrap_goals),$(or $(MAKECMDGOALS),all)),)
include core/lib/module.mk
include core/sekishod/module.mk
include exim-localscan/module.mk
include dovecot-plugin/module.mk
include ldap-schema/module.mk
include webmail-plugin/module.mk
include docs/module.mk
include tests/module.mk
endif
include tests/trust/module.mk

# Objects are rebuilt when the command line that made them changes.
flags := $(CC) $(ALL_CPPFLAGS) $(filter-out -Werror,$(ALL_CFLAGS))
$(O)/.flags: FORCE
	@mkdir -p $(@D); printf '%s\n' '$(flags)' | cmp -s - $@ || \
	  printf '%s\n' '$(flags)' >$@

$(O)/%.o: %.c $(O)/.flags
	@mkdir -p $(@D)
	$(call say,CC,$@)$(CC) $(ALL_CPPFLAGS) $(PART_CPPFLAGS) \
	  $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

-include $(patsubst %.o,%.d,$(all_obj))

# Every header must compile by itself.
check: check-headers
check-headers: $(all_hdr:%=$(O)/%.ok)
	@echo "ok headers: each one compiles by itself"
$(O)/%.h.ok: %.h
	@mkdir -p $(@D)
	$(call say,HDR,$<)$(CC) $(ALL_CPPFLAGS) $(PART_CPPFLAGS) \
	  $(ALL_CFLAGS) -fsyntax-only -x c $< && touch $@

# What a person asks for; each installs Debian's packages first when missing.
demo:
	@tests/stack/install && $(MAKE) --no-print-directory all && tests/demo
test:
	@tests/stack/install && tests/run
# What continuous integration runs: the above, then test-trust, and beside them
# test-trixie, which is skipped where there is no debootstrap. When a machine is
# so slow or busy that 17 minutes have passed, no other step begins.
test-ci:
	@tests/stack/install && { tests/stack/install packages-chroot || :; } && \
	  $(MAKE) --no-print-directory all trust-tools && \
	  tests/run -t 1020 -j 3 -b tests/other-release unit build it \
	  $(trust_steps)
bench:
	@tests/stack/install packages-bench && $(MAKE) --no-print-directory all bench-tools && \
	  tests/bench/run $(BENCH)
bench-directory:
	@tests/stack/install && $(MAKE) --no-print-directory bench-tools && \
	  tests/bench/directory $(BENCH)
bench-growth:
	@tests/stack/install && $(MAKE) --no-print-directory all bench-tools && \
	  tests/bench/growth $(BENCH)
bench-imap:
	@tests/stack/install && $(MAKE) --no-print-directory all && \
	  tests/bench/imap
check-imaptest:
	@tests/stack/install && $(MAKE) --no-print-directory all && \
	  tests/imaptest/check $(IMAPTEST)
fuzz:
	@tests/stack/install packages-fuzz && $(MAKE) --no-print-directory \
	  CC=clang O=$(O)/fuzz SAN=address,fuzzer-no-link fuzzers && \
	  tests/fuzz/run $(O)/fuzz $(FUZZ)
packages:
	@tests/stack/install -b packages-debian && \
	  debian/make-packages $(O)/packages
# In a bare Debian of this name.
RELEASE ?= bookworm
test-packages:
	@tests/stack/install packages-debian packages-chroot && \
	  DEBIAN_RELEASE=$(RELEASE) tests/run tests/packages tests/from-source
test-trixie:
	@tests/stack/install packages-chroot && \
	  LONG=$(LONG) tests/run tests/other-release
stack:
	@tests/stack/install && $(MAKE) --no-print-directory all && tests/stack/stack up
pictures:
	@tests/stack/install && $(MAKE) --no-print-directory all && \
	  LC_ALL=C.UTF-8 /usr/bin/python3 -B tests/pictures
stack-down:
	@tests/stack/stack down

clean:
	rm -rf $(O)

.PHONY: all check check-headers check-imaptest clean demo test test-ci \
	bench pictures bench-directory bench-growth bench-imap fuzz packages \
	stack stack-down test-packages test-trixie \
	install FORCE
