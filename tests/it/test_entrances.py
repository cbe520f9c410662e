"""Every way into Exim leads through the checkpoint."""
import os

import pytest

from exims import OtherExim
from mails import EICAR, ENCRYPTED_ZIP, mail, only
from reading import STAMP, attachments, own, recipients, subject, text
from running import new_id

STAMPED = STAMP % "c.zip" + "\n\nGood morning.\n"


@pytest.fixture(scope="module", autouse=True)
def gateway(stack):
    """gateway.test, which lives on another server, is protected too."""
    with stack.policy(lambda policy: policy.replace(
            "</protected>", "<domain>gateway.test</domain></protected>")):
        yield


@pytest.fixture(scope="module")
def wire(stack):
    """An Exim with spool_wireformat."""
    return OtherExim(stack, "wire", lambda text: text.replace(
        "spool_wireformat = false", "spool_wireformat = true"))


def test_preload(stack):
    """The daemon of Exim has the module, its children need not load it"""
    with open(os.path.join(stack.env["STACK_DIR"], "run/exim.pid"),
              encoding="ascii") as file:
        daemon = file.read().strip()
    with open("/proc/%s/maps" % daemon, encoding="utf-8") as file:
        assert "/sekisho-localscan.so" in file.read()


def bdat(smtp, to, data, chunk, sender="sender@partner.test"):
    """Sends data in chunks, RFC 3030. Returns the last answer."""
    smtp.mail(sender, ["BODY=8BITMIME"])
    for recipient in [to] if isinstance(to, str) else to:
        assert smtp.rcpt(recipient)[0] == 250
    answer = None
    for at in range(0, len(data), chunk):
        part = data[at:at + chunk]
        last = " LAST" if at + chunk >= len(data) else ""
        smtp.send(b"BDAT %d%s\r\n" % (len(part), last.encode()) + part)
        answer = smtp.getreply()
    return answer


@pytest.mark.parametrize("spool", ["lines", "wire"])
@pytest.mark.parametrize("chunk", [100, 1 << 20], ids=["chunks", "whole"])
def test_bdat(stack, wire, spool, chunk):
    """R10: BDAT, a clean mail arrives byte for byte"""
    message = mail(text="One.\n.two\n..\n\n8 bit: 関所\n", files=[
        ("list.txt", b"a b c")])
    with stack.outside() if spool == "lines" else wire.session() as smtp:
        assert bdat(smtp, "alice@example.test", message.as_bytes(),
                    chunk)[0] == 250
    assert own(stack.arrived("alice", message["Message-ID"])) == \
        message.as_bytes()


@pytest.mark.parametrize("spool", ["lines", "wire"])
@pytest.mark.parametrize("to", ["alice@example.test", "user@gateway.test"])
def test_bdat_rewritten(stack, wire, spool, to):
    """R3: BDAT, a new body of another length arrives whole"""
    message = mail(files=[("c.zip", ENCRYPTED_ZIP)])
    with stack.outside() if spool == "lines" else wire.session() as smtp:
        assert bdat(smtp, to, message.as_bytes(), 1000)[0] == 250
    data = stack.left(message["Message-ID"]) if "gateway" in to else \
        stack.arrived("alice", message["Message-ID"])
    assert text(data) == STAMPED
    stamp = (STAMP % "c.zip").encode() + b"\r\n\r\n"
    assert own(data).replace(stamp, b"", 1) == message.as_bytes()


def test_wire_virus(stack, wire):
    """R1: BDAT with spool_wireformat, a virus is removed"""
    message = mail(files=[("a.com", EICAR), ("list.txt", b"a b c")])
    with wire.session() as smtp:
        bdat(smtp, "alice+wire@example.test", message.as_bytes(), 300)
    data = stack.arrived("alice", message["Message-ID"])
    assert ("list.txt", b"a b c") in attachments(data)
    assert EICAR not in [content for _, content in attachments(data)]


def test_wire_two_bodies(stack, wire):
    """R3: BDAT with spool_wireformat, a body for one and another for one"""
    message = mail(sender="bob@example.test", files=[("c.zip", ENCRYPTED_ZIP)])
    with wire.session("127.0.0.2") as smtp:
        assert bdat(smtp, ["alice@example.test", "friend@partner.test"],
                    message.as_bytes(), 1 << 20, "bob@example.test")[0] == 250
    assert own(stack.left(message["Message-ID"])) == message.as_bytes()
    assert text(stack.arrived("alice", message["Message-ID"])) == STAMPED


