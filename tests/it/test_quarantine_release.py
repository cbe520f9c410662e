"""What may leave the quarantine: the second scan, mail held for a virus, and
that a refusal leaves everything where it was (Q9)."""
import contextlib
import os
import time

import pytest

from dovecots import SMALL_INBOX, options
from mails import EICAR, mail
from quarantine import Quarantine, new_held_id

DOWN = "NO [UNAVAILABLE] The virus scanner does not answer, so held mail " \
    "stays where it is; try again later"


@pytest.fixture(name="quarantine", scope="module")
def bobs_quarantine(stack):
    return Quarantine(stack, "bob")


@pytest.fixture(name="imap")
def session_with_quarantine(quarantine):
    with quarantine.session() as imap:
        imap.select("Quarantine")
        yield imap


@contextlib.contextmanager
def no_scanner(stack):
    """sekishod's socket is not there."""
    path = stack.env["CONTROL_SOCKET"]
    os.rename(path, path + ".away")
    try:
        yield
    finally:
        os.rename(path + ".away", path)


def infected(subject="A game"):
    return mail(subject=subject, files=[("game.com", EICAR)])


def hold(quarantine, imap, *arguments, **fields):
    """Holds a mail; returns its id and its UID."""
    held = quarantine.hold(*arguments, **fields)
    imap.must("NOOP")
    return held, quarantine.uid(imap, held)


def refused(quarantine, imap, command, held, text):
    """The command is refused with that text and the mail is still held."""
    reply = imap.command(command)
    assert reply.line.startswith(text), reply
    assert quarantine.uid(imap, held) is not None
    assert quarantine.count(held, "INBOX") == 0


@pytest.mark.parametrize("command", ["MOVE %d INBOX", "COPY %d INBOX",
                                     "MOVE %d Quarantine/Deliver"])
def test_q9_virus_found_today(quarantine, imap, command):
    """Q9: a held mail with a virus that is known today does not leave"""
    held, uid = hold(quarantine, imap, infected())
    refused(quarantine, imap, "UID " + command % uid, held,
            "NO [NOPERM] Today's scan found virus: Eicar-Test-Signature; an "
            "administrator can release it")
    assert quarantine.log(held) == [
        "id=%s user=bob@example.test action=deliver folder=INBOX "
        "result=refused text=\"Today's scan found virus: "
        "Eicar-Test-Signature; an administrator can release it\"" % held]


def test_q9_one_of_three(quarantine, imap):
    """Q9: one mail that may not leave keeps all of the command"""
    # complaint R-REL3
    first, _ = hold(quarantine, imap)
    bad, _ = hold(quarantine, imap, infected())
    last, _ = hold(quarantine, imap)
    uids = [quarantine.uid(imap, held) for held in (first, bad, last)]
    reply = imap.command("UID MOVE %s INBOX" % ",".join(map(str, uids)))
    assert reply.line.startswith("NO [NOPERM] Today's scan found"), reply
    for held, uid in zip((first, bad, last), uids):
        assert quarantine.uid(imap, held) == uid
        assert quarantine.count(held, "INBOX") == 0
    imap.must("UID MOVE %d,%d INBOX" % (uids[0], uids[2]))
    assert quarantine.count(first, "INBOX") == 1
    assert quarantine.count(last, "INBOX") == 1


@pytest.mark.parametrize("command", [
    "MOVE %d INBOX", "COPY %d INBOX", "MOVE %d Quarantine/Deliver",
    'MOVE %d "Quarantine/Deliver and Approve"'])
def test_q9_held_for_a_virus(quarantine, imap, command):
    """Q9: mail held for a virus is not released by its user"""
    held, uid = hold(quarantine, imap, held_class="virus")
    refused(quarantine, imap, "UID " + command % uid, held,
            "NO [NOPERM] The message from <sender@partner.test> is held "
            "because of a virus; only an administrator can release it")


