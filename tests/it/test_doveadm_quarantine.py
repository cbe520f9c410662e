"""doveadm sekisho quarantine (Q12, O1): what an administrator sees and does
with held mail - on the command line, over doveadm-server, over HTTP."""
import os

import pytest

from doveadm import Doveadm
from mails import EICAR, mail
from quarantine import Quarantine

NOT_FOUND = 68          # EX_NOHOST, as doveadm says "not found"


@pytest.fixture(name="doveadm", scope="module")
def doveadm_of_the_stack(stack):
    class Tool(Doveadm):
        def run(self, *words, **how):
            """What it logs goes to the log that the tests read."""
            return super().run("quarantine", *words, options=[
                "-o", "log_path=%s/log/dovecot.log" % stack.env["STACK_DIR"],
                *how.pop("options", ())], **how)
    return Tool(stack)


@pytest.fixture(name="bob", scope="module")
def bobs_quarantine(stack):
    quarantine = Quarantine(stack, "bob")
    quarantine.empty()
    return quarantine


# -- seeing --------------------------------------------------------------------

def test_q12_list(doveadm, bob):
    """Q12: list tells what is held, since when and why, newest first"""
    first = bob.hold(mail(subject="Cheap watches"), reason="Inbound spam")
    second = bob.hold(mail(subject="=?utf-8?b?6KuL5rGC5pu4?="), "content",
                      sender="")
    rows = doveadm.json("list", "-u", "bob", "id", first, "or", "id", second)
    assert [row["id"] for row in rows] == [second, first]
    assert rows[0]["subject"] == "請求書" and rows[0]["sender"] == "<>"
    assert rows[0]["class"] == "content" and rows[1]["class"] == "spam"
    row = rows[1]
    assert row["age"] in ("0m", "1m") and row["time"].startswith("20")
    assert row["rule"] == "own" and row["reason"] == "Inbound spam"
    assert row["sender"] == "sender@partner.test"
    assert row["subject"] == "Cheap watches" and row["size"].isdigit()


def test_q12_list_formats(doveadm, bob):
    """Q12: list and show use doveadm's own formatters"""
    held = bob.hold(mail(subject="Formats"))
    for form in ("tab", "table", "pager", "flow"):
        text = doveadm.run("list", "-u", "bob", "id", held, form=form).stdout
        assert held in text and "Formats" in text, form
    shown = doveadm.run("show", "-u", "bob", "id", held, form="pager").stdout
    assert "state: held\n" in shown and "recipient: bob@example.test" in shown


def test_q12_list_of_strangers_bytes(doveadm, bob):
    """Q12: what a stranger wrote does not reach the terminal as control"""
    held = bob.hold(mail(subject="=?utf-8?q?=1B]0=3Bhacked=07=C2=9B?="))
    assert doveadm.json("list", "-u", "bob", "id", held)[0]["subject"] == \
        "?]0;hacked??"


def test_q12_list_all(doveadm, bob):
    """Q12: list -A goes through all users, and makes nobody a quarantine"""
    held = bob.hold()
    erins = bob.stack.env["STACK_DIR"] + "/mail/erin/quarantine"
    before = os.path.exists(erins + "/mailboxes")
    rows = doveadm.json("list", "-A", "id", held)
    assert [(row["username"], row["id"]) for row in rows] == [("bob", held)]
    assert os.path.exists(erins + "/mailboxes") == before


def test_q12_query(doveadm, bob):
    """Q12: messages are named as in any doveadm command"""
    ids = bob.hold_many(3)
    rows = doveadm.json("list", "-u", "bob", "(", "subject", ids[0], "or",
                        "id", ids[1], ")", "keyword", "$SekishoSpam")
    assert {row["id"] for row in rows} == set(ids[:2])


@pytest.mark.parametrize("command", ["show", "deliver", "approve", "delete"])
def test_q12_without_query(doveadm, bob, command):
    """Q12: no command means all messages because a query was forgotten"""
    held = bob.hold()
    result = doveadm.run(command, "-u", "bob", check=False)
    assert result.returncode == 64 and "<search query>" in result.stderr
    result = doveadm.run(command, "-u", "bob", "id", "x" + held, check=False)
    assert result.returncode == NOT_FOUND
    assert "bob has no held message like that" in result.stderr
    assert bob.count(held, "Quarantine") == 1
    kind, answer, _ = doveadm.http("sekishoQuarantine" + command.capitalize(),
                                   user="bob")
    assert kind == "error", answer


# -- doing ---------------------------------------------------------------------

def test_q12_deliver(doveadm, bob):
    """Q12 Q4 O1: deliver puts it into INBOX, and the log says who did it"""
    held = bob.hold()
    assert doveadm.json("deliver", "-u", "bob", "id", held) == [
        {"id": held, "result": "delivered"}]
    assert (bob.count(held, "INBOX"), bob.count(held, "Quarantine")) == (1, 0)
    assert set(bob.log(held)) == {
        "id=%s user=bob@example.test by=administrator action=deliver "
        "folder=INBOX rescan=clean result=ok" % held}
    result = doveadm.run("deliver", "-u", "bob", "id", held, check=False)
    assert result.returncode == NOT_FOUND


