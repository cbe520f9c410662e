"""Digests of one user: when they come, what stands in them, what their links
do."""
import base64
import email
import email.policy
import hashlib
import hmac
import re
import struct
import time
import urllib.parse

from doveadm import Doveadm, in_days
from dovecots import options
from holding import keys
from protocol import call
from quarantine import Quarantine
from running import wait_until

SUBJECTS = {"en": "Held mail: ", "ja": "隔離されたメールのお知らせ"}


def key_of(stack, guid, login="bob", action=0, seconds=3600, secret=None):
    """What a link carries, made here from the description in
    digest_link.c."""
    data = struct.pack(">BBI", 1, action, int(time.time()) + seconds) + \
        bytes.fromhex(guid) + login.encode()
    own = hmac.new(secret or keys(stack)[0], b"sekisho: links of digests",
                   hashlib.sha256).digest()
    mac = hmac.new(own, data, hashlib.sha256).digest()[:16]
    return base64.urlsafe_b64encode(data + mac).decode().rstrip("=")


class Digest(Doveadm):
    """Digests of one user."""

    def __init__(self, stack, user):
        super().__init__(stack)
        self.user = user
        self.quarantine = Quarantine(stack, user)
        self.quarantine.empty()
        self.socket = stack.env["STACK_DIR"] + "/dovecot/run/sekisho-digest"
        self.choose("")

    def choose(self, value):
        """As his webmail does; "" is no choice."""
        with self.quarantine.session() as imap:
            imap.must('SETMETADATA Quarantine (/private/vendor/sekisho/digest '
                      '%s)' % ('"%s"' % value if value else "NIL"))

    def send(self, days=0, *settings, check=True, user=None):
        """The timer, in so many days; how many mails it listed."""
        result = self.run("digest", "send", "-u", user or self.user,
                          form="tab", options=options([
                              "log_path=" + self.quarantine.log_path,
                              *settings]),
                          before=in_days(days), check=check)
        if not check:
            return result
        lines = result.stdout.splitlines()[1:]
        return int(lines[0].split("\t")[1]) if lines else 0

    def mails(self, count=1):
        """The digests that came."""
        def found():
            mails = [email.message_from_bytes(data,
                                              policy=email.policy.default)
                     for data in self.stack.search(self.user, "ALL")]
            mails = [one for one in mails if str(one["Subject"]).startswith(
                tuple(SUBJECTS.values()))]
            return len(mails) >= count and (mails,)
        mails, = wait_until(found, "%d digests" % count)
        assert len(mails) == count, [one["Subject"] for one in mails]
        return mails

    def text(self, message=None, kind="plain"):
        """Of a digest, the only one or this."""
        message = message or self.mails()[0]
        return message.get_body((kind,)).get_content().replace("\r\n", "\n")

    def keys(self, text):
        """Of the links in a digest."""
        return [urllib.parse.parse_qs(urllib.parse.urlsplit(url).query)
                ["_key"][0] for url in re.findall(r"http\S+_key=\S+", text)]

    def listed(self, *how, **named):
        """Holds a mail and has a digest of it sent: its id, and the keys that
        deliver, approve and delete."""
        held = self.quarantine.hold(*how, **named)
        self.quarantine.empty("INBOX")
        self.choose("1h")
        assert self.send(1) == 1
        return held, self.keys(self.text())

    def ask(self, verb, key):
        return call(self.socket, verb, {"key": key})

    def guid(self, held):
        return self.quarantine.doveadm(
            "-f", "flow", "fetch", "-u", self.user, "guid", "mailbox",
            "Quarantine", "header", "X-Sekisho-Held",
            held).stdout.decode().split("=")[1].strip()

    def where(self, held):
        return (self.quarantine.count(held, "Quarantine"),
                self.quarantine.count(held, "INBOX"))
