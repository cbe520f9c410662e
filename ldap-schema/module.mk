# What prepares an OpenLDAP for Sekisho: shell and text, nothing to build.
ldap_scripts := $(addprefix ldap-schema/, install uninstall)
ldap_data := $(addprefix ldap-schema/, common.sh access.in sekisho.ldif \
	sekisho.schema sample.ldif README.md)

check: check-schema
check-schema:
	@tests/check-schema ldap-schema/sekisho.schema ldap-schema/sekisho.ldif

install: install-ldap
install-ldap:
	for f in $(ldap_scripts); do \
		$(INSTALL) -D -m 0755 $$f $(DESTDIR)$(DATADIR)/$$f || exit 1; \
	done
	for f in $(ldap_data); do \
		$(INSTALL) -D -m 0644 $$f $(DESTDIR)$(DATADIR)/$$f || exit 1; \
	done
.PHONY: check-schema install-ldap
