"""An account's own password opens the quarantine and nothing else (C6)."""
import contextlib
import imaplib

import pytest

from accounts import PASSWORD, Directory, Person
from quarantine import Quarantine
from running import wait_until


@pytest.fixture(name="person", scope="module")
def fixture_person(stack):
    """erin, who has a mailbox and a person's entry, and registers."""
    person = Person(stack, "erin@example.test").from_now()
    yield person.activated()
    Directory(stack).delete(person.dn())


@contextlib.contextmanager
def login(stack, user, password):
    imap = imaplib.IMAP4("127.0.0.1", stack.port("IMAP"))
    try:
        imap.login(user, password)
        yield imap
    finally:
        imap.shutdown()


def hold(stack):
    quarantine = Quarantine(stack, "erin")
    held_id = quarantine.hold()
    return quarantine, held_id


def test_quarantine_only(stack, person):
    """C6: with the account's password there is the quarantine, no mailbox"""
    with login(stack, person.mail, PASSWORD) as imap:
        assert imap.select("Quarantine")[0] == "OK"
        for folder in ("INBOX", "Trash", "Junk"):
            assert imap.select(folder)[0] == "NO"
        assert imap.append("INBOX", None, None, b"a: b\r\n\r\n")[0] == "NO"
        assert imap.create("Other")[0] == "NO"


def test_mail_password(stack, person):
    """C6: the mailbox's password opens all of it, as before"""
    for user in ("erin", person.mail):
        with login(stack, user, "erin-secret-1") as imap:
            assert imap.select("INBOX")[0] == "OK"
            assert imap.select("Quarantine")[0] == "OK"


def test_deliver(stack, person):
    """C6, Q4: who sees the quarantine only can have a mail delivered"""
    quarantine, held_id = hold(stack)
    with login(stack, person.mail, PASSWORD) as imap:
        imap.select("Quarantine")
        uids = imap.uid("SEARCH", None, "ALL")[1][0].split()
        assert imap.uid("COPY", uids[-1], "Trash")[0] == "NO"
        assert imap.uid("MOVE", uids[-1], "Quarantine/Deliver")[0] == "OK"
    wait_until(lambda: quarantine.count(held_id, "INBOX") == 1,
               "the mail in the INBOX")
    assert quarantine.count(held_id, "Quarantine") == 0


def test_delete(stack, person):
    """C6, Q3: and can delete one"""
    quarantine, held_id = hold(stack)
    with login(stack, person.mail, PASSWORD) as imap:
        imap.select("Quarantine")
        uid = imap.uid("SEARCH", None, "ALL")[1][0].split()[-1]
        assert imap.uid("STORE", uid, "+FLAGS", r"(\Deleted)")[0] == "OK"
        assert imap.expunge()[0] == "OK"
    assert quarantine.count(held_id, "Quarantine") == 0
    assert quarantine.count(held_id, "INBOX") == 0


@pytest.mark.parametrize("status", ["locked", "pending"])
def test_not_active(stack, person, status):
    """C6, C8: an account that is not active opens nothing"""
    directory = Directory(stack)
    directory.modify(person.dn(), "replace: sekishoStatus",
                     "sekishoStatus: " + status)
    with pytest.raises(imaplib.IMAP4.error):
        with login(stack, person.mail, PASSWORD):
            pass
    directory.modify(person.dn(), "replace: sekishoStatus",
                     "sekishoStatus: active")


@pytest.mark.parametrize("user", ["erin", "*", "erin*@example.test",
                                  "x)(mail=erin@example.test"])
def test_name_is_address(stack, person, user):
    """C6: the account's password goes with its address only"""
    with pytest.raises(imaplib.IMAP4.error):
        with login(stack, '"%s"' % user, PASSWORD):
            pass
