"""SIGKILL at every step of a delivery: nothing is lost, nothing is twice there,
and trying again completes it (the table of states in docs/architecture.md)."""
import os
import shutil

import pytest

from approving import Approving
from crashing import CrashingDovecot
from mails import mail
from quarantine import Quarantine
from rawimap import Session

# Every step when LONG_TESTS is set, else every fifth.
STRIDE = 1 if os.environ.get("LONG_TESTS") else 5


@pytest.fixture(name="crashing", scope="module")
def crashing_dovecot(stack):
    with CrashingDovecot(stack) as dovecot:
        yield dovecot


@pytest.fixture(name="quarantine", scope="module")
def carols_quarantine(stack):
    return Quarantine(stack, "carol")


def start_afresh(quarantine):
    """No mailboxes, so none with the locks and repairs of an earlier crash."""
    shutil.rmtree("%s/mail/%s" % (quarantine.stack.env["STACK_DIR"],
                                  quarantine.user), ignore_errors=True)


def again(quarantine, held, command, port=None):
    """The user tries once more; Dovecot may have to repair an index first."""
    for _ in range(3):
        try:
            with Session(port or quarantine.stack.port("IMAP"),
                         quarantine.user, timeout=600) as imap:
                imap.select("Quarantine")
                if quarantine.uid(imap, held) is None:
                    return
                reply = imap.command(*command(imap))
                assert reply.ok or "delivered before" in reply.text, reply
                return
        except ConnectionError:
            pass
    raise AssertionError("Dovecot does not recover")


def where(quarantine, held):
    """How often the mail is in INBOX, and in the quarantine."""
    return (quarantine.count(held, "INBOX"),
            quarantine.count(held, "Quarantine"))


def crash_everywhere(crashing, quarantine, parts, finished, check):
    """Kills a command at its first step, its second ...; parts(uid, held)
    makes the command, finished is where the mail is after it, and check(held)
    looks at each."""
    step, reply = 1, None
    while reply is None:
        start_afresh(quarantine)
        held = quarantine.hold(mail(subject="A crash",
                                    sender="step%d@crash.test" % step))

        def command(imap):
            return parts(quarantine.uid(imap, held), held)

        reply = crashing.run("carol", "Quarantine", command, step)
        assert reply is None or reply.ok, reply
        assert where(quarantine, held) in ((0, 1), (1, 1), (1, 0)), step
        check(held, step)
        again(quarantine, held, command)
        assert where(quarantine, held) == finished, step
        step += STRIDE
    assert step > 20


@pytest.mark.parametrize("command, finished", [
    ('UID MOVE %d INBOX', (1, 0)), ('UID COPY %d INBOX', (1, 1)),
    ('UID MOVE %d Quarantine/Deliver', (1, 0))])
def test_q9_crash(crashing, quarantine, command, finished):
    """Q4: a delivery that crashes anywhere loses and doubles nothing"""
    # complaint R-REL1
    crash_everywhere(crashing, quarantine,
                     lambda uid, held: [command % uid], finished,
                     lambda held, step: None)


def test_q5_crash(crashing, quarantine):
    """Q5: an approval that crashes anywhere loses and doubles nothing"""

    carol = Approving(quarantine.stack, "carol")

    def check(held, step):
        # Approved first, so that a mail in INBOX has an approved sender.
        if "step%d@crash.test" % step not in carol.approved():
            assert where(quarantine, held) == (0, 1)
        carol.forget()

    crash_everywhere(
        crashing, quarantine,
        lambda uid, held: ['UID MOVE %d "Quarantine/Deliver and Approve"' %
                           uid], (1, 0), check)
    carol.forget()


def test_q4_upload_crash(crashing, quarantine):
    """Q4: an upload that crashes anywhere loses and doubles nothing"""
    # complaint R-REL1
    crash_everywhere(
        crashing, quarantine,
        lambda uid, held: ["APPEND Quarantine/Deliver", quarantine.stored(
            held, mail())], (1, 1), lambda held, step: None)
