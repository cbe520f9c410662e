"""The folder Blocked Senders (beside Q11, A6): what differs from Approved
Senders, which test_approved_folder.py is about."""
import email
import email.policy

import pytest

from approving import Approving, no_directory, shown
from mails import mail
from test_approved_folder import draft, entries, now, put, received, said

FOLDER = '"Blocked Senders"'
NAGGER = "nagger@shop.test"
FULL = "NO [LIMIT] The list of blocked senders is full (50 at most), so " \
    "nobody was blocked; delete an entry first"
DOWN = "NO [UNAVAILABLE] The directory does not answer, so %s; try again later"


@pytest.fixture(name="carol")
def carols_list(stack):
    carol = Approving(stack, "carol", "Blocked")
    carol.forget()
    Approving(stack, "carol").forget()
    carol.empty()
    return carol


@pytest.fixture(name="imap")
def session_in_the_folder(carol):
    with carol.folder_of_senders() as imap:
        yield imap


def hold(carol, imap, author=NAGGER, **how):
    """Holds a mail; returns its id and UID."""
    held = carol.hold(mail(sender=author), **how)
    imap.select("Quarantine")
    return held, carol.uid(imap, held)


def test_message(carol, imap):
    """Q11: an entry is a small message that says what a block does"""
    carol.approve(NAGGER, "*@店.jp")
    assert NAGGER in now(imap) and len(now(imap)) == 2
    for uid, entry in shown(imap).items():
        message = email.message_from_bytes(imap.body(uid),
                                           policy=email.policy.default)
        assert message["From"] == entry and not message.defects
        assert message["Message-ID"].startswith("<blocked-sender.")
        assert "Mail from %s does not reach" % entry in message.get_content()
        assert entry + " からのメール" in message.get_content()


def test_folders_apart(carol, imap):
    """Q11: each folder shows its own list; who comes into one leaves the
    other"""
    friends = Approving(carol.stack, "carol")
    friends.approve("anna@shop.test", NAGGER)
    imap.must("APPEND %s" % FOLDER, draft(NAGGER))
    assert now(imap) == [NAGGER]
    with friends.folder_of_senders() as other:
        assert entries(other) == ["anna@shop.test"]
        other.must('APPEND "Approved Senders"', draft(NAGGER))
        assert now(other) == ["anna@shop.test", NAGGER]
    assert now(imap) == []
    assert carol.log_all("action=block entry=%s result=ok" % NAGGER)


def test_draft_and_delete(carol, imap):
    """Q11: a draft blocks, EXPUNGE ends the block"""
    imap.must("APPEND %s" % FOLDER, draft("*@Shop.test"))
    assert carol.approved() == ["*@shop.test"] == now(imap)
    imap.must("UID STORE 1:* +FLAGS (\\Deleted)")
    imap.must("EXPUNGE")
    assert carol.approved() == [] == now(imap)
    assert carol.log_all(r"action=unblock entry=\*@shop.test result=ok")


def test_copy(carol, imap):
    """Q11: copying a mail blocks its sender; an ordinary mail cannot be
    moved there"""
    uids = put(imap, received("Nag <%s>" % NAGGER))
    imap.must("UID COPY %s %s" % (uids, FOLDER))
    assert carol.approved() == [NAGGER]
    assert imap.command("UID MOVE %s %s" % (uids, FOLDER)).line.startswith(
        "NO [CANNOT] This folder keeps senders and no mail")
    assert carol.count_all("INBOX") == 1


@pytest.mark.parametrize("held_class", ["spam", "content", "virus"])
def test_move_held(carol, imap, held_class):
    """Q3: held mail that is moved there is deleted and its sender blocked"""
    held, uid = hold(carol, imap, "Nag <%s>" % NAGGER, held_class=held_class)
    imap.must("UID MOVE %d %s" % (uid, FOLDER))
    assert carol.approved() == [NAGGER]
    assert carol.uid(imap, held) is None
    assert carol.count(held, "INBOX") == 0
    assert carol.log(held) == [
        "id=%s user=carol@example.test action=delete "
        "folder=\"Blocked Senders\" result=ok" % held]
    imap.select("Blocked Senders")
    assert entries(imap) == [NAGGER]


def test_copy_held(carol, imap):
    """Q3: a copy only blocks; what the client deletes then is deleted"""
    held, uid = hold(carol, imap)
    imap.must("UID COPY %d %s" % (uid, FOLDER))
    assert carol.approved() == [NAGGER]
    assert carol.uid(imap, held) == uid
    imap.must("UID STORE %d +FLAGS (\\Deleted)" % uid)
    imap.must("EXPUNGE")
    assert carol.log(held) == [
        "id=%s user=carol@example.test action=delete result=ok" % held]


def test_envelope(carol, imap):
    """Q3: without an address in From the envelope sender is blocked"""
    held, uid = hold(carol, imap, "nobody", sender="bounce@list.test")
    imap.must("UID MOVE %d %s" % (uid, FOLDER))
    assert carol.approved() == ["bounce@list.test"]
    assert carol.uid(imap, held) is None


def test_upload_held(carol, imap):
    """Q3: clients that move by uploading: the sender is blocked, and the mail
    comes back nowhere"""
    held, uid = hold(carol, imap)
    data = imap.body(uid)
    imap.must("APPEND %s" % FOLDER, data)
    assert carol.approved() == [NAGGER]
    assert carol.uid(imap, held) == uid
    assert carol.count_all("INBOX") == 0


def test_full(carol, imap):
    """A2: the list is full: nobody is blocked, and held mail stays"""
    carol.approve(*["foe%02d@shop.test" % i for i in range(50)])
    assert said(imap.command("APPEND %s" % FOLDER, draft(NAGGER))) == FULL
    held, uid = hold(carol, imap)
    assert said(imap.command("UID MOVE %d %s" % (uid, FOLDER))) == FULL
    assert carol.uid(imap, held) == uid
    assert len(carol.approved()) == 50


def test_no_directory(carol, imap):
    """O4: nobody can be asked: nothing is blocked, unblocked or deleted"""
    carol.approve(NAGGER)
    assert now(imap) == [NAGGER]
    held, uid = hold(carol, imap, "other@shop.test")
    with no_directory(carol.stack):
        assert said(imap.command("UID MOVE %d %s" % (uid, FOLDER))) == \
            DOWN % "nobody was blocked"
        imap.select("Blocked Senders")
        imap.must("UID STORE 1:* +FLAGS (\\Deleted)")
        assert said(imap.command("EXPUNGE")) == DOWN % "no block was revoked"
    assert carol.approved() == [NAGGER]
    assert carol.uid_of(held) == uid


def test_stays(carol):
    """Q11: the folder can neither be deleted nor renamed"""
    with carol.session() as imap:
        assert not imap.command("DELETE " + FOLDER).ok
        assert not imap.command("RENAME %s X" % FOLDER).ok
        assert imap.must("STATUS %s (MESSAGES)" % FOLDER)