def test_local(stack):
    """R9: `sendmail` on the server is inside: R2 applies"""
    message = mail(sender="root@example.test", files=[("a.com", EICAR)])
    assert stack.local(message, "friend@partner.test") == (0, "")
    stack.deleted(message)
    clean = mail(sender="root@example.test", to="friend@partner.test")
    assert stack.local(clean, options=["-t"]) == (0, "")
    assert recipients(stack.left(clean["Message-ID"])) == \
        ["friend@partner.test"]


def test_local_stamp(stack):
    """R3, R9: `sendmail` to a user of this site"""
    message = mail(files=[("c.zip", ENCRYPTED_ZIP)])
    stack.local(message, "alice@example.test")
    assert text(stack.arrived("alice", message["Message-ID"])) == STAMPED


def test_relay_host(stack):
    """R9: a relay host of this site is inside: R2 applies"""
    message = mail(sender="bob@example.test", files=[("a.com", EICAR)])
    stack.send(message, "friend@partner.test", source="127.0.0.2",
               sender="bob@example.test")
    stack.deleted(message)
    line, = stack.sekishod_log("id=" + stack.exim_id(message["Message-ID"]))
    assert " client=127.0.0.2 " in line and " direction=outbound " in line


def test_eight_bit(stack):
    """R15: an 8-bit text keeps its bytes, with a stamp and without"""
    for attached in [], [("c.zip", ENCRYPTED_ZIP)]:
        message = mail(text="PLACE\n", files=attached)
        raw = message.as_bytes().replace(b"7bit", b"8bit", 1).replace(
            b"PLACE", "関所 ümlaut".encode())
        stack.send(raw, "alice@example.test")
        data = own(stack.arrived("alice", message["Message-ID"]))
        stamp = (STAMP % "c.zip").encode() + b"\r\n\r\n"
        assert data.replace(stamp, b"", 1) == raw
        assert (stamp in data) == bool(attached)


@pytest.mark.parametrize("to", ["利用者@gateway.test",
                                "利用者@partner.test"], ids=["in", "out"])
def test_smtputf8(stack, to):
    """R10: SMTPUTF8, addresses and header lines in UTF-8"""
    message_id = new_id()
    raw = ("From: 送信者 <関@partner.test>\r\nTo: %s\r\nSubject: 件名\r\n"
           "Message-ID: %s\r\n\r\nText.\r\n" % (to, message_id)).encode()
    with stack.inside() if "partner" in to else stack.outside() as smtp:
        smtp.sendmail("関@partner.test", [to],
                      b"X-Stack-Spam-Score: 0\r\n" + raw,
                      ["SMTPUTF8", "BODY=8BITMIME"])
    data = stack.left(message_id)
    assert recipients(data) == [to]
    assert own(data) == raw


def test_smtputf8_tag(stack):
    """R14: a subject that is raw UTF-8 is tagged and stays readable"""
    message_id = new_id()
    stack.send(("X-Stack-Spam-Score: 90\r\nSubject: 安い時計\r\n"
                "Message-ID: %s\r\n\r\nText.\r\n" % message_id).encode(),
               ["迷惑@gateway.test", "other@gateway.test"],
               sender="関@partner.test", options=["SMTPUTF8"])
    data = stack.left(message_id)
    assert subject(data) == "[MEIWAKU!!!] 安い時計"
    assert "\r\nSubject: [MEIWAKU!!!] 安い時計\r\n".encode() in data


@pytest.mark.parametrize("local", ['"two words"', '"quo\\"te"', '"a,b"',
                                   '"at@sign"', "a/b", "o'neill"])
def test_odd_recipient(stack, local):
    """R10: a recipient whose local part is odd is no missing router"""
    to = local + "@gateway.test"
    message = mail()
    stack.send(message, [to, "other@gateway.test"])
    assert to in recipients(stack.left(message["Message-ID"]))


