"""The folder Approved Senders (Q11, A6): the list in the directory, as small
messages that a client of any kind reads, removes and adds."""
import email
import email.policy
import imaplib
import os
import re
import time

import pytest

from approving import Approving, no_directory, shown
from dovecots import options
from mails import mail
from running import new_id

FOLDER = '"Approved Senders"'
FULL = "NO [LIMIT] The list of approved senders is full (50 at most), so " \
    "nobody was approved; delete an entry first"
DOWN = "NO [UNAVAILABLE] The directory does not answer, so %s; try again later"
SAVE = "APPEND %s" % FOLDER


@pytest.fixture(name="carol")
def carols_list(stack):
    carol = Approving(stack, "carol")
    carol.forget()
    return carol


@pytest.fixture(name="imap")
def session_in_the_folder(carol):
    with carol.folder_of_senders() as imap:
        yield imap


def draft(subject, sender="carol@example.test"):
    """As a client saves it that has just been given a subject."""
    return ("From: %s\r\nSubject: %s\r\nMIME-Version: 1.0\r\n\r\n" % (
        sender, subject)).encode()


def received(sender, subject="Hello"):
    """A mail that came from somewhere."""
    return b"Received: from mx.x.test by y.test; Tue, 24 Nov 2026 00:00:00 " \
        b"+0000\r\n" + mail(sender=sender, subject=subject).as_bytes()


def put(imap, *messages):
    """Puts mails into INBOX and selects it; returns their UIDs as a set."""
    uids = [re.search(r"APPENDUID \d+ (\d+)", imap.must(
        "APPEND INBOX", message).text)[1] for message in messages]
    imap.select("INBOX")
    return ",".join(uids)


def said(reply):
    """The answer, without the time that it took."""
    return re.sub(r" \([0-9.+ ]+secs\)\.$", "", reply.line)


def entries(imap):
    return sorted(shown(imap).values())


def now(imap):
    """What a client sees that asks for news."""
    imap.must("NOOP")
    return entries(imap)


# -- what is shown -----------------------------------------------------------

def test_q11_message(carol, imap):
    """Q11: an entry is a small message that any client can show"""
    carol.approve("anna@shop.test", "*@news.test")
    assert now(imap) == ["*@news.test", "anna@shop.test"]
    for uid, entry in shown(imap).items():
        text = imap.body(uid)
        assert len(text) < 1500
        message = email.message_from_bytes(text, policy=email.policy.default)
        assert message["From"] == entry
        assert entry + " からのメール" in message.get_content()
        assert "Mail from %s is" % entry in message.get_content()
        assert message["Date"].datetime and not message.defects
    assert not imap.uids("UNSEEN")


def test_q11_stable(carol, imap):
    """Q11: UIDs stay, in every session, whatever else changes"""
    carol.approve("anna@shop.test", "*@news.test")
    imap.must("NOOP")
    before = shown(imap)
    carol.modify("add", "zoe@shop.test")
    carol.modify("delete", "zoe@shop.test")
    with carol.folder_of_senders() as other:
        assert shown(other) == before
    imap.must("NOOP")
    assert shown(imap) == before


def test_q11_behind_our_back(carol, imap):
    """Q11: NOOP shows what an LDAP tool has changed"""
    carol.modify("add", "anna@shop.test", "*@news.test")
    assert imap.must("NOOP").number("EXISTS") == 2
    carol.modify("delete", "anna@shop.test")
    assert "EXPUNGE" in str(imap.must("NOOP").untagged)
    assert entries(imap) == ["*@news.test"]


def test_q11_status(carol):
    """Q11: STATUS counts what an LDAP tool has changed"""
    with carol.session() as imap:
        for count in 1, 2:
            carol.modify("add", "a%d@shop.test" % count)
            reply = imap.must("STATUS %s (MESSAGES UNSEEN)" % FOLDER)
            assert "(MESSAGES %d UNSEEN 0)" % count in reply.untagged[0]


