"""Held mail for the tests: put into a quarantine as lib95 would, without an
Exim; and a look at where it went."""
import os
import re
import subprocess
import tempfile
import time
import uuid

from mails import mail
from rawimap import Session

SEAL = "0" * 64
KEYWORDS = {"spam": "$SekishoSpam", "content": "$SekishoContent",
            "virus": "$SekishoVirus"}


def new_held_id():
    return "t" + uuid.uuid4().hex[:15]


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

    def session(self, *settings):
        """Logs in; with settings ("plugin/sekisho_rescan=off"), to a server
        of its own that has them."""
        if not settings:
            return Session(self.stack.port("IMAP"), self.user)
        options = [word for setting in settings for word in ("-o", setting)]
        home = "%s/mail/%s" % (self.stack.env["STACK_DIR"], self.user)
        return Session(process=subprocess.Popen(
            ["setpriv", "--reuid=mail", "--regid=mail", "--clear-groups",
             "/usr/lib/dovecot/imap", "-c", self.stack.env["DOVECOT_CONFIG"],
             *options], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=open(self.log_path, "ab"),
            env={"USER": self.user, "HOME": home, "PATH": "/usr/bin:/bin"}))

    def hold(self, message=None, held_class="spam", sender=None,
             reason="A rule of ours"):
        """Holds a mail and returns its id; its subject is the id as well."""
        held_id = new_held_id()
        if message is None:
            message = mail(subject=held_id)
        self.doveadm("save", "-u", self.user, "-m", self.folder,
                     data=self.stored(held_id, message, held_class, sender,
                                      reason))
        self.doveadm("flags", "add", "-u", self.user, KEYWORDS[held_class],
                     "mailbox", self.folder, "header", "X-Sekisho-Held",
                     held_id)
        return held_id

    def stored(self, held_id, message, held_class="spam", sender=None,
               reason="A rule of ours"):
        """A message as lib95 files it."""
        if not isinstance(message, bytes):
            message = message.as_bytes()
        header = held_header(held_id, held_class,
                             "sender@partner.test" if sender is None
                             else sender, self.user, reason)
        return header.encode() + b"X-Sekisho-Reason: " + reason.encode() + \
            b"\r\n" + message

    def hold_many(self, count, make=None):
        """Holds so many at once and returns their ids; make(id) makes one."""
        ids = [new_held_id() for _ in range(count)]
        with tempfile.TemporaryDirectory(
                dir=self.stack.env["STACK_DIR"]) as top:
            folder = os.path.join(top, ".Quarantine")
            for name in ("cur", "new", "tmp"):
                os.makedirs(os.path.join(folder, name))
                os.makedirs(os.path.join(top, name))
            for held_id in ids:
                message = make(held_id) if make else mail(subject=held_id)
                with open("%s/cur/%s:2," % (folder, held_id), "wb") as file:
                    file.write(self.stored(held_id, message))
            subprocess.run(["chown", "-R", "mail:mail", top], check=True)
            self.doveadm("import", "-u", self.user, "maildir:" + top, "",
                         "all")
        return ids

    def uid(self, imap, held_id):
        """Of a held mail, in the selected folder; None when it is gone."""
        uids = imap.uids("HEADER X-Sekisho-Held", held_id)
        assert len(uids) <= 1, uids
        return uids[0] if uids else None

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

    def log(self, held_id, pattern=""):
        """The lines of the log about a held mail."""
        with open(self.log_path, encoding="utf-8",
                  errors="replace") as file:
            return [line.split("sekisho: ", 1)[1].rstrip("\n")
                    for line in file
                    if "sekisho: id=%s " % held_id in line and
                    re.search(pattern, line)]
