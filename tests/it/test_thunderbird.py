"""Held mail in Mozilla Thunderbird as it is installed (Q2 to Q5, Q11), which
shows only folders that are subscribed to, and asks for namespaces."""
import shutil

import pytest

from approving import Approving
from holding import hold_rule, held
from mails import mail
from running import add_rules, wait_until
from thunderbird import Thunderbird

FOLDERS = {"INBOX", "Trash", "Quarantine", "Quarantine/Deliver",
           "Quarantine/Deliver and Approve", "Approved Senders",
           "Blocked Senders"}


@pytest.fixture(name="bob", scope="module")
def bob_with_held_mail(start_stack):
    """He has never had any, and now there are four."""
    if shutil.which("thunderbird") is None:
        pytest.skip("there is no thunderbird")
    stack = start_stack("thunderbird", STACK_RSPAMD="0")
    bob = Approving(stack, "bob")
    with stack.policy(lambda text: add_rules(text, hold_rule("own", "all"))):
        bob.ids = [hold(stack, "s%d@partner.test" % n) for n in range(4)]
    return bob


def hold(stack, sender):
    message = mail(sender=sender, to="bob@example.test", X_Hold="all")
    stack.send(message, "bob@example.test", sender=sender)
    held(stack, "bob", message["Message-ID"])
    return message["Message-ID"].strip("<>")


@pytest.fixture(name="client", scope="module")
def thunderbird_of_bob(bob):
    client = Thunderbird("en", bob.stack.port("IMAP"), "bob@example.test",
                         "bob-secret-1")
    yield client
    client.quit()


def where(bob, message_id):
    """The folders that have it."""
    with bob.session() as imap:
        found = []
        for folder in ("INBOX", "Quarantine", "Trash"):
            imap.select(folder)
            found += len(imap.uids('HEADER Message-ID "%s"' % message_id)) * [
                folder]
        return found


def test_folders(client):
    """Q2, Q11: all our folders are there, and the quarantine can be opened"""
    client.open("INBOX")
    wait_until(lambda: set(client.folders()) >= FOLDERS, "the folders")
    client.open("Quarantine")
    wait_until(lambda: client.rows() == 4, "held mail to be shown")
    assert client.alerts == []


def test_deliver(bob, client):
    """Q4: moved to Deliver, a mail is in INBOX"""
    client.move("Quarantine", bob.ids[0], "Quarantine/Deliver")
    wait_until(lambda: where(bob, bob.ids[0]) == ["INBOX"], "the delivery")


def test_approve(bob, client):
    """Q5: moved to Deliver and Approve, its sender is approved as well"""
    client.move("Quarantine", bob.ids[1], "Quarantine/Deliver and Approve")
    wait_until(lambda: where(bob, bob.ids[1]) == ["INBOX"], "the delivery")
    assert bob.approved() == ["s1@partner.test"]


def test_inbox(bob, client):
    """Q4: moved to INBOX it is there, as from any folder"""
    client.move("Quarantine", bob.ids[2], "INBOX")
    wait_until(lambda: where(bob, bob.ids[2]) == ["INBOX"], "the delivery")


def test_delete(bob, client):
    """Q3: the button Delete moves it to Trash, and so deletes it"""
    client.delete("Quarantine", bob.ids[3])
    wait_until(lambda: where(bob, bob.ids[3]) == [], "the deletion")
    assert client.alerts == []
