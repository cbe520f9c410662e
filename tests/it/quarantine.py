"""Held mail for the tests: sealed as sekishod does and handed over to LMTP, as
if Exim had; and a look at where it went."""
import os
import re
import smtplib
import subprocess
import time
import uuid

from doveadm import in_days
from dovecots import options
from holding import Held
from mails import mail
from rawimap import Session

KEYWORDS = {"spam": "$SekishoSpam", "content": "$SekishoContent",
            "virus": "$SekishoVirus"}


def new_held_id():
    return "t" + uuid.uuid4().hex[:15]


class Quarantine:
    """The quarantine of one user of the stack."""

    folder = "Quarantine"

    def __init__(self, stack, user):
        self.stack, self.user = stack, user
        self.log_path = stack.env["STACK_DIR"] + "/log/dovecot.log"

    def doveadm(self, *arguments, data=None, check=True):
        """What it writes to standard error goes to the log as well."""
        result = subprocess.run(
            ["doveadm", "-c", self.stack.env["DOVECOT_CONFIG"], *arguments],
            input=data, check=False, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE)
        with open(self.log_path, "ab") as log:
            log.write(result.stderr)
        assert not check or result.returncode == 0, result
        return result

    def session(self, *settings, days=0):
        """Logs in; with settings ("sekisho_rescan=off"), to a server of its
        own that has them, and that lives in so many days."""
        if not settings:
            return Session(self.stack.port("IMAP"), self.user)
        home = "%s/mail/%s" % (self.stack.env["STACK_DIR"], self.user)
        return Session(process=subprocess.Popen(
            ["setpriv", "--reuid=mail", "--regid=mail", "--clear-groups",
             *(in_days(days) if days else ()), "/usr/lib/dovecot/imap",
             "-c", self.stack.env["DOVECOT_CONFIG"],
             *options(["mail_home=" + home, *settings])],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=open(self.log_path, "ab"),
            env={"USER": self.user, "HOME": home, "PATH": "/usr/bin:/bin",
                 "DOVECOT_PRESERVE_ENVS": "USER HOME LD_PRELOAD",
                 "LD_PRELOAD": os.environ.get("STACK_PRELOAD", "")}))

    def stored(self, held_id, message, held_class="spam", sender=None,
               reason="A rule of ours"):
        """A message as it is filed, but for the reason for people."""
        if not isinstance(message, bytes):
            message = message.as_bytes()
        held = Held(self.user + "@example.test", held_id, reason=reason,
                    sender="sender@partner.test" if sender is None
                    else sender, **{"class": held_class})
        return b"X-Sekisho-Held: %s\r\n%s" % (
            held.sealed(self.stack).encode(), message)

    def file(self, *messages):
        """Hands messages over to LMTP, as Exim does."""
        with smtplib.LMTP(self.stack.env["LMTP_SOCKET"]) as lmtp:
            for message in messages:
                lmtp.sendmail("sender@partner.test", self.user +
                              "@example.test", message)

    def hold(self, message=None, *how, **named):
        """Holds a mail and returns its id; its subject is the id as well."""
        held_id = new_held_id()
        if message is None:
            message = mail(subject=held_id)
        self.file(self.stored(held_id, message, *how, **named))
        return held_id

    def hold_many(self, count):
        """Holds so many and returns their ids."""
        ids = [new_held_id() for _ in range(count)]
        self.file(*[self.stored(held_id, mail(subject=held_id))
                    for held_id in ids])
        return ids

    def uid(self, imap, held_id):
        """Of a held mail, in the selected folder; None when it is gone."""
        uids = imap.uids("HEADER X-Sekisho-Held", held_id)
        assert len(uids) <= 1, uids
        return uids[0] if uids else None

    def uid_of(self, held_id):
        """The same, for who has no session."""
        with self.session() as imap:
            imap.select(self.folder)
            return self.uid(imap, held_id)

    def count(self, held_id, folder):
        """How many mails of that id are in the folder."""
        out = self.doveadm("search", "-u", self.user, "mailbox", folder, "(",
                           "header", "X-Sekisho-Held", held_id, "or",
                           "header", "X-Sekisho-Released", held_id, ")")
        return out.stdout.count(b"\n")

    def count_all(self, folder):
        out = self.doveadm("search", "-u", self.user, "mailbox", folder, "all")
        return out.stdout.count(b"\n")

    def empty(self, *folders):
        for folder in folders or (self.folder, "INBOX"):
            self.doveadm("expunge", "-u", self.user, "mailbox", folder, "all",
                         check=False)

    def log_lines(self, pattern):
        """The lines of Dovecot's log that match."""
        with open(self.log_path, encoding="utf-8",
                  errors="replace") as file:
            return [line.rstrip("\n") for line in file
                    if re.search(pattern, line)]

    def log_all(self, pattern=""):
        """What became of held mail: those of our lines that match."""
        return [line.split("sekisho: ", 1)[1] for line in
                self.log_lines("sekisho: id=") if " action=hold " not in line
                and re.search(pattern, line)]

    def log(self, held_id, pattern=""):
        """The same of one held mail. Dovecot writes its log in a process of
        its own, which may be a moment later than the answer."""
        for _ in range(3):
            lines = [line for line in self.log_all(pattern)
                     if line.startswith("id=%s " % held_id)]
            if lines:
                break
            time.sleep(0.2)
        return lines
