"""Mail that flows into a site while things happen to it: senders that try
again as an MTA does, and a user who takes held mail out of his quarantine; and
mail to outside, which an administrator sends on from the mailbox that holds
it."""
import collections
import random
import re
import smtplib
import threading
import time

from mails import mail
from rawimap import Session
from running import new_id, rule

SENDERS, READERS = 4, 2
HELD = "Please hold"
RULES = \
    rule("kill-hold", '<header name="X-Kill" pattern="^hold"/>',
         "<quarantine/>") + \
    rule("kill-delete", '<header name="X-Kill" pattern="^delete"/>',
         "<delete/>")
# Erin's mailbox holds what goes to outside.
KEEPER = '<outbound-quarantine address="erin@example.test"/>\n'
# Kind of a letter -> recipients, and where it belongs in the end.
ALICE, BOB, CAROL = ("%s@example.test" % name
                     for name in ("alice", "bob", "carol"))
TO = {"clean": [ALICE], "virus": [CAROL, BOB], "held": [BOB],
      "deleted": [ALICE], "outside": ["friend@partner.test",
                                      "pen@other.test"]}
BELONGS = {"clean": {("alice", "INBOX")},
           "virus": {("carol", "INBOX"), ("bob", "Quarantine")},
           "held": {("bob", "INBOX")}, "deleted": set(),
           "outside": {("friend", "outside"), ("pen", "outside")}}
# Seconds; then somebody hangs. Dovecot waits 180 when the clock is set back.
SLOW = 200


class Flow:
    """Mail and releases, for as long as a with statement lasts; the first
    reader of each user is in last, to deliver what is held in the end."""

    def __init__(self, site, seed=0, readers=READERS, reader=None,
                 outward=False):
        self.ended = threading.Event()
        self.senders = [Sender(site, seed + 1 + number, self.ended)
                        for number in range(SENDERS)]
        self.readers = [(reader or Reader)(site, seed - 1 - number, self.ended)
                        for number in range(readers)]
        self.last = self.readers[:1]
        if outward:
            self.senders.append(Submitter(site, seed + 1001, self.ended))
            self.last.append(Keeper(site, seed - 1001, self.ended))
            self.readers += self.last[1:]

    def __enter__(self):
        for thread in self.senders + self.readers:
            thread.start()
        return self

    def __exit__(self, *_):
        self.ended.set()
        for thread in self.senders + self.readers:
            thread.join()


class Letter:
    """One mail, and what its sender knows of it."""

    def __init__(self, kind, sample):
        self.kind, self.id = kind, new_id()
        self.left = list(TO[kind])      # who have not been accepted
        self.unsure = 0                 # tries without an answer
        self.data = self.bytes(sample)

    def bytes(self, sample):
        if self.kind == "virus":
            return sample.replace(b"<ID>", self.id.encode())
        more = {"clean": {"X_Stack_Spam_Score": "65"},
                "held": {"X_Kill": "hold", "subject": HELD},
                "deleted": {"X_Kill": "delete"},
                "outside": {"X_Kill": "hold", "subject": HELD,
                            "sender": ALICE}}[self.kind]
        return mail(to=self.left[0], message_id=self.id, **more).as_bytes()


