"""Quarantine/Deliver and Approve: the mail lands in INBOX and its sender is
approved, or nothing happens at all (Q5)."""
import os

import pytest

from approving import Approving, no_directory
from mails import mail

FOLDER = '"Quarantine/Deliver and Approve"'
FULL = "NO [LIMIT] The list of approved senders is full (50 at most), so " \
    "nobody was approved and the mail stays here; delete an entry first"
DOWN = "NO [UNAVAILABLE] The directory does not answer, so nobody was " \
    "approved and the mail stays here; try again later"


@pytest.fixture(name="quarantine")
def carols_quarantine(stack):
    quarantine = Approving(stack, "carol")
    quarantine.empty()
    quarantine.forget()
    return quarantine


@pytest.fixture(name="imap")
def session_with_quarantine(quarantine):
    with quarantine.session() as imap:
        imap.select("Quarantine")
        yield imap


def hold(quarantine, imap, *senders, **how):
    """Holds a mail from each; returns their ids and a set of their UIDs."""
    ids = [quarantine.hold(mail(sender=sender), **how) for sender in senders]
    imap.must("NOOP")
    return ids, ",".join(str(quarantine.uid(imap, held)) for held in ids)


def refused(quarantine, imap, command, ids, text):
    """With that text, and nothing has happened."""
    before = quarantine.approved()
    reply = imap.command(command)
    assert reply.line.startswith(text), reply
    for held in ids:
        assert quarantine.uid(imap, held) is not None
        assert quarantine.count(held, "INBOX") == 0
    assert quarantine.approved() == before


@pytest.mark.parametrize("command", ["MOVE", "COPY"])
def test_q5_approve(quarantine, imap, command):
    """Q5: the mail is delivered to INBOX and its sender approved"""
    (held,), uids = hold(quarantine, imap, "Anna <Anna@Shop.Test>")
    imap.must("UID %s %s %s" % (command, uids, FOLDER))
    assert quarantine.count(held, "INBOX") == 1
    assert quarantine.approved() == ["Anna@shop.test"]
    assert (quarantine.uid(imap, held) is None) == (command == "MOVE")
    assert quarantine.log(held) == [
        "id=%s user=carol@example.test action=deliver folder=INBOX "
        "approved=Anna@Shop.Test rescan=clean result=ok" % held]


def test_q5_approved_before(quarantine, imap):
    """Q5: a sender who is approved already makes no difference"""
    quarantine.ask("approved-add", "anna@shop.test")
    ids, uids = hold(quarantine, imap, "anna@shop.test", "anna@shop.test")
    imap.must("UID MOVE %s %s" % (uids, FOLDER))
    assert [quarantine.count(held, "INBOX") for held in ids] == [1, 1]
    assert quarantine.approved() == ["anna@shop.test"]


@pytest.mark.parametrize("header, expected", [
    (b"From: A <a@x.test>, B <b@x.test>\r\n", "a@x.test"),
    (b"From:\r\n", "bounce@list.test"), (b"", "bounce@list.test"),
    (b"From: nobody\r\n", "bounce@list.test"),
    (b"From: \"O'Neil, Pat\" (work)\r\n\t<pat@x.test>\r\n", "pat@x.test"),
    (b"From: group: ;\r\n", "bounce@list.test"),
    (b"From: =?utf-8?q?J=C3=BCrgen?= <j@x.test>\r\n", "j@x.test")])
def test_q5_sender(quarantine, imap, header, expected):
    """Q5: who is approved is the one in From, else the envelope sender"""
    # complaint A5
    held = quarantine.hold(header + b"Subject: Hello\r\n\r\nHello.\r\n",
                           sender="bounce@list.test")
    imap.must("NOOP")
    imap.must("UID MOVE %d %s" % (quarantine.uid(imap, held), FOLDER))
    assert quarantine.count(held, "INBOX") == 1
    assert quarantine.approved() == [expected]


def test_q5_no_sender(quarantine, imap):
    """Q5: a mail without any sender stays, and says why"""
    held = quarantine.hold(b"Subject: Hello\r\n\r\nHello.\r\n", sender="")
    imap.must("NOOP")
    refused(quarantine, imap, "UID MOVE %d %s" % (
        quarantine.uid(imap, held), FOLDER), [held],
        "NO [CANNOT] A message has no sender who could be approved")


def test_q5_wrong_sender(quarantine, imap):
    """Q5, A7: a sender who cannot be approved keeps all of the command"""
    ids, uids = hold(quarantine, imap, "good@shop.test", "bad@localhost")
    refused(quarantine, imap, "UID MOVE %s %s" % (uids, FOLDER), ids,
            "NO [CANNOT] Nobody was approved and the mail stays here: ")


@pytest.mark.parametrize("command", ["MOVE", "COPY"])
def test_q5_full(quarantine, imap, command):
    """Q5, A2: if the list is full, nothing happens"""
    answer = quarantine.ask("approved-add", *[
        "user%d@shop.test" % number for number in range(49)])
    assert answer.status == "ok", answer
    ids, uids = hold(quarantine, imap, "one@more.test", "two@more.test")
    refused(quarantine, imap, "UID %s %s %s" % (command, uids, FOLDER), ids,
            FULL)
    assert quarantine.log(ids[0], "result=refused") == []
    imap.must("UID %s %s %s" % (command, uids.split(",", maxsplit=1)[0],
                                FOLDER))
    assert len(quarantine.approved()) == 50


def test_q5_no_directory(stack, quarantine, imap):
    """Q5: if the directory is down, nothing happens"""
    (held,), uids = hold(quarantine, imap, "anna@shop.test")
    with no_directory(stack):
        reply = imap.command("UID MOVE %s %s" % (uids, FOLDER))
        assert reply.line.startswith(DOWN), reply
        assert quarantine.count(held, "INBOX") == 0
        imap.must("UID COPY %s INBOX" % uids)
    assert quarantine.approved() == []
    assert len(quarantine.log(held, "result=refused")) == 1


def test_q5_no_sekishod(stack, quarantine):
    """Q5: if sekishod is down, nothing happens"""
    with quarantine.session("sekisho_rescan=off") as imap:
        imap.select("Quarantine")
        (held,), uids = hold(quarantine, imap, "anna@shop.test")
        path = stack.env["CONTROL_SOCKET"]
        os.rename(path, path + ".away")
        try:
            reply = imap.command("UID MOVE %s %s" % (uids, FOLDER))
        finally:
            os.rename(path + ".away", path)
    assert reply.line.startswith(DOWN), reply
    assert quarantine.count(held, "INBOX") == 0
    assert quarantine.approved() == []


@pytest.mark.parametrize("user", ["dave", "erin"])
def test_q5_no_account(stack, user):
    """Q5: without an active account nobody is approved"""
    quarantine = Approving(stack, user)
    held = quarantine.hold()
    with quarantine.session() as imap:
        imap.select("Quarantine")
        reply = imap.command("UID MOVE %d %s" % (quarantine.uid(imap, held),
                                                 FOLDER))
        assert reply.line.startswith(
            "NO [CANNOT] %s@example.test has no active account, so nobody "
            "can be approved and the mail stays here" % user), reply
        assert quarantine.uid(imap, held) is not None
    assert quarantine.count(held, "INBOX") == 0


def test_q5_upload(quarantine, imap):
    """Q5: an upload of a held mail approves the sender of the original"""
    held = quarantine.hold(mail(sender="anna@shop.test"))
    imap.must("APPEND " + FOLDER, quarantine.stored(
        held, mail(sender="eve@other.test")))
    assert quarantine.count(held, "INBOX") == 1
    assert quarantine.approved() == ["anna@shop.test"]
