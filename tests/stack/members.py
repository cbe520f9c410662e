"""Which daemons a stack consists of."""
from daemons import Dns, Dovecot, Exim, Ldap, Rspamd, Sekishod, Sink
from rivals import Amavisd, Clamd
from webmail import Webmail

EVERY = (Dns, Ldap, Rspamd, Dovecot, Sink, Clamd, Amavisd, Sekishod,
         Webmail, Exim)


def wanted(settings):
    """The daemons of this stack, in the order of their starting."""
    without = set()
    if not settings.rspamd:
        without.add(Rspamd)
    if settings.module not in ("malware", "amavis"):
        without.add(Clamd)
    if settings.module != "amavis":
        without.add(Amavisd)
    if not settings.checkpoint:
        without.add(Sekishod)
    if not settings.web:
        without.add(Webmail)
    return [kind(settings) for kind in EVERY if kind not in without]