def test_q11_idle(carol, imap):
    """Q11: who waits with IDLE is told"""
    tag = imap.send("IDLE")
    assert imap._line() == "+ idling"           # pylint: disable=W0212
    carol.modify("add", "anna@shop.test")
    lines = []
    while "1 EXISTS" not in str(lines):
        lines.append(imap._line())              # pylint: disable=W0212
    imap.out.write(b"DONE\r\n")
    imap.out.flush()
    assert imap.wait(tag).ok
    assert entries(imap) == ["anna@shop.test"]


def test_q11_two_sessions(carol, imap):
    """Q11: one session sees what the other does"""
    with carol.folder_of_senders() as other:
        other.must(SAVE, draft("anna@shop.test"))
        assert now(imap) == ["anna@shop.test"]
        imap.must("STORE 1 +FLAGS (\\Deleted)")
        imap.must("EXPUNGE")
        assert now(other) == []


def test_q11_cheap(stack, carol, imap):
    """Q11: to look at a list that has not changed is one short question"""
    carol.approve("anna@shop.test")
    imap.must("NOOP")
    before = len(stack.sekishod_log("user=carol"))
    for _ in range(3):
        imap.must("NOOP")
    imap.must("FETCH 1 ENVELOPE")
    lines = stack.sekishod_log("user=carol")[before:]
    assert ["verb=approved-token" in line for line in lines] == 3 * [True]


def test_q11_no_account(stack):
    """Q11: who has no active account has an empty list, and is told why"""
    for user in "dave", "erin":
        with Approving(stack, user).folder_of_senders() as imap:
            assert entries(imap) == []
            reply = imap.command(SAVE, draft("anna@shop.test"))
            assert said(reply) == "NO [CANNOT] %s@example.test has no active " \
                "account, so nobody can be approved" % user


# -- adding ------------------------------------------------------------------

@pytest.mark.parametrize("subject, entry", [
    ("*@example.com", "*@example.com"),
    ("anna@shop.test", "anna@shop.test"),
    (" Anna@Shop.TEST ", "Anna@shop.test"),
    ("=?utf-8?B?KkDkvovjgYguanA=?=", "*@xn--r8jz45g.jp"),
    ("*@例え.jp", "*@xn--r8jz45g.jp")], ids=ascii)
def test_q11_draft(carol, imap, subject, entry):
    """Q11: saving a draft with an entry as its subject adds it"""
    reply = imap.must(SAVE, draft(subject))
    uid = int(re.search(r"APPENDUID \d+ (\d+)\]", reply.text)[1])
    assert shown(imap) == {uid: entry}
    assert carol.approved() == [entry]
    assert carol.log("-", re.escape(
        "user=carol@example.test action=approve entry=%s result=ok" % entry))


@pytest.mark.parametrize("sender", ["Carol <c.smith@other.test>", ""])
def test_q11_draft_of_another_name(carol, imap, sender):
    """Q11: whatever name the draft bears"""
    imap.must(SAVE, draft("*@example.com", sender))
    assert carol.approved() == ["*@example.com"]


def test_q11_upload(carol, imap):
    """Q11: an uploaded mail approves its sender, not its subject"""
    imap.must(SAVE, received("Eve <eve@shop.test>", "*@evil.test"))
    imap.must(SAVE, mail(sender="Bob <bob@shop.test>").as_bytes())
    assert entries(imap) == ["bob@shop.test", "eve@shop.test"]
    assert sorted(carol.approved()) == entries(imap)


def test_q11_copy(carol, imap):
    """Q11: copying mails approves their senders; the mails stay"""
    uids = put(imap, received("Anna <anna@shop.test>"),
               mail(sender="bob@shop.test").as_bytes())
    reply = imap.must("UID COPY %s %s" % (uids, FOLDER))
    copied = re.search(r"COPYUID \d+ \S+ (\d+):(\d+)\]", reply.text)
    assert imap.uids("UID", uids) == [int(u) for u in uids.split(",")]
    imap.select("Approved Senders")
    assert shown(imap) == {int(copied[1]): "anna@shop.test",
                           int(copied[2]): "bob@shop.test"}


