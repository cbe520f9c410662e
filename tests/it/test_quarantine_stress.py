"""Ten clients of one user at once, while mail is being held and an
administrator removes some: everything stays accounted for.

Only who uploads a mail into one folder that another client has moved into
another folder gets it in both: the server sees the bytes of a mail that is
held no more."""
import collections
import os
import random
import re
import threading
import time

from mails import mail
from quarantine import Quarantine, new_held_id
from rawimap import Session

CLIENTS = 10
SECONDS = 120 if os.environ.get("LONG_TESTS") else 20
# What the server may say to somebody who was too late.
LATE = ("NO [EXPUNGEISSUED]", "NO [CANNOT] A message was delivered before",
        "NO [NOPERM] Mail cannot be put into the quarantine",
        "NO [CANNOT] The requested message no longer exists")


def held_id(text):
    """The id in a field X-Sekisho-Held or X-Sekisho-Released."""
    return re.search(r"X-Sekisho-(?:Held|Released):.*?\bid=([^;]+);", text,
                     re.S).group(1)


class Client(threading.Thread):
    """One of the ten, who does things at random."""

    def __init__(self, quarantine, number, until):
        super().__init__()
        self.quarantine, self.until = quarantine, until
        self.random = random.Random(number)
        self.counts = collections.Counter()
        self.wrong, self.uploaded = [], set()

    def run(self):
        try:
            with Session(self.quarantine.stack.port("IMAP"),
                         self.quarantine.user, timeout=600) as imap:
                imap.select("Quarantine")
                while time.monotonic() < self.until:
                    self.act(imap)
        except Exception as error:  # a crash of the server, above all
            self.wrong.append(repr(error))

    def act(self, imap):
        uids = imap.uids()
        if not uids:
            imap.must("NOOP")
            time.sleep(0.05)
            return
        some = self.random.sample(uids, min(len(uids),
                                            self.random.choice((1, 1, 3, 10))))
        action = self.random.choice((self.move, self.move, self.copy,
                                     self.expunge, self.upload, self.read))
        reply = action(imap, ",".join(map(str, sorted(some))))
        self.counts["%s %s" % (action.__name__, reply.status)] += 1
        if not reply.ok and not reply.line.startswith(LATE):
            self.wrong.append(reply.line)

    def folder(self):
        return self.random.choice((
            "INBOX", "Work", "Trash", "Junk", "Quarantine/Deliver",
            '"Quarantine/Deliver and Approve"'))

    def move(self, imap, uids):
        return imap.command("UID MOVE %s %s" % (uids, self.folder()))

    def copy(self, imap, uids):
        reply = imap.command("UID COPY %s %s" % (uids, self.folder()))
        if reply.ok and self.random.random() < 0.8:
            imap.must("UID STORE %s +FLAGS.SILENT (\\Deleted)" % uids)
            imap.must("EXPUNGE")
        return reply

    def expunge(self, imap, uids):
        imap.must("UID STORE %s +FLAGS (\\Deleted)" % uids)
        return imap.command("EXPUNGE")

    def upload(self, imap, uids):
        """As mbsync does: uploads, then removes."""
        uid = uids.partition(",")[0]
        fetched = imap.must("UID FETCH %s BODY.PEEK[]" % uid).untagged
        text = [line for line in fetched if "BODY[] " in line]
        if not text:
            return imap.command("NOOP")
        message = text[0].split("BODY[] ", 1)[1].removesuffix(")").encode()
        folder = self.random.choice(("INBOX", "Quarantine/Deliver",
                                     "Quarantine"))
        self.uploaded.add(held_id(text[0]))
        reply = imap.command("APPEND " + folder, message)
        if reply.ok:
            imap.must("UID STORE %s +FLAGS.SILENT (\\Deleted)" % uid)
            imap.must("EXPUNGE")
        return reply

    @staticmethod
    def read(imap, uids):
        return imap.command("UID FETCH %s (FLAGS BODY.PEEK[])" % uids)


def hold_until(quarantine, until, ids):
    """Keeps the quarantine filled."""
    while time.monotonic() < until:
        batch = [new_held_id() for _ in range(20)]
        ids += batch
        quarantine.file(*[quarantine.stored(held, mail(subject=held))
                          for held in batch])
        time.sleep(0.2)


def remove_until(quarantine, until):
    """An administrator removes the oldest now and then."""
    while time.monotonic() < until:
        time.sleep(1)
        quarantine.doveadm("expunge", "-u", quarantine.user, "mailbox",
                           "Quarantine", "savedbefore", "2s", check=False)


def released_ids(imap, folder):
    """How often each id has arrived in the folder."""
    imap.select(folder)
    lines = imap.must("UID FETCH 1:* BODY.PEEK[HEADER.FIELDS "
                      "(X-Sekisho-Released)]").untagged
    return collections.Counter(held_id(line) for line in lines
                               if "X-Sekisho-Released:" in line)


class Account:
    """Where every held mail is in the end."""

    def __init__(self, quarantine, ids):
        with quarantine.session() as imap:
            self.folders = [released_ids(imap, "INBOX"),
                            released_ids(imap, "Work")]
            imap.select("Quarantine")
            lines = imap.must("UID FETCH 1:* (FLAGS BODY.PEEK[HEADER.FIELDS "
                              "(X-Sekisho-Held)])").untagged
        self.held = {held_id(line) for line in lines
                     if "X-Sekisho-Held:" in line and
                     "$SekishoReleased" not in line}
        self.delivered = sum(self.folders, collections.Counter())
        log = quarantine.log_all(r"action=delete .*result=ok$")
        self.deleted = {line.split()[0].removeprefix("id=")
                        for line in log} & set(ids)
        self.ids = ids

    def lost(self):
        return [one for one in self.ids if not (
            self.delivered[one] or one in self.deleted or one in self.held)]

    def held_and_gone(self):
        return [one for one in self.held
                if self.delivered[one] or one in self.deleted]

    def twice(self, uploaded):
        return [one for one in self.ids
                if max(folder[one] for folder in self.folders) > 1 or
                (self.delivered[one] > 1 and one not in uploaded)]


def test_ten_clients(stack):
    """Q6, O5: ten clients at once: held = delivered + deleted + still held"""
    # complaint R-REL6
    quarantine = Quarantine(stack, "carol")
    quarantine.empty()
    # Stock Dovecot may die when several sessions make its folders at once.
    with quarantine.session() as imap:
        imap.command("CREATE Work")
    quarantine.empty("INBOX", "Work", "Trash", "Junk")
    ids, until = [], time.monotonic() + SECONDS
    threads = [Client(quarantine, number, until) for number in range(CLIENTS)]
    threads += [threading.Thread(target=hold_until,
                                 args=(quarantine, until, ids)),
                threading.Thread(target=remove_until,
                                 args=(quarantine, until))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    counts = sum((client.counts for client in threads[:CLIENTS]),
                 collections.Counter())
    complaints = [line for client in threads[:CLIENTS]
                  for line in client.wrong]
    assert not complaints, complaints[:5]
    end = Account(quarantine, ids)
    print("# %d held: %d delivered, %d deleted, %d still held; %s" % (
        len(ids), len(end.delivered), len(end.deleted), len(end.held),
        dict(counts)))
    assert end.lost() == [] and end.held_and_gone() == []
    uploaded = set().union(*[client.uploaded for client in threads[:CLIENTS]])
    assert end.twice(uploaded) == []
    # mbsync's way: removed by one, brought back by another.
    assert end.deleted & set(end.delivered) <= uploaded
    assert end.delivered and end.deleted
    assert not quarantine.log_lines(r"Panic|Fatal|killed with signal")
