"""The daemons of the stack: what each needs on disk, how to start and ask it.

Each class has prepare() - write files, command() - what to run, probe() - does
it answer? - finish() - what can be done only when it runs - and where(), the
words of `stack status`.
"""
import base64
import glob
import grp
import hashlib
import os
import pwd
import shutil
import socket
import subprocess

import modules
from certificates import make_certificate, make_signing_key
from process import Process
from settings import HERE, TOP, USERS, Refused
from signatures import write_signatures

DISABLED_RSPAMD_MODULES = (
    "rbl surbl spf dkim arc dmarc asn mx_check fuzzy_check rspamd_update "
    "url_redirector p0f dkim_signing greylist ratelimit replies history_redis "
    "neural hfilter mime_types once_received forged_recipients").split()


def answers(port, greeting=None):
    """Does 127.0.0.1 take a connection, and greet with that?"""
    with socket.create_connection(("127.0.0.1", int(port)), 2) as sock:
        return greeting is None or sock.recv(512).startswith(greeting)


def socket_answers(path):
    with socket.socket(socket.AF_UNIX) as sock:
        sock.settimeout(2)
        sock.connect(path)
    return True


def hashed(password):
    """As OpenLDAP's {SSHA}, RFC 2307 and its successors."""
    salt = os.urandom(8)
    digest = hashlib.sha1(password.encode() + salt).digest()
    return "{SSHA}" + base64.b64encode(digest + salt).decode()


def preloaded():
    """STACK_PRELOAD: libraries that Dovecot and its children shall load."""
    libraries = os.environ.get("STACK_PRELOAD")
    return ["env", "LD_PRELOAD=" + libraries] if libraries else []


class Daemon(Process):
    name = ""
    package = ""    # that has the program, for the message when it is missing

    def __init__(self, settings):
        super().__init__(settings, self.name)
        self.settings = settings
        self.values = settings.values

    def prepare(self):
        pass

    def finish(self):
        pass

    # -- files -------------------------------------------------------------

    def folder(self, name, user="root", mode=0o755):
        """A folder below the stack's, made if it is not there."""
        path = os.path.join(self.settings.dir, name)
        os.makedirs(path, exist_ok=True)
        shutil.chown(path, user, pwd.getpwnam(user).pw_gid)
        os.chmod(path, mode)
        return path

    def write(self, path, text, group="root", mode=0o644):
        """A file, never readable for more than it shall be."""
        path = os.path.join(self.settings.dir, path)
        if os.path.exists(path):
            os.unlink(path)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
        os.chown(path, 0, grp.getgrnam(group).gr_gid)
        os.chmod(path, mode)
        return path

    def copy(self, source, name):
        """A file of the clone, which only root may be able to read."""
        path = os.path.join(self.settings.dir, name)
        if os.path.exists(path):
            os.unlink(path)
        shutil.copyfile(source, path)
        os.chmod(path, 0o755 if os.access(source, os.X_OK) else 0o644)
        return path

    def fill(self, template, **more):
        """The text of conf/TEMPLATE.in with its @NAME@s replaced."""
        with open(os.path.join(HERE, "conf", template + ".in"),
                  encoding="utf-8") as file:
            text = file.read()
        for name, value in {**self.values, **more}.items():
            text = text.replace("@%s@" % name, value)
        return text

    def secret(self, name, group="root"):
        """The password of a service, and the file that holds it."""
        self.folder("secrets", mode=0o711)
        password = name + "-secret-1"
        self.write("secrets/ldap-" + name, password + "\n", group, 0o640)
        return password

    @staticmethod
    def as_user(user, command):
        """Runs command as that user, in all groups of that user."""
        gid = str(pwd.getpwnam(user).pw_gid)
        return ["setpriv", "--reuid", user, "--regid", gid, "--init-groups",
                *command]


class Dns(Daemon):
    name = "dnsmasq"
    package = "dnsmasq-base"

    def prepare(self):
        self.folder("dns")
        self.folder("secrets", mode=0o711)
        key = make_signing_key(self.settings.path("secrets/dkim.pem"))
        self.write("dns/dnsmasq.conf", self.fill(
            "dnsmasq.conf", DKIM_SELECTOR="stack", DKIM_KEY=key))
        self.write("dns/resolv.conf", self.fill("resolv.conf"))

    def command(self):
        return ["/usr/sbin/dnsmasq", "-k", "-u", "nobody", "-C",
                self.settings.path("dns/dnsmasq.conf")]

    def probe(self):
        with socket.create_connection((self.values["DNS_ADDRESS"], 53), 2):
            return True

    def where(self):
        return "%s port 53, with the block list bl.sekisho.test" % \
            self.values["DNS_ADDRESS"]