def test_q11_copy_many(carol, imap):
    """Q11, Q6: a thousand mails of three senders are three entries"""
    uids = put(imap, *[received("s%d@shop.test" % n) for n in range(3)])
    for _ in range(9):
        imap.must("UID COPY %s:* INBOX" % uids.split(",", maxsplit=1)[0])
        imap.must("NOOP")
    imap.must("UID COPY %s:* %s" % (uids.split(",", maxsplit=1)[0], FOLDER))
    assert len(carol.approved()) == 3
    imap.must("UID STORE 1:* +FLAGS.SILENT (\\Deleted)")
    imap.must("CLOSE")
    imap.select("Approved Senders")
    assert entries(imap) == ["s0@shop.test", "s1@shop.test", "s2@shop.test"]


def test_q11_move(carol, imap):
    """Q11: a mail that is moved there would be lost, so it is refused"""
    uids = put(imap, received("anna@shop.test"))
    reply = imap.command("UID MOVE %s %s" % (uids, FOLDER))
    assert said(reply) == "NO [CANNOT] This folder keeps senders and no " \
        "mail, so copy the mail here, do not move it"
    assert imap.uids("UID", uids) and carol.approved() == []


def test_q11_move_draft(carol, imap):
    """Q11: a draft that names an entry may be moved, and undoing a deletion
    is such a move"""
    uids = put(imap, draft("*@example.com"))
    imap.must("UID MOVE %s %s" % (uids, FOLDER))
    assert imap.uids("UID", uids) == []
    imap.select("Approved Senders")
    reply = imap.must("MOVE 1 Trash")
    binned = re.search(r"COPYUID \d+ \d+ (\d+)", str(reply.untagged))[1]
    assert carol.approved() == []
    imap.select("Trash")
    imap.must("UID MOVE %s %s" % (binned, FOLDER))
    assert carol.approved() == ["*@example.com"]
    assert imap.uids("UID", binned) == []


@pytest.mark.parametrize("message, text", [
    (draft("*@com"), '"*@com": *@com stands for everybody below "com"; '
     "name the domain of one sender"),
    (draft("*"), '"*": this stands for everybody; write user01@example.com'
     " or *@example.com"),
    (draft("example.com"), '"example.com": write user01@example.com for an '
     "address or *@example.com for a whole domain"),
    (draft(""), '"": nothing was entered'),
    (draft("my friend"), '"my friend": blanks and control characters cannot '
     "be in an address"),
    (draft("*)(uid=*@x.test"), '"*)(uid=*@x.test": before "@" stands a whole '
     'local part, or "*" alone'),
    (draft("=?utf-8?Q?a=0D=0AX:=20b@x.test?="), '"a  X: b@x.test": blanks and'
     " control characters cannot be in an address"),
    (received('"*)(mail=*"@x.test'), '"*)(mail=*@x.test": before "@" stands a'
     ' whole local part, or "*" alone'),
    (received("root@localhost"), '"root@localhost": the domain of an address '
     "has a dot: user01@example.com"),
], ids=lambda value: "" if isinstance(value, bytes) else value.split(":")[0])
def test_a7_refused(carol, imap, message, text):
    """Q11, A7: what cannot be approved is refused with the reason"""
    reply = imap.command(SAVE, message)
    assert said(reply) == "NO [CANNOT] Nobody was approved: " + text
    assert carol.approved() == [] and now(imap) == []


def test_q11_no_sender(carol, imap):
    """Q11: a mail without a sender approves nobody"""
    uids = put(imap, b"Received: x\r\nFrom: nobody\r\n\r\nHello\r\n")
    text = "NO [CANNOT] A message has no sender who could be approved"
    assert said(imap.command("UID COPY %s %s" % (uids, FOLDER))) == text
    assert carol.approved() == []


def test_a2_full(carol, imap):
    """Q11, A2: the 51st is refused, and all of a command with it"""
    carol.approve(*["u%02d@shop.test" % n for n in range(49)])
    uids = put(imap, received("one@more.test"), received("two@more.test"))
    assert said(imap.command("UID COPY %s %s" % (uids, FOLDER))) == FULL
    assert len(carol.approved()) == 49
    imap.must(SAVE, draft("one@more.test"))
    assert said(imap.command(SAVE, draft("two@more.test"))) == FULL
    imap.must(SAVE, draft("ONE@more.test"))
    assert imap.select("Approved Senders") == 50
    assert carol.log("-", "two@more.test result=refused")


