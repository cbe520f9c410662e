# The Roundcube plug-in: installed as it is. The directories are Debian's, whose
# Roundcube finds plug-ins by a link and their settings below /etc.
ROUNDCUBE_PLUGINS ?= $(PREFIX)/share/roundcube/plugins
ROUNDCUBE_LINKS ?= /var/lib/roundcube/plugins
ROUNDCUBE_CONFIG ?= $(SYSCONFDIR)/roundcube/plugins/sekisho/config.inc.php
webmail_files := $(shell cd webmail-plugin && find sekisho -type f)
webmail_config := webmail-plugin/sekisho/config.inc.php.dist

install: install-webmail
install-webmail:
	for f in $(webmail_files); do \
		$(INSTALL) -D -m 0644 webmail-plugin/$$f \
			$(DESTDIR)$(ROUNDCUBE_PLUGINS)/$$f || exit 1; \
	done
	test -e $(DESTDIR)$(ROUNDCUBE_CONFIG) || \
		$(INSTALL) -D -m 0644 $(webmail_config) \
			$(DESTDIR)$(ROUNDCUBE_CONFIG)
	cd $(DESTDIR)$(ROUNDCUBE_PLUGINS)/sekisho && \
		{ test -e config.inc.php || \
		ln -sf $(ROUNDCUBE_CONFIG) config.inc.php; }
	$(INSTALL) -d $(DESTDIR)$(ROUNDCUBE_LINKS)
	ln -sfn $(ROUNDCUBE_PLUGINS)/sekisho \
		$(DESTDIR)$(ROUNDCUBE_LINKS)/sekisho

check: check-webmail
check-webmail:
	@tests/check-webmail webmail-plugin/sekisho
.PHONY: install-webmail check-webmail