class Sender(threading.Thread):
    """Sends one letter after the other, each until all are accepted, over one
    connection as long as it lasts."""

    kinds, address = ("clean", "virus", "held", "deleted"), \
        "sender@partner.test"

    def __init__(self, site, number, ended):
        super().__init__()
        self.site, self.ended = site, ended
        self.dice = random.Random(number)
        self.letters, self.complaints, self.smtp = [], [], None
        self.answers = collections.Counter()

    def run(self):
        while not self.ended.is_set():
            letter = Letter(self.dice.choice(self.kinds), self.site.sample)
            self.letters.append(letter)
            begin = time.monotonic()
            while letter.left:
                self.attempt(letter)
                if letter.left:
                    time.sleep(self.dice.uniform(0.1, 0.5))
                if time.monotonic() - begin > SLOW:
                    self.complaints.append("%s is not taken" % letter.id)
                    break
            time.sleep(self.dice.uniform(0, 0.3))
        self.hang_up()

    def hang_up(self):
        if self.smtp is not None:
            self.smtp.close()
            self.smtp = None

    def connection(self):
        return self.site.stack.outside()

    def attempt(self, letter):
        begin = time.monotonic()
        try:
            if self.smtp is None:
                self.smtp = self.connection()
            refused = self.smtp.sendmail(self.address, letter.left,
                                         letter.data, ["BODY=8BITMIME"])
            letter.left = list(refused)
            self.note(letter, 250, *[code for code, _ in refused.values()])
        except smtplib.SMTPRecipientsRefused as error:
            self.note(letter, *[code for code, _ in error.recipients.values()])
        except smtplib.SMTPResponseException as error:
            self.note(letter, error.smtp_code)
        except (smtplib.SMTPServerDisconnected, OSError):
            letter.unsure += 1
            self.note(letter, 0)
            self.hang_up()
        if self.smtp is not None and self.smtp.sock is None:
            self.hang_up()      # after a 421
        if time.monotonic() - begin > SLOW / 2:
            self.complaints.append("%s: no answer for %d s" % (
                letter.id, time.monotonic() - begin))

    def note(self, letter, *codes):
        self.answers.update(codes)
        self.complaints += ["%s: answer %d" % (letter.id, code)
                            for code in codes if code >= 500]


class Submitter(Sender):
    """Alice, who writes to people outside."""

    kinds, address = ("outside",), ALICE

    def connection(self):
        return self.site.stack.inside("alice")


class Reader(threading.Thread):
    """Bob, who delivers what is held for him."""

    user, folders = "bob", ("INBOX", "Quarantine/Deliver",
                            '"Quarantine/Deliver and Approve"')

    def __init__(self, site, seed, ended):
        super().__init__()
        self.site, self.ended = site, ended
        self.dice = random.Random(seed)
        self.answers, self.complaints = collections.Counter(), []
        self.rest = None
        # Message-ID -> commands to send it on that were not answered with OK.
        self.unsure = collections.Counter()

    def run(self):
        while not self.ended.is_set():
            self.visit(lambda imap: self.ended.is_set())

    def finish(self, seconds=120):
        """Delivers all that is held; what stays is in rest."""
        end = time.monotonic() + seconds
        self.rest = None
        while self.rest != [] and time.monotonic() < end:
            self.visit(lambda imap: time.monotonic() > end or
                       self.rest == [])

    def session(self):
        return Session(self.site.stack.port("IMAP"), self.user, timeout=SLOW)

    def visit(self, enough):
        """One session, until it is enough or it ends."""
        try:
            with self.session() as imap:
                imap.select("Quarantine")
                while not enough(imap):
                    self.move_some(imap)
        except TimeoutError:
            self.complaints.append("IMAP gives no answer")
        except (ConnectionError, AssertionError) as error:
            self.answers[type(error).__name__] += 1
            time.sleep(0.2)

    def move_some(self, imap):
        imap.must("NOOP")
        uids = imap.uids('SUBJECT "%s"' % HELD)
        self.rest = uids
        if not uids:
            time.sleep(0.2)
            return
        some = self.dice.sample(uids, min(len(uids), self.dice.randint(1, 3)))
        self.move(imap, ",".join(map(str, sorted(some))))
        time.sleep(self.dice.uniform(0, 0.1))

    def move(self, imap, uids):
        """Is it done?"""
        reply = imap.command("UID MOVE %s %s" % (
            uids, self.dice.choice(self.folders)))
        self.answers["OK" if reply.ok else
                     re.split(r"[;(]", reply.line)[0].strip()] += 1
        return reply.ok


class Keeper(Reader):
    """Erin, who sends on what is held on its way to outside. What she is not
    told is done may be done."""

    user, folders = "erin", ("Quarantine/Deliver",)

    def move(self, imap, uids):
        reply = imap.must("UID FETCH %s (BODY.PEEK[HEADER.FIELDS "
                          "(MESSAGE-ID)])" % uids)
        ids = re.findall(r"(?i)message-id: (<\S+>)", repr(reply.untagged))
        self.unsure.update(ids)
        done = super().move(imap, uids)
        if done:
            self.unsure.subtract(ids)
        return done
