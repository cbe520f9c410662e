"""SIGKILL at every step of a change of the folder Approved Senders: directory
and folder agree as soon as somebody looks, and trying again completes it."""
import os

import pytest

from approving import Approving, shown
from crashing import CrashingDovecot

FOLDER = '"Approved Senders"'
# Every step when LONG_TESTS is set, else every fifth.
STRIDE = 1 if os.environ.get("LONG_TESTS") else 5
DRAFT = b"Subject: anna@shop.test\r\n\r\n"


@pytest.fixture(name="crashing", scope="module")
def crashing_dovecot(stack):
    with CrashingDovecot(stack) as dovecot:
        yield dovecot


def agree(carol):
    """The list, which is what the folder shows, each entry once."""
    with carol.folder_of_senders() as imap:
        found = sorted(shown(imap).values())
    assert found == sorted(carol.approved())
    return found


def again(carol, parts):
    """The user tries once more; when Dovecot has to repair the folder, it
    closes the connection first."""
    for _ in range(3):
        try:
            with carol.folder_of_senders() as imap:
                reply = imap.command(*parts(imap))
                assert reply.ok, reply
                return
        except ConnectionError:
            pass
    raise AssertionError("Dovecot does not recover")


def crash_everywhere(carol, crashing, before, command, after):
    """Kills the command at its first step, its second ...; before and after
    are the list."""
    step, reply = 1, None
    while reply is None:
        carol.forget()
        carol.approve(*before)
        assert agree(carol) == before

        def parts(imap):
            for start in command[:-1]:
                imap.must(start)
            return command[-1] if isinstance(command[-1], tuple) else \
                command[-1:]

        reply = crashing.run("carol", "Approved Senders", parts, step)
        assert reply is None or reply.ok, reply
        assert agree(carol) in (before, after), step
        again(carol, parts)
        assert agree(carol) == after, step
        step += STRIDE
    assert step > 15


def test_q11_crash_add(stack, crashing):
    """Q11: an addition that crashes anywhere happened or did not"""
    crash_everywhere(Approving(stack, "carol"), crashing, ["bob@shop.test"],
                     [("APPEND " + FOLDER, DRAFT)],
                     ["anna@shop.test", "bob@shop.test"])


def test_q11_crash_double(stack, crashing):
    """Q11: so it is with an entry that is there already"""
    entries = ["anna@shop.test", "bob@shop.test"]
    crash_everywhere(Approving(stack, "carol"), crashing, entries,
                     [("APPEND " + FOLDER, DRAFT)], entries)


def test_q11_crash_remove(stack, crashing):
    """Q11: a removal that crashes anywhere happened or did not"""
    crash_everywhere(Approving(stack, "carol"), crashing,
                     ["anna@shop.test", "bob@shop.test", "zoe@shop.test"],
                     ["UID STORE 1:* +FLAGS.SILENT (\\Deleted)", "EXPUNGE"],
                     [])


def test_q11_crash_look(stack, crashing):
    """Q11: a look at a list that was changed elsewhere may crash anywhere"""
    carol = Approving(stack, "carol")
    step, reply = 1, None
    while reply is None:
        carol.modify("replace", "old@shop.test", "bob@shop.test")
        agree(carol)

        def look(_):
            carol.modify("replace", "bob@shop.test", "new@shop.test")
            return ["NOOP"]

        reply = crashing.run("carol", "Approved Senders", look, step)
        assert agree(carol) == ["bob@shop.test", "new@shop.test"]
        step += STRIDE
    assert step > 15
