"""The shipped rules R5 to R8, which an administrator has switched on."""
import pytest

from mails import mail, zip_of
from reading import own, subject
from running import switch

INSIDE = {"sender": "alice@example.test", "user": "alice"}
PROGRAM = b"MZ\x90\0harmless"


@pytest.fixture(scope="module", autouse=True)
def rules_on(stack):
    def change(policy):
        for rule in "R5", "R6", "R7", "R8":
            policy = switch(policy, rule, "on")
        return policy
    with stack.policy(change):
        yield


@pytest.mark.parametrize("score, expected", [
    ("39", "A letter"), ("40", "[SPAM!!!] A letter"),
    ("59", "[SPAM!!!] A letter"), ("60", "[MEIWAKU!!!] A letter")],
    ids=["39", "40", "59", "60"])
def test_r5(stack, score, expected):
    """R5: suspected spam is tagged, from one level to the other"""
    message = mail(X_Stack_Spam_Score=score)
    stack.send(message, "bob@example.test")
    assert subject(stack.arrived("bob", message["Message-ID"])) == expected


def test_r6(stack):
    """R6: outbound spam is deleted whole"""
    message = mail(sender="alice@example.test", X_Stack_Spam_Score="60")
    stack.send(message, "friend@partner.test", **INSIDE)
    stack.deleted(message)


def test_r6_suspected(stack):
    """R6: outbound mail that is only suspected leaves as it was"""
    message = mail(sender="alice@example.test", X_Stack_Spam_Score="59")
    stack.send(message, "friend@partner.test", **INSIDE)
    del message["X-Stack-Spam-Score"]
    assert own(stack.left(message["Message-ID"])) == message.as_bytes()


@pytest.mark.parametrize("name, data", [
    ("setup.exe", b"harmless"), ("SETUP.EXE", b"harmless"),
    ("all.zip", zip_of(("doc/setup.exe", b"harmless"))),
    ("photo.jpg", b"\x7fELF\x02\x01\x01" + bytes(9) + b"\x02\0\x3e\0" +
     bytes(44))], ids=["name", "capitals", "member", "program"])
def test_r7(stack, name, data):
    """R7: a high-risk file is known by its name, in archives, by its bytes"""
    message = mail(files=[(name, data)])
    stack.send(message, "alice@example.test")
    stack.deleted(message)


def test_r7_harmless(stack):
    """R7: a mail with a harmless file arrives as it was"""
    message = mail(files=[("exe.txt", b"exe"), ("a.zip", zip_of(("b", b"")))])
    stack.send(message, "alice@example.test")
    assert own(stack.arrived("alice", message["Message-ID"])) == \
        message.as_bytes()


def test_r8(stack):
    """R8: an outbound mail with a high-risk file is deleted whole"""
    message = mail(sender="alice@example.test", files=[("s.exe", PROGRAM)])
    stack.send(message, "friend@partner.test", **INSIDE)
    stack.deleted(message)


def test_r8_inside(stack):
    """R9: mail from inside to inside is outbound for R8"""
    message = mail(sender="bob@example.test", files=[("s.exe", PROGRAM)])
    stack.send(message, "alice@example.test", user="bob",
               sender="bob@example.test")
    stack.deleted(message)
