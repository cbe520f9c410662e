"""What a test needs of the running stack: clients, mailboxes, sink, logs.

One Stack is brought up for a whole test run (conftest.py). Every mail gets a
Message-ID of its own, by which it is found again; so tests do not disturb each
other and mailboxes need not be emptied.
"""
import contextlib
import functools
import glob
import imaplib
import os
import pwd
import re
import signal
import smtplib
import subprocess
import sys
import time
import uuid

TOP = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
sys.path.append(os.path.join(TOP, "tests", "stack"))

from modules import dovecot_generation, enter  # noqa: E402

STACK = os.path.join(TOP, "tests", "stack", "stack")
BUILD = os.environ.get("STACK_BUILD", os.path.join(TOP, "build"))
TOOL = os.path.join(BUILD, "sekisho")
GENERATION = dovecot_generation()
WAIT = 60       # seconds until we say that a mail does not come


def wait_until(condition, what, seconds=WAIT):
    """Calls condition until it returns something true, and returns that."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError("not within %d s: %s" % (seconds, what))
        time.sleep(0.05)


class Stack:
    """The daemons of one test run."""

    def __init__(self, directory, port_base, **settings):
        self.environment = dict(os.environ, STACK_DIR=directory,
                                PORT_BASE=str(port_base), **settings)
        self.env = {}
        know_settings()

    def run(self, *arguments):
        return subprocess.run([STACK, *arguments], env=self.environment,
                              check=True, text=True,
                              stdout=subprocess.PIPE).stdout

    def up(self):
        self.run("up")
        for line in self.run("env").splitlines():
            name, _, value = line.partition("=")
            self.env[name] = value

    def down(self):
        self.run("down")

    def start(self, daemon):
        self.run("start", daemon)

    def stop(self, daemon):
        self.run("stop", daemon)

    @property
    def tool(self):
        """The program `sekisho`, which was built with sekishod."""
        return os.path.join(os.path.dirname(self.env["SEKISHOD"]), "sekisho")

    def port(self, name):
        return int(self.env[name + "_PORT"])

    # -- sending -----------------------------------------------------------

    def outside(self, client=None, source=""):
        """An SMTP connection from outside; client is its apparent address,
        source one of this machine."""
        if client is None:
            smtp = smtplib.SMTP("127.0.0.1", self.port("SMTP"), timeout=90,
                                source_address=(source, 0))
        else:
            smtp = ProxySMTP(client, self.port("SMTP"), self.port("PROXY"))
        smtp.ehlo("client.partner.test")
        return smtp

    def inside(self, user="alice"):
        """A submission by one of the users."""
        smtp = smtplib.SMTP("127.0.0.1", self.port("SUBMISSION"), timeout=90)
        smtp.ehlo("desk.example.test")
        smtp.login(user, user + "-secret-1")
        return smtp

    def send(self, mail, recipients, sender="sender@partner.test", **how):
        """Sends one mail (bytes or a message) from outside, or with
        user=NAME from inside."""
        user = how.pop("user", None)
        options = ["BODY=8BITMIME", *how.pop("options", [])]
        mail = mail if isinstance(mail, bytes) else mail.as_bytes()
        smtp = self.inside(user) if user else self.outside(**how)
        with smtp:
            if isinstance(recipients, str):
                recipients = [recipients]
            return smtp.sendmail(sender, recipients, mail, options)

    def local(self, mail, *recipients, options=()):
        """Hands a mail to `sendmail`; returns its exit status and output."""
        mail = mail if isinstance(mail, bytes) else mail.as_bytes()
        result = subprocess.run(
            [self.env["EXIM"], "-C", self.env["EXIM_CONFIG"], "-oi", *options,
             "--", *recipients], input=mail, check=False,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        return result.returncode, result.stdout.decode()

    # -- what arrived ------------------------------------------------------

    def mailbox(self, user):
        imap = imaplib.IMAP4("127.0.0.1", self.port("IMAP"))
        imap.login(user, user + "-secret-1")
        return imap

    def search(self, user, *criteria, folder="INBOX"):
        """All mails of a folder that match, as bytes with CRLF."""
        criteria = ['"%s"' % c if " " in c else c for c in criteria]
        imap = self.mailbox(user)
        try:
            imap.select(folder, readonly=True)
            numbers = imap.search(None, *criteria)[1][0].split()
            return [imap.fetch(n, "(BODY.PEEK[])")[1][0][1] for n in numbers]
        finally:
            imap.logout()

    def arrived(self, user, message_id, seconds=WAIT):
        """The one mail with that Message-ID; fails when it is there twice."""
        found = wait_until(
            lambda: self.search(user, "HEADER", "Message-ID", message_id),
            "%s in %s's INBOX" % (message_id, user), seconds)
        assert len(found) == 1, "%d copies of %s" % (len(found), message_id)
        return found[0]

    def notices(self, user, address, count=1):
        """The notices to address, in the order of their arrival."""
        def found():
            mails = self.search(user, "TO", address,
                                "FROM", "NoReply@mail-abuse.org")
            return mails if len(mails) >= count else None
        return wait_until(found, "%d notices to %s" % (count, address))

    def deleted(self, message):
        """Accepted, thrown away, in nobody's mailbox and not in the sink."""
        message_id = message["Message-ID"]
        self.settled()
        assert self.exim_log(self.exim_id(message_id) + " => :blackhole: ")
        for user in "alice", "bob", "carol":
            assert not self.search(user, "HEADER", "Message-ID", message_id)
        assert not self.sunk(message_id)

    def sunk(self, message_id):
        """The mails with that Message-ID that left the site."""
        found = []
        for name in sorted(glob.glob(self.env["SINK_DIR"] + "/*")):
            with open(name, "rb") as file:
                data = file.read()
            if message_id.encode() in data:
                found.append(data)
        return found

    def left(self, message_id):
        return wait_until(lambda: self.sunk(message_id),
                          "%s in the sink" % message_id)[0]

    def settled(self):
        """Waits until Exim's queue is empty: what has not come, won't."""
        wait_until(lambda: not self.queue(), "an empty queue", 60)

    def spool_files(self):
        """All that lies in Exim's spool because of a message; not the bodies
        for sekisho_variant, which lie there for a day."""
        spool = os.path.join(self.env["STACK_DIR"], "exim/spool")
        return [path for folder in ("input", "msglog", "scan")
                for path in glob.glob(os.path.join(spool, folder, "**"),
                                      recursive=True)
                if os.path.isfile(path)]

    def queue(self):
        """Files in Exim's spool that belong to messages."""
        return glob.glob(os.path.join(self.env["STACK_DIR"],
                                      "exim/spool/input/**/*-[HDJ]"),
                         recursive=True)

    # -- logs --------------------------------------------------------------

    @staticmethod
    def _lines(path, pattern):
        with open(path, encoding="utf-8", errors="replace") as file:
            return [line.rstrip("\n") for line in file
                    if re.search(pattern, line)]

    def exim_log(self, pattern):
        return self._lines(self.env["EXIM_LOG"], pattern)

    def sekishod_log(self, pattern):
        return self._lines(self.env["SEKISHOD_LOG"], pattern)

    def exim_id(self, message_id):
        """Exim's id of the message with that Message-ID."""
        lines = wait_until(
            lambda: self.exim_log(" <= .*id=" +
                                  re.escape(message_id.strip("<>"))),
            "%s in Exim's log" % message_id)
        return re.search(r"(\S{6}-\S{6,11}-\S{2,4}) <= ", lines[-1]).group(1)

    # -- the daemon --------------------------------------------------------

    def sekishod_pid(self):
        with open(self.env["SEKISHOD_PID"], encoding="ascii") as file:
            return int(file.read())

    def sekishod_pids(self):
        """Master, generation, inspectors and clerks."""
        config = self.env["SEKISHOD_CONFIG"].encode()
        found = []
        for path in glob.glob("/proc/[0-9]*/cmdline"):
            with contextlib.suppress(OSError):
                with open(path, "rb") as file:
                    words = file.read().split(b"\0")
                if config in words and words[0].endswith(b"sekishod"):
                    found.append(int(path.split("/")[2]))
        return found

    def inspectors(self, pids=None):
        """The inspectors among these processes."""
        return [pid for pid in pids or self.sekishod_pids()
                if owner(pid) == "nobody"]

    def clerks_at_work(self):
        """The clerks that hold a message."""
        return [pid for pid in self.sekishod_pids()
                if owner(pid) == "sekisho" and
                any("memfd:" in link for link in open_files(pid))]

    def reload(self):
        """SIGHUP, and wait until the new generation serves."""
        before = len(self.sekishod_log(""))
        os.kill(self.sekishod_pid(), signal.SIGHUP)
        lines = wait_until(
            lambda: [line for line in self.sekishod_log("")[before:]
                     if re.search("generation .* signatures|refused", line)],
            "a new generation")
        assert "refused" not in lines[0], lines[0]

    def policy(self, change):
        """Runs with a changed policy: change(text) returns the new one."""
        return self.changed(self.env["POLICY"], change)

    def settings(self, *lines):
        """Runs with these lines at the end of sekishod.conf."""
        return self.changed(
            self.env["SEKISHOD_CONFIG"],
            lambda text: text + "".join(line + "\n" for line in lines))

    @contextlib.contextmanager
    def changed(self, path, change):
        """sekishod runs with another text of this file."""
        with open(path, encoding="utf-8") as file:
            old = file.read()
        new = change(old)
        assert new != old, path + " did not change"
        try:
            self.rewrite(path, new)
            yield
        finally:
            self.rewrite(path, old)

    def write_policy(self, text):
        self.rewrite(self.env["POLICY"], text)

    def rewrite(self, path, text):
        """sekishod reads it."""
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        self.reload()


