# The local_scan module for Exim, the filter of its transport, the snippets.
# Nothing but libc is linked: the module is loaded by every SMTP process.
# The same source is compiled into Exim by way of unity.c.
localscan_src := exim-localscan/local_scan.c exim-localscan/settings.c \
	exim-localscan/observe.c exim-localscan/ask.c \
	exim-localscan/apply.c exim-localscan/routing.c \
	exim-localscan/variant.c exim-localscan/entity.c \
	exim-localscan/notify.c
localscan_obj := $(localscan_src:%.c=$(O)/%.o)
variant_src := exim-localscan/sekisho-variant.c
variant_obj := $(variant_src:%.c=$(O)/%.o) $(O)/exim-localscan/entity.o
seal_src := exim-localscan/sekisho-seal.c
seal_obj := $(seal_src:%.c=$(O)/%.o)
EXIM_INCLUDE ?= /usr/include/exim4
EXIM_MODULE_DIR ?= $(LIBDIR)/exim4/local_scan
EXIM_CONFIG_DIR ?= /etc/exim4/sekisho
all_obj += $(localscan_obj) $(variant_src:%.c=$(O)/%.o) $(seal_obj)
all_hdr += exim-localscan/exim-compat.h exim-localscan/localscan.h \
	exim-localscan/change.h exim-localscan/entity.h

$(O)/exim-localscan/%: private PART_CPPFLAGS := -isystem $(EXIM_INCLUDE) \
	-DDLOPEN_LOCAL_SCAN -DLOCAL_SCAN

# Exim's own symbols are found at dlopen time, hence no -z defs here.
$(O)/sekisho-localscan.so: $(localscan_obj) $(O)/libsekisho.a \
		exim-localscan/exports.map
	$(call say,LD,$@)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -shared \
		-Wl,--version-script=exim-localscan/exports.map -o $@ \
		$(filter %.o %.a,$^)

$(O)/sekisho-variant: $(variant_obj) $(O)/libsekisho.a
	$(call say,LD,$@)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -pie -o $@ $^

$(O)/sekisho-seal: $(seal_obj) $(O)/libsekisho.a
	$(call say,LD,$@)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -pie -o $@ $^

all: $(O)/sekisho-localscan.so $(O)/sekisho-variant $(O)/sekisho-seal
EXIM ?= /usr/sbin/exim4
exported += exim-localscan/exports.map:$(O)/sekisho-localscan.so:$(EXIM)

install: install-localscan
install-localscan: $(O)/sekisho-localscan.so $(O)/sekisho-variant \
		$(O)/sekisho-seal
	$(INSTALL) -D -m 0644 $(O)/sekisho-localscan.so \
		$(DESTDIR)$(EXIM_MODULE_DIR)/sekisho.so
	$(INSTALL) -D -m 0755 $(O)/sekisho-variant \
		$(DESTDIR)$(EXIM_MODULE_DIR)/sekisho-variant
	$(INSTALL) -D -m 0755 $(O)/sekisho-seal \
		$(DESTDIR)$(EXIM_MODULE_DIR)/sekisho-seal
	for f in main debian acl rcpt-hook data-hook routers transports; do \
		$(INSTALL) -D -m 0644 exim-localscan/snippets/sekisho.$$f \
			$(DESTDIR)$(EXIM_CONFIG_DIR)/sekisho.$$f || exit 1; \
	done
.PHONY: install-localscan
