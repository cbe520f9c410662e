# core/lib: libsekisho.a, libc only. It is linked into Exim's and Dovecot's
# processes, so it never logs, exits or aborts, and every name starts with
# sekisho_.
lib_src := core/lib/error.c core/lib/buf.c core/lib/frame.c \
	core/lib/channel.c core/lib/base64.c core/lib/address.c \
	core/lib/message.c core/lib/held.c core/lib/plan.c \
	core/lib/request.c
lib_hdr := core/lib/sekisho.h core/lib/buf.h core/lib/frame.h \
	core/lib/channel.h core/lib/base64.h core/lib/address.h \
	core/lib/message.h core/lib/held.h core/lib/plan.h \
	core/lib/request.h
lib_obj := $(lib_src:%.c=$(O)/%.o)
all_obj += $(lib_obj)
all_hdr += $(lib_hdr)

$(O)/libsekisho.a: $(lib_obj)
	@rm -f $@
	$(call say,AR,$@)$(AR) rcs $@ $^

all: $(O)/libsekisho.a
