"""The quarantine as an IMAP folder, told in raw IMAP: what moving, copying and
deleting held mail means, and that nothing can be put in."""
import pytest

from mails import mail
from quarantine import Quarantine
from running import new_id

NOT_IN = "NO [NOPERM] Mail cannot be put into the quarantine"
NOT_DELIVERABLE = "NO [NOPERM] Only held mail can be delivered, so nothing " \
    "else can be put here"


@pytest.fixture(name="quarantine", scope="module")
def alices_quarantine(stack):
    return Quarantine(stack, "alice")


@pytest.fixture(name="imap")
def session_with_quarantine(quarantine):
    with quarantine.session() as imap:
        imap.select("Quarantine")
        yield imap


def starts(reply, text):
    assert reply.line.startswith(text), reply


def ordinary(imap, folder="INBOX"):
    """An ordinary mail in a folder; returns its Message-ID."""
    message_id = new_id()
    imap.must("APPEND %s" % folder,
              mail(message_id=message_id).as_bytes())
    return message_id


# -- Q2: what a client sees --------------------------------------------------

def test_q2_listed(imap):
    """Q2: the quarantine and its action folders are in the list"""
    lines = "\n".join(imap.must('LIST "" *').untagged)
    for name in ("Quarantine", "Quarantine/Deliver",
                 '"Quarantine/Deliver and Approve"',
                 '"Quarantine/Request Release"'):
        assert ' "/" %s\n' % name in lines + "\n", lines


def test_q2_reason(quarantine, imap):
    """Q2: a held mail has its reason in a header and a keyword"""
    held = quarantine.hold(reason="Too many exclamation marks")
    imap.must("NOOP")
    uid = quarantine.uid(imap, held)
    text = repr(imap.must("UID FETCH %d (FLAGS BODY.PEEK[HEADER.FIELDS "
                          "(X-Sekisho-Reason)])" % uid))
    assert "$SekishoSpam" in text
    assert "X-Sekisho-Reason: Too many exclamation marks" in text
    assert imap.uids("KEYWORD $SekishoSpam", "UID %d" % uid) == [uid]


def test_q2_name(stack):
    """Q2: the folder may be called 隔離"""
    quarantine = Quarantine(stack, "dave")
    name = "&lpSW4g-"
    settings = ("sekisho_quarantine=隔離",
                "namespace/quarantine/prefix=隔離/",
                "sekisho_deliver=配信")
    held = quarantine.hold()
    with quarantine.session(*settings) as imap:
        imap.must('CREATE "%s/&kU1P4Q-"' % name)
        imap.select(name)
        uid = quarantine.uid(imap, held)
        starts(imap.command('APPEND "%s"' % name, mail().as_bytes()), NOT_IN)
        starts(imap.command('UID MOVE %d "%s/&kU1P4Q-"' % (uid, name)),
               "OK Move completed")
    assert quarantine.count(held, "INBOX") == 1
    assert quarantine.count(held, "Quarantine") == 0


# -- Q3: deleting ------------------------------------------------------------

def test_q3_expunge(quarantine, imap):
    """Q3: a held mail that is expunged is deleted"""
    held = quarantine.hold()
    imap.must("NOOP")
    uid = quarantine.uid(imap, held)
    imap.must("UID STORE %d +FLAGS (\\Deleted)" % uid)
    imap.must("UID EXPUNGE %d" % uid)
    assert quarantine.uid(imap, held) is None
    assert quarantine.log(held) == [
        "id=%s user=alice@example.test action=delete result=ok" % held]


@pytest.mark.parametrize("folder", ["Trash", "Junk"])
def test_q3_bin(quarantine, imap, folder):
    r"""Q3: a held mail that is moved to \Trash or \Junk is deleted"""
    # complaint R-IMAP2
    held = quarantine.hold()
    imap.must("NOOP")
    starts(imap.command("UID MOVE %d %s" % (quarantine.uid(imap, held),
                                            folder)), "OK Move completed")
    assert quarantine.uid(imap, held) is None
    assert quarantine.count(held, folder) == 0
    assert quarantine.log(held) == [
        "id=%s user=alice@example.test action=delete folder=%s result=ok" % (
            held, folder)]


def test_q3_copy_to_bin(quarantine, imap):
    r"""Q3: COPY to \Trash stores nothing and deletes nothing by itself"""
    held = quarantine.hold()
    imap.must("NOOP")
    uid = quarantine.uid(imap, held)
    imap.must("UID COPY %d Trash" % uid)
    assert quarantine.uid(imap, held) == uid
    assert quarantine.count(held, "Trash") == 0 and quarantine.log(held) == []
    imap.must("UID STORE %d +FLAGS (\\Deleted)" % uid)
    imap.must("EXPUNGE")
    assert len(quarantine.log(held, "action=delete")) == 1


# -- Q4: delivering ----------------------------------------------------------

