"""Directories of many accounts, and sekishod's own search in them."""
import os
import statistics
import subprocess
import sys
import time

TOP = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
sys.path.append(os.path.join(TOP, "tests", "stack"))
from scratch import Scratch     # noqa: E402

CLIENT = os.path.join(TOP, "build", "tests", "bench", "askdirectory")
CONFIG = """\
user = nobody
jail-user = nobody
mta-user = nobody
ldap-uri = %s
ldap-base = %s
ldap-bind-dn = cn=sekishod,ou=services,%s
ldap-bind-password-file = %s/ldap-sekishod
ldap-timeout = 60
"""


def accounts(count, senders):
    """The LDIF of so many accounts, piece by piece."""
    for i in range(count):
        yield ("dn: uid=u%d,ou=people,%s\nobjectClass: inetOrgPerson\n"
               "objectClass: sekishoAccount\nuid: u%d\ncn: User %d\n"
               "sn: User\nmail: u%d@example.com\nsekishoStatus: active\n%s\n"
               % (i, Scratch.suffix, i, i, i, "".join(
                   "sekishoApprovedSender: s%d@sender%d.example\n" % (i, k)
                   for k in range(senders))))


class Directory:
    """A slapd with so many accounts of so many approved senders each."""

    def __init__(self, count, senders, port, questions):
        self.count, self.senders = count, senders
        self.questions = questions  # recipients of a message -> how often
        self.slapd = Scratch("/var/tmp/sekisho-bench-%d" % port, port,
                             64 << 30)
        self.times = {recipients: [] for recipients in questions}
        begin = time.monotonic()
        self.slapd.start()
        self.slapd.script("install")
        self.slapd.stop()
        self._load()
        self.slapd.start()
        size = os.stat(self.slapd.directory + "/db/data.mdb")
        print("%9d accounts of %d senders: loaded in %d s, %d MB" % (
            count, senders, time.monotonic() - begin, size.st_blocks >> 11),
            file=sys.stderr, flush=True)
        self.config = self.slapd.directory + "/sekishod.conf"
        with open(self.config, "w", encoding="ascii") as file:
            file.write(CONFIG % (self.slapd.uri, Scratch.suffix,
                                 Scratch.suffix, self.slapd.secrets))
        self._warm()

    def _load(self):
        with subprocess.Popen(
                ["slapadd", "-q", "-n", "1", "-F",
                 self.slapd.directory + "/config"], stdin=subprocess.PIPE,
                text=True, stdout=subprocess.DEVNULL) as loader:
            for entry in accounts(self.count, self.senders):
                loader.stdin.write(entry)
            loader.stdin.close()
            if loader.wait() != 0:
                raise SystemExit("slapadd failed")
        os.sync()       # not while something is measured

    def _warm(self):
        """No index helps with the first; the second reads that of mail."""
        self.slapd.service("sekishod", "ldapsearch", "-LLL", "-b",
                           Scratch.suffix, "(sn=Nobody)", "dn")
        self._client(10, 5000 if self.count > 1000 else 500)

    def _client(self, recipients, questions):
        return subprocess.run(
            [CLIENT, self.config, str(self.count), str(self.senders),
             str(recipients), str(questions)], check=True, text=True,
            stdout=subprocess.PIPE).stdout.split()

    def ask(self, recipients):
        """Median, p99 and longest, in microseconds."""
        said = self._client(recipients, self.questions[recipients])
        # About half of the questions name somebody who is approved.
        assert 0.3 < int(said[3]) / self.questions[recipients] < 0.7, said
        self.times[recipients].append([int(word) for word in said[:3]])

    def figures(self, recipients):
        return [statistics.median(column)
                for column in zip(*self.times[recipients])]

    def stop(self):
        self.slapd.__exit__()
