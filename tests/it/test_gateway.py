"""Where INBOX is on another mail server, to deliver means to send on by SMTP
(Q10): through a real Exim, and to a server that does what a test wants."""
import os
import re

import pytest

from crashing import CrashingDovecot
from dovecots import options
from doveadm import Doveadm
from holding import hold_rule
from mails import EICAR, mail
from nexthop import NextHop
from protocol import call
from quarantine import Quarantine, new_held_id
from running import add_rules, wait_until
from test_quarantine_crash import again, start_afresh

STRIDE = 1 if os.environ.get("LONG_TESTS") else 6
DOWN = "NO [UNAVAILABLE] The next mail server does not take mail now, so the " \
    "message stays here; try again later"


@pytest.fixture(name="bob")
def bobs_quarantine(stack):
    quarantine = Quarantine(stack, "bob")
    quarantine.empty()
    return quarantine


@pytest.fixture(name="hop")
def next_hop():
    with NextHop() as hop:
        yield hop


@pytest.fixture(name="imap")
def session_of_a_gateway(bob, hop):
    with bob.session(hop.setting) as imap:
        imap.select("Quarantine")
        yield imap


def exim_setting(stack):
    return "sekisho_submission=127.0.0.1:%d" % stack.port("RELEASE")


def flags(imap, uid):
    return repr(imap.must("UID FETCH %d (FLAGS)" % uid))


# -- through Exim --------------------------------------------------------------

def test_q10_exim(stack, bob):
    """Q10 O1: it goes on as it came, to whom it was for, and is not held"""
    # complaint R-REL6
    message = mail(to="bob@example.test", X_Hold="gateway")
    with stack.policy(lambda policy: add_rules(
            policy, hold_rule("gateway", "gateway"))):
        stack.send(message, "bob@example.test", "friend@partner.test")
        held = stack.exim_id(message["Message-ID"])
        wait_until(lambda: bob.count(held, "Quarantine"), "a held mail")
        with bob.session(exim_setting(stack)) as imap:
            imap.select("Quarantine")
            imap.must("UID MOVE %d INBOX" % bob.uid(imap, held))
        data = stack.arrived("bob", message["Message-ID"])
    assert b"\r\nX-Sekisho-Released: id=%s; by=user; " % held.encode() in data
    assert data.endswith(b"Good morning.\r\n") and b"Sekisho-Held" not in data
    assert bob.count(held, "Quarantine") == 0
    line, = stack.exim_log("action=pass reason=released was=%s$" % held)
    released = re.search(r"sekisho: id=(\S+) ", line)[1]
    assert stack.exim_log("%s <= friend@partner.test " % released)
    assert bob.log(held) == [
        "id=%s user=bob@example.test action=deliver server=127.0.0.1:%d "
        "rescan=clean result=ok" % (held, stack.port("RELEASE"))]


def test_q10_exim_trusts_nobody_else(stack):
    """Q10: at Exim's other ports the line of a released mail means nothing"""
    message = mail(to="bob@example.test", files=[("game.com", EICAR)],
                   X_Sekisho_Released="id=x; by=user; now")
    stack.send(message, "bob@example.test")
    data = stack.arrived("bob", message["Message-ID"])
    assert b"Sekisho-Released" not in data and EICAR not in data
    message_id = stack.exim_id(message["Message-ID"])
    assert not stack.exim_log("id=%s action=pass" % message_id)


# -- to any server -------------------------------------------------------------

def test_q10_envelope(bob, hop, imap):
    """Q10: envelope and bytes are those that came; also of a bounce"""
    # complaints R-REL2, R-REL4
    for sender in ("who@partner.test", ""):
        message = mail(text="One\n.two\n\u00e9\n")
        held = bob.hold(message, sender=sender)
        imap.must("NOOP")
        imap.must('UID MOVE %d Quarantine/Deliver' % bob.uid(imap, held))
        envelope, data = hop.mails.pop()
        assert envelope == ["<%s>" % sender, "<bob@example.test>"]
        line, _, rest = data.partition(b"\r\n")
        assert line.startswith(b"X-Sekisho-Released: id=%s; by=user; " %
                               held.encode())
        assert rest.startswith(b"Received: ")
        assert rest.endswith(message.as_bytes())
    assert bob.count(held, "INBOX") == 0


def test_q10_approve(bob, hop, imap):
    """Q10 Q5: deliver and approve approves, and sends on"""
    held = bob.hold(mail(sender="new@gateway.test"))
    imap.must("NOOP")
    imap.must('UID MOVE %d "Quarantine/Deliver and Approve"' %
              bob.uid(imap, held))
    answer = call(bob.stack.env["CONTROL_SOCKET"], "approved-remove",
                  {"user": "bob@example.test", "entry": "new@gateway.test"})
    assert answer.status == "ok" and hop.ids() == [held]


def test_q10_copy(bob, hop, imap):
    """Q10: copying sends once; removing it then deletes nothing"""
    held = bob.hold()
    imap.must("NOOP")
    uid = bob.uid(imap, held)
    imap.must("UID COPY %d INBOX" % uid)
    reply = imap.command("UID COPY %d INBOX" % uid)
    assert "delivered before" in reply.text, reply
    imap.must("UID STORE %d +FLAGS (\\Deleted)" % uid)
    imap.must("EXPUNGE")
    assert hop.ids() == [held]
    assert [line.split()[2] for line in bob.log(held)] == ["action=deliver"]


