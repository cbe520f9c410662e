"""The settings of one stack: folders, ports and switches, from the environment.

Each is a name in capitals; @NAME@ in a template of conf/ stands for its value,
and `stack env` prints those that scripts need.
"""
import os
import shutil
import subprocess

from modules import dovecot_generation

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))
USERS = ("alice", "bob", "carol", "dave", "erin")
# The last two digits differ, so that stacks may be a hundred ports apart.
PORTS = {"DOVEADM_PORT": 190,
         "SMTP_PORT": 25, "PROXY_PORT": 24, "SUBMISSION_PORT": 587,
         "IMAP_PORT": 143, "LMTP_PORT": 240, "LDAP_PORT": 389,
         "LDAPS_PORT": 636, "RELEASE_PORT": 27, "SINK_PORT": 26, "WEB_PORT": 80,
         "AMAVIS_PORT": 28}
PRINTED = ("STACK_DIR", "PORT_BASE", *PORTS, "DNS_ADDRESS", "SINK_DIR",
           "SCAN_SOCKET", "CONTROL_SOCKET", "ACCOUNT_SOCKET", "ACCOUNTS",
           "WEB_URL", "EXIM", "EXIM_CONFIG", "EXIM_LOG", "EXIM_SPOOL",
           "SEKISHOD", "SEKISHOD_CONFIG", "SEKISHOD_LOG", "SEKISHOD_PID",
           "POLICY", "SIGNATURES", "MTA_USER", "LDAP_URI",
           "LDAPI_URI", "LDAP_BASE", "SECRETS_DIR", "DOVECOT_CONFIG",
           "DOVECOT_GENERATION",
           "LMTP_SOCKET", "MODULE", "RSPAMD", "REPUTATION", "NAMESPACES")
LONGEST_SOCKET = "/dovecot/run/auth-token-secret.dat"


class Refused(Exception):
    """What the user is told when something cannot work."""


def closed_parent(path):
    """The first folder above path that other users cannot enter, or None."""
    while path != "/":
        path = os.path.dirname(path)
        if os.path.isdir(path) and not os.stat(path).st_mode & 0o001:
            return path
    return None


def switch(name, preset):
    value = os.environ.get(name, "")
    return value if value != "" else preset


def namespaces_work():
    """May we give Exim a resolv.conf of its own?"""
    return subprocess.run(["unshare", "-m", "true"], check=False,
                          stderr=subprocess.DEVNULL).returncode == 0