def test_q9_virus_not_shown(quarantine, imap):
    """Q9: the content of mail held for a virus is not shown to its user"""
    message = infected()
    message.add_attachment(b"1234567890" * 50000, maintype="application",
                           subtype="octet-stream", filename="big")
    held, uid = hold(quarantine, imap, message, held_class="virus")
    header, _, body = imap.body(uid).partition(b"\r\n\r\n")
    assert b"Subject: A game" in header and b"X-Sekisho-Reason: " in header
    assert set(body) == set(b"*\r\n")
    original = message.as_bytes().partition(b"\r\n\r\n")[2]
    assert [len(line) for line in body.split(b"\r\n")] == [
        len(line) for line in original.split(b"\r\n")]
    part = repr(imap.must("UID FETCH %d (BODY.PEEK[2] BODY.PEEK[1] "
                          "RFC822.SIZE BODY.PEEK[]<900.20>)" % uid))
    assert "RFC822.SIZE %d" % (len(header) + 4 + len(body)) in part
    assert "BODY[2] ****" in part and "BODY[1] *************" in part
    reply = imap.command("UID FETCH %d BINARY.PEEK[2]" % uid)
    assert reply.line.startswith("NO [UNKNOWN-CTE] The content of a mail"), \
        reply
    assert uid not in imap.uids("TEXT", "EICAR")
    assert b"game.com" in quarantine.doveadm(
        "fetch", "-u", "bob", "text", "mailbox", "Quarantine", "header",
        "X-Sekisho-Held", held).stdout


def test_q9_virus_with_other_keyword(quarantine, imap):
    """Q9: nor when its user says that it is something else"""
    _, uid = hold(quarantine, imap, infected(), held_class="virus")
    for command in "FLAGS", "+FLAGS":
        imap.must("UID STORE %d %s ($SekishoSpam)" % (uid, command))
    imap.must("UID STORE %d -FLAGS ($SekishoVirus)" % uid)
    body = imap.body(uid).partition(b"\r\n\r\n")[2]
    assert set(body) == set(b"*\r\n")


def test_q9_virus_without_keyword(quarantine, imap):
    """Q9: nor when Dovecot has lost the keywords with its index"""
    held, uid = hold(quarantine, imap, infected(), held_class="virus")
    quarantine.doveadm("flags", "remove", "-u", "bob", "$SekishoVirus",
                       "mailbox", "Quarantine", "header", "X-Sekisho-Held",
                       held)
    assert set(imap.body(uid).partition(b"\r\n\r\n")[2]) == set(b"*\r\n")


def test_q9_virus_deleted(quarantine, imap):
    """Q3, Q9: mail held for a virus may be deleted by its user"""
    held, uid = hold(quarantine, imap, held_class="virus")
    imap.must("UID MOVE %d Trash" % uid)
    assert quarantine.uid(imap, held) is None


def test_q9_administrator(quarantine, imap):
    """Q9: an administrator releases mail held for a virus"""
    held, _ = hold(quarantine, imap, infected(), held_class="virus")
    quarantine.doveadm("move", "-u", "bob", "INBOX", "mailbox", "Quarantine",
                       "header", "X-Sekisho-Held", held)
    assert quarantine.count(held, "INBOX") == 1
    assert quarantine.count(held, "Quarantine") == 0
    assert len(quarantine.log(held, "by=administrator action=deliver.* "
                              "rescan=refused result=ok")) == 1


def test_q9_no_scanner(stack, quarantine, imap):
    """Q9, O4: without a scanner nothing leaves"""
    # complaint R-REL5
    held, uid = hold(quarantine, imap)
    with no_scanner(stack):
        refused(quarantine, imap, "UID MOVE %d INBOX" % uid, held, DOWN)
    imap.must("UID MOVE %d INBOX" % uid)
    assert quarantine.count(held, "INBOX") == 1


def test_q9_try(stack, quarantine):
    """Q9: sekisho_rescan = try delivers when the scanner is away"""
    with quarantine.session("sekisho_rescan=try") as imap:
        imap.select("Quarantine")
        held, uid = hold(quarantine, imap)
        with no_scanner(stack):
            imap.must("UID MOVE %d INBOX" % uid)
        assert len(quarantine.log(held, "rescan=unavailable result=ok")) == 1
        held, uid = hold(quarantine, imap, infected())
        refused(quarantine, imap, "UID MOVE %d INBOX" % uid, held,
                "NO [NOPERM] Today's scan found")