@pytest.mark.parametrize("answer", ["refuse", "451 4.3.0 later", None])
def test_q10_outage(bob, hop, imap, answer):
    """Q10: if the server does not take it, it stays; trying again works"""
    # complaint R-REL5
    held = bob.hold()
    imap.must("NOOP")
    uid = bob.uid(imap, held)
    if answer is None:
        hop.shutdown()
        hop.server_close()
    else:
        hop.answers.append(answer)
    reply = imap.command("UID MOVE %d INBOX" % uid)
    assert reply.line.startswith(DOWN), reply
    assert bob.uid(imap, held) == uid and not hop.mails
    assert bob.log(held, "result=refused text=\"The next mail server")
    assert bob.log_lines("Error: sekisho: sekisho_submission: ")
    with NextHop() as other, bob.session(other.setting) as again_imap:
        again_imap.select("Quarantine")
        again_imap.must("UID MOVE %d INBOX" % uid)
        assert other.ids() == [held]
    assert bob.count(held, "Quarantine") == 0


def test_q10_refused(bob, hop, imap):
    """Q10: if the server refuses it, its words are shown, and it is held"""
    held = bob.hold()
    imap.must("NOOP")
    uid = bob.uid(imap, held)
    hop.answers.append("550 5.7.1 We want no watches")
    reply = imap.command("UID MOVE %d INBOX" % uid)
    assert reply.line.startswith("NO [CANNOT] The mail server refuses a "
                                 "message, so it stays here: "), reply
    assert "We want no watches" in reply.text
    assert "$SekishoReleas" not in flags(imap, uid)


def test_q10_lost_answer(bob, hop, imap):
    """Q10: after a lost answer it is still held, and sent again when asked"""
    held = bob.hold()
    imap.must("NOOP")
    uid = bob.uid(imap, held)
    hop.answers.append("lose")
    assert imap.command("UID MOVE %d INBOX" % uid).line.startswith(DOWN)
    assert "$SekishoReleasing" in flags(imap, uid)
    imap.must("UID MOVE %d INBOX" % uid)
    assert hop.ids() == [held, held]


def test_q6_q10_several(bob, hop, imap):
    """Q6 Q10: of several, each is sent once, whatever fails in between"""
    # complaint R-REL3
    ids = bob.hold_many(5)
    imap.must("NOOP")
    hop.answers += ["250 ok", "250 ok", "refuse"]
    reply = imap.command("UID MOVE 1:* INBOX")
    assert reply.line.startswith("NO [UNAVAILABLE] 2 of 5 messages were "
                                 "delivered. The next mail server"), reply
    assert hop.ids() == ids[:2]
    hop.answers.clear()
    imap.must("UID MOVE 1:* INBOX")
    assert hop.ids() == ids
    assert bob.count_all("Quarantine") == 0
    for held in ids:
        assert len(bob.log(held, "action=deliver .*result=ok")) == 1
        assert not bob.log(held, "action=delete")


def test_q9_q10_virus(bob, hop, imap):
    """Q9 Q10: a virus goes on only when an administrator wants it"""
    held = bob.hold(mail(files=[("game.com", EICAR)]), "virus")
    imap.must("NOOP")
    reply = imap.command("UID MOVE %d INBOX" % bob.uid(imap, held))
    assert reply.line.startswith("NO [NOPERM]") and not hop.mails
    Doveadm(bob.stack).run("quarantine", "deliver", "-u", "bob", "id", held,
                           options=options([hop.setting]))
    assert hop.ids() == [held]
    assert b"; by=administrator; " in hop.mails[0][1]


def test_q10_upload(bob, hop, imap):
    """Q10: an upload sends on the mail that is held, and nothing else"""
    held = bob.hold()
    imap.must("APPEND Quarantine/Deliver", bob.stored(
        held, mail(text="Other text.\n")))
    assert hop.ids() == [held] and b"Good morning." in hop.mails[0][1]
    for folder in ("Quarantine/Deliver", "INBOX"):
        reply = imap.command("APPEND " + folder, bob.stored(
            new_held_id(), mail(text="Spam for the world.\n")))
        assert reply.line.startswith("NO [CANNOT] A message is not in the "
                                     "quarantine any more"), reply
    assert len(hop.mails) == 1


def test_q10_crash(stack):
    """Q10: a kill at any step loses nothing; it doubles where the table says"""
    # complaint R-REL1
    carol = Quarantine(stack, "carol")
    setting = exim_setting(stack).replace("=", " = ")

    def sent(held):
        stack.settled()
        return carol.count(held, "INBOX")

    with CrashingDovecot(stack, setting) as crashing:
        step, reply, doubled = 1, None, 0
        while reply is None:
            start_afresh(carol)
            held = carol.hold()

            def command(imap):
                return ["UID MOVE %d INBOX" % carol.uid(imap, held)]

            reply = crashing.run("carol", "Quarantine", command, step)
            assert reply is None or reply.ok, reply
            first = sent(held)
            assert first in (0, 1) and \
                first + carol.count(held, "Quarantine") >= 1, step
            again(carol, held, command, crashing.port)
            assert carol.count(held, "Quarantine") == 0, step
            assert sent(held) in (1, 1 + first), step
            doubled += sent(held) == 2
            step += STRIDE
        assert step > 20
        print("# %d kills, sent twice after %d" % (step // STRIDE, doubled))
