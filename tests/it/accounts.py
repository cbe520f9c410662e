"""A person at the account pages, as the webmail would ask for him, and what the
directory then holds.

Mail for erin+anything is erin's, so every test has addresses of its own.
"""
import base64
import email
import email.policy
import itertools
import random
import re
import subprocess
import urllib.parse

from protocol import call
from running import wait_until

PASSWORD, NEW = "correct horse", "battery staple"
PAGES = {"activate": "確認: アカウントの登録",
         "reset": "確認: アカウントパスワードの再設定"}
numbers = itertools.count(random.randrange(10 ** 9))


def address(owner="erin"):
    return "%s+%d@example.test" % (owner, next(numbers))


def client():
    """An address of a browser that has not asked before."""
    return "2001:db8:%x:%x::1" % (random.randrange(1 << 16),
                                  next(numbers) & 0xffff)


class Person:
    """Somebody with a mail address and a browser."""

    def __init__(self, stack, mail=None, language="ja"):
        self.stack = stack
        self.mail = mail or address()
        self.language = language
        self.client = client()
        self.earlier = 0

    def ask(self, verb, **fields):
        values = {"client": self.client, "language": self.language}
        values.update((name.replace("_", "-"), value)
                      for name, value in fields.items())
        return call(self.stack.env["ACCOUNT_SOCKET"], verb, values)

    def register(self, **fields):
        values = {"family_name": "山田", "given_name": "太郎",
                  "mail": self.mail, "mail_again": self.mail,
                  "password": PASSWORD, "password_again": PASSWORD,
                  "question": "pet", "answer": "ポチ"}
        return self.ask("register", **{**values, **fields})

    def reset(self, **fields):
        values = {"mail": self.mail, "question": "pet", "answer": "ポチ",
                  "password": NEW, "password_again": NEW}
        return self.ask("reset-request", **{**values, **fields})

    def change(self, old=PASSWORD, new=NEW, **fields):
        values = {"mail": self.mail, "old_password": old, "password": new,
                  "password_again": new}
        return self.ask("change", **{**values, **fields})

    def activated(self):
        """Registers and activates, as a person does."""
        assert self.register().status == "ok"
        answer = self.ask("activate", token=self.token("activate"))
        assert answer.status == "ok", answer
        return self

    # -- mails -------------------------------------------------------------

    def found(self):
        owner = self.mail.partition("+")[0].partition("@")[0]
        return self.stack.search(owner, "TO", self.mail)

    def from_now(self):
        """What came to an address that others use as well does not count."""
        self.earlier = len(self.found())
        return self

    def mails(self, count=1):
        """What came to the address, when there are count of them."""

        def found():
            mails = self.found()[self.earlier:]
            return mails if len(mails) >= count else None

        mails = wait_until(found, "%d mails to %s" % (count, self.mail))
        assert len(mails) == count, mails
        return [email.message_from_bytes(mail, policy=email.policy.default)
                for mail in mails]

    def urls(self, page, count=1):
        """The addresses of that page in the mails, oldest first."""
        found = []
        for mail in self.mails(count):
            match = re.search(r"http\S+plugin\.sekisho\.%s&\S+" % page,
                              mail.get_content())
            if match:
                found.append(match[0])
        return found

    def token(self, page, count=1):
        url = urllib.parse.urlsplit(self.urls(page, count)[-1])
        return urllib.parse.parse_qs(url.query)["_key"][0]

    # -- directory ---------------------------------------------------------

    def entry(self):
        return Directory(self.stack).one(self.mail)

    def dn(self):
        return self.entry()["dn"][0]

    def logs_in(self, password):
        """Does the directory take that for his password?"""
        return Directory(self.stack).binds(self.dn(), password)


class Directory:
    """LDAP as the root of the host, who may do everything."""

    def __init__(self, stack):
        self.env = stack.env
        self.root = ["-Q", "-Y", "EXTERNAL", "-H", self.env["LDAPI_URI"]]

    def search(self, condition, *attributes):
        """Entries as dictionaries of lists; "*", "+" are all attributes."""
        text = subprocess.run(
            ["ldapsearch", "-LLL", "-o", "ldif-wrap=no", *self.root, "-b",
             self.env["LDAP_BASE"], condition, *(attributes or ("*", "+"))],
            check=True, text=True, stdout=subprocess.PIPE).stdout
        entries = []
        for block in text.strip().split("\n\n"):
            entry = {}
            for line in block.splitlines():
                name, _, value = line.partition(":")
                entry.setdefault(name, []).append(self._decoded(value))
            if entry:
                entries.append(entry)
        return entries

    @staticmethod
    def _decoded(value):
        if not value.startswith(": "):
            return value.strip()
        # slapd's {ARGON2} values end in a byte that nobody set.
        return base64.b64decode(value[2:]).decode(errors="replace")

    def one(self, mail):
        """The account of the address, or None."""
        found = self.search("(&(objectClass=sekishoAccount)(mail=%s))" % mail)
        assert len(found) <= 1, found
        return found[0] if found else None

    def modify(self, dn, *lines):
        text = "dn: %s\nchangetype: modify\n%s\n" % (dn, "\n".join(lines))
        subprocess.run(["ldapmodify", *self.root], input=text, check=True,
                       text=True, stdout=subprocess.DEVNULL)

    def add(self, dn, *lines):
        text = "dn: %s\nchangetype: add\n%s\n" % (dn, "\n".join(lines))
        subprocess.run(["ldapmodify", *self.root], input=text, check=True,
                       text=True, stdout=subprocess.DEVNULL)

    def delete(self, dn):
        subprocess.run(["ldapdelete", *self.root, dn], check=True)

    def binds(self, dn, password):
        return subprocess.run(
            ["ldapwhoami", "-x", "-H", self.env["LDAP_URI"], "-D", dn, "-w",
             password], check=False, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL).returncode == 0
