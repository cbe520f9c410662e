"""The shipped rules R1 to R8 as a fresh installation has them."""
import io
import zipfile

import pytest

from mails import EICAR, ENCRYPTED_ZIP, GTUBE, mail, only, zip_of
from reading import STAMP, attachments, own, recipients, subject, text

INSIDE = {"sender": "alice@example.test", "user": "alice"}
PROGRAM = b"MZ\x90\0harmless"


def test_clean(stack):
    """R10: a clean mail from outside arrives byte for byte as it was sent"""
    # complaint D2
    message = mail(to="alice@example.test", files=[
        ("list.txt", b"a b c"), ("papers.zip", zip_of(("a", b"papers")))])
    stack.send(message, "alice@example.test")
    data = stack.arrived("alice", message["Message-ID"])
    assert own(data) == message.as_bytes()


def test_clean_outbound(stack):
    """R9: a clean mail to outside leaves byte for byte as it was sent"""
    message = mail(sender="alice@example.test", to="friend@partner.test")
    stack.send(message, "friend@partner.test", **INSIDE)
    data = stack.left(message["Message-ID"])
    assert own(data) == message.as_bytes()
    assert recipients(data) == ["friend@partner.test"]


@pytest.mark.parametrize("user", ["alice", "erin"])
def test_everybody(stack, user):
    """R10: the rules apply to users with an account and without"""
    message = mail(files=[("a.com", EICAR)])
    stack.send(message, user + "+r10@example.test")
    data = stack.arrived(user, message["Message-ID"])
    assert EICAR not in [content for _, content in attachments(data)]


def test_r1_clean(stack):
    """R1: a virus beside a clean file is removed, nothing else changes"""
    message = mail(files=[("a.com", EICAR), ("list.txt", b"a b c")])
    stack.send(message, "alice+r1@example.test")
    data = own(stack.arrived("alice", message["Message-ID"]))
    sent = message.as_bytes()
    boundary = b"--" + message.get_boundary().encode() + b"\r\n"
    before, infected, after = sent.partition(boundary)[2].split(boundary)
    assert b"a.com" in infected
    start, _, rest = data.partition(boundary)
    assert start == sent.partition(boundary)[0]
    assert rest.split(boundary)[0] == before
    assert rest.split(boundary)[2] == after
    assert b"The attachment a.com was removed because it contained the " \
        b"virus Eicar-Test-Signature." in rest.split(boundary)[1]


def test_r1_archive(stack):
    """R1: an infected member is taken out of a zip, the others stay"""
    message = mail(files=[("two.zip", zip_of(("a.com", EICAR),
                                             ("b.txt", b"fine\n")))])
    stack.send(message, "alice+r1@example.test")
    data = stack.arrived("alice", message["Message-ID"])
    (name, content), = attachments(data)
    assert name == "two.zip"
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        assert "a.com" not in archive.namelist()
        assert archive.read("b.txt") == b"fine\n"
        assert archive.read("SEKISHO-REMOVED.txt") == \
            b"The attachment two.zip/a.com was removed because it " \
            b"contained the virus Eicar-Test-Signature."


def test_r1_delete(stack):
    """R1: a mail that is nothing but a virus is deleted"""
    message = only("game.com", EICAR)
    stack.send(message, "alice+r1@example.test")
    stack.deleted(message)


def test_r2(stack):
    """R2: an outbound mail with a virus is deleted whole"""
    message = mail(sender="alice@example.test", files=[("a.com", EICAR)])
    stack.send(message, "friend@partner.test", **INSIDE)
    stack.deleted(message)


def test_r9_inside(stack):
    """R9: no user gets a virus from a colleague, R2 decides before R1"""
    message = mail(sender="bob@example.test", files=[("a.com", EICAR)])
    stack.send(message, "alice+r9@example.test", user="bob",
               sender="bob@example.test")
    stack.deleted(message)
    line, = stack.sekishod_log("id=%s .*" %
                               stack.exim_id(message["Message-ID"]))
    assert " direction=local " in line and " rules=R1,R2 " in line


def test_r9_inside_encrypted(stack):
    """R9: mail from inside to inside is inbound for R3"""
    message = mail(sender="bob@example.test", files=[("c.zip", ENCRYPTED_ZIP)])
    stack.send(message, "alice@example.test", user="bob",
               sender="bob@example.test")
    data = stack.arrived("alice", message["Message-ID"])
    assert text(data).startswith(STAMP % "c.zip")