def test_q11_double(carol, imap):
    """Q11: to approve somebody again is no error, and he is there once"""
    imap.must(SAVE, draft("Anna@shop.test"))
    reply = imap.must(SAVE, draft("anna@shop.test"))
    uid = int(re.search(r"APPENDUID \d+ (\d+)\]", reply.text)[1])
    imap.must("NOOP")
    assert shown(imap) == {uid: "Anna@shop.test"}
    assert carol.approved() == ["Anna@shop.test"]
    with carol.folder_of_senders() as other:
        assert shown(other) == {uid: "Anna@shop.test"}


def test_q5_held(carol, imap):
    """Q5: held mail that is moved there is delivered, its sender approved"""
    held = [carol.hold(mail(sender=s)) for s in ("a@shop.test", "b@shop.test",
                                                 "c@shop.test")]
    imap.select("Quarantine")
    uids = [carol.uid(imap, one) for one in held]
    imap.must("UID MOVE %d %s" % (uids[0], FOLDER))
    imap.must("UID COPY %d %s" % (uids[1], FOLDER))
    imap.must(SAVE, carol.stored(held[2], mail()))
    assert [carol.count(one, "INBOX") for one in held] == [1, 1, 1]
    assert carol.uid(imap, held[0]) is None
    imap.select("Approved Senders")
    assert entries(imap) == ["a@shop.test", "b@shop.test", "c@shop.test"]


# -- removing ----------------------------------------------------------------

def test_a6_expunge(carol, imap):
    """Q11, A6: deleting one, several or all revokes them"""
    carol.approve(*["u%d@shop.test" % n for n in range(6)])
    imap.must("NOOP")
    one, two, three = sorted(shown(imap))[:3]
    imap.must("UID STORE %d,%d,%d +FLAGS (\\Deleted)" % (one, two, three))
    assert len(carol.approved()) == 6
    imap.must("UID EXPUNGE %d" % one)
    assert len(carol.approved()) == 5
    imap.must("CLOSE")
    assert sorted(carol.approved()) == ["u3@shop.test", "u4@shop.test",
                                        "u5@shop.test"]
    imap.select("Approved Senders")
    imap.must("STORE 1:* +FLAGS (\\Deleted)")
    imap.must("EXPUNGE")
    assert carol.approved() == [] and entries(imap) == []
    assert carol.log("-", "action=revoke entry=u5@shop.test result=ok")


def test_q11_deleted_elsewhere(carol, imap):
    """Q11: to delete what another session has deleted is no error, and takes
    nothing away that was approved since"""
    carol.approve("anna@shop.test", "bob@shop.test")
    imap.must("NOOP")
    imap.must("STORE 1:* +FLAGS.SILENT (\\Deleted)")
    with carol.folder_of_senders() as other:
        other.must("STORE 1:* +FLAGS (\\Deleted)")
        other.must("EXPUNGE")
        other.must(SAVE, draft("bob@shop.test"))
        imap.must("EXPUNGE")
        assert carol.approved() == ["bob@shop.test"]
        assert now(imap) == now(other) == ["bob@shop.test"]


def test_q11_removed_in_ldap(carol, imap):
    """Q11: to delete what an LDAP tool has removed is no error"""
    carol.approve("anna@shop.test", "bob@shop.test")
    imap.must("NOOP")
    carol.modify("delete", "anna@shop.test")
    imap.must("STORE 1:* +FLAGS.SILENT (\\Deleted)")
    imap.must("EXPUNGE")
    assert carol.approved() == [] and now(imap) == []


