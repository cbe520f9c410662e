"""Several machines under flowing mail: what kill's Site, Sender, Reader and
Ledger are for one, and the faults of machines."""
import collections
import os
import re
import smtplib
import subprocess
import time

from checked import HELD_FOR_BOB, TOP, Site
from ledger import Ledger
from machines import DIRECTORIES, GATEWAYS, STORES, Machines
from mails import mail
from running import new_id, wait_until
from traffic import ALICE, RULES, Reader

ANSWERS = 20        # seconds that a client waits
POWER, CABLE = "power fails", "cable is out"
SEKISHOD = "sekishod is killed"
# One row of faults; each machine comes back before the next one goes.
FAULTS = (*((name, POWER) for name in GATEWAYS + DIRECTORIES + STORES),
          *((name, CABLE) for name in GATEWAYS + DIRECTORIES + STORES),
          *((name, SEKISHOD) for name in GATEWAYS + STORES))
AWAY, BETWEEN = 5, 4        # seconds, at most


class Stack:
    """What traffic and ledger ask of a stack, for all machines together."""

    def __init__(self, machines, dice):
        self.machines, self.dice = machines, dice
        self.env = machines.values("gw-a")

    def outside(self):
        """As a sender does with two MX of one preference."""
        names = list(GATEWAYS)
        self.dice.shuffle(names)
        try:
            return self.machines.smtp(names[0], timeout=ANSWERS)
        except OSError:
            return self.machines.smtp(names[1], timeout=ANSWERS)

    def send(self, data, recipients):
        with self.outside() as smtp:
            return smtp.sendmail("sender@partner.test", recipients, data,
                                 ["BODY=8BITMIME"])

    def queue(self):
        return self.machines.queue()

    @staticmethod
    def sunk(_):
        """Nobody writes to outside."""
        return []

    def settled(self):
        wait_until(lambda: not self.queue(), "empty queues", 60)

    def exim_log(self, pattern):
        return self.machines.lines(pattern, self.machines.exim_logs())

    def dovecot_log(self, pattern):
        return self.machines.lines(pattern,
                                   self.machines.logs(STORES, "dovecot"))


class Several(Site):
    """Use it in a with statement."""

    def __init__(self, dice):
        super().__init__("trust-machines", None)
        self.machines = Machines(os.path.join(TOP, "build/trust-machines"),
                                 STACK_RSPAMD="0")
        self.dice = dice

    def __enter__(self):
        self.machines.__enter__()
        self.stack = Stack(self.machines, self.dice)
        self.machines.add_rules(HELD_FOR_BOB + RULES)
        self.learn()
        return self

    def __exit__(self, *_):
        self.machines.__exit__()

    def doveadm(self, *arguments):
        return self.machines.doveadm("store-b", *arguments)


class Visitor(Reader):
    """Bob, who is led to the second store when the first does not answer."""

    def session(self):
        try:
            return self.site.machines.imap("store-a", "bob", timeout=ANSWERS)
        except OSError:
            return self.site.machines.imap("store-b", "bob", timeout=ANSWERS)

    def visit(self, enough):
        before = len(self.complaints)
        super().visit(enough)
        # A store has died, or hangs with its cable out.
        if self.complaints[before:] == ["IMAP gives no answer"]:
            self.complaints.pop()
            self.answers["no answer"] += 1