def test_q9_off(stack, quarantine):
    """Q9: sekisho_rescan = off asks nobody"""
    with quarantine.session("sekisho_rescan=off") as imap:
        imap.select("Quarantine")
        held, uid = hold(quarantine, imap)
        with no_scanner(stack):
            imap.must("UID MOVE %d INBOX" % uid)
        assert len(quarantine.log(held, "rescan=off result=ok")) == 1


def test_wrong_setting(quarantine):
    """A wrong sekisho_rescan keeps the user out and says why in the log"""
    result = quarantine.doveadm(*options(["sekisho_rescan=maybe"]),
                                "mailbox", "list", "-u", "bob", check=False)
    assert b"sekisho_rescan = maybe: must be required, try or off" in \
        result.stderr


def test_q4_quota(quarantine):
    """Q4: what does not fit into INBOX stays held"""
    with quarantine.session(*SMALL_INBOX) as imap:
        imap.select("Quarantine")
        held, uid = hold(quarantine, imap)
        for command in ("MOVE %d INBOX", "MOVE %d Quarantine/Deliver",
                        "COPY %d INBOX"):
            refused(quarantine, imap, "UID " + command % uid, held,
                    "NO [OVERQUOTA] ")


# -- APPEND: how mbsync moves ------------------------------------------------

def test_q4_upload_of_held(quarantine, imap):
    """Q4: an upload of a mail that is held delivers the original"""
    held, uid = hold(quarantine, imap)
    uploaded = quarantine.stored(held, mail(text="Other text.\n"))
    imap.must('APPEND Quarantine/Deliver', uploaded)
    imap.must("UID STORE %d +FLAGS (\\Deleted)" % uid)
    imap.must("EXPUNGE")
    imap.select("INBOX")
    uid, = imap.uids("HEADER X-Sekisho-Released", held)
    assert b"Good morning." in imap.body(uid)
    assert [line.split()[2] for line in quarantine.log(held)] == [
        "action=deliver"]


def test_q4_upload_twice(quarantine, imap):
    """Q4: an upload that is repeated delivers once"""
    held, _ = hold(quarantine, imap)
    for _ in range(2):
        imap.must('APPEND Quarantine/Deliver', quarantine.stored(held, mail()))
    assert quarantine.count(held, "INBOX") == 1


def test_q4_upload_of_delivered(quarantine, imap):
    """Q4: an upload of a mail that was moved meanwhile delivers no other"""
    held, uid = hold(quarantine, imap)
    imap.must("UID MOVE %d INBOX" % uid)
    for folder in ("Quarantine/Deliver", "INBOX"):
        imap.must("APPEND " + folder, quarantine.stored(held, mail()))
    assert quarantine.count(held, "INBOX") == 1


def test_q4_upload_of_removed(quarantine, imap):
    """Q4: an upload of a mail that was removed before is scanned, delivered"""
    held = new_held_id()
    imap.must('APPEND Quarantine/Deliver', quarantine.stored(
        held, mail(text="Bytes that came.\n")))
    imap.select("INBOX")
    uid, = imap.uids("HEADER X-Sekisho-Released", held)
    assert b"Bytes that came." in imap.body(uid)
    assert not imap.uids("HEADER X-Sekisho-Held", held)
    reply = imap.command('APPEND Quarantine/Deliver', quarantine.stored(
        new_held_id(), infected()))
    assert reply.line.startswith("NO [NOPERM] Today's scan found"), reply


def test_q9_upload_of_virus(quarantine, imap):
    """Q9: an upload does not release what is held for a virus"""
    held, _ = hold(quarantine, imap, held_class="virus")
    refused(quarantine, imap, 'NOOP', held, "OK")
    for held_class in ("virus", "spam"):
        reply = imap.command('APPEND Quarantine/Deliver', quarantine.stored(
            held, mail(), held_class))
        assert reply.line.startswith("NO [NOPERM] The message from"), reply
    assert quarantine.count(held, "INBOX") == 0


def test_q6_upload_of_several(quarantine, imap):
    """Q6: several uploads in one command are delivered together"""
    first, _ = hold(quarantine, imap)
    second, _ = hold(quarantine, imap)
    imap.must('APPEND Quarantine/Deliver', quarantine.stored(first, mail()),
              quarantine.stored(second, mail()))
    assert quarantine.count(first, "INBOX") == 1
    assert quarantine.count(second, "INBOX") == 1