def test_q9_virus(doveadm, bob):
    """Q9: an administrator delivers what its user may not; the log has both"""
    held = bob.hold(mail(files=[("game.com", EICAR)]), "virus")
    with bob.session() as imap:
        imap.select("Quarantine")
        reply = imap.command("UID MOVE %d INBOX" % bob.uid(imap, held))
        assert reply.line.startswith("NO [NOPERM]"), reply
    doveadm.run("deliver", "-u", "bob", "id", held)
    assert bob.count(held, "INBOX") == 1
    assert bob.log(held, "by=administrator action=deliver folder=INBOX "
                   "rescan=refused result=ok")
    assert bob.log(held, "id=%s user=bob@example.test action=deliver "
                   "folder=INBOX result=refused" % held)


def test_q12_approve(doveadm, bob):
    """Q12 Q5: approve delivers, and the sender is approved"""
    held = bob.hold(mail(sender="new@approve.test"))
    tool = Doveadm(bob.stack)
    try:
        assert doveadm.json("approve", "-u", "bob", "id", held) == [
            {"id": held, "result": "delivered, sender approved"}]
        assert {"entry": "new@approve.test"} in tool.json(
            "sender", "list", "-u", "bob")
        assert bob.count(held, "INBOX") == 1
        assert bob.log(held, "action=deliver .*approved=new@approve.test")
    finally:
        tool.run("sender", "remove", "-u", "bob", "new@approve.test")


def test_q12_approve_refused(doveadm, stack):
    """Q12 Q5: when the sender cannot be approved, all stays where it is"""
    erin = Quarantine(stack, "erin")
    ids = erin.hold_many(2)
    result = doveadm.run("approve", "-u", "erin", "id", ids[0], "or", "id",
                         ids[1], check=False)
    assert result.returncode != 0 and "delivery failed: " \
        "erin@example.test has no active account" in result.stderr
    assert "delivered," not in result.stdout
    for held in ids:
        assert erin.count(held, "Quarantine") == 1
        assert erin.count(held, "INBOX") == 0


def test_q12_delete(doveadm, bob):
    """Q12 Q3 O1: delete removes those named, one log line each"""
    ids = bob.hold_many(3)
    doveadm.run("delete", "-u", "bob", "id", ids[0], "or", "id", ids[1])
    assert [bob.count(held, "Quarantine") for held in ids] == [0, 0, 1]
    for held in ids[:2]:
        assert set(bob.log(held)) == {
            "id=%s user=bob@example.test by=administrator action=delete "
            "result=ok" % held}
    assert not bob.log(ids[2])


def test_q6_many(doveadm, bob):
    """Q6: deliver for a hundred at once"""
    bob.empty()
    ids = bob.hold_many(100)
    assert len(doveadm.json("deliver", "-u", "bob", "ALL")) == 100
    assert bob.count_all("Quarantine") == 0
    assert bob.count(ids[0], "INBOX") == bob.count(ids[-1], "INBOX") == 1


def test_q12_http(doveadm, bob):
    """Q12: the same over HTTP, in the log of Dovecot's own process"""
    held = bob.hold(mail(subject="Over HTTP"))
    kind, rows, _ = doveadm.http("sekishoQuarantineList", user="bob",
                                 query=["id", held])
    assert kind == "doveadmResponse" and rows[0]["subject"] == "Over HTTP"
    kind, rows, _ = doveadm.http("sekishoQuarantineDeliver", user="bob",
                                 query=["id", held])
    assert rows == [{"id": held, "result": "delivered"}]
    assert bob.log(held) == [
        "id=%s user=bob@example.test by=administrator action=deliver "
        "folder=INBOX rescan=clean result=ok" % held]
    kind, _, _ = doveadm.http("sekishoQuarantineDeliver", user="bob",
                              query=["id", held])
    assert kind == "error"


def test_q12_doveadm_server(doveadm, bob):
    """Q12: the same over doveadm-server, as with a cluster"""
    held = bob.hold()
    server = bob.stack.env["STACK_DIR"] + "/dovecot/run/doveadm-server"
    assert doveadm.json("deliver", "-S", server, "-u", "bob", "id", held) == [
        {"id": held, "result": "delivered"}]
    assert bob.count(held, "INBOX") == 1


def test_o1_log_once(doveadm, bob, tmp_path):
    """O1: on the command line as well, Dovecot's log has one line"""
    held, log = bob.hold(), tmp_path / "log"
    result = doveadm.run("delete", "-u", "bob", "id", held,
                         options=["-o", "log_path=%s" % log])
    line, = log.read_text().splitlines()
    assert line.endswith(" doveadm(bob): Info: sekisho: id=%s user=bob@"
                         "example.test by=administrator action=delete "
                         "result=ok" % held)
    assert held not in result.stderr


def test_q12_without_plugin(doveadm, bob):
    """Q12: without lib01 the action folders are ordinary; nothing is done"""
    held = bob.hold()
    result = doveadm.run("deliver", "-u", "bob", "id", held, check=False,
                         options=["-o", "mail_plugins="])
    assert result.returncode != 0
    assert "mail_plugins" in result.stderr
    assert bob.count(held, "Quarantine") == 1


