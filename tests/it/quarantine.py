"""Held mail for the tests: put into a quarantine as lib95 would, without an
Exim; and a look at where it went."""
import re
import subprocess
import time
import uuid

from mails import mail
from rawimap import Session

SEAL = "0" * 64
KEYWORDS = {"spam": "$SekishoSpam", "content": "$SekishoContent",
            "virus": "$SekishoVirus"}


def escape(value):
    return re.sub(rb"[^A-Za-z0-9._@+-]",
                  lambda m: b"%%%02X" % m.group()[0],
                  value.encode()).decode()


def held_header(held_id, held_class, sender, user, reason):
    """X-Sekisho-Held as held.h describes it, folded in another way."""
    fields = [("v", "1"), ("id", held_id), ("time", str(int(time.time()))),
              ("class", held_class), ("rule", "own"), ("reason", reason),
              ("sender", sender), ("recipient", user + "@example.test"),
              ("key", "0123abcd"), ("seal", SEAL)]
    return "X-Sekisho-Held: %s\r\n" % ";\r\n\t".join(
        "%s=%s" % (name, escape(value)) for name, value in fields)


class Quarantine:
    """The quarantine of one user of the stack."""

    folder = "Quarantine"

    def __init__(self, stack, user):
        self.stack, self.user = stack, user

    def doveadm(self, *arguments, data=None, check=True):
        return subprocess.run(
            ["doveadm", "-c", self.stack.env["DOVECOT_CONFIG"], *arguments],
            input=data, check=check, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE)

    def session(self):
        return Session(self.stack.port("IMAP"), self.user)

    def hold(self, message=None, held_class="spam", sender=None,
             reason="A rule of ours"):
        """Holds a mail and returns its id; its subject is the id as well."""
        held_id = "t" + uuid.uuid4().hex[:15]
        if message is None:
            message = mail(subject=held_id)
        if not isinstance(message, bytes):
            message = message.as_bytes()
        header = held_header(held_id, held_class,
                             "sender@partner.test" if sender is None
                             else sender, self.user, reason)
        self.doveadm("save", "-u", self.user, "-m", self.folder,
                     data=header.encode() + b"X-Sekisho-Reason: " +
                     reason.encode() + b"\r\n" + message)
        self.doveadm("flags", "add", "-u", self.user, KEYWORDS[held_class],
                     "mailbox", self.folder, "header", "X-Sekisho-Held",
                     held_id)
        return held_id

    def count(self, held_id, folder):
        """How many mails of that id are in the folder."""
        out = self.doveadm("search", "-u", self.user, "mailbox", folder,
                           "or", "header", "X-Sekisho-Held", held_id,
                           "header", "X-Sekisho-Released", held_id)
        return len(out.stdout.split())

    def empty(self, *folders):
        for folder in folders or (self.folder, "INBOX"):
            self.doveadm("expunge", "-u", self.user, "mailbox", folder, "all",
                         check=False)

    def log(self, held_id, pattern=""):
        """The lines of the log about a held mail."""
        with open(self.stack.env["STACK_DIR"] + "/log/dovecot.log",
                  encoding="utf-8", errors="replace") as file:
            return [line.split("sekisho: ", 1)[1].rstrip("\n")
                    for line in file
                    if "sekisho: id=%s " % held_id in line and
                    re.search(pattern, line)]