@pytest.mark.parametrize("command", ["MOVE", "COPY"])
@pytest.mark.parametrize("folder", ["INBOX", "Work", "Quarantine/Deliver"])
def test_q4_deliver(quarantine, imap, command, folder):
    """Q4: a held mail is delivered by moving or copying it"""
    # complaint R-REL6
    imap.command("CREATE Work")
    held = quarantine.hold()
    imap.must("NOOP")
    uid = quarantine.uid(imap, held)
    reply = imap.must("UID %s %d %s" % (command, uid, folder))
    arrived = "Work" if folder == "Work" else "INBOX"
    assert quarantine.count(held, arrived) == 1
    assert quarantine.count(held, "Quarantine/Deliver") == 0
    assert ("COPYUID" in repr(reply)) == (folder != "Quarantine/Deliver")
    left = quarantine.uid(imap, held)
    assert left == (None if command == "MOVE" else uid)
    assert quarantine.log(held) == [
        "id=%s user=alice@example.test action=deliver folder=%s rescan=clean "
        "result=ok" % (held, arrived)]


def test_q4_bytes(quarantine, imap):
    """Q4, Q9: the original arrives byte for byte, below trace fields"""
    # complaints R-REL2, R-REL7
    original = (b"Received: from a by b;\r\n\tTue, 24 Nov 2026 09:00:00 +0900"
                b"\r\nFROM : =?utf-8?q?J=C3=BCrgen?= <j@partner.test>\r\n"
                b"Subject: \x93\xfa\x96{\r\nX-Odd:\r\n\r\nBody\r\n"
                b"X-Sekisho-Held: not a header\r\n\r\n\xff\xfe\r\n")
    held = quarantine.hold(original)
    imap.must("NOOP")
    imap.must("UID MOVE %d INBOX" % quarantine.uid(imap, held))
    imap.select("INBOX")
    uid, = imap.uids("HEADER X-Sekisho-Released", held)
    line, rest = imap.body(uid).split(b"\r\n", 1)
    assert line.startswith(b"X-Sekisho-Released: id=%s; by=user; " %
                           held.encode())
    assert rest.endswith(original)
    trace = rest[:-len(original)]
    assert trace.startswith(b"Return-Path: <sender@partner.test>\r\n")
    assert b"X-Sekisho" not in trace and b"\r\n\r\n" not in trace


def test_q4_flags(quarantine, imap):
    r"""Q4: the user's flags go along, our keywords and \Deleted do not"""
    held = quarantine.hold()
    imap.must("NOOP")
    uid = quarantine.uid(imap, held)
    imap.must("UID STORE %d +FLAGS (\\Seen \\Deleted mine)" % uid)
    imap.must("UID MOVE %d INBOX" % uid)
    imap.select("INBOX")
    uid, = imap.uids("HEADER X-Sekisho-Released", held)
    flags = imap.must("UID FETCH %d FLAGS" % uid).untagged[0]
    assert "\\Seen" in flags and "mine" in flags
    assert "$Sekisho" not in flags and "\\Deleted" not in flags


def test_q4_no_move(quarantine, imap):
    """Q4: a client without MOVE delivers once and deletes nothing"""
    # complaint R-IMAP1
    held = quarantine.hold()
    imap.must("NOOP")
    uid = quarantine.uid(imap, held)
    imap.must("UID COPY %d INBOX" % uid)
    flags = imap.must("UID FETCH %d FLAGS" % uid).untagged[0]
    assert "$SekishoReleased" in flags
    imap.must("UID STORE %d +FLAGS (\\Deleted)" % uid)
    imap.must("EXPUNGE")
    assert quarantine.uid(imap, held) is None
    assert quarantine.count(held, "INBOX") == 1
    assert [line.split()[2] for line in quarantine.log(held)] == [
        "action=deliver"]


def test_q4_copied_before(quarantine, imap):
    """Q4: what was delivered by COPY is not delivered again"""
    # complaint R-IMAP1
    held = quarantine.hold()
    imap.must("NOOP")
    uid = quarantine.uid(imap, held)
    imap.must("UID COPY %d INBOX" % uid)
    starts(imap.command("UID COPY %d INBOX" % uid),
           "NO [CANNOT] A message was delivered before and only waits here "
           "to be deleted")
    starts(imap.command("UID MOVE %d INBOX" % uid), "OK Move completed")
    assert quarantine.uid(imap, held) is None
    assert quarantine.count(held, "INBOX") == 1
    assert len(quarantine.log(held)) == 1


def test_q4_two_sessions(quarantine, imap):
    """Q4: two sessions that move the same mail deliver it once"""
    # complaint R-REL1
    held = quarantine.hold()
    with quarantine.session() as other:
        other.select("Quarantine")
        imap.must("NOOP")
        uid = quarantine.uid(imap, held)
        imap.must("UID MOVE %d INBOX" % uid)
        other.command("UID MOVE %d INBOX" % uid)
    assert quarantine.count(held, "INBOX") == 1


