"""Which machines there are, and what each is for.

    outside -- gw-a, gw-b -- store-a, store-b     INBOX and quarantine
                    |   \\------- behind           INBOX of gateway.test
               ldap-a, ldap-b
"""
import os

ADDRESSES = {
    "gw-a": "192.0.2.11", "gw-b": "192.0.2.12",
    "ldap-a": "192.0.2.21", "ldap-b": "192.0.2.22",
    "store-a": "192.0.2.31", "store-b": "192.0.2.32",
    "behind": "192.0.2.41", "outside": "192.0.2.51",
}
GATEWAYS, DIRECTORIES = ("gw-a", "gw-b"), ("ldap-a", "ldap-b")
STORES = ("store-a", "store-b")
# Who is nearer is asked first.
ASKS = {"gw-a": DIRECTORIES, "gw-b": DIRECTORIES[::-1],
        "store-a": DIRECTORIES, "store-b": DIRECTORIES}
# As on a host of its own, each has the usual ports.
PORTS = {"SMTP_PORT": 25, "PROXY_PORT": 10024, "SUBMISSION_PORT": 587,
         "RELEASE_PORT": 10025, "IMAP_PORT": 143, "LMTP_PORT": 24,
         "DOVEADM_PORT": 8080, "LDAP_PORT": 389, "LDAPS_PORT": 636,
         "SINK_PORT": 25, "WEB_PORT": 80}
# People of gateway.test, whose INBOX is on the machine behind.
BEHIND = ("gina", "greg")


def list_of(names, form="%s", between=" : "):
    return between.join(form % ADDRESSES[name] for name in names)


def default_directory(top):
    return os.path.join(top, "build", "machines")