class Ldap(Daemon):
    name = "slapd"
    package = "slapd"
    installing = ()     # more arguments for ldap-schema/install

    def prepare(self):
        database = self.folder("ldap/db", "openldap", 0o700)
        self.folder("ldap/run", "openldap")
        shutil.rmtree(self.settings.path("ldap/config"), ignore_errors=True)
        self.folder("ldap/config", "openldap", 0o700)
        self._certificates()
        hashes = {"ADMIN_HASH": hashed(self.secret("admin"))}
        self.secret("mta", self.values["MTA_USER"])
        self.secret("sekishod", "sekisho")
        self._load("0", "slapd.ldif", hashes)
        if not os.path.exists(os.path.join(database, "data.mdb")):
            self._load("1", "base.ldif", hashes)

    def _certificates(self):
        folder = self.folder("ldap/tls")
        for path in make_certificate(folder):
            shutil.chown(path, "root", "openldap")
            os.chmod(path, 0o640)
        os.chmod(os.path.join(folder, "ca.pem"), 0o644)

    def _load(self, number, template, hashes):
        file = self.write("ldap/" + template, self.fill(template, **hashes),
                          "openldap", 0o640)
        self._run(self.as_user("openldap", [
            "/usr/sbin/slapadd", "-q", "-n", number, "-F",
            self.settings.path("ldap/config"), "-l", file]))

    def _run(self, command, **more):
        result = subprocess.run(command, check=False, text=True, **more,
                                stdout=subprocess.PIPE,
                                stderr=subprocess.STDOUT)
        if result.returncode != 0:
            raise Refused("slapd: %s failed:\n%s" %
                          (command[0], result.stdout.rstrip()))
        return result.stdout

    def command(self):
        return self.as_user("openldap", [
            "/usr/sbin/slapd", "-d", "none", "-h",
            "%s %s ldaps://127.0.0.1:%s" % (
                self.values["LDAP_URI"], self.values["LDAPI_URI"],
                self.values["LDAPS_PORT"]),
            "-F", self.settings.path("ldap/config")])

    def probe(self):
        return answers(self.values["LDAP_PORT"])

    def finish(self):
        """Runs Sekisho's installer as an administrator does."""
        self._run([os.path.join(TOP, "ldap-schema/install"), "-H",
                   self.values["LDAPI_URI"], "-d",
                   self.values["SECRETS_DIR"], *self.installing])
        root = ["-Q", "-Y", "EXTERNAL", "-H", self.values["LDAPI_URI"]]
        if not self._run(["ldapsearch", "-LLL", *root, "-b",
                          self.values["LDAP_BASE"], "(uid=alice)", "dn"]):
            people = self.fill("people.ldif",
                               HELPDESK_SECRET=self.secret("helpdesk"))
            self._run(["ldapmodify", *root], input=people)

    def where(self):
        return "port %s, %s" % (self.values["LDAP_PORT"],
                                self.values["LDAP_BASE"])


class Rspamd(Daemon):
    name = "rspamd"
    package = "rspamd"
    user = "_rspamd"

    def prepare(self):
        for name in ("rspamd/run", "rspamd/log"):
            self.folder(name, self.user)
        self.folder(self.values["RSPAMD_DB"], self.user)
        override = self.folder("rspamd/conf/override.d")
        for template in glob.glob(os.path.join(HERE, "conf/rspamd/*.in")):
            name = os.path.basename(template)[:-len(".in")]
            self.write(os.path.join(override, name),
                       self.fill("rspamd/" + name))
        for module in DISABLED_RSPAMD_MODULES:
            self.write(os.path.join(override, module + ".conf"),
                       "enabled = false;\n")
        self.write(os.path.join(override, "worker-proxy.inc"),
                   "enabled = false;\n")

    def command(self):
        return self.as_user(self.user, [
            "/usr/bin/rspamd", "-f", "-c", "/etc/rspamd/rspamd.conf",
            "--var=LOCAL_CONFDIR=" + self.settings.path("rspamd/conf"),
            "--var=DBDIR=" + self.values["RSPAMD_DB"],
            "--var=RUNDIR=" + self.settings.path("rspamd/run"),
            "--var=LOGDIR=" + self.settings.path("rspamd/log")])

    def probe(self):
        with socket.socket(socket.AF_UNIX) as sock:
            sock.settimeout(2)
            sock.connect(self.settings.path("rspamd/run/normal.sock"))
            sock.sendall(b"GET /ping HTTP/1.0\r\n\r\n")
            return b" 200 " in sock.recv(512)

    def where(self):
        return "a socket; GTUBE and X-Stack-Spam-Score for the tests"


