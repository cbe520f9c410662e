# sekishod and sekisho: the only part that links libclamav, GMime, libxml2,
# libldap, libseccomp, libzip, libmagic, libpcre2, json-c, libsodium, libcurl,
# libargon2, libidn2, libpsl.
#
# All but the two main()s is in libsekishod.a, because `sekisho explain
# --standalone` does the work of every process itself, and tests link it too.
# Each directory uses those before it only; tests/check-includes looks.
sekishod_parts := base mail scan rewrite policy directory clerk quarantine \
	account process tool
sekishod_dirs := $(sekishod_parts:%=core/sekishod/%)
sekishod_main := core/sekishod/process/sekishod.c core/sekishod/tool/sekisho.c
sekishod_src := $(filter-out $(sekishod_main), \
	$(sort $(wildcard $(sekishod_dirs:%=%/*.c))))
sekishod_hdr := $(sort $(wildcard $(sekishod_dirs:%=%/*.h)))
sekishod_obj := $(sekishod_src:%.c=$(O)/%.o)
sekishod_pkgs := libclamav gmime-3.0 libxml-2.0 ldap libseccomp libzip \
	libpcre2-8 json-c libgsf-1 libarchive libcrypto libsodium libargon2 \
	libcurl libidn2 libpsl
sekishod_libs := $(call pkg,--libs,$(sekishod_pkgs)) -llber -lmagic
all_obj += $(sekishod_obj) $(sekishod_main:%.c=$(O)/%.o)
all_hdr += $(sekishod_hdr)

$(O)/core/sekishod/%: private PART_CPPFLAGS := $(sekishod_dirs:%=-I%) \
	$(patsubst -I%,-isystem %,$(call pkg,--cflags,$(sekishod_pkgs)))

$(O)/libsekishod.a: $(sekishod_obj)
	@rm -f $@
	$(call say,AR,$@)$(AR) rcs $@ $^

$(O)/sekishod: $(O)/core/sekishod/process/sekishod.o
$(O)/sekisho: $(O)/core/sekishod/tool/sekisho.o
$(O)/sekishod $(O)/sekisho: $(O)/libsekishod.a $(O)/libsekisho.a
	$(call say,LD,$@)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -pie -o $@ \
		$(filter %.o,$^) $(filter %.a,$^) $(sekishod_libs)

all: $(O)/sekishod $(O)/sekisho

UNITDIR ?= $(LIBDIR)/systemd/system
TMPFILESDIR ?= $(LIBDIR)/tmpfiles.d
sekishod_units := sekishod.service sekisho-counters.socket \
	sekisho-counters@.service sekisho-report.service sekisho-report.timer
sekishod_data := policy.rng $(patsubst core/sekishod/%,%, \
	$(sort $(wildcard core/sekishod/templates/*.txt \
	core/sekishod/templates/*.html)))
install: install-sekishod
install-sekishod: $(O)/sekishod $(O)/sekisho
	$(INSTALL) -D -m 0755 $(O)/sekishod $(DESTDIR)$(SBINDIR)/sekishod
	$(INSTALL) -D -m 0755 $(O)/sekisho $(DESTDIR)$(BINDIR)/sekisho
	for f in $(sekishod_units); do \
		$(INSTALL) -D -m 0644 core/sekishod/$$f \
			$(DESTDIR)$(UNITDIR)/$$f || exit 1; \
	done
	$(INSTALL) -D -m 0644 core/sekishod/sekisho.tmpfiles \
		$(DESTDIR)$(TMPFILESDIR)/sekisho.conf
	$(INSTALL) -D -m 0644 core/sekishod/sekishod.logrotate \
		$(DESTDIR)$(SYSCONFDIR)/logrotate.d/sekishod
	for f in $(sekishod_data); do \
		$(INSTALL) -D -m 0644 core/sekishod/$$f \
			$(DESTDIR)$(DATADIR)/$$f || exit 1; \
	done
	for f in policy.xml sekishod.conf; do \
		test -e $(DESTDIR)$(SYSCONFDIR)/sekisho/$$f || \
		$(INSTALL) -D -m 0644 core/sekishod/$$f \
			$(DESTDIR)$(SYSCONFDIR)/sekisho/$$f || exit 1; \
	done
.PHONY: install-sekishod
