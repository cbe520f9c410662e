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
other_generation := $(filter-out $(DOVECOT_GENERATION),2.3 2.4)
plugin_files = $(sort $(wildcard $(1:%=dovecot-plugin/%)))

# What several of them need; each takes its part.
shared_src := $(filter-out %/setting-$(other_generation).c \
	%/setting-module.c $(if $(filter 2.3,$(DOVECOT_GENERATION)),\
	%/setting-table.c),$(call plugin_files,shared/*.c))
mailbox_src := $(call plugin_files,mailbox/*.c)
lmtp_src := $(call plugin_files,lmtp/*.c)
doveadm_src := $(call plugin_files,doveadm/*.c)
plugin_obj := $(patsubst %.c,$(O)/%.o,$(shared_src) $(mailbox_src) $(lmtp_src) \
	$(doveadm_src))
all_obj += $(plugin_obj)
all_hdr += $(filter-out $(if $(filter 2.3,$(DOVECOT_GENERATION)),\
	%/setting-table.h),$(call plugin_files,*/*.h))

$(O)/dovecot-plugin/%: private PART_CPPFLAGS := -DHAVE_CONFIG_H \
	$(patsubst %,-Idovecot-plugin/%,shared mailbox lmtp doveadm) \
	$(patsubst -I%,-isystem %,$(call dovecot_config,LIBDOVECOT_INCLUDE))

$(O)/libsekisho-shared.a: $(shared_src:%.c=$(O)/%.o)
	@rm -f $@
	$(call say,AR,$@)$(AR) rcs $@ $^

# Dovecot's symbols are found when the module is loaded, hence no -z defs.
link_dovecot = $(call say,LD,$@)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -shared \
	-Wl,--version-script=$(filter %.map,$^) -o $@ $(filter %.o %.a,$^)

plugin_libs := $(O)/libsekisho-shared.a $(O)/libsekisho.a
$(O)/lib01_sekisho_plugin.so: $(mailbox_src:%.c=$(O)/%.o) $(plugin_libs) \
		dovecot-plugin/exports.map
	$(link_dovecot)
$(O)/lib95_sekisho_lmtp_plugin.so: $(lmtp_src:%.c=$(O)/%.o) $(plugin_libs) \
		dovecot-plugin/exports-lmtp.map
	$(link_dovecot)
$(O)/lib10_doveadm_sekisho_plugin.so: $(doveadm_src:%.c=$(O)/%.o) \
		$(plugin_libs) dovecot-plugin/exports-doveadm.map
	$(link_dovecot)

dovecot_libs := $(call dovecot_config,dovecot_pkglibdir)/libdovecot
dovecot_modules := $(O)/lib01_sekisho_plugin.so \
	$(O)/lib95_sekisho_lmtp_plugin.so
doveadm_dir = $(DOVECOT_MODULE_DIR)/doveadm
doveadm_module := $(O)/lib10_doveadm_sekisho_plugin.so

# What 2.4 reads before any plug-in: the names of their settings.
ifneq ($(DOVECOT_GENERATION),2.3)
setting_module := $(O)/libsekisho_settings.so
setting_module_obj := $(O)/dovecot-plugin/shared/setting-module.o \
	$(O)/dovecot-plugin/shared/setting-table.o
all_obj += $(O)/dovecot-plugin/shared/setting-module.o
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
digest_obj := $(O)/dovecot-plugin/digest/sekisho-digest.o
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
