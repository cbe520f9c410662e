"""Who a mail was from that made somebody approve or block its sender (A8,
Q11): the entry says it."""
import email
import email.policy

import pytest

from approving import Approving, shown
from holding import held, hold_rule
from mails import mail
from running import add_rules

PROVED = ("The message that was chosen: from boss@partner.test, proved by "
          "DKIM; sent by bounce@list.test\n選択したメール: 差出人 "
          "boss@partner.test(DKIM で認証済み)、送信元 bounce@list.test\n")
FORGED = ("The message that was chosen: from boss@partner.test, NOT the true "
          "sender; sent by bounce@list.test\n選択したメール: 差出人 "
          "boss@partner.test(本人ではありません)、送信元 bounce@list.test\n")


FIELD = "from=boss@partner.test; proof=%s; sender=bounce@list.test"


@pytest.fixture(name="rules", scope="module", autouse=True)
def rules_that_hold(stack):
    with stack.policy(lambda text: add_rules(text, hold_rule("own-hold",
                                                             "all"))):
        yield


def carols(stack, which):
    carol = Approving(stack, "carol", which)
    for other in "Approved", "Blocked":
        Approving(stack, "carol", other).forget()
    carol.empty()
    with carol.folder_of_senders() as imap:
        assert not shown(imap)
    return carol


def hold(carol, imap, authentication):
    """A mail from a list in the name of somebody; returns its UID."""
    message = mail(sender="Boss <boss@partner.test>", X_Hold="all",
                   X_Stack_Authentication=authentication)
    carol.stack.send(message, "carol@example.test", sender="bounce@list.test")
    held(carol.stack, "carol", message["Message-ID"])
    imap.select("Quarantine")
    uid, = imap.uids("HEADER", "Message-ID", '"%s"' % message["Message-ID"])
    return uid


def entry(carol, field=None):
    """What the only entry says; it has this field."""
    with carol.folder_of_senders() as imap:
        (uid, name), = shown(imap).items()
        assert name == "boss@partner.test"
        message = email.message_from_bytes(imap.body(uid),
                                           policy=email.policy.default)
        assert not message.defects and message["From"] == name
        assert message["X-Sekisho-Origin"] == field
        return message.get_content().replace("\r\n", "\n")


@pytest.mark.parametrize("folder", ['"Quarantine/Deliver and Approve"',
                                    '"Approved Senders"'])
def test_approve(stack, folder):
    """A8, Q11: an entry says what mail it was approved with"""
    carol = carols(stack, "Approved")
    with carol.session() as imap:
        uid = hold(carol, imap, 'dkim="partner.test=pass"')
        imap.must("UID MOVE %d %s" % (uid, folder))
    text = entry(carol, FIELD % "dkim")
    assert text.startswith("Mail from boss@partner.test is not taken for spam")
    assert text.endswith("\n\n" + PROVED)


def test_approve_forged(stack):
    """A8, Q11: it says that the sender in From was a forged one"""
    carol = carols(stack, "Approved")
    carol.approve("boss@partner.test")
    assert "chosen" not in entry(carol)
    with carol.session() as imap:
        uid = hold(carol, imap, "spf=fail dmarc=reject")
        imap.must('UID COPY %d "Quarantine/Deliver and Approve"' % uid)
    assert entry(carol, FIELD % "failed").endswith("\n\n" + FORGED)


def test_block(stack):
    """A8, Q11: an entry says what mail its sender was blocked with"""
    carol = carols(stack, "Blocked")
    with carol.session() as imap:
        uid = hold(carol, imap, "spf=fail dmarc=reject")
        imap.must('UID MOVE %d "Blocked Senders"' % uid)
    text = entry(carol, FIELD % "failed")
    assert text.startswith("Mail from boss@partner.test does not reach")
    assert text.endswith("\n\n" + FORGED)


def test_ordinary(stack):
    """A8, Q11: of ordinary mail both senders are shown, and no proof"""
    carol = carols(stack, "Approved")
    message = mail(sender="Boss <boss@partner.test>")
    stack.send(message, "carol@example.test", sender="bounce@list.test")
    stack.arrived("carol", message["Message-ID"])
    with carol.session() as imap:
        imap.select("INBOX")
        uid, = imap.uids("HEADER", "Message-ID",
                         '"%s"' % message["Message-ID"])
        imap.must('UID COPY %d "Approved Senders"' % uid)
    assert entry(carol, FIELD % "").endswith(
        "\n\nThe message that was chosen: from boss@partner.test; sent by "
        "bounce@list.test\n選択したメール: 差出人 boss@partner.test、"
        "送信元 bounce@list.test\n")


def test_odd(stack):
    """Q11: what the mail servers were told ends neither line nor message"""
    carol = carols(stack, "Approved")
    with carol.session() as imap:
        imap.must('APPEND "Approved Senders"',
                  b"Return-Path: <\"a\x1b[2J\\\"\n b\xff\"@list.test>\r\n"
                  b"Received: from x\r\nFrom: boss@partner.test\r\n"
                  b"Subject: x\r\n\r\nx\r\n")
    field = "from=boss@partner.test; proof=; " \
        "sender=a%EF%BF%BD%5B2J%22%20b%EF%BF%BD@list.test"
    last = entry(carol, field).splitlines()[-2]
    assert last.startswith("The message that was chosen: from "
                           "boss@partner.test; sent by ")
    assert last.isprintable()
