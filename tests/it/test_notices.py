"""The notices N1 to N4, compared with the words of the specification."""
import email.utils
import re
import time

import pytest

from mails import EICAR, mail, only, zip_of
from reading import attachments, fields, own, parsed, text
from running import wait_until

INSIDE = {"sender": "alice@example.test", "user": "alice"}

N1 = """\
Eicar-Test-Signature was detected in message sent by sender@partner.test at \
Tue, 24 Nov 2026 09:00:00 +0900 and these actions were taken: %(actions)s.

Virus: Eicar-Test-Signature
File(s): %(files)s
Action(s): %(actions)s
Sender: sender@partner.test
Recipient(s): %(recipient)s
Subject: %(subject)s
"""
N2 = """\
A message violated the security settings. The message has been deleted.

Message details:
Sender: alice@example.test
Recipient: friend@partner.test
Subject: Our plans
Date: Tue, 24 Nov 2026 09:00:00 +0900
Message size: %(size)d
Attachment: a.com, list.txt
Attachment size: 68, 5
# of attachments: 2
Message ID: %(message_id)s
"""


def check_head(data, address, subject):
    """What every notice has, and nothing else."""
    head = parsed(own(data))
    assert dict(head) == {
        "From": "NoReply@mail-abuse.org", "To": address, "Subject": subject,
        "Date": head["Date"], "Message-ID": head["Message-ID"],
        "Auto-Submitted": "auto-generated", "MIME-Version": "1.0",
        "Content-Type": 'text/plain; charset="UTF-8"',
        "Content-Transfer-Encoding": head["Content-Transfer-Encoding"]}
    assert fields(data, "Return-Path") == [b"Return-Path: <>\r\n"]
    assert email.utils.parsedate_to_datetime(head["Date"])


def n1(address, **values):
    values = {"recipient": address, "subject": "A letter", **values}
    return N1 % values


def test_n1_clean(stack):
    """N1: a cleaned mail, one word for each file"""
    address = "alice+n1@example.test"
    stack.send(mail(files=[("a.com", EICAR), ("b.zip", zip_of(
        ("c.com", EICAR), ("d.txt", b"fine")))]), address)
    data, = stack.notices("alice", address)
    check_head(data, address, "Virus Eicar-Test-Signature detected")
    assert text(data) == n1(address, files="a.com, b.zip/c.com",
                            actions="Clean; Clean; Notify;")


def test_n1_delete(stack):
    """N1: a mail that could not be cleaned"""
    address = "alice+n1delete@example.test"
    stack.send(only("game.com", EICAR), address)
    data, = stack.notices("alice", address)
    assert text(data) == n1(address, files="game.com",
                            actions="Delete; Notify;")


def test_n1_each_recipient(stack):
    """N1: each recipient is told, of himself only"""
    addresses = ["alice+n1one@example.test", "bob+n1two@example.test"]
    stack.send(mail(files=[("a.com", EICAR)]), addresses)
    for user, address in zip(("alice", "bob"), addresses):
        data, = stack.notices(user, address)
        assert text(data) == n1(address, files="a.com",
                                actions="Clean; Notify;")


def test_n2(stack):
    """N2: the sender of an outbound virus is told, nobody else"""
    message = mail(sender="alice+n2@example.test", subject="Our plans",
                   files=[("a.com", EICAR), ("list.txt", b"a b c")])
    stack.send(message, "friend@partner.test", user="alice",
               sender="alice+n2@example.test")
    data, = stack.notices("alice", "alice+n2@example.test")
    check_head(data, "alice+n2@example.test", "Security settings violation")
    body = text(data)
    size = int(re.search("Message size: ([0-9]+)\n", body)[1])
    assert body == N2.replace("alice@", "alice+n2@") % {
        "size": size, "message_id": message["Message-ID"]}
    # Exim's Received field is in it, and line ends are one byte.
    assert 0 < size - len(message.as_bytes().replace(b"\r", b"")) < 500
    stack.settled()
    assert not stack.sunk("Security settings violation")


def test_n3_values(stack):
    """N3: values from the mail come out readable and inject nothing"""
    address = "alice+n3@example.test"
    message = only("請求書\r\nBcc: eve@partner.test.com".replace("\r\n", " "),
                   EICAR, subject="会議のご案内 {VIRUSNAME}")
    raw = message.as_bytes().replace(
        b"To: alice", b"X-Evil: a\r\n b\r\nTo: alice")
    stack.send(raw, address)
    data, = stack.notices("alice", address)
    check_head(data, address, "Virus Eicar-Test-Signature detected")
    assert text(data) == n1(
        address, files="請求書 Bcc: eve@partner.test.com",
        actions="Delete; Notify;", subject="会議のご案内 {VIRUSNAME}")


@pytest.mark.parametrize("encoded", [
    b"=?utf-8?q?a=0D=0AX-Evil:_1=0D=0A=0D=0Abody?=",
    b"=?utf-8?q?a=0AX-Evil:_1?=", b"=?iso-8859-1?q?=00=07=1B[31m?="],
    ids=["header", "line", "controls"])
def test_n3_injection(stack, encoded):
    """N3: line ends and controls in a subject or a file name are harmless"""
    # complaint N1
    address = "alice+n3evil@example.test"
    before = len(stack.search("alice", "TO", address, "FROM", "NoReply"))
    message = only("a.com", EICAR, subject="SUBJECT")
    raw = message.as_bytes().replace(b"SUBJECT", encoded).replace(
        b'filename="a.com"', b'filename="' + encoded + b'"')
    stack.send(raw, address)
    data = stack.notices("alice", address, before + 1)[-1]
    check_head(data, address, "Virus Eicar-Test-Signature detected")
    body = text(data)
    assert [line.split(":")[0] for line in body.split("\n")[2:-1]] == [
        "Virus", "File(s)", "Action(s)", "Sender", "Recipient(s)", "Subject"]
    assert not re.search("[\0-\x09\x0b-\x1f\x7f]", body)