class Faults:
    """Does them one after the other, and remembers when."""

    def __init__(self, machines, dice):
        self.machines, self.dice = machines, dice
        self.counts, self.complaints = collections.Counter(), []
        self.times, self.turn = [], []

    def one(self):
        if not self.turn:
            self.turn = list(FAULTS)
            self.dice.shuffle(self.turn)
        name, fault = self.turn.pop()
        time.sleep(self.dice.uniform(1, BETWEEN))
        begin = time.time()
        {POWER: self.power, CABLE: self.cable,
         SEKISHOD: self.sekishod}[fault](name)
        kind = "%s, %s" % (name.split("-")[0], fault)
        self.times.append((begin, time.time(), name, kind))
        self.counts[kind] += 1

    def wait(self):
        time.sleep(self.dice.uniform(1, AWAY))

    def power(self, name):
        self.machines.kill(name)
        self.wait()
        self.machines.boot(name)

    def cable(self, name):
        self.machines.plug(name, "down")
        self.wait()
        self.machines.plug(name, "up")

    def sekishod(self, name):
        self.machines.kill_daemon(name, "sekishod")
        self.wait()
        self.machines.revive(name, "sekishod")

    def during(self, begin, end, gateway):
        """The kinds of those of this gateway or of a store in that time."""
        return [kind for first, last, name, kind in self.times
                if first - 2 <= end and begin - 2 <= last and
                name in (gateway, *STORES)]


def seconds(line):
    return time.mktime(time.strptime(line[:19], "%Y-%m-%d %H:%M:%S"))


class MachinesLedger(Ledger):
    """killer is Faults."""

    def __init__(self, site, faults, flow):
        self.machines = site.machines
        super().__init__(site, faults, flow)
        self.quarantine.log_lines = self.stack.dovecot_log

    def thaw(self):
        """Nothing has to be."""
        return set(self.stack.queue())

    # -- what the law says ---------------------------------------------------

    def unexplained(self, again):
        """A second delivery is one whose first one a fault has met."""
        yield from self.filed_once()
        kinds = collections.Counter()
        for exim_id, trail in self.repeated.items():
            met = [kind for one in trail for kind in self.met(one.decode())]
            kinds.update(met[:1])
            if not met:
                yield "%s: is there twice, and nothing had failed" % exim_id
        print("# twice after: %s" % dict(kinds))

    def met(self, exim_id):
        """The faults while Exim had the mail with that id."""
        for name in GATEWAYS:
            lines = self.machines.lines(
                " %s (<=|Completed)" % exim_id,
                [self.machines.values(name)["EXIM_LOG"]])
            if lines:
                return self.killer.during(seconds(lines[0]),
                                          seconds(lines[-1]), name)
        return []

    def processes(self):
        yield from self.killer.complaints
        logs = [path for name in GATEWAYS + STORES for daemon in
                ("sekishod", "dovecot") for path in self.logs(name, daemon)]
        yield from self.machines.lines(
            "Panic|killed with signal (?!9)|by signal (?!9)", logs)
        yield from self.stack.exim_log(" Frozen| frozen")

    def logs(self, name, daemon):
        if daemon == "dovecot" and name in GATEWAYS:
            return []
        return self.machines.logs([name], daemon)

    def next_message(self):
        """Through each gateway, and seen on each store."""
        for gateway in GATEWAYS:
            letter, message_id = mail(to=ALICE, X_Stack_Spam_Score="65"), \
                new_id()
            letter.replace_header("Message-ID", message_id)
            try:
                self.machines.send(gateway, letter, [ALICE])
            except (smtplib.SMTPException, OSError) as error:
                yield "%s does not accept it: %s" % (gateway, error)
                continue
            for store in STORES:
                data = self.machines.arrived(store, "alice", "INBOX",
                                             message_id)
                if b"MEIWAKU" not in data:
                    yield "it is not tagged"

    def directories(self):
        """Both have the same entries, with the same times of change."""
        says = [self.machines.run(name, [
            "ldapsearch", "-LLL", "-Q", "-Y", "EXTERNAL", "-H",
            self.machines.values(name)["LDAPI_URI"], "-b",
            "dc=example,dc=test", "(!(objectClass=domain))", "*",
            "entryCSN"]) for name in DIRECTORIES]
        texts = [sorted(re.split(r"\n\n", one)) for one in says]
        if texts[0] != texts[1]:
            yield "the directories differ"

    def verdicts(self):
        yield from super().verdicts()
        yield "both directories have the same", self.directories()

    def reconciliation(self):
        return self.machines.reconcile()

    def settle(self):
        try:
            super().settle()
        except subprocess.CalledProcessError as error:
            self.unsettled.append(str(error))
