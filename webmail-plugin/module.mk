# The Roundcube plug-in: installed as it is. Roundcube's directory is Debian's.
ROUNDCUBE_PLUGINS ?= $(PREFIX)/share/roundcube/plugins
webmail_files := $(shell cd webmail-plugin && find sekisho -type f)

install: install-webmail
install-webmail:
	for f in $(webmail_files); do \
		$(INSTALL) -D -m 0644 webmail-plugin/$$f \
			$(DESTDIR)$(ROUNDCUBE_PLUGINS)/$$f || exit 1; \
	done

check: check-webmail
check-webmail:
	@tests/check-webmail webmail-plugin/sekisho
.PHONY: install-webmail check-webmail
