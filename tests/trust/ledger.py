"""Where every letter is in the end, and what the law says to it.

A copy is known by the id that Exim gave the message when it came: two copies
with one id are a delivery that was done twice, two ids are a mail that was sent
twice.
"""
import collections
import os
import re
import subprocess
import sys
import time

from checked import body_of
from mails import EICAR, mail
from quarantine import Quarantine
from reading import own, recipients
from running import new_id, wait_until
from traffic import ALICE, BELONGS, TO

USERS = ("alice", "bob", "carol", "erin")
FOLDERS = ("INBOX", "Quarantine", "Quarantine/Deliver",
           "Quarantine/Deliver and Approve", "Trash", "Junk")
EXIM_ID = re.compile(rb"\bid (\w{6}-\w{6,11}-\w{2,4})\b")
FINISH = 180        # seconds
Copy = collections.namedtuple("Copy", "exim_id trail subject body data")


def field(name, text):
    found = re.search(rb"(?mi)^%s: (.*)" % name, text)
    return found[1].decode(errors="replace").strip() if found else ""


class Ledger:
    AGAIN = "held mails that came again after the user had delivered them"

    def __init__(self, site, killer, flow):
        self.site, self.stack, self.killer = site, site.stack, killer
        self.senders, self.readers = flow.senders, flow.readers
        self.last = flow.last
        self.letters = [letter for sender in flow.senders
                        for letter in sender.letters]
        self.quarantine = Quarantine(self.stack, "bob")
        self.there, self.unsettled, self.twice = {}, [], set()
        self.frozen, self.counts = set(), collections.Counter()
        self.repeated = {}      # id that Exim gave -> ids of all its ways

    # -- the end -------------------------------------------------------------

    def waiting(self):
        """Messages in Exim's queue; a -D alone is what a killed Exim left of
        a mail that it had not accepted, a -H alone what a power cut left of
        one that was delivered: Exim removes its -D first."""
        there = {os.path.basename(path) for path in self.stack.queue()}
        return {name[:-2] for name in there
                if name.endswith("-H") and name[:-1] + "D" in there}

    def thaw(self):
        """What an administrator does with frozen mail; what waits still."""
        frozen = [line.split()[2] for line in self.stack.exim_log(" Frozen$")
                  if line.split()[2] not in self.frozen]
        waiting = self.waiting()
        for exim_id in waiting.intersection(frozen):
            self.frozen.add(exim_id)
            subprocess.run([self.stack.env["EXIM"], "-C",
                            self.stack.env["EXIM_CONFIG"], "-M", exim_id],
                           check=True)
        return waiting

    def settle(self):
        """Until queues are empty and nothing is held that shall not be."""
        self.empty_queue()
        for last in self.last:
            last.finish()
            if last.rest != []:
                self.unsettled.append("still held: %s" % last.rest)
        self.empty_queue()      # of what was sent on to outside
        self.there = {(user, folder): self.fetch(user, folder)
                      for user in USERS for folder in FOLDERS}
        self.there.update(self.left())

    def empty_queue(self):
        try:
            wait_until(lambda: not self.thaw(), "an empty queue", FINISH)
        except AssertionError as error:
            self.unsettled.append("%s: %s" % (error, self.waiting()))

    def fetch(self, user, folder):
        """Message-ID -> the copies in a folder."""
        out = self.site.doveadm("fetch", "-u", user, "text", "mailbox", folder,
                                "all")
        found = collections.defaultdict(list)
        for text in re.split(rb"(?m)^\f?text:\n", out):
            ids = EXIM_ID.findall(text.partition(b"\n\n")[0])
            if ids:
                found[field(b"Message-ID", text)].append(Copy(
                    ids[-1].decode(), ids, field(b"Subject", text),
                    body_of(text.rstrip(b"\f\n")), text))
        return found

    def left(self):
        """The same, of what left the site for each of these people."""
        found = {place: collections.defaultdict(list)
                 for place in BELONGS["outside"]}
        for data in self.stack.sunk("Message-ID"):
            ids = EXIM_ID.findall(data.partition(b"\r\n\r\n")[0])
            for address in recipients(data):
                place = address.partition("@")[0], "outside"
                found.setdefault(place, collections.defaultdict(list))[
                    field(b"Message-ID", data)].append(Copy(
                        ids[-1].decode(), ids, field(b"Subject", data),
                        body_of(data), data))
        return found

    # -- what the law says ---------------------------------------------------

    def report(self, tally):
        """Waits for the end, then says what became of all letters."""
        self.settle()
        for name, complaints in self.verdicts():
            tally.report(name, list(complaints))

    def verdicts(self):
        """Names of tests with their complaints."""
        yield "no message waits for ever", self.unsettled
        yield "senders and the user are answered", [
            line for one in (*self.senders, *self.readers)
            for line in one.complaints]
        yield "nothing is lost", self.lost()
        yield "nothing is where it does not belong", self.misplaced()
        yield "nothing passes unscanned", self.unscanned()
        yield "doubled is only what lost its answer", self.doubled()
        yield "what is deleted, a rule has deleted", self.deleted()
        yield "nobody is stuck, and only we have killed", self.processes()
        yield "the next message works", self.next_message()
        yield "sekisho reconcile agrees", self.reconcile()
        self.summary()

    def expected(self):
        for letter in self.letters:
            for place in BELONGS[letter.kind]:
                yield letter, place, self.there[place].get(letter.id, [])

    def lost(self):
        for letter, place, copies in self.expected():
            if not copies:
                self.counts["lost"] += 1
                yield "%s: a %s letter is not in %s" % (
                    letter.id, letter.kind, place)

    def misplaced(self):
        kinds = {letter.id: letter.kind for letter in self.letters}
        for place, found in self.there.items():
            for message_id in found:
                if message_id in kinds and \
                        place not in BELONGS[kinds[message_id]]:
                    self.counts["misplaced"] += 1
                    yield "%s: a %s letter is in %s" % (
                        message_id, kinds[message_id], place)

    def as_expected(self, letter, place, copy):
        if letter.kind == "clean":
            return copy.subject == "[MEIWAKU!!!] A letter"
        if letter.kind == "virus":
            return copy.body == self.site.bodies[place]
        if letter.kind == "outside":    # held first, then as it came
            return len(copy.trail) == 2 and own(copy.data) == letter.data
        return letter.kind == "held" and \
            re.search(rb"(?m)^X-Sekisho-Released: ", copy.data)

    def unscanned(self):
        """A copy without what the scan leaves."""
        for letter, place, copies in self.expected():
            for copy in copies:
                if not self.as_expected(letter, place, copy):
                    self.counts["unscanned"] += 1
                    yield "%s: a %s letter in %s is not as it shall be" % (
                        letter.id, letter.kind, place)
        for (user, folder), found in self.there.items():
            if folder == "INBOX" and any(
                    EICAR in copy.data for copies in found.values()
                    for copy in copies):
                yield "a virus is in INBOX of " + user

    def doubled(self):
        again = 0
        for letter, place, copies in self.expected():
            ids = collections.Counter(copy.exim_id for copy in copies)
            self.repeated.update((copy.exim_id, copy.trail) for copy in copies
                                 if ids[copy.exim_id] > 1)
            self.counts["sent twice"] += len(ids) > 1
            if len(ids) > 1 + letter.unsure:
                yield "%s: accepted %d times, %d answers were lost" % (
                    letter.id, len(ids), letter.unsure)
            more = len(copies) - len(ids)
            if letter.kind == "outside":    # released_again() has the rest
                more = len(copies) - len({tuple(copy.trail)
                                          for copy in copies})
            if more and place[1] == "Quarantine":
                self.counts["held twice"] += more
                yield from self.held_twice(letter, more)
            elif more and place[0] == "bob":
                self.counts["filed again"] += more
                self.twice |= {one for one, n in ids.items() if n > 1}
            again += more
        self.counts["delivered twice"] = again
        yield from self.unexplained(again)
        yield from self.released_again()

    @staticmethod
    def held_twice(letter, more):
        yield "%s: %d more are held" % (letter.id, more)

    def unexplained(self, again):
        """Of what was delivered twice, what nothing has led to."""
        yield from self.filed_once()
        could = sum(self.killer.counts[kind] for kind in ("lmtp",
                                                          "delivering"))
        if again > could:
            yield "%d deliveries done twice, %d could be" % (again, could)

    def filed_once(self):
        for exim_id in self.twice:
            if not self.filed_again(exim_id):
                yield "%s: was filed once and delivered twice" % exim_id

    def filed_again(self, exim_id):
        """Had the user delivered it when Exim came after a lost answer?"""
        pattern = r": id=%s .* action=(hold|deliver) .*result=ok$" % exim_id
        deeds = [re.search(pattern, line)[1]
                 for line in self.quarantine.log_lines(pattern)]
        return deeds.count("hold") > 1 or \
            "hold" in "".join(deeds).partition("deliver")[2]

    def released_again(self):
        """Of what was sent on to outside once more, that of which the one who
        sends it on has lost no answer."""
        unsure = sum((last.unsure for last in self.last),
                     collections.Counter())
        for letter in self.letters:
            trails = {tuple(copy.trail) for place in BELONGS["outside"]
                      for copy in self.there[place].get(letter.id, [])}
            more = len(trails) - len({trail[-1] for trail in trails})
            self.counts["sent on twice"] += more
            if more > unsure[letter.id]:
                yield "%s: %d more are sent on, %d answers were lost" % (
                    letter.id, more, unsure[letter.id])

    def deleted(self):
        """Exim says of each that it went to the black hole."""
        lines = "\n".join(self.stack.exim_log(" <= | => :blackhole: "))
        gone = set(re.findall(r"(\S+) => :blackhole: ", lines))
        ids = collections.defaultdict(set)
        for exim_id, message_id in re.findall(r"(\S+) <= .* id=(\S+)", lines):
            ids["<%s>" % message_id].add(exim_id)
        for letter in self.letters:
            if letter.kind == "deleted" and not ids[letter.id] & gone:
                yield "%s: was not deleted by the rule" % letter.id

    def processes(self):
        yield from self.site.stuck({})
        if self.killer.complaints:
            yield from self.killer.complaints
        left = self.killer.left_over()
        if left:
            yield "left of a master that was killed: %s" % left
        for kind in ("receiving", "delivering"):
            try:
                wait_until(lambda kind=kind: not self.killer.of_exim(kind),
                           "rest of Exim, " + kind, 30)
            except AssertionError as error:
                yield str(error)
        yield from self.killer.logged()

    def next_message(self):
        letter, message_id = mail(to=ALICE, X_Stack_Spam_Score="65"), new_id()
        letter.replace_header("Message-ID", message_id)
        if self.site.answer(letter.as_bytes(), [ALICE]) != 250:
            yield "it is not accepted"
            return
        data = self.stack.arrived("alice", message_id)
        if b"MEIWAKU" not in data:
            yield "it is not tagged"

    def reconciliation(self):
        return subprocess.run(
            [self.stack.tool, "reconcile", self.stack.env["EXIM_LOG"],
             self.stack.env["STACK_DIR"] + "/log/dovecot.log"], check=False,
            text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT).stdout

    def reconcile(self):
        """Accepted and its fate, as the logs have it. A killed Exim has not
        written every line; then the letter must be there."""
        for line in self.reconciliation().splitlines():
            found = re.fullmatch(r"broken (\S+) (\w+)@\S+: (.*)", line)
            if found and found[3] == "was accepted and has no fate" and \
                    self.is_there(found[1], found[2]):
                self.counts["unlogged"] += 1
            elif found and "twice" in found[3] and found[1] in self.twice:
                self.counts["named"] += 1
            elif line.startswith("broken"):
                yield line
            elif not line.startswith("law"):
                print("# reconcile: " + line)
        if self.counts["unlogged"] > self.killer.counts["delivering"]:
            yield "%d fates are not in the log" % self.counts["unlogged"]

    def is_there(self, exim_id, user):
        return any(exim_id.encode() in copy.trail
                   for place, found in self.there.items() if place[0] == user
                   for copies in found.values() for copy in copies)

    def summary(self):
        answers = sum((one.answers for one in self.senders),
                      collections.Counter())
        moves = sum((one.answers for one in self.readers),
                    collections.Counter())
        print("# %d letters to %d recipients; answers: %s" % (
            len(self.letters), sum(len(TO[letter.kind])
                                   for letter in self.letters),
            dict(sorted(answers.items()))))
        print("# the user: %s" % dict(moves))
        print("# lost %d, misplaced %d, unscanned %d" % tuple(
            self.counts[name] for name in ("lost", "misplaced", "unscanned")))
        for text, number in self.tolerated():
            if number:
                print("# tolerated, docs/reliability.md says why: %d %s" % (
                    number, text))
        sys.stdout.flush()

    def tolerated(self):
        """What came of the faults and breaks no law, with its number."""
        counts = self.counts
        yield "mails that their senders sent again, as the answer was lost", \
            counts["sent twice"]
        yield "deliveries that Exim did again, as the answer was lost", \
            counts["delivered twice"] - counts["filed again"] - \
            counts["held twice"]
        yield self.AGAIN, counts["filed again"]
        yield "mails that were sent on to outside once more, as the answer " \
            "was lost", counts["sent on twice"]
        yield "mails that are held twice: Dovecot's index did not know the " \
            "first", counts["held twice"]
        yield "of them that sekisho reconcile names", counts["named"]
        yield "deliveries whose line a killed Exim did not log", \
            counts["unlogged"]
        yield "mails that Exim froze, sent on by hand", len(self.frozen)
