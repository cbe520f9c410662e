# Man pages (mdoc), checked with mandoc's own lint, and against the code.
man_pages := $(sort $(wildcard docs/man/*.[1-8]))

check: check-man check-settings check-documents check-log
check-man:
	@tests/check-man $(man_pages)
check-settings:
	@tests/check-settings
check-documents:
	@tests/check-documents
check-log:
	@tests/check-log

install: install-man
install-man:
	for f in $(man_pages); do \
		$(INSTALL) -D -m 0644 $$f \
			$(DESTDIR)$(MANDIR)/man$${f##*.}/$${f##*/} || exit 1; \
	done

DOCDIR ?= $(PREFIX)/share/doc/sekisho
documents := NEWS README.md $(sort $(wildcard docs/*.md))
pictures := $(sort $(wildcard docs/pictures/*.png docs/pictures/*.svg))

install: install-documents
install-documents:
	for f in $(documents); do \
		$(INSTALL) -D -m 0644 $$f $(DESTDIR)$(DOCDIR)/$${f##*/} || \
			exit 1; \
	done
	for f in $(pictures); do \
		$(INSTALL) -D -m 0644 $$f \
			$(DESTDIR)$(DOCDIR)/pictures/$${f##*/} || exit 1; \
	done
.PHONY: check-documents check-log check-man check-settings \
	install-documents install-man
