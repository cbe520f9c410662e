"""Ends processes of a site with SIGKILL, at random moments, and starts again
what a supervisor would."""
import collections
import os
import re
import signal
import subprocess
import sys
import time

from checked import TOP

sys.path.insert(0, os.path.join(TOP, "tests/stack"))

# pylint: disable=wrong-import-position
from process import session_members, stat_fields  # noqa: E402
from running import open_files, owner  # noqa: E402

# Killed so often in a row of kills, which is shuffled.
TURN = ("clerk", "clerk", "inspector", "inspector", "receiving", "receiving",
        "delivering", "delivering", "lmtp", "lmtp", "imap", "imap",
        "generation", "master", "slapd")
DAEMONS = {"master": "sekishod", "slapd": "slapd"}
# Of these it is mostly one that has an open file of that name: a mail.
WORKERS = ("clerk", "inspector", "receiving", "delivering", "lmtp", "imap")
AT_WORK = ("memfd:", "/exim/spool/", "/tmp/", "/storage/temp.", "/storage/m.")
PAUSE = 0.4         # seconds before a kill, at most
PATIENCE = 60       # seconds until a process of the kind appears


def words(pid):
    try:
        with open("/proc/%d/cmdline" % pid, "rb") as file:
            return file.read().decode(errors="replace").split("\0")
    except OSError:
        return []


def parent(pid):
    fields = stat_fields(pid)
    return int(fields[1]) if fields else None


def at_work(pid):
    """Has it a mail in its hands?"""
    return any(part in path for path in open_files(pid) for part in AT_WORK)


class Killer:
    def __init__(self, stack, dice):
        self.stack, self.dice = stack, dice
        self.counts, self.complaints = collections.Counter(), []
        self.turn, self.log = [], []        # what start() would throw away

    # -- who there is --------------------------------------------------------

    def leader(self, daemon):
        path = "%s/run/%s.pid" % (self.stack.env["STACK_DIR"], daemon)
        with open(path, encoding="ascii") as file:
            return int(file.read())

    def of_sekishod(self, kind):
        """Its processes differ in whose they are."""
        leader = self.leader("sekishod")
        user = {"clerk": "sekisho", "inspector": "nobody"}.get(kind, "root")
        return [pid for pid in session_members(leader)
                if owner(pid) == user and pid != leader]

    def of_dovecot(self, kind):
        return [pid for pid in session_members(self.leader("dovecot"))
                if "".join(words(pid)[:1]).endswith("/" + kind)]

    def of_exim(self, kind):
        """Children of the daemon with a connection to our SMTP ports receive;
        what they start delivers, and may have inherited it."""
        leader, receiving = self.leader("exim"), set()
        ports = tuple(":%04X" % self.stack.port(name)
                      for name in ("SMTP", "SUBMISSION"))
        with open("/proc/net/tcp", encoding="ascii") as file:
            for line in file:
                fields = line.split()
                if fields[1].endswith(ports) and fields[3] == "01":
                    receiving.add("socket:[%s]" % fields[9])
        return [pid for pid in session_members(leader) if pid != leader and
                (parent(pid) == leader and
                 not receiving.isdisjoint(open_files(pid))) ==
                (kind == "receiving")]

    def candidates(self, kind):
        if kind in DAEMONS:
            return [self.leader(DAEMONS[kind])]
        if kind in ("imap", "lmtp"):
            return self.of_dovecot(kind)
        if kind in ("receiving", "delivering"):
            return self.of_exim(kind)
        return self.of_sekishod(kind)

    # -- killing -------------------------------------------------------------

    def shoot(self, kind):
        """Kills one of them; false when there is none."""
        pids = self.candidates(kind)
        if kind in WORKERS and self.dice.random() < 0.9:
            pids = [pid for pid in pids if at_work(pid)]
        if not pids:
            return False
        pid = self.dice.choice(pids)
        try:
            handle = os.pidfd_open(pid)
        except ProcessLookupError:
            return False
        try:
            # It has not become another process meanwhile.
            if pid not in session_members(os.getsid(pid)) or \
                    os.getsid(pid) not in self.ours():
                return False
            signal.pidfd_send_signal(handle, signal.SIGKILL)
            return True
        except ProcessLookupError:
            return False
        finally:
            os.close(handle)

    def ours(self):
        return {self.leader(daemon)
                for daemon in ("sekishod", "dovecot", "exim", "slapd")}

    def kill_one(self):
        """Kills one process of the kind whose turn it is."""
        if not self.turn:
            self.turn = list(TURN)
            self.dice.shuffle(self.turn)
        kind = self.turn.pop()
        time.sleep(self.dice.uniform(0, PAUSE))
        end = time.monotonic() + PATIENCE
        while not self.shoot(kind):
            if time.monotonic() > end:
                self.complaints.append("there is nobody to kill: " + kind)
                return
            time.sleep(0.003)
        self.counts[kind] += 1
        if kind in DAEMONS:
            time.sleep(self.dice.uniform(0, PAUSE))
            self.supervise(DAEMONS[kind])

    def supervise(self, daemon):
        """A supervisor that does not care for what the daemon left."""
        if daemon == "sekishod":
            self.log += self.stack.sekishod_log("")
        try:
            self.stack.start(daemon)
        except subprocess.CalledProcessError:
            self.complaints.append("%s does not start again" % daemon)
            self.stack.start(daemon)

    def left_over(self):
        """Processes of a master that was killed. Not the members of its
        session: on a busy machine another one has its number by now."""
        leader = self.leader("sekishod")
        before, pids = session_members(leader), self.stack.sekishod_pids()
        ours = {*before, *session_members(leader)}
        return [pid for pid in pids if pid not in ours]

    def logged(self):
        """Complaints in logs about an end that was not ours."""
        log = "%s/log/dovecot.log" % self.stack.env["STACK_DIR"]
        with open(log, encoding="utf-8", errors="replace") as file:
            lines = file.readlines() + self.log + self.stack.sekishod_log("")
        return [line.rstrip("\n") for line in lines
                if re.search("Panic|killed with signal (?!9)|"
                             "by signal (?!9)", line)]
