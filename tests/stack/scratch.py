"""A slapd of its own, as Debian's package configures it, with nothing of ours.

    with Scratch("/var/tmp/x", 30389) as slapd:
        slapd.install("-m", "10")
        slapd.root("ldapsearch", "-LLL", "-b", slapd.suffix)

For the tests of ldap-schema/ and for the benchmark of the directory.
"""
import os
import shutil
import socket
import subprocess
import time

TOP = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
INITIAL = "/usr/share/slapd/slapd.init.ldif"    # what dpkg loads
BASE = """\
dn: dc=example,dc=com
objectClass: dcObject
objectClass: organization
dc: example
o: Example

dn: ou=people,dc=example,dc=com
objectClass: organizationalUnit
ou: people
"""


class Scratch:
    suffix = "dc=example,dc=com"

    def __init__(self, directory, port, database_bytes=1 << 30):
        self.directory, self.port = directory, port
        self.uri = "ldap://127.0.0.1:%d" % port
        self.ldapi = "ldapi://" + os.path.join(directory, "ldapi").replace(
            "/", "%2f")
        self.secrets = os.path.join(directory, "secrets")
        self._process = None
        shutil.rmtree(directory, ignore_errors=True)
        for name in "db", "config":
            os.makedirs(os.path.join(directory, name))
        with open(INITIAL, encoding="utf-8") as file:
            initial = file.read()
        for old, new in (("@SUFFIX@", self.suffix), ("@PASSWORD@", "admin"),
                         ("/var/run/slapd", directory),
                         ("/var/lib/ldap", directory + "/db"),
                         ("olcDbMaxSize: 1073741824",
                          "olcDbMaxSize: %d" % database_bytes)):
            initial = initial.replace(old, new)
        self.load(initial, "0")
        self.load(BASE)

    def load(self, ldif, number="1"):
        """slapadd; LDIF as text or as an open file."""
        more = {"input": ldif} if isinstance(ldif, str) else {"stdin": ldif}
        subprocess.run(["slapadd", "-q", "-n", number, "-F",
                        self.directory + "/config"], check=True, text=True,
                       stdout=subprocess.DEVNULL, **more)

    def start(self):
        self._process = subprocess.Popen(
            ["slapd", "-d", "none", "-F", self.directory + "/config", "-h",
             self.uri + "/ " + self.ldapi + "/"], stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(600):
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return self
            except OSError:
                time.sleep(0.1)
        raise RuntimeError("slapd does not answer at " + self.uri)

    def stop(self):
        if self._process is not None:
            self._process.terminate()
            self._process.wait(120)
            self._process = None

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()
        shutil.rmtree(self.directory, ignore_errors=True)

    def script(self, name, *arguments, check=True):
        """ldap-schema/install or uninstall."""
        return subprocess.run(
            [os.path.join(TOP, "ldap-schema", name), "-H", self.ldapi, "-d",
             self.secrets, *arguments], check=check, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

    def run(self, command, *arguments, check=True, **more):
        return subprocess.run([command, *arguments], check=check, text=True,
                              stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, **more)

    def root(self, command, *arguments, **more):
        """As root of this host, over ldapi."""
        return self.run(command, "-Q", "-Y", "EXTERNAL", "-H", self.ldapi,
                        *arguments, **more)

    def service(self, name, command, *arguments, **more):
        """As one of the identities that install made."""
        secret = os.path.join(self.directory, "secret")
        with open(os.path.join(self.secrets, "ldap-" + name),
                  encoding="ascii") as file:
            password = file.read().strip()
        with open(secret, "w", encoding="ascii") as file:
            file.write(password)
        os.chmod(secret, 0o600)
        return self.run(command, "-x", "-H", self.uri, "-D",
                        "cn=%s,ou=services,%s" % (name, self.suffix), "-y",
                        secret, *arguments, **more)

    def person(self, name, command, *arguments, **more):
        """As uid=NAME,ou=people with the password NAME-secret-1."""
        return self.run(command, "-x", "-H", self.uri, "-D",
                        "uid=%s,ou=people,%s" % (name, self.suffix), "-w",
                        name + "-secret-1", *arguments, **more)

    def config(self):
        """cn=config, without the schemas slapd comes with."""
        return self.root("ldapsearch", "-LLL", "-o", "ldif-wrap=no", "-b",
                         "cn=config", "(!(objectClass=olcSchemaConfig))"
                         ).stdout
