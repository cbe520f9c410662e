# The plug-ins of Dovecot: lib01_sekisho for every user session,
# lib95_sekisho_lmtp for LMTP and LDA, lib10_doveadm_sekisho for doveadm.
# the outermost: 01 stands around quota and notify, and 95, whose deliver hook
# is set after Sieve's (90), is asked before Sieve.
#
# dovecot-config is written for a shell, so a shell reads it.
DOVECOT_CONFIG ?= /usr/lib/dovecot/dovecot-config
dovecot_config = $(shell test -r $(DOVECOT_CONFIG) && \
	. $(DOVECOT_CONFIG) && printf '%s' "$$$(1)" || echo missing)
ifeq ($(call dovecot_config,DOVECOT_INSTALLED),missing)
$(error no $(DOVECOT_CONFIG): install dovecot-dev (tests/stack/install does it))
endif
DOVECOT_MODULE_DIR ?= $(call dovecot_config,dovecot_moduledir)
# 2.3 or 2.4: where settings come from (setting.h).
DOVECOT_GENERATION := $(shell sed -n \
	's/.*DOVECOT_ABI_VERSION "\(2\.[0-9]*\)\..*/\1/p' \
	$(patsubst -I%,%/config.h,$(call dovecot_config,LIBDOVECOT_INCLUDE)))
setting_src := dovecot-plugin/setting-$(DOVECOT_GENERATION).c \
	$(if $(filter-out 2.3,$(DOVECOT_GENERATION)),\
	dovecot-plugin/setting-table.c)
setting_obj := $(setting_src:%.c=$(O)/%.o)

plugin_src := dovecot-plugin/sekisho-plugin.c dovecot-plugin/filing.c \
	dovecot-plugin/held-mail.c dovecot-plugin/held-find.c \
	dovecot-plugin/folder.c dovecot-plugin/quarantine-mailbox.c \
	dovecot-plugin/quarantine-mail.c dovecot-plugin/removal.c \
	dovecot-plugin/mask.c \
	dovecot-plugin/action-mailbox.c dovecot-plugin/upload.c \
	dovecot-plugin/request-mailbox.c \
	dovecot-plugin/ordinary-mailbox.c dovecot-plugin/delivery.c \
	dovecot-plugin/delivery-add.c \
	dovecot-plugin/release.c dovecot-plugin/outgoing.c \
	dovecot-plugin/gateway.c \
	dovecot-plugin/claim.c dovecot-plugin/control.c \
	dovecot-plugin/sent-on.c \
	dovecot-plugin/retro-scan.c dovecot-plugin/learn.c \
	dovecot-plugin/learn-job.c \
	dovecot-plugin/action-log.c dovecot-plugin/log-line.c \
	dovecot-plugin/no-memory.c \
	dovecot-plugin/sender.c dovecot-plugin/origin.c \
	dovecot-plugin/deed-count.c \
	dovecot-plugin/senders-mailbox.c \
	dovecot-plugin/senders-mirror.c dovecot-plugin/senders-change.c \
	dovecot-plugin/senders-list.c dovecot-plugin/senders-entry.c
plugin_hdr := dovecot-plugin/sekisho-plugin.h dovecot-plugin/folder.h \
	dovecot-plugin/quarantine-mail.h dovecot-plugin/removal.h \
	dovecot-plugin/held-find.h dovecot-plugin/upload.h \
	dovecot-plugin/mask.h \
	dovecot-plugin/delivery.h dovecot-plugin/delivery-private.h \
	dovecot-plugin/release.h \
	dovecot-plugin/gateway.h \
	dovecot-plugin/outgoing.h dovecot-plugin/claim.h \
	dovecot-plugin/sent-on.h \
	dovecot-plugin/control.h dovecot-plugin/action-log.h \
	dovecot-plugin/retro-scan.h dovecot-plugin/learn.h \
	dovecot-plugin/learn-job.h \
	dovecot-plugin/log-line.h dovecot-plugin/no-memory.h \
	dovecot-plugin/sender.h dovecot-plugin/origin.h \
	dovecot-plugin/deed-count.h \
	dovecot-plugin/senders-mailbox.h \
	dovecot-plugin/senders-mirror.h dovecot-plugin/senders-change.h \
	dovecot-plugin/senders-list.h dovecot-plugin/senders-entry.h