class Dovecot(Daemon):
    name = "dovecot"
    package = "dovecot-imapd, dovecot-lmtpd, dovecot-ldap"
    def prepare(self):
        for name in ("dovecot", "dovecot/run", "dovecot/state"):
            self.folder(name)
        self.folder("mail", "mail", 0o700)
        self.write("dovecot/users",
                   "".join("%s:%s-secret-1:::::\n" % (name, name)
                           for name in USERS), "dovecot", 0o640)
        self._collect_modules()
        conf = "dovecot-%s/" % self.values["DOVECOT_GENERATION"]
        accounts = self.values["ACCOUNTS"]
        secret = self.secret("mta", self.values["MTA_USER"])
        self.write("dovecot/auth.conf",
                   self.fill(conf + "auth-%s.conf" % accounts))
        self.write("dovecot/ldap.conf.ext",
                   self.fill(conf + "ldap-%s.conf.ext" % accounts,
                             MTA_SECRET=secret), mode=0o600)
        self.write("dovecot/sekisho-acl", self.fill("sekisho-acl"))
        self.write("dovecot/dovecot.conf", self.fill(conf + "dovecot.conf"))

    def _collect_modules(self):
        """Dovecot loads from one folder: links to its own, copies of ours."""
        folder = self.settings.path("dovecot/modules")
        shutil.rmtree(folder, ignore_errors=True)
        self.folder("dovecot/modules")
        for file in glob.glob(modules.SYSTEM + "/*"):
            os.symlink(file, os.path.join(folder, os.path.basename(file)))
        ours = glob.glob(self.settings.built_plugins)
        if not ours:
            raise Refused("dovecot needs %s; run make" %
                          self.settings.built_plugins)
        for file in ours:
            if "_doveadm_" not in file:
                shutil.copy(file, folder)
        modules.collect(self.settings.path("dovecot/over"),
                        self.settings.build)

    def command(self):
        """Some modules are looked for where Debian has them: ours are put
        there for Dovecot alone, and for who enters its namespace."""
        command = [*preloaded(), "/usr/sbin/dovecot", "-F", "-c",
                   self.values["DOVECOT_CONFIG"]]
        if not self.settings.namespaces:
            return command
        return ["unshare", "-m", "sh", "-c",
                modules.script(self.settings.path("dovecot/over")) +
                'exec "$@"', "sh", *command]

    def probe(self):
        return (socket_answers(self.values["LMTP_SOCKET"]) and
                socket_answers(self.values["AUTH_SOCKET"]) and
                answers(self.values["IMAP_PORT"], b"* OK"))

    def where(self):
        return "IMAP port %s, users %s" % (self.values["IMAP_PORT"],
                                           ", ".join(USERS))


class Sink(Daemon):
    name = "sink"
    package = "python3"

    def prepare(self):
        self.folder("sink")

    def command(self):
        return ["/usr/bin/python3", os.path.join(TOP, "tests/fake/sink.py"),
                self.values["SINK_PORT"], self.values["SINK_DIR"]]

    def probe(self):
        return answers(self.values["SINK_PORT"], b"220")

    def where(self):
        return "port %s, mail that leaves the site" % self.values["SINK_PORT"]


class Signatures(Daemon):
    """No daemon: the folder that sekishod and clamd load."""

    def prepare(self):
        if self.values["SIGNATURES"] == self.settings.path("signatures"):
            write_signatures(self.folder("signatures"))
        elif not os.path.isdir(self.values["SIGNATURES"]):
            raise Refused("STACK_SIGNATURES: there is no folder " +
                          self.values["SIGNATURES"])


class Sekishod(Signatures):
    name = "sekishod"
    package = "this repository: run make"

    def prepare(self):
        super().prepare()
        self.folder("sekishod")
        self.folder("sekishod/run")
        source = os.path.join(TOP, "core/sekishod")
        self.folder("sekishod/templates")
        for file in glob.glob(os.path.join(source, "templates/*.*")):
            self.copy(file, "sekishod/templates/" + os.path.basename(file))
        self.copy(os.path.join(source, "policy.rng"), "sekishod/policy.rng")
        self.write("sekishod/policy.xml", self._policy(source))
        self.write("sekishod/sekishod.conf", self.fill("sekishod.conf"))

    @staticmethod
    def _policy(source):
        """The administrator's, or the shipped one for our domain."""
        own = os.environ.get("STACK_POLICY")
        try:
            with open(own or os.path.join(source, "policy.xml"),
                      encoding="utf-8") as file:
                text = file.read()
        except OSError as error:
            raise Refused("STACK_POLICY: %s" % error) from error
        return text if own else text.replace("example.com", "example.test")

    def command(self):
        """STACK_JAIL_LOG: with tests/trust/jail-log.c, which writes there."""
        notes = os.environ.get("STACK_JAIL_LOG")
        observed = ["env", "JAIL_LOG=" + notes, "LD_PRELOAD=" +
                    os.environ["STACK_JAIL_LIBRARY"]] if notes else []
        return [*observed, self.values["SEKISHOD"], "-c",
                self.values["SEKISHOD_CONFIG"]]

    def probe(self):
        with open(self.log, encoding="utf-8", errors="replace") as file:
            if " is ready: " not in file.read():
                return False
        return socket_answers(self.values["SCAN_SOCKET"])

    def where(self):
        return "a socket, the checkpoint itself"


