"""The daemons of the machines: the stack's, each on a machine."""
import os
import shutil

from certificates import make_certificate
from daemons import (HERE, TOP, Daemon, Dovecot, Exim, Ldap, Rspamd, Sekishod,
                     Sink, answers)
from layout import ADDRESSES, BEHIND, DIRECTORIES, GATEWAYS, STORES
from page import mirror
from settings import USERS
from starting import start, wait

CONF = os.path.join(os.path.dirname(os.path.abspath(__file__)), "conf")


class Inside(Daemon):
    """Comes first among the bases: it puts the other one on a machine."""

    def start(self, command, environment=None):
        self.keep_log()
        return super().start(self.settings.command(command), environment)

    def keep_log(self):
        """A log tells all lives of a daemon."""
        if os.path.exists(self.log):
            with open(self.log, "rb") as old, \
                    open(self.log + ".old", "ab") as kept:
                shutil.copyfileobj(old, kept)

    def probe(self):
        with self.settings.network.inside(self.settings.name):
            return super().probe()

    def here(self, template, **more):
        """The text of a template of machines/."""
        with open(os.path.join(CONF, template + ".in"),
                  encoding="utf-8") as file:
            text = file.read()
        for name, value in {**self.values, **more}.items():
            text = text.replace("@%s@" % name, value)
        return text


class GatewayRspamd(Inside, Rspamd):
    pass


class MachineSekishod(Inside, Sekishod):
    """The key that seals held mail is the same on all machines, and so is
    the policy."""

    def prepare(self):
        super().prepare()
        self.settings.hand_out("sekishod/held.key", "sekisho", "sekisho",
                               0o600)
        self.settings.hand_out("ldap/tls/ca.pem", "root", "root", 0o644)
        self.secret("sekishod", "sekisho")

    @staticmethod
    def _policy(source):
        return Sekishod._policy(source).replace(
            "<domain>example.test</domain>", "<domain>example.test</domain>"
            "<domain>gateway.test</domain>")


class GatewayExim(Inside, Exim):
    def prepare(self):
        """There is no name server, and nobody waits for one."""
        super().prepare()
        self.folder("dns")
        self.write("dns/resolv.conf", "nameserver 127.0.0.1\n")

    def command(self):
        return ["-q2s" if word == "-q10s" else word
                for word in super().command()]

    def _macros(self):
        """Of two macros with one name Exim refuses the second."""
        own = self.settings.macros()
        names = {line.split(" = ")[0] for line in own}
        return "".join(line + "\n" for line in (
            *(line for line in super()._macros().splitlines()
              if line.split(" = ")[0] not in names), *own))


class Store(Inside, Dovecot):
    """One of two Dovecots that share the mailboxes."""

    def prepare(self):
        super().prepare()
        os.makedirs(self.values["MAIL"], exist_ok=True)
        shutil.chown(self.values["MAIL"], "mail", "mail")
        os.chmod(self.values["MAIL"], 0o700)
        self.write("dovecot/users", "".join(
            "%s:%s-secret-1::::::\n" % (name, name) for name in USERS) +
            "".join("%s:%s-secret-1::::::userdb_sekisho_submission=gateways:"
                    "10025 userdb_sekisho_address=%s@gateway.test\n" %
                    (name, name, name) for name in BEHIND),
            "dovecot", 0o640)
        self.write("dovecot/auth.conf", self.here(
            "dovecot-%s/store-auth.conf" % self.values["DOVECOT_GENERATION"]))
        # A name with two addresses: if one does not answer, the next does.
        self.write("dovecot/hosts", "127.0.0.1 localhost\n" + "".join(
            "%s gateways\n" % ADDRESSES[name] for name in GATEWAYS))

    def command(self):
        return ["unshare", "-m", "sh", "-c",
                'mount --bind "$0" /etc/hosts && exec "$@"',
                self.settings.path("dovecot/hosts"), *super().command()]


class Behind(Inside, Dovecot):
    """A mail server that knows nothing of Sekisho."""

    def prepare(self):
        for name in ("dovecot", "dovecot/run", "dovecot/state"):
            self.folder(name)
        self.folder("mail", "mail", 0o700)
        self.write("dovecot/users", "".join(
            "%s:%s-secret-1::::::\n" % (name, name) for name in BEHIND),
            "dovecot", 0o640)
        self.write("dovecot/dovecot.conf", self.here(
            "dovecot-%s/behind.conf" % self.values["DOVECOT_GENERATION"]))

    def command(self):
        return ["/usr/sbin/dovecot", "-F", "-c", self.values["DOVECOT_CONFIG"]]

    def probe(self):
        with self.settings.network.inside(self.settings.name):
            return answers(self.values["IMAP_PORT"], b"* OK") and \
                answers(self.values["LMTP_PORT"], b"220")


class Outside(Inside, Sink):
    """The rest of the world."""

    def command(self):
        return [*super().command(), "0.0.0.0"]


class Mirror(Inside, Ldap):
    """One of two slapds that tell each other every change."""

    installing = ("-r",)

    def _certificates(self):
        folder = self.folder("ldap/tls")
        for name in ("ca.pem", "ca.key"):
            self.settings.hand_out("ldap/tls/" + name, "root", "root", 0o600)
        for path in make_certificate(folder, names="subjectAltName=IP:" +
                                     self.settings.address):
            shutil.chown(path, "root", "openldap")
            os.chmod(path, 0o640)
        os.chmod(os.path.join(folder, "ca.pem"), 0o644)

    def command(self):
        return self.as_user("openldap", [
            "/usr/sbin/slapd", "-d", "none", "-h", "ldap://0.0.0.0:389 " +
            self.values["LDAPI_URI"], "-F",
            self.settings.path("ldap/config")])

    def finish(self):
        """Sekisho's installer, as on one host; then the other one is told
        to this one. The second begins with a copy of what the first has."""
        secret = self.secret("replicator", "openldap")
        super().finish()
        self._run(["ldapmodify", "-Q", "-Y", "EXTERNAL", "-H",
                   self.values["LDAPI_URI"]], input=mirror(
            self.settings.name, self.values["LDAP_BASE"],
            self.settings.path("ldap/tls/ca.pem"), secret))
        if self.settings.name != DIRECTORIES[0]:
            self.stop()
            self.begin_with_copy()

    def begin_with_copy(self):
        first = os.path.join(self.settings.site, DIRECTORIES[0])
        copy = self.write("ldap/copy.ldif", self._run(
            ["/usr/sbin/slapcat", "-n", "1", "-F", first + "/ldap/config"]),
            "openldap", 0o640)
        shutil.rmtree(self.folder("ldap/db"))
        self.folder("ldap/db", "openldap", 0o700)
        self._run(self.as_user("openldap", [
            "/usr/sbin/slapadd", "-q", "-n", "1", "-F",
            self.settings.path("ldap/config"), "-l", copy]))
        wait(self, start(self))


def wanted(machine):
    """The daemons of a machine, in the order of their starting."""
    name = machine.name
    if name in GATEWAYS:
        spam = [GatewayRspamd(machine)] if machine.rspamd else []
        return [*spam, MachineSekishod(machine), GatewayExim(machine)]
    if name in STORES:
        return [MachineSekishod(machine), Store(machine)]
    if name in DIRECTORIES:
        return [Mirror(machine)]
    return [Behind(machine) if name == "behind" else Outside(machine)]