def test_r3(stack):
    """R3: one stamp for each protected attachment, which passes unchanged"""
    # complaint E3
    message = mail(files=[("c.zip", ENCRYPTED_ZIP), ("d.zip", ENCRYPTED_ZIP)])
    stack.send(message, "alice@example.test")
    data = stack.arrived("alice", message["Message-ID"])
    assert text(data) == "%s\n%s\n\nGood morning.\n" % (
        STAMP % "c.zip", STAMP % "d.zip")
    assert attachments(data) == attachments(message.as_bytes())
    # Take the stamps away again, and nothing has changed.
    stamps = "%s\r\n%s\r\n\r\n" % (STAMP % "c.zip", STAMP % "d.zip")
    assert own(data).replace(stamps.encode(), b"", 1) == message.as_bytes()


def test_r3_outbound(stack):
    """R3: an outbound mail is not stamped"""
    message = mail(sender="alice@example.test", files=[("c", ENCRYPTED_ZIP)])
    stack.send(message, "friend@partner.test", **INSIDE)
    assert own(stack.left(message["Message-ID"])) == message.as_bytes()


def test_r4(stack):
    """R4: spam is tagged, and nothing but its subject changes"""
    message = mail(subject="Cheap watches", X_Stack_Spam_Score="60")
    stack.send(message, "bob@example.test")
    data = own(stack.arrived("bob", message["Message-ID"]))
    assert subject(data) == "[MEIWAKU!!!] Cheap watches"
    del message["X-Stack-Spam-Score"]
    head, _, body = message.as_bytes().partition(b"\r\n\r\n")
    head = head.replace(b"Subject: Cheap watches\r\n", b"") + \
        b"\r\nSubject: [MEIWAKU!!!] Cheap watches"
    assert data == head + b"\r\n\r\n" + body


def test_r4_filter(stack):
    """R4: the score is what the site's spam filter says (GTUBE, rspamd)"""
    message = mail(subject="Cheap watches", text=GTUBE + "\n")
    stack.send(message, "bob@example.test")
    data = stack.arrived("bob", message["Message-ID"])
    assert subject(data) == "[MEIWAKU!!!] Cheap watches"


def test_r4_score_does_not_leak(stack):
    """R4: the score of one message says nothing of the next one"""
    spam = mail(subject="Cheap watches", text=GTUBE + "\n")
    ham = mail(subject="Lunch", X_Stack_Spam_Score=" ")
    with stack.outside() as smtp:
        for message in spam, ham:
            smtp.sendmail("sender@partner.test", ["bob@example.test"],
                          message.as_bytes())
    assert subject(stack.arrived("bob", spam["Message-ID"])) != \
        "Cheap watches"
    assert subject(stack.arrived("bob", ham["Message-ID"])) == "Lunch"


def test_r4_phishing(stack):
    """R4: a phishing finding of the scanner is tagged, whatever the score"""
    message = mail(subject="Your account")
    message.set_content(
        '<a href="http://192.0.2.7/login">https://www.paypal.com/login</a>',
        subtype="html")
    stack.send(message, "bob@example.test")
    data = stack.arrived("bob", message["Message-ID"])
    assert subject(data) == "[MEIWAKU!!!] Your account"


@pytest.mark.parametrize("score", ["40", "59"])
def test_r5_off(stack, score):
    """R5: off by default, suspected spam arrives as it was"""
    message = mail(X_Stack_Spam_Score=score)
    stack.send(message, "bob@example.test")
    data = own(stack.arrived("bob", message["Message-ID"]))
    del message["X-Stack-Spam-Score"]
    assert data == message.as_bytes()


def test_r6_off(stack):
    """R6: off by default, outbound spam leaves as it was"""
    message = mail(sender="alice@example.test", X_Stack_Spam_Score="90")
    stack.send(message, "friend@partner.test", **INSIDE)
    del message["X-Stack-Spam-Score"]
    assert own(stack.left(message["Message-ID"])) == message.as_bytes()


def test_r7_off(stack):
    """R7: off by default, a program from outside arrives"""
    message = mail(files=[("setup.exe", PROGRAM)])
    stack.send(message, "alice@example.test")
    data = stack.arrived("alice", message["Message-ID"])
    assert own(data) == message.as_bytes()


def test_r8_off(stack):
    """R8: off by default, a program leaves"""
    message = mail(sender="alice@example.test", files=[("s.exe", PROGRAM)])
    stack.send(message, "friend@partner.test", **INSIDE)
    assert own(stack.left(message["Message-ID"])) == message.as_bytes()


def test_r12_virus_and_spam(stack):
    """R12: a virus decides the fate; tag and stamp apply to what remains"""
    message = mail(subject="All at once", X_Stack_Spam_Score="90", files=[
        ("a.com", EICAR), ("c.zip", ENCRYPTED_ZIP)])
    stack.send(message, "bob+r12@example.test")
    data = stack.arrived("bob", message["Message-ID"])
    assert subject(data) == "[MEIWAKU!!!] All at once"
    assert text(data).startswith(STAMP % "c.zip")
    assert ("c.zip", ENCRYPTED_ZIP) in attachments(data)
    assert EICAR not in data and "a.com" not in dict(attachments(data))