class Settings:
    def __init__(self):
        self.asked_dir = os.path.abspath(
            switch("STACK_DIR", os.path.join(TOP, "build", "stack")))
        self.base = int(switch("PORT_BASE", "20000"))
        if not 1024 <= self.base <= 64900:
            raise Refused("PORT_BASE must be from 1024 to 64900")
        # Daemons that run as other users must get there, which they cannot in
        # a clone below /root: then the stack lives in /var/tmp, and a symbolic
        # link stands where it was asked for.
        self.dir = os.path.realpath(self.asked_dir)
        if closed_parent(self.dir) is not None:
            self.dir = "/var/tmp/sekisho-stack-%d" % self.base
        if len(self.dir + LONGEST_SOCKET) > 107:
            raise Refused("STACK_DIR is too long for sockets: " + self.dir)
        build = os.path.abspath(switch("STACK_BUILD",
                                       os.path.join(TOP, "build")))
        self.build = build
        self.built_module = os.path.join(build, "sekisho-localscan.so")
        self.built_variant = os.path.join(build, "sekisho-variant")
        self.built_seal = os.path.join(build, "sekisho-seal")
        self.built_plugins = os.path.join(build, "lib*_plugin.so")
        self.namespaces = namespaces_work()
        self.module = switch("STACK_MODULE",
                             "1" if os.path.exists(self.built_module) else "0")
        if self.module not in ("0", "1", "malware", "amavis",
                               "compiled-in"):
            raise Refused("STACK_MODULE is 0, 1, malware, amavis or "
                          "compiled-in")
        self.accounts = switch("STACK_ACCOUNTS", "separate")
        if self.accounts not in ("separate", "shared"):
            raise Refused("STACK_ACCOUNTS is separate or shared")
        self.checkpoint = self.module in ("1", "compiled-in")
        self.rspamd = switch("STACK_RSPAMD", "1") == "1"
        self.web = switch("WEB", switch("STACK_WEB", "0")) == "1"
        self.queue_only = switch("STACK_QUEUE_ONLY", "0") == "1"
        self.reputation = (switch("STACK_REPUTATION", "1") == "1" and
                           self.checkpoint and self.namespaces)
        self.values = self._values(build)

    def path(self, *names):
        return os.path.join(self.dir, *names)

    def _values(self, build):
        values = {name: str(self.base + offset)
                  for name, offset in PORTS.items()}
        values.update({
            "TOP": TOP, "STACK_DIR": self.dir, "PORT_BASE": str(self.base),
            "DNS_ADDRESS": "127.77.%d.%d" % (self.base >> 8, self.base & 255),
            # Of several machines (tests/machines) these are different.
            "LISTEN": "127.0.0.1", "HOSTNAME": "mx.example.test",
            "SINK_HOST": "127.0.0.1",
            "SINK_DIR": self.path("sink"),
            "SCAN_SOCKET": self.path("sekishod/run/scan.sock"),
            "CONTROL_SOCKET": self.path("sekishod/run/control.sock"),
            "ACCOUNT_SOCKET": self.path("sekishod/run/account.sock"),
            "ACCOUNTS": self.accounts,
            "WEB_URL": "http://127.0.0.1:%s/" % values["WEB_PORT"],
            "EXIM": switch("STACK_EXIM", "/usr/sbin/exim4"),
            "EXIM_CONFIG": self.path("exim/exim.conf"),
            "EXIM_LOG": self.path("exim/log/mainlog"),
            "EXIM_SPOOL": self.path("exim/spool"),
            "SEKISHOD": os.path.join(build, "sekishod"),
            "SEKISHOD_CONFIG": self.path("sekishod/sekishod.conf"),
            "SEKISHOD_LOG": self.path("log/sekishod.log"),
            "SEKISHOD_PID": self.path("run/sekishod.pid"),
            "POLICY": self.path("sekishod/policy.xml"),
            "SIGNATURES": os.path.abspath(
                switch("STACK_SIGNATURES", self.path("signatures"))),
            "MTA_USER": "Debian-exim",
            "LDAP_URI": "ldap://127.0.0.1:%s" % values["LDAP_PORT"],
            "LDAPI_URI": "ldapi://%s" % self.path("ldap/run/ldapi").replace(
                "/", "%2f"),
            "LDAP_BASE": "dc=example,dc=test",
            "SECRETS_DIR": self.path("secrets"),
            "DIGEST_PROGRAM": os.path.join(build, "sekisho-digest"),
            "DOVEADM": shutil.which("doveadm") or "/usr/bin/doveadm",
            "DOVECOT_CONFIG": self.path("dovecot/dovecot.conf"),
            "DOVECOT_GENERATION": dovecot_generation() or "",
            "LMTP_SOCKET": self.path("dovecot/run/lmtp.sock"),
            "AUTH_SOCKET": self.path("dovecot/run/auth.sock"),
            "MODULE": self.module,
            "RSPAMD": str(int(self.rspamd)),
            "REPUTATION": str(int(self.reputation)),
            "NAMESPACES": str(int(self.namespaces)),
            # Kept between runs: rspamd compiles for 9 s when it is empty.
            "RSPAMD_DB": os.path.join(os.path.dirname(self.dir),
                                      "rspamd-db-%d" % self.base),
            "SETTINGS": switch("STACK_SETTINGS", ""),
            "DOVECOT_SETTINGS": switch("STACK_DOVECOT", ""),
            "WIREFORMAT": "true" if switch("STACK_WIREFORMAT", "0") == "1"
                          else "false",
        })
        return values

    def env(self):
        return ["%s=%s" % (name, self.values[name]) for name in PRINTED]