plugin_obj := $(plugin_src:%.c=$(O)/%.o) $(setting_obj)
lmtp_src := dovecot-plugin/sekisho-lmtp.c dovecot-plugin/held-filing.c \
	dovecot-plugin/held-room.c dovecot-plugin/retention.c
lmtp_obj := $(lmtp_src:%.c=$(O)/%.o) $(O)/dovecot-plugin/held-mail.o \
	$(O)/dovecot-plugin/origin.o $(O)/dovecot-plugin/sent-on.o \
	$(O)/dovecot-plugin/log-line.o $(O)/dovecot-plugin/no-memory.o \
	$(setting_obj)
doveadm_src := dovecot-plugin/doveadm-sekisho.c dovecot-plugin/doveadm-ask.c \
	dovecot-plugin/doveadm-held.c dovecot-plugin/doveadm-held-show.c \
	dovecot-plugin/doveadm-held-act.c dovecot-plugin/doveadm-held-rescan.c \
	dovecot-plugin/doveadm-digest.c dovecot-plugin/doveadm-learn.c \
	dovecot-plugin/digest-choice.c dovecot-plugin/doveadm-log.c
doveadm_obj := $(doveadm_src:%.c=$(O)/%.o) $(O)/dovecot-plugin/held-mail.o \
	$(O)/dovecot-plugin/retention.o $(O)/dovecot-plugin/no-memory.o \
	$(O)/dovecot-plugin/log-line.o $(O)/dovecot-plugin/learn-job.o \
	$(setting_obj)
all_obj += $(plugin_obj) $(lmtp_src:%.c=$(O)/%.o) $(doveadm_src:%.c=$(O)/%.o)
all_hdr += dovecot-plugin/doveadm-ask.h dovecot-plugin/doveadm-held.h \
	dovecot-plugin/doveadm-log.h dovecot-plugin/digest-choice.h \
	dovecot-plugin/dovecot-compat.h dovecot-plugin/filing.h \
	dovecot-plugin/held-mail.h dovecot-plugin/held-filing.h \
	dovecot-plugin/held-room.h dovecot-plugin/retention.h \
	dovecot-plugin/setting.h \
	$(filter dovecot-plugin/setting-table.h,$(setting_src:%.c=%.h)) \
	$(plugin_hdr)

$(O)/dovecot-plugin/%: private PART_CPPFLAGS := -DHAVE_CONFIG_H \
	$(patsubst -I%,-isystem %,$(call dovecot_config,LIBDOVECOT_INCLUDE))

# Dovecot's symbols are found when the module is loaded, hence no -z defs.
link_dovecot = $(call say,LD,$@)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -shared \
	-Wl,--version-script=$(filter %.map,$^) -o $@ $(filter %.o %.a,$^)

$(O)/lib01_sekisho_plugin.so: $(plugin_obj) $(O)/libsekisho.a \
		dovecot-plugin/exports.map
	$(link_dovecot)
$(O)/lib95_sekisho_lmtp_plugin.so: $(lmtp_obj) $(O)/libsekisho.a \
		dovecot-plugin/exports-lmtp.map
	$(link_dovecot)

$(O)/lib10_doveadm_sekisho_plugin.so: $(doveadm_obj) $(O)/libsekisho.a \
		dovecot-plugin/exports-doveadm.map
	$(link_dovecot)

dovecot_libs := $(call dovecot_config,dovecot_pkglibdir)/libdovecot
dovecot_modules := $(O)/lib01_sekisho_plugin.so \
	$(O)/lib95_sekisho_lmtp_plugin.so
doveadm_dir = $(DOVECOT_MODULE_DIR)/doveadm
doveadm_module := $(O)/lib10_doveadm_sekisho_plugin.so