def test_q11_imaplib(stack, carol):
    """Q11: a Python client that has no MOVE"""
    imap = imaplib.IMAP4("127.0.0.1", stack.port("IMAP"))
    imap.login("carol", "carol-secret-1")
    assert imap.append(FOLDER, "\\Draft", None, draft("*@news.test"))[0] == \
        "OK"
    assert imap.append(FOLDER, None, time.time(),
                       received("anna@shop.test"))[0] == "OK"
    assert imap.select(FOLDER) == ("OK", [b"2"])
    number = imap.search(None, "SUBJECT", "news.test")[1][0]
    assert imap.copy(number, "Trash")[0] == "OK"
    assert imap.store(number, "+FLAGS", "(\\Deleted)")[0] == "OK"
    assert imap.expunge()[0] == "OK"
    imap.logout()
    assert carol.approved() == ["anna@shop.test"]


# -- what goes wrong ---------------------------------------------------------

def test_o4_no_directory(stack, carol, imap):
    """Q11, O4: without the directory nothing changes, nothing is lost"""
    carol.approve("anna@shop.test", "bob@shop.test")
    imap.must("NOOP")
    with no_directory(stack):
        nobody = DOWN % "nobody was approved"
        assert said(imap.command(SAVE, draft("zoe@shop.test"))) == nobody
        imap.must("STORE 1 +FLAGS.SILENT (\\Deleted)")
        assert said(imap.command("EXPUNGE")) == \
            DOWN % "no approval was revoked"
        assert now(imap) == ["anna@shop.test", "bob@shop.test"]
        with carol.folder_of_senders() as other:
            assert len(entries(other)) == 2
            uids = put(other, received("zoe@shop.test"))
            assert said(other.command("UID COPY %s %s" % (
                uids, FOLDER))) == nobody
            assert other.uids("UID", uids)
    assert len(carol.approved()) == 2
    imap.must("EXPUNGE")
    assert len(carol.approved()) == 1 and now(imap) == carol.approved()


def test_q11_interrupted(carol, imap):
    """Q11: a folder that missed a change agrees with the list again"""
    carol.approve("anna@shop.test", "bob@shop.test")
    imap.must("NOOP")
    # As a crash between directory and folder leaves it.
    carol.doveadm(*options(["sekisho_approved=Other"]), "expunge", "-u",
                  "carol", "mailbox", carol.senders, "subject", "anna")
    assert len(carol.approved()) == 2
    carol.modify("add", "zoe@shop.test")
    assert now(imap) == ["anna@shop.test", "bob@shop.test", "zoe@shop.test"]
    assert len(carol.approved()) == 3


def test_q11_foreign_mail(carol):
    """Q11: a folder that a user had before keeps his mail"""
    with carol.session("sekisho_approved=Nobody") as imap:
        imap.command("DELETE Friends")
        imap.must("CREATE Friends")
        imap.must("APPEND Friends", received("old@shop.test", "Old mail"))
    carol.approve("anna@shop.test")
    carol.senders = "Friends"
    with carol.folder_of_senders("sekisho_approved=Friends") as imap:
        assert entries(imap) == ["Old mail", "anna@shop.test"]
        uids = put(imap, received("new@shop.test"))
        imap.must("UID COPY %s Friends" % uids)
        reply = imap.command("UID MOVE %s Friends" % uids)
        assert "so copy the mail here" in reply.line
        imap.select("Friends")
        imap.must("STORE 1:* +FLAGS (\\Deleted)")
        imap.must("EXPUNGE")
        assert entries(imap) == []
    assert carol.approved() == []


@pytest.mark.parametrize("command, text", [
    ("DELETE %s" % FOLDER, "deleted"),
    ("RENAME %s Friends" % FOLDER, "rename")])
def test_q11_stays(imap, command, text):
    """Q11: the folder stays what and where it is"""
    imap.must("UNSELECT")
    reply = imap.command(command)
    assert reply.status == "NO", reply
    assert text in reply.text, reply


def test_q11_delivery(stack, carol):
    """Q11: nobody is approved by a mail to an address with a detail, or by
    Sieve"""
    message = mail(to="carol@example.test", message_id=new_id())
    path = stack.env["STACK_DIR"] + "/mail/carol/.dovecot.sieve"
    with open(path, "w", encoding="ascii") as file:
        file.write('require "fileinto";\nfileinto "Approved Senders";\n')
    try:
        carol.file(message.as_bytes())
    finally:
        os.unlink(path)
    assert carol.approved() == []
    assert stack.arrived("carol", message["Message-ID"])