def test_n3_japanese(stack):
    """N3: notices in Japanese"""
    address = "alice+n3ja@example.test"
    with stack.policy(lambda policy: policy.replace(
            'language="en"', 'language="ja"')):
        stack.send(mail(files=[("請求書.com", EICAR)], subject="請求書"),
                   address)
        data, = stack.notices("alice", address)
    check_head(data, address, "ウイルス Eicar-Test-Signature を検出しました")
    assert text(data) == """\
sender@partner.test から Tue, 24 Nov 2026 09:00:00 +0900 に送信されたメールに\
ウイルス Eicar-Test-Signature が見つかったため、次の処理を行いました: \
Clean; Notify;

ウイルス: Eicar-Test-Signature
ファイル: 請求書.com
処理: Clean; Notify;
送信者: sender@partner.test
受信者: alice+n3ja@example.test
件名: 請求書
"""


def test_n3_replaced(stack):
    """N3: the administrator's own template and From address"""
    address = "alice+n3own@example.test"
    template = stack.env["STACK_DIR"] + "/sekishod/templates/own.en.txt"
    with open(template, "w", encoding="utf-8") as file:
        file.write("Subject: 隔 {VIRUSNAME}\nX-Site: 7\n\n{FILES}: {RULE}\n")
    with stack.policy(lambda policy: policy.replace(
            "NoReply@mail-abuse.org", "guard@example.test").replace(
            'template="virus"', 'template="own"')):
        stack.send(mail(files=[("a.com", EICAR)]), address)
        stack.settled()
    data, = stack.search("alice", "TO", address, "FROM", "guard@example.test")
    assert parsed(data)["Subject"] == "隔 Eicar-Test-Signature"
    assert parsed(data)["X-Site"] == "7"
    assert text(data) == "a.com: R1\n"


@pytest.mark.parametrize("name, value", [
    ("Auto-Submitted", "auto-replied"), ("Precedence", "bulk"),
    ("List-Id", "<news.example.test>")])
def test_n4_automatic(stack, name, value):
    """N4: an automatic mail or a list is not answered"""
    # complaint N1
    message = mail(sender="bob@example.test", files=[("a.com", EICAR)])
    message[name] = value
    stack.send(message, "friend@partner.test", user="bob",
               sender="bob+n4@example.test")
    stack.deleted(message)
    assert not stack.search("bob", "TO", "bob+n4@example.test")


def test_n4_bounce(stack):
    """N4: a bounce is not answered, its recipient is told"""
    # complaint N1
    address = "alice+n4bounce@example.test"
    stack.send(mail(files=[("a.com", EICAR)]), address, sender="")
    data, = stack.notices("alice", address)
    assert "\nSender: \n" in text(data)
    stack.settled()
    assert not stack.exim_log("=> <>")


def test_n4_outside(stack):
    """N4: an outside sender is never told"""
    # complaint N1
    message = mail(files=[("a.com", EICAR)])
    stack.send(message, "alice+n4outside@example.test")
    stack.notices("alice", "alice+n4outside@example.test")
    stack.settled()
    assert not stack.sunk("detected")


def test_n4_not_scanned_again(stack):
    """N4: a notice passes the checkpoint unscanned, and says so"""
    address = "alice+n4loop@example.test"
    stack.send(mail(files=[("a.com", EICAR)],
                    subject="=?utf-8?q?" + EICAR.decode() + "?="), address)
    data, = stack.notices("alice", address)
    exim_id = stack.exim_id(parsed(data)["Message-ID"])
    assert stack.exim_log(" sekisho: id=%s action=pass reason=sekisho-notice$"
                          % exim_id)
    assert not stack.sekishod_log("id=" + exim_id)


def test_n4_forged(stack):
    """N4: a mail that only looks like a notice is scanned"""
    message = mail(sender="NoReply@mail-abuse.org", files=[("a.com", EICAR)],
                   Auto_Submitted="auto-generated")
    raw = b"Received: from Debian-exim by mx.example.test with " \
        b"sekisho-notice\r\n\tid 1xVzKK-0001Jo-1s; %s\r\n" % \
        message["Date"].encode() + message.as_bytes()
    stack.send(raw, "alice+n4forged@example.test", sender="")
    data = stack.arrived("alice", message["Message-ID"])
    assert EICAR not in [content for _, content in attachments(data)]


def test_n4_limit(stack):
    """N4: one address gets 20 notices an hour; the log names the others"""
    # complaint N1
    address = "erin+limit@example.test"
    # Hours are those of the clock.
    wait_until(lambda: time.time() % 3600 < 3570, "a new hour", 60)
    with stack.settings("notices-per-hour = 20"):
        with stack.outside() as smtp:
            for _ in range(22):
                smtp.sendmail("sender@partner.test", [address],
                              only("a.com", EICAR).as_bytes())
        assert len(stack.notices("erin", address, 20)) == 20
        stack.settled()
        assert len(stack.notices("erin", address, 20)) == 20
    assert len(stack.sekishod_log(
        "warning: id=.* no notice to %s: notices-per-hour is reached" %
        re.escape(address))) == 2