# What 2.4 reads before any plug-in: the names of their settings.
ifneq ($(DOVECOT_GENERATION),2.3)
setting_module := $(O)/libsekisho_settings.so
setting_module_obj := $(O)/dovecot-plugin/setting-module.o \
	$(O)/dovecot-plugin/setting-table.o
all_obj += $(O)/dovecot-plugin/setting-module.o
exported += dovecot-plugin/exports-settings.map:$(setting_module):$\
	$(dovecot_libs).so
$(setting_module): $(setting_module_obj) dovecot-plugin/exports-settings.map
	$(link_dovecot)
all: $(setting_module)
install-dovecot: install-setting-module
install-setting-module: $(setting_module)
	$(INSTALL) -D -m 0644 $(setting_module) \
		$(DESTDIR)$(DOVECOT_MODULE_DIR)/settings/$(notdir \
		$(setting_module))
.PHONY: install-setting-module
endif

# What Dovecot runs for the webmail when somebody opens a link of a digest.
digest_obj := $(O)/dovecot-plugin/sekisho-digest.o
all_obj += $(digest_obj)
$(O)/sekisho-digest: $(digest_obj) $(O)/libsekisho.a
	$(call say,LD,$@)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -pie -o $@ $^
DOVECOT_LIBEXEC_DIR = $(call dovecot_config,dovecot_pkglibexecdir)

all: $(dovecot_modules) $(doveadm_module) $(O)/sekisho-digest

exported += dovecot-plugin/exports.map:$(O)/lib01_sekisho_plugin.so:$\
	$(dovecot_libs).so,$(dovecot_libs)-storage.so
exported += dovecot-plugin/exports-lmtp.map:$\
	$(O)/lib95_sekisho_lmtp_plugin.so:$\
	$(dovecot_libs).so,$(dovecot_libs)-storage.so,$\
	$(dovecot_libs)-lda.so,$(O)/lib01_sekisho_plugin.so
exported += dovecot-plugin/exports-doveadm.map:$(doveadm_module):$\
	$(dovecot_libs).so,$(dovecot_libs)-storage.so,/usr/bin/doveadm

# What runs `doveadm sekisho quarantine expire -A` every day, `rescan -A` and
# `doveadm sekisho digest send -A` every hour, `doveadm sekisho learn -A` every
# ten minutes: systemd's timers, or cron where there is no systemd.
timers := sekisho-expire sekisho-rescan sekisho-digest sekisho-learn

install: install-timers install-dovecot
install-timers:
	for f in $(timers); do \
		$(INSTALL) -D -m 0644 dovecot-plugin/$$f.service \
			$(DESTDIR)$(UNITDIR)/$$f.service && \
		$(INSTALL) -D -m 0644 dovecot-plugin/$$f.timer \
			$(DESTDIR)$(UNITDIR)/$$f.timer && \
		$(INSTALL) -D -m 0644 dovecot-plugin/$$f.cron \
			$(DESTDIR)$(SYSCONFDIR)/cron.d/$$f || exit 1; \
	done

install-dovecot: $(dovecot_modules) $(doveadm_module) $(O)/sekisho-digest
	$(INSTALL) -D -m 0755 $(O)/sekisho-digest \
		$(DESTDIR)$(DOVECOT_LIBEXEC_DIR)/sekisho-digest
	$(INSTALL) -D -m 0644 $(doveadm_module) \
		$(DESTDIR)$(doveadm_dir)/$(notdir $(doveadm_module))
	for f in $(dovecot_modules); do \
		$(INSTALL) -D -m 0644 $$f \
			$(DESTDIR)$(DOVECOT_MODULE_DIR)/$${f##*/} || exit 1; \
	done
	for f in rspamd spamassassin; do \
		$(INSTALL) -D -m 0755 dovecot-plugin/learn-$$f \
			$(DESTDIR)$(DATADIR)/dovecot/learn-$$f || exit 1; \
	done
	$(INSTALL) -D -m 0644 \
		dovecot-plugin/11-sekisho-$(DOVECOT_GENERATION).conf \
		$(DESTDIR)$(DATADIR)/dovecot/11-sekisho.conf
.PHONY: install-dovecot install-timers