@functools.cache
def know_settings():
    """Whoever reads the stack's configuration with Dovecot 2.4 has to know our
    settings: so this process shall, and all that it starts."""
    if GENERATION != "2.3":
        enter("%s/test-modules%d" % (BUILD, os.getpid()), BUILD)


def owner(pid):
    """The name of the user whose process it is, None: it has ended."""
    try:
        return pwd.getpwuid(os.stat("/proc/%d" % pid).st_uid).pw_name
    except OSError:
        return None


def open_files(pid):
    """What its descriptors are links to, as long as it lives."""
    for path in glob.glob("/proc/%d/fd/*" % pid):
        with contextlib.suppress(OSError):
            yield os.readlink(path)


class ProxySMTP(smtplib.SMTP):
    """An SMTP client that says with the PROXY protocol where it comes from."""

    def __init__(self, client, port, proxy_port):
        self._head = "PROXY TCP4 %s 127.0.0.1 40000 %d\r\n" % (client, port)
        super().__init__("127.0.0.1", proxy_port, timeout=90)

    def _get_socket(self, host, port, timeout):
        sock = super()._get_socket(host, port, timeout)
        sock.sendall(self._head.encode())
        return sock


def new_id(domain="partner.test"):
    return "<%s@%s>" % (uuid.uuid4().hex, domain)


def add_rules(policy, rules, before="</policy>"):
    """The policy with more rules at its end, or before something else."""
    assert before in policy
    return policy.replace(before, rules + before)


def rule(name, when, then, rule_class="content"):
    """A rule of an administrator as XML."""
    return ('<rule id="%s" class="%s" status="on"><name>%s</name>'
            '<when>%s</when><then>%s</then></rule>\n' %
            (name, rule_class, name, when, then))


def switch(policy, name, status):
    """The policy with that rule switched on or off."""
    changed = re.sub(r'(<rule[^>]*\bid="%s"[^>]*\bstatus=")(on|off)(")' % name,
                     r"\g<1>%s\g<3>" % status, policy)
    assert changed != policy, "rule %s is %s already" % (name, status)
    return changed
