"""Held mail on its way: what Exim sends to Dovecot, made and sealed here from
held.h's description, and a proxy that loses an answer."""
import contextlib
import hashlib
import hmac
import os
import re
import smtplib
import socket
import subprocess
import threading
import time
import uuid

from rawimap import Session
from reading import fields
from running import rule, wait_until

PLAIN = re.compile(rb"[^A-Za-z0-9._@+-]")


def unfolded(field):
    """The value of a header field, without its line ends."""
    return field.split(b":", 1)[1].replace(b"\r\n", b"").strip().decode()


def keys(stack):
    path = stack.env["STACK_DIR"] + "/sekishod/held.key"
    with open(path, encoding="ascii") as file:
        return [bytes.fromhex(line) for line in file.read().splitlines()
                if line and not line.startswith("#")]


def key_name(key):
    return hmac.new(key, b"sekisho: the name of this key",
                    hashlib.sha256).hexdigest()[:8]


class Held:
    """The field X-Sekisho-Held of a message for one recipient."""

    def __init__(self, recipient, held_id=None, **values):
        self.values = {"v": "1", "id": held_id or "t" + uuid.uuid4().hex[:15],
                       "time": str(int(time.time())), "class": "spam",
                       "rule": "own", "reason": "A rule of ours",
                       "sender": "sender@partner.test",
                       "recipient": recipient, **values}

    @property
    def id(self):
        return self.values["id"]

    def value(self, key):
        """Sealed with key; one line."""
        values = {**self.values, "key": key_name(key)}
        sealed = "".join("%s=%s;" % (name, PLAIN.sub(
            lambda m: b"%%%02X" % m.group()[0], text.encode()).decode())
            for name, text in values.items())
        seal = hmac.new(key, sealed.encode(), hashlib.sha256).hexdigest()
        return sealed.replace(";", "; ") + "seal=" + seal

    def sealed(self, stack):
        return self.value(keys(stack)[0])


def as_administrator(stack, user, message_id):
    """A held mail with its content, which its user may not see of a virus;
    lines end in LF."""
    result = subprocess.run(
        ["doveadm", "-c", stack.env["DOVECOT_CONFIG"], "fetch", "-u", user,
         "text", "mailbox", "Quarantine", "header", "Message-ID", message_id],
        check=True, stdout=subprocess.PIPE)
    return result.stdout.replace(b"\r\n", b"\n")


def lmtp(stack, recipient, message, *held):
    """Delivers as Exim would, with these fields at the end of the header;
    returns the code and the text of the answer."""
    message = message if isinstance(message, bytes) else message.as_bytes()
    head, _, body = message.partition(b"\r\n\r\n")
    for value in held:
        head += b"\r\nX-Sekisho-Held: " + value.encode()
    with smtplib.LMTP(stack.env["LMTP_SOCKET"]) as client:
        try:
            client.sendmail("sender@partner.test", [recipient],
                            head + b"\r\n\r\n" + body)
        except smtplib.SMTPRecipientsRefused as refused:
            return refused.recipients[recipient]
        except smtplib.SMTPResponseException as refused:
            return refused.smtp_code, refused.smtp_error
    return 250, b""


def messages(stack, user, folder, *criteria):
    """All mails of a folder that match: (bytes, flags)."""
    with Session(stack.port("IMAP"), user) as imap:
        imap.select(folder)
        return [(imap.body(uid), repr(imap.must("UID FETCH %d (FLAGS)" % uid)))
                for uid in imap.uids(*criteria)]


def held(stack, user, message_id, folder="Quarantine"):
    """Waits for the one mail with that Message-ID: (bytes, flags)."""
    found = wait_until(lambda: messages(stack, user, folder, "HEADER",
                                        "Message-ID", '"%s"' % message_id),
                       "%s in %s of %s" % (message_id, folder, user), 60)
    assert len(found) == 1, "%d copies of %s" % (len(found), message_id)
    return found[0]


def original(data):
    """A held mail without the two fields that stand before it."""
    assert data.startswith(b"X-Sekisho-Held: "), data[:200]
    for name in ("X-Sekisho-Held", "X-Sekisho-Reason"):
        field, = fields(data, name)
        assert data.startswith(field), data[:1000]
        data = data[len(field):]
    return data


def hold_rule(name, value, extra="", then="<quarantine/>",
              rule_class="content"):
    """Holds mail with the field "X-Hold: value"."""
    return rule(name, '<header name="X-Hold" pattern="^%s"/>%s' %
                (value, extra), then, rule_class)


def lmtp_log(stack, pattern):
    """The lines of lib95 in Dovecot's log."""
    with open(stack.env["STACK_DIR"] + "/log/dovecot.log",
              encoding="utf-8") as file:
        return [line.split("sekisho: ", 1)[1].rstrip("\n") for line in file
                if "sekisho: id=" in line and re.search(pattern, line)]


class LosingProxy(threading.Thread):
    """Stands at Dovecot's LMTP socket; loses the answer to the first mails
    that were taken (the client sees the connection close)."""

    def __init__(self, path, lose):
        super().__init__(daemon=True)
        self.path, self.real, self.lose = path, path + ".real", lose
        self.lost = 0

    @contextlib.contextmanager
    def standing(self, user):
        os.rename(self.path, self.real)
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(self.path)
        os.chown(self.path, user, -1)
        self.listener.listen(50)
        self.start()
        try:
            yield self
        finally:
            self.listener.close()
            os.rename(self.real, self.path)

    def run(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(client,),
                             daemon=True).start()

    def serve(self, client):
        server = socket.socket(socket.AF_UNIX)
        server.connect(self.real)
        threading.Thread(target=self.pump, args=(client, server),
                         daemon=True).start()
        with client, server, contextlib.suppress(OSError):
            while data := server.recv(65536):
                if b" Saved" in data and self.lost < self.lose:
                    self.lost += 1
                    break
                client.sendall(data)
            client.shutdown(socket.SHUT_RDWR)

    @staticmethod
    def pump(client, server):
        with contextlib.suppress(OSError):
            while data := client.recv(65536):
                server.sendall(data)
            server.shutdown(socket.SHUT_WR)
