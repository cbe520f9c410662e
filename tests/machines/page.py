"""What docs/several-machines.md says is what the machines get."""
import os
import sys

from layout import ADDRESSES, DIRECTORIES, GATEWAYS, STORES
from modules import dovecot_generation
from settings import TOP

sys.path.append(os.path.join(TOP, "tests"))
from documents import block  # noqa: E402, pylint: disable=wrong-import-position


def firewalls():
    """Name of a machine -> its rules."""
    gateway = block("docs/several-machines.md", "firewall-gateway")
    store = block("docs/several-machines.md", "firewall-store")
    directory = block("docs/several-machines.md", "firewall-directory")
    return {**dict.fromkeys(GATEWAYS, gateway), **dict.fromkeys(STORES, store),
            **dict.fromkeys(DIRECTORIES, directory)}


def exim(name):
    """Lines for the main section of a gateway."""
    return block("docs/several-machines.md", "exim").replace(
        "localhost_number = 1",
        "localhost_number = %d" % (1 + GATEWAYS.index(name)))


def sekishod():
    return block("docs/several-machines.md", "sekishod")


def dovecot():
    if dovecot_generation() == "2.3":
        return block("docs/several-machines.md", "dovecot-2.3")
    return block("docs/several-machines.md", "dovecot-2.4")


def mirror(name, suffix, authority, secret):
    """LDIF that tells a directory of the other one."""
    text = block("docs/several-machines.md", "mirror")
    number = DIRECTORIES.index(name)
    for old, new in (
            ("olcServerID: 1", "olcServerID: %d" % (number + 1)),
            (ADDRESSES[DIRECTORIES[1]], ADDRESSES[DIRECTORIES[1 - number]]),
            ("dc=example,dc=com", suffix), ("/etc/ldap/ca.pem", authority),
            ("credentials=SECRET", "credentials=" + secret)):
        assert old in text, old
        text = text.replace(old, new)
    return text
