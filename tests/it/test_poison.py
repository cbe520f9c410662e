"""Mails over which the scanner dies each time (issue 7, U2). poison.c is loaded
into sekishod, so that there are such mails."""
import os
import re

import pytest

import preload
from doveadm import Doveadm
from holding import as_administrator
from mails import EICAR, ENCRYPTED_ZIP, mail
from quarantine import Quarantine
from running import wait_until
from test_failures import answer

HERE = os.path.dirname(os.path.abspath(__file__))
CRASH = "Sekisho.Unscannable.Crash"


@pytest.fixture(scope="module")
def deadly(start_stack):
    """A stack in which words kill inspectors."""
    stack = start_stack("poison", STACK_RSPAMD="0")
    stack.stop("sekishod")
    stack.environment["LD_PRELOAD"] = preload.build(
        HERE + "/poison.c", stack.env["STACK_DIR"])
    stack.start("sekishod")
    return stack


def poison(number, **fields):
    """The same mail for each number, but for what changes with a try."""
    return mail("poison-to-" + "read %d\n" % number,
                subject="Poison %d" % number, **fields)


def held(stack, message):
    """Waits until it is in Carol's quarantine, whole and nowhere else; returns
    its id."""
    message_id = message["Message-ID"]
    exim_id = stack.exim_id(message_id)
    wait_until(lambda: Quarantine(stack, "carol").count(
        exim_id, "Quarantine") == 1, "a held mail")
    assert not stack.search("carol", "HEADER", "Message-ID", message_id)
    text = as_administrator(stack, "carol", message_id)
    assert message.as_bytes().replace(b"\r\n", b"\n") in text
    line, = stack.sekishod_log("id=%s .*findings=" % exim_id)
    assert "unscannable:" + CRASH in line, line
    assert 'hold="U2 to carol@example.test"' in line, line
    return exim_id


def test_held(deadly):
    """U2: a mail that kills inspectors each time is held at the third try

    Whole, for the administrator; the next one is not tried at all."""
    # complaint S5
    for number in range(2):
        message = poison(1, X_Try=str(number))
        assert answer(deadly, message)[0] == 451
    message = poison(1, X_Try="2")
    assert answer(deadly, message) == (250, b"")
    exim_id = held(deadly, message)
    line, = deadly.sekishod_log("id=%s inspectors died over" % exim_id)
    assert re.search(r"error: id=\S+ inspectors died over this message at "
                     r"each of 3 tries; .*\(%s\)$" % re.escape(CRASH), line)
    died = len(deadly.sekishod_log("was killed by signal"))
    again = poison(1)
    assert answer(deadly, again) == (250, b"")
    held(deadly, again)
    assert len(deadly.sekishod_log("was killed by signal")) == died


def test_others_pass(deadly):
    """U2: other mail passes meanwhile; another poison has its own count"""
    for number in range(3):
        good = mail(subject="Poison 1")
        assert answer(deadly, good) == (250, b"")
        deadly.arrived("carol", good["Message-ID"])
    assert answer(deadly, poison(2))[0] == 451


def test_changed(deadly):
    """U2: a mail that kills inspectors when it is changed is held as well"""
    message = mail("poison-to-" + "change\n", subject="Stamped",
                   files=[("a.zip", ENCRYPTED_ZIP)])
    assert answer(deadly, message)[0] == 451
    assert answer(deadly, message)[0] == 451
    assert answer(deadly, message) == (250, b"")
    held(deadly, message)


def test_outbound(deadly):
    """U2: to a recipient outside it is refused at the third try"""
    def outbound():
        return mail("poison-to-" + "read out\n", sender="alice@example.test")
    for expected in 451, 451, 550:
        code, _ = answer(deadly, outbound(), "friend@partner.test",
                         user="alice", sender="alice@example.test")
        assert code == expected


def test_released(deadly):
    """U2: only an administrator gets it out of the quarantine"""
    quarantine = Quarantine(deadly, "carol")
    message = poison(1)
    assert answer(deadly, message) == (250, b"")
    exim_id = held(deadly, message)
    with quarantine.session() as imap:
        imap.select("Quarantine")
        assert "only an administrator can release it" in repr(imap.command(
            "UID MOVE %d INBOX" % quarantine.uid(imap, exim_id)))
    Doveadm(deadly).run("quarantine", "deliver", "-u", "carol", "id", exim_id)
    assert deadly.arrived("carol", message["Message-ID"])


def test_restart(deadly):
    """U2: a reload remembers, a restart begins to count anew"""
    deadly.reload()
    assert answer(deadly, poison(1)) == (250, b"")
    deadly.stop("sekishod")
    deadly.start("sekishod")
    assert answer(deadly, poison(1))[0] == 451


def test_held_scanned_again(deadly):
    """O4 U2: a held mail that kills inspectors is scanned again once with the
    same signatures, and keeps no other mail from it"""
    carol = Quarantine(deadly, "carol")
    carol.empty("Quarantine")
    bad, virus = carol.hold(poison(5)), carol.hold(
        mail(files=[("game.com", EICAR)]))
    words = ("quarantine", "rescan", "-u", "carol")
    result = Doveadm(deadly).run(*words)
    assert virus in result.stdout and bad not in result.stdout
    assert "id=%s: cannot be scanned again; the next try is with other " \
        "signatures" % bad in result.stderr
    before = len(deadly.sekishod_log("verb=rescan"))
    assert "cannot be" not in Doveadm(deadly).run(*words).stderr
    assert len(deadly.sekishod_log("verb=rescan")) == before
    assert carol.count(bad, "Quarantine") == 1
