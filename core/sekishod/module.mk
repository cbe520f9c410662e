# sekishod and sekisho: the only part that links libclamav, GMime, libxml2,
# libldap, libseccomp, libzip, libmagic, libpcre2, json-c, libsodium, libcurl,
# libargon2, libidn2, libpsl.
#
# All but the two main()s is in libsekishod.a, because `sekisho explain
# --standalone` does the work of every process itself, and tests link it too.
# One line each, so that two changes seldom meet.
sekishod_src := $(addprefix core/sekishod/, \
	account.c \
	account_admin.c \
	account_change.c \
	account_form.c \
	account_mail.c \
	account_register.c \
	account_reset.c \
	account_token.c \
	action.c \
	action_read.c \
	alignment.c \
	answer.c \
	approval.c \
	archiveclean.c \
	assemble.c \
	attribution.c \
	charset.c \
	chart.c \
	check.c \
	check_daemon.c \
	check_digest.c \
	check_directory.c \
	check_dovecot.c \
	check_exim.c \
	check_rehearsal.c \
	check_signatures.c \
	check_users.c \
	clean.c \
	clerk.c \
	cms.c \
	command.c \
	condition.c \
	condition_file.c \
	condition_read.c \
	config.c \
	counters.c \
	counters_show.c \
	counters_text.c \
	counters_verb.c \
	desk.c \
	desk_account.c \
	desk_control.c \
	desk_scan.c \
	digest.c \
	digest_link.c \
	digest_text.c \
	direction.c \
	directory.c \
	directory_account.c \
	directory_account_write.c \
	directory_bind.c \
	directory_cache.c \
	directory_check.c \
	directory_conn.c \
	directory_escape.c \
	directory_find.c \
	directory_request.c \
	directory_senders.c \
	edit.c \
	encrypted.c \
	engine.c \
	engine_layers.c \
	engine_scan.c \
	envelope.c \
	examine.c \
	explain.c \
	explain_held.c \
	explanation.c \
	explanation_json.c \
	filename.c \
	filetype.c \
	generation.c \
	headerfield.c \
	headerwork.c \
	history.c \
	history_dovecot.c \
	history_exim.c \
	hold.c \
	html.c \
	inquiry.c \
	inspect.c \
	inspection.c \
	inspector.c \
	inspector_log.c \
	inspectors.c \
	jail.c \
	jail_calls.c \
	letter.c \
	listener.c \
	log.c \
	logfinding.c \
	logged.c \
	logline.c \
	logs.c \
	logtime.c \
	master.c \
	master_clerks.c \
	master_generations.c \
	maildate.c \
	mapping.c \
	mime.c \
	mimecode.c \
	mimefacts.c \
	mimefield.c \
	mimeother.c \
	mimetree.c \
	notice.c \
	notify.c \
	officekey.c \
	officekey_ooxml.c \
	officekey_xls.c \
	ole2.c \
	ole2clean.c \
	ooxmlclean.c \
	openmetrics.c \
	pattern.c \
	places.c \
	planner.c \
	poison.c \
	policy.c \
	policy_decide.c \
	policy_load.c \
	policy_settings.c \
	policy_try.c \
	policy_xml.c \
	pool.c \
	prepare.c \
	probe.c \
	question.c \
	rar.c \
	ratelimit.c \
	reconcile.c \
	release.c \
	report.c \
	report_mail.c \
	report_page.c \
	report_words.c \
	request_release.c \
	rescan.c \
	rewrite.c \
	rewrite_part.c \
	rewrite_stamp.c \
	seal.c \
	seen.c \
	senders.c \
	senders_verb.c \
	signature_files.c \
	signatures.c \
	splice.c \
	stamp.c \
	stamphtml.c \
	story.c \
	story_dovecot.c \
	story_exim.c \
	story_sekishod.c \
	story_words.c \
	stray.c \
	subject.c \
	submission.c \
	suffix.c \
	tally.c \
	tally_sekishod.c \
	template.c \
	text.c \
	tnef.c \
	token.c \
	trace.c \
	transfer.c \
	unicode.c \
	verdicts.c \
	virusname.c \
	visible.c \
	zipclean.c \
	zipfile.c \
	)
sekishod_hdr := $(wildcard core/sekishod/*.h)
sekishod_obj := $(sekishod_src:%.c=$(O)/%.o)
sekishod_pkgs := libclamav gmime-3.0 libxml-2.0 ldap libseccomp libzip \
	libpcre2-8 json-c libgsf-1 libarchive libcrypto libsodium libargon2 \
	libcurl libidn2 libpsl
sekishod_libs := $(call pkg,--libs,$(sekishod_pkgs)) -llber -lmagic
all_obj += $(sekishod_obj) $(O)/core/sekishod/sekishod.o \
	$(O)/core/sekishod/sekisho.o
all_hdr += $(sekishod_hdr)

$(O)/core/sekishod/%: private PART_CPPFLAGS := -Icore/sekishod \
	$(patsubst -I%,-isystem %,$(call pkg,--cflags,$(sekishod_pkgs)))

$(O)/libsekishod.a: $(sekishod_obj)
	@rm -f $@
	$(call say,AR,$@)$(AR) rcs $@ $^

$(O)/sekishod $(O)/sekisho: $(O)/%: $(O)/core/sekishod/%.o \
		$(O)/libsekishod.a $(O)/libsekisho.a
	$(call say,LD,$@)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -pie -o $@ $^ \
		$(sekishod_libs)

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