class Exim(Daemon):
    name = "exim"
    package = "exim4-daemon-heavy"

    def prepare(self):
        user = self.values["MTA_USER"]
        self.folder("exim")
        for name in ("exim/spool", "exim/log"):
            self.folder(name, user, 0o750)
        if self.settings.checkpoint:
            for file in glob.glob(os.path.join(
                    TOP, "exim-localscan/snippets/sekisho.*")):
                self.copy(file, "exim/" + os.path.basename(file))
            self._copy_built(self.settings.built_variant)
            self._copy_built(self.settings.built_seal)
            if self.settings.module == "1":
                self._copy_built(self.settings.built_module)
        self.write("exim/exim.conf", self._macros() + self.fill("exim.conf"),
                   user, 0o640)

    def _copy_built(self, path):
        if not os.path.exists(path):
            raise Refused("STACK_MODULE=%s needs %s; run make" %
                          (self.settings.module, path))
        self.copy(path, "exim/" + os.path.basename(path))

    def _macros(self):
        lines = []
        if self.settings.rspamd:
            lines.append("STACK_RSPAMD = yes")
        if self.settings.module == "malware":
            lines.append("STACK_MALWARE = yes")
        if self.settings.module == "amavis":
            lines.append("STACK_AMAVIS = yes")
        if self.settings.queue_only:
            lines.append("STACK_QUEUE_ONLY = yes")
        if self.settings.checkpoint:
            lines += self._sekisho_macros()
        return "".join(line + "\n" for line in lines)

    def _sekisho_macros(self):
        base = self.values["LDAP_BASE"]
        lines = [
            "STACK_CHECKPOINT = yes",
            "SEKISHO_SOCKET = " + self.values["SCAN_SOCKET"],
            "SEKISHO_VARIANT = " + self.settings.path("exim/sekisho-variant"),
            "SEKISHO_SEAL = " + self.settings.path("exim/sekisho-seal"),
            "SEKISHO_QUARANTINE_SOCKET = " + self.values["LMTP_SOCKET"],
            "SEKISHO_HOLD_ALIASES = STACK_ALIASES",
            "SEKISHO_RELEASE_HOSTS = 127.0.0.1",
            "SEKISHO_RELEASE_PORT = " + self.values["RELEASE_PORT"],
            "SEKISHO_LDAP_SERVERS = 127.0.0.1::" + self.values["LDAP_PORT"],
            "SEKISHO_LDAP_BASE = ou=people," + base,
            'SEKISHO_LDAP_BIND = user="cn=mta,ou=services,%s" pass=%s' %
            (base, self.secret("mta", self.values["MTA_USER"]))]
        if self.settings.module == "compiled-in":
            lines.append("SEKISHO_COMPILED_IN = yes")
        else:
            lines.append("SEKISHO_MODULE = " +
                         self.settings.path("exim/sekisho-localscan.so"))
        if self.settings.rspamd:
            lines.append("SEKISHO_SPAM = yes")
        if self.values["REPUTATION"] == "1":
            lines += ["SEKISHO_REPUTATION_ZONE = bl.sekisho.test",
                      "SEKISHO_REPUTATION_NAME = Sekisho test database"]
        else:
            # No names can be looked up.
            lines.append("SEKISHO_OWN_AUTHENTICATION = yes")
        return lines

    def command(self):
        command = self.as_user(self.values["MTA_USER"], [
            self.values["EXIM"], "-C", self.values["EXIM_CONFIG"], "-bdf"])
        # What amavisd sent back stays where it is.
        if not self.settings.queue_only and self.settings.module != "amavis":
            command.append("-q10s")
        # Exim asks whom resolv.conf names: it gets the stack's, if there is
        # one. spam= asks for the client's name, and not every machine has who
        # answers.
        names = self.settings.path("dns/resolv.conf")
        if not self.settings.namespaces or not os.path.exists(names):
            return command
        return ["unshare", "-m", "sh", "-c",
                'mount --bind "$0" /etc/resolv.conf && exec "$@"', names,
                *command]

    def probe(self):
        return (answers(self.values["SMTP_PORT"], b"220") and
                answers(self.values["SUBMISSION_PORT"], b"220"))

    def where(self):
        return "SMTP port %s, PROXY %s, submission %s; %s" % (
            self.values["SMTP_PORT"], self.values["PROXY_PORT"],
            self.values["SUBMISSION_PORT"], {
                "1": "with Sekisho", "compiled-in": "with Sekisho inside",
                "malware": "with clamd", "amavis": "with amavisd",
                "0": "without Sekisho",
            }[self.settings.module])