def test_1500_recipients(stack):
    """R10, A4: 1,500 recipients, each with his own outcome"""
    message = mail(subject="Cheap watches", X_Stack_Spam_Score="90",
                   sender="friend@partner.test")
    several = ["carol+%d@example.test" % n for n in range(1496)] + [
        "alice@example.test", "bob@example.test", "user@gateway.test",
        "alice+1@example.test"]
    assert len(several) == 1500
    stack.send(message, several, sender="friend@partner.test")
    stack.settled()
    exim_id = stack.exim_id(message["Message-ID"])
    assert len(stack.exim_log(exim_id + r" [-=]> carol\+")) == 1496
    line, = stack.sekishod_log("id=" + exim_id)
    assert ' approved=alice@example.test ' in line
    # A line that names 1,500 addresses would help nobody.
    assert " and 999 more" in line
    assert len(stack.exim_log("sekisho: id=" + exim_id)[0]) < 500
    found = [subject(data) for data in stack.search(
        "alice", "HEADER", "Message-ID", message["Message-ID"])]
    assert sorted(found) == ["Cheap watches", "[MEIWAKU!!!] Cheap watches"]
    assert subject(stack.left(message["Message-ID"])) == \
        "[MEIWAKU!!!] Cheap watches"
    assert subject(stack.arrived("bob", message["Message-ID"])) == \
        "[MEIWAKU!!!] Cheap watches"
    found = stack.search("carol", "HEADER", "Message-ID",
                         message["Message-ID"])
    assert len(found) == 1496
    assert {subject(data) for data in found[:20]} == {
        "[MEIWAKU!!!] Cheap watches"}


def test_pipelining(stack):
    """R12: messages of one connection, all commands at once, do not mix"""
    clean = [mail(subject="Number %d" % n) for n in range(3)]
    spam = mail(subject="Spam", X_Stack_Spam_Score="90")
    infected = mail(subject="Infected", files=[("a.com", EICAR)])
    order = [clean[0], infected, clean[1], spam, clean[2]]
    with stack.outside() as smtp:
        smtp.send(b"".join(
            b"MAIL FROM:<sender@partner.test>\r\n"
            b"RCPT TO:<bob+pipe@example.test>\r\nDATA\r\n"
            for _ in order[:1]))
        for message in order:
            assert [smtp.getreply()[0] for _ in range(3)] == [250, 250, 354]
            more = b"" if message is order[-1] else (
                b"MAIL FROM:<sender@partner.test>\r\n"
                b"RCPT TO:<bob+pipe@example.test>\r\nDATA\r\n")
            smtp.send(message.as_bytes() + b".\r\n" + more)
            assert smtp.getreply()[0] == 250
    for message in clean:
        data = own(stack.arrived("bob", message["Message-ID"]))
        assert data == message.as_bytes()
    assert subject(stack.arrived("bob", spam["Message-ID"])) == \
        "[MEIWAKU!!!] Spam"
    data = stack.arrived("bob", infected["Message-ID"])
    assert EICAR not in [content for _, content in attachments(data)]


def test_two_bodies(stack):
    """R3, R9: stamped for a colleague, as sent for outside; each once"""
    message = mail(sender="bob@example.test", files=[("c.zip", ENCRYPTED_ZIP)])
    stack.send(message, ["alice@example.test", "carol@example.test",
                         "friend@partner.test", "other@partner.test"],
               user="bob", sender="bob@example.test")
    stack.settled()
    for user in "alice", "carol":
        assert text(stack.arrived(user, message["Message-ID"])) == STAMPED
    left, = stack.sunk(message["Message-ID"])
    assert own(left) == message.as_bytes()
    assert sorted(recipients(left)) == ["friend@partner.test",
                                        "other@partner.test"]
    copy, = [line for line in stack.exim_log(" P=sekisho-variant ")
             if message["Message-ID"].strip("<>") in line]
    assert "for alice@example.test carol@example.test" in copy


def test_two_bodies_virus(stack):
    """R1, R2: an infected mail to a colleague and outside reaches nobody"""
    message = only("a.com", EICAR, sender="bob@example.test")
    stack.send(message, ["alice+two@example.test", "friend@partner.test"],
               user="bob", sender="bob@example.test")
    stack.deleted(message)


def test_alias(stack):
    """R3: a mail to an alias is stamped once for each who gets it"""
    message = mail(files=[("c.zip", ENCRYPTED_ZIP)])
    stack.send(message, ["list@example.test", "bob@example.test"])
    stack.settled()
    for user in "alice", "bob":
        assert text(stack.arrived(user, message["Message-ID"])) == STAMPED
