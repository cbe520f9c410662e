"""New policies and new signatures while mail flows: R13, O4."""
import os
import smtplib
import threading

import pytest

from mails import mail
from reading import attachments, own, subject
from running import new_id, switch, wait_until

SIGNATURE = b"sekisho-it-virus-"


class Flow:
    """Mail from outside, one after the other, until it is told to stop."""

    def __init__(self, stack):
        self.stack = stack
        self.sent = []
        self.refused = []
        self.stop = threading.Event()
        self.thread = threading.Thread(target=self.run)

    def run(self):
        while not self.stop.is_set():
            message_id = new_id()
            try:
                self.stack.send(mail(message_id=message_id),
                                "carol@example.test")
                self.sent.append(message_id)
            except smtplib.SMTPException as error:
                self.refused.append(str(error))

    def __enter__(self):
        self.thread.start()
        wait_until(lambda: len(self.sent) >= 3, "mail to flow")
        return self

    def __exit__(self, *error):
        more = len(self.sent) + 3
        wait_until(lambda: len(self.sent) >= more or self.refused,
                   "mail to flow on")
        self.stop.set()
        self.thread.join()

    def check(self):
        """Every mail was taken, and arrived once."""
        assert not self.refused
        self.stack.settled()
        for message_id in self.sent:
            self.stack.arrived("carol", message_id)


def write_signature(stack, name, text):
    """A file of signatures, put in place as freshclam does."""
    path = os.path.join(stack.env["SIGNATURES"], name)
    with open(path + ".new", "w", encoding="ascii") as file:
        file.write(text)
    os.rename(path + ".new", path)
    return path


def found(stack, data):
    """Is that a virus now? Asked with a real mail."""
    message = mail(files=[("a.bin", data)])
    stack.send(message, "carol+reload@example.test")
    mails = attachments(stack.arrived("carol", message["Message-ID"]))
    return ("a.bin", data) not in mails


@pytest.fixture
def signatures(stack):
    """Takes files of signatures away again."""
    paths = []
    yield paths
    for path in paths:
        if os.path.exists(path):
            os.unlink(path)
    stack.reload()


def test_reload_under_load(stack):
    """R13: no mail is deferred, lost or doubled while the policy is reloaded"""
    # complaint S1
    with Flow(stack) as flow:
        for _ in range(3):
            stack.reload()
    flow.check()


def test_reload_works(stack):
    """R13: a new policy is in force for the next mail"""
    for status, expected in ("on", "[SPAM!!!] A letter"), ("off", "A letter"):
        message = mail(X_Stack_Spam_Score="40")
        if status == "on":
            with stack.policy(lambda policy: switch(policy, "R5", "on")):
                stack.send(message, "bob@example.test")
        else:
            stack.send(message, "bob@example.test")
        data = stack.arrived("bob", message["Message-ID"])
        assert subject(data) == expected


@pytest.mark.parametrize("wrong, reason", [
    (("<tag-subject", "<tag-object"), r"rule 'R4': .*tag-object"),
    (('status="off"', 'status="of"'), "'of'"),
    (("</policy>", ""), "")], ids=["action", "status", "xml"])
def test_wrong_policy(stack, wrong, reason):
    """R13: a wrong policy is refused with file and line, the old one stays"""
    with open(stack.env["POLICY"], encoding="utf-8") as file:
        policy = file.read()
    broken = policy.replace(*wrong, 1)
    lines = broken.split("\n")
    line = next(number for number, (old, new) in enumerate(
        zip(policy.split("\n"), lines), 1) if old != new)
    # What is missing at the end is missed there.
    line = len(lines) if line == len(lines) - 1 else line
    try:
        with pytest.raises(AssertionError) as error:
            stack.write_policy(broken)
        assert "error: reload refused, the running configuration stays in " \
            "force: %s:%d: " % (stack.env["POLICY"], line) in str(error.value)
        assert error.match(reason)
        message = mail(subject="Cheap watches", X_Stack_Spam_Score="90")
        stack.send(message, "bob@example.test")
        data = stack.arrived("bob", message["Message-ID"])
        assert subject(data) == "[MEIWAKU!!!] Cheap watches"
    finally:
        stack.write_policy(policy)


def test_new_signatures(stack, signatures):
    """O4: changed signatures are taken up by themselves, no mail waits"""
    # complaint S1
    data = SIGNATURE + b"new"
    assert not found(stack, data)
    with Flow(stack) as flow:
        seen = len(stack.sekishod_log("the signatures have changed"))
        signatures.append(write_signature(
            stack, "new.ndb", "It.New:0:*:%s\n" % data.hex()))
        wait_until(lambda: len(stack.sekishod_log(
            "the signatures have changed")) > seen, "the change to be seen")
        wait_until(lambda: found(stack, data), "the new signature", 60)
    flow.check()


def test_broken_signatures(stack, signatures):
    """O4: broken signatures are refused by name, what repairs them is not"""
    # complaint S3
    data = SIGNATURE + b"late"
    before = len(stack.sekishod_log(""))
    signatures.append(write_signature(stack, "broken.ndb", "It.Late:0:*:zz\n"))
    lines = wait_until(
        lambda: [line for line in stack.sekishod_log("")[before:]
                 if "did not start" in line], "the refusal")
    assert "the old signatures stay in use" in lines[-1]
    assert len([line for line in stack.sekishod_log("")[before:]
                if "broken.ndb: Malformed database: " in line]) == 1
    message = mail()
    stack.send(message, "carol@example.test")
    assert own(stack.arrived("carol", message["Message-ID"])) == \
        message.as_bytes()
    os.unlink(signatures.pop())
    signatures.append(write_signature(
        stack, "right.ndb", "It.Late:0:*:%s\n" % data.hex()))
    wait_until(lambda: found(stack, data), "the repaired signature", 60)