def dribble(imap, folder, message):
    """APPEND, byte after byte at first."""
    imap.tag += 1
    imap.out.write(b"a%d APPEND %s {%d+}\r\n" % (
        imap.tag, folder.encode(), len(message)))
    for i in range(30):
        imap.out.write(message[i:i + 1])
        imap.out.flush()
        time.sleep(0.002)
    imap.out.write(message[30:] + b"\r\n")
    imap.out.flush()
    return imap.wait("a%d" % imap.tag)


def test_q4_upload_to_inbox(quarantine, imap):
    """Q4, Q9: an upload of a held mail into an ordinary folder delivers it"""
    held, uid = hold(quarantine, imap)
    reply = dribble(imap, "INBOX", quarantine.stored(held, mail()))
    assert reply.ok and "APPENDUID" in reply.text, reply
    imap.must("UID STORE %d +FLAGS (\\Deleted)" % uid)
    imap.must("EXPUNGE")
    imap.select("INBOX")
    assert len(imap.uids("HEADER X-Sekisho-Released", held)) == 1
    assert not imap.uids("HEADER X-Sekisho-Held", held)
    assert [line.split()[2] for line in quarantine.log(held)] == [
        "action=deliver"]
    reply = imap.command("APPEND INBOX", quarantine.stored(new_held_id(),
                                                           infected()))
    assert reply.line.startswith("NO [NOPERM] Today's scan found"), reply


def test_q4_upload_marks(quarantine, imap):
    """Q4: flags, keywords and date of an upload are kept"""
    for held in (hold(quarantine, imap)[0], new_held_id()):
        imap.must('APPEND INBOX (\\Seen $SekishoSpam mine) '
                  '"24-Nov-2025 09:00:00 +0900"',
                  quarantine.stored(held, mail()))
        imap.select("INBOX")
        uid, = imap.uids("HEADER X-Sekisho-Released", held)
        text = repr(imap.must("UID FETCH %d (FLAGS INTERNALDATE)" % uid))
        assert "\\\\Seen" in text and "mine" in text
        assert "$Sekisho" not in text and '"24-Nov-2025' in text
        imap.select("Quarantine")


def test_q8_upload_of_both(quarantine, imap):
    """Q8: held mail and other mail are not taken in one command"""
    held, _ = hold(quarantine, imap)
    mails = [mail().as_bytes(), quarantine.stored(held, mail())]
    for first, second in (mails, mails[::-1]):
        reply = imap.command("APPEND INBOX", first, second)
        assert reply.line.startswith("NO [CANNOT] Held mail and other mail "
                                     "cannot go in one command"), reply
    assert quarantine.count(held, "INBOX") == 0


def test_q8_upload_with_wrong_line(imap):
    """Q8: an upload that only looks like held mail is refused"""
    reply = imap.command("APPEND INBOX", b"X-Sekisho-Held: v=1; id=x\r\n" +
                         mail().as_bytes())
    assert reply.line.startswith("NO [CANNOT] The line X-Sekisho-Held of this "
                                 "mail is not genuine"), reply


@pytest.mark.parametrize("message", [
    b"X", b"X-Sekisho-Hel", b"X-Sekisho-Help: me\r\n\r\nBody\r\n",
    mail().as_bytes(), b"Subject: big\r\n\r\n" + 40000 * b"0123456789\r\n"],
    ids=len)
def test_ordinary_upload(imap, message):
    """An ordinary upload is stored as it came, however slowly it comes"""
    message = message.ljust(40, b"\n") if len(message) < 30 else message
    reply = dribble(imap, "INBOX", message)
    assert reply.ok, reply
    imap.select("INBOX")
    uid = int(reply.text.split("]")[0].split()[2])
    assert imap.body(uid).replace(b"\r\n", b"\n") == \
        message.replace(b"\r\n", b"\n")


def test_q9_forged_line(stack):
    """Q9: the line of released mail is taken out of what comes from outside"""
    message = mail(to="bob@example.test", X_Sekisho_Released="id=x; by=user")
    stack.send(message, "bob@example.test")
    data = stack.arrived("bob", message["Message-ID"])
    assert b"X-Sekisho-Released" not in data