def test_q6_thousand(stack):
    """Q6: a thousand mails in one command"""
    quarantine = Quarantine(stack, "carol")
    quarantine.empty()
    ids = quarantine.hold_many(1000)
    with quarantine.session() as imap:
        assert imap.select("Quarantine") == 1000
        imap.must("UID MOVE 1:* INBOX")
        assert imap.uids() == []
        imap.select("INBOX")
        released = imap.must("UID FETCH 1:* (BODY.PEEK[HEADER.FIELDS "
                             "(X-Sekisho-Released)])").untagged
    text = "".join(released)
    assert all(text.count("id=%s;" % held) == 1 for held in ids)
    assert all(len(quarantine.log(held)) == 1 for held in ids[::97])


# -- Q8: nothing gets in -----------------------------------------------------

def test_q8_append(imap):
    """Q8: APPEND into the quarantine is refused"""
    # complaint R-IMAP1
    starts(imap.command("APPEND Quarantine", mail().as_bytes()), NOT_IN)


@pytest.mark.parametrize("command", ["MOVE", "COPY"])
@pytest.mark.parametrize("folder, text", [
    ("Quarantine", NOT_IN), ("Quarantine/Deliver", NOT_DELIVERABLE),
    ('"Quarantine/Deliver and Approve"', NOT_DELIVERABLE)])
def test_q8_ordinary_mail(imap, command, folder, text):
    """Q8: ordinary mail cannot be put into the quarantine's folders"""
    message_id = ordinary(imap)
    imap.select("INBOX")
    uid, = imap.uids("HEADER Message-ID", message_id)
    starts(imap.command("UID %s %d %s" % (command, uid, folder)), text)
    assert imap.uids("HEADER Message-ID", message_id) == [uid]


def test_q8_held_mail(quarantine, imap):
    """Q8: held mail cannot be copied within the quarantine"""
    held = quarantine.hold()
    imap.must("NOOP")
    uid = quarantine.uid(imap, held)
    starts(imap.command("UID COPY %d Quarantine" % uid), NOT_IN)
    assert quarantine.uid(imap, held) == uid


@pytest.mark.parametrize("folder", ["Quarantine/Deliver",
                                    "Quarantine/Deliver and Approve"])
def test_q8_append_to_action_folder(imap, folder):
    """Q8: a mail that was never held cannot be uploaded for delivery"""
    starts(imap.command('APPEND "%s"' % folder, mail().as_bytes()),
           NOT_DELIVERABLE)


def test_q8_folders(imap):
    """Q8: the quarantine's folders cannot be made, renamed or deleted"""
    imap.select("INBOX")
    for command in ("CREATE Quarantine/More", "CREATE Quarantine/Deliver/More",
                    "RENAME Quarantine/Deliver Quarantine/Other",
                    "DELETE Quarantine/Deliver",
                    'DELETE "Quarantine/Deliver and Approve"'):
        starts(imap.command(command), "NO [NOPERM] ")
    # These Dovecot does not do anyway.
    imap.command("CREATE Work")
    for command in ("RENAME Work Quarantine/Work", "DELETE Quarantine",
                    "RENAME Quarantine Other"):
        starts(imap.command(command), "NO [")
    assert len(imap.must('LIST "" Quarantine*').untagged) == 4


def test_q8_keywords(quarantine, imap):
    """Q8: a user does not change the keywords that tell about a held mail"""
    held = quarantine.hold(held_class="content")
    imap.must("NOOP")
    uid = quarantine.uid(imap, held)
    for command in ("+FLAGS ($SekishoReleased mine)", "+FLAGS "
                    "($sekishoRELEASING)", "-FLAGS ($SekishoContent)",
                    "-FLAGS ($SEKISHOcontent)", "FLAGS (\\Seen)"):
        imap.must("UID STORE %d %s" % (uid, command))
    flags = imap.must("UID FETCH %d FLAGS" % uid).untagged[-1]
    assert "$SekishoContent" in flags and "$sekishorel" not in flags.lower()
    assert "\\Seen" in flags and "mine" not in flags


def test_q8_catenate(quarantine, imap):
    """Q8: CATENATE does not take a held mail out"""
    held = quarantine.hold()
    imap.must("NOOP")
    uid = quarantine.uid(imap, held)
    starts(imap.command('APPEND INBOX CATENATE (URL "/Quarantine/;UID=%d")' %
                        uid),
           "NO [NOPERM] Held mail cannot be used by its URL; deliver it first")
    starts(imap.command('APPEND INBOX CATENATE (URL "/Quarantine/;UID=%d'
                        '/;SECTION=TEXT")' % uid), "NO [NOPERM]")


# -- everybody else ----------------------------------------------------------

def test_ordinary_folders(imap):
    """Ordinary mail moves between ordinary folders as ever"""
    imap.command("CREATE Work")
    message_id = ordinary(imap)
    imap.select("INBOX")
    uid, = imap.uids("HEADER Message-ID", message_id)
    assert "COPYUID" in repr(imap.must("UID MOVE %d Work" % uid))
    imap.select("Work")
    uid, = imap.uids("HEADER Message-ID", message_id)
    imap.must("UID COPY %d Trash" % uid)
    imap.select("Trash")
    assert len(imap.uids("HEADER Message-ID", message_id)) == 1
