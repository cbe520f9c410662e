"""sekisho trace: what happened to one message (O1, O5)?"""
import os
import re
import smtplib
import subprocess
import time

import pytest

from doveadm import Doveadm
from holding import hold_rule
from mails import EICAR, mail, only
from quarantine import Quarantine
from running import TOOL, add_rules, new_id, rule, wait_until

STAMP = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d  ")


def trace(*arguments, **how):
    return subprocess.run(
        [TOOL, "trace", *arguments],
        check=False, text=True, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, **how)


class Logs:
    """The logs of the stack, in any order."""

    def __init__(self, stack):
        directory = stack.env["STACK_DIR"]
        self.paths = [os.path.join(directory, name) for name in (
            "log/dovecot.log", "log/sekishod.log", "exim/log/mainlog")]

    def story(self, message_id):
        """The sentences, after each was seen to begin with its time."""
        result = trace(message_id, *self.paths)
        assert result.returncode == 0, result
        lines = result.stdout.splitlines()
        assert all(STAMP.match(line) for line in lines), lines
        assert lines == sorted(lines, key=lambda line: line[:19])
        return [line[21:] for line in lines]

    def wait(self, message_id, *sentences):
        """Until the logs tell of all of these, in this order."""
        def told():
            result = trace(message_id, *self.paths)
            found = [re.search(sentence, result.stdout)
                     for sentence in sentences]
            return all(found) and found
        found = wait_until(told, sentences)
        assert [m.start() for m in found] == sorted(m.start() for m in found)
        return self.story(message_id)


@pytest.fixture(name="logs")
def logs_of_stack(stack):
    return Logs(stack)


RULES = hold_rule("own-hold", "all") + hold_rule(
    "own-bob", "bob", '<virus/><recipient like="bob@*"/>',
    rule_class="virus") + rule(
    "own-reject", '<header name="X-Hold" pattern="^reject"/>',
    '<reject text="No, thank you."/>')


@pytest.fixture(name="rules", scope="module", autouse=True)
def rules_that_hold(stack):
    with stack.policy(lambda text: add_rules(text, RULES)):
        yield


def test_o5_trace_clean(stack, logs):
    """O5: a clean mail, by its Message-ID, from coming to the mailbox"""
    message_id = new_id()
    stack.send(mail(message_id=message_id), "alice@example.test")
    logs.wait(message_id, "Dovecot, for its user alice: saved mail to INBOX")
    story = logs.wait(message_id, "came from 127.0.0.1", "nothing bad in it",
                      "it goes on to alice@example.test",
                      "alice@example.test: delivered",
                      "nothing of it is left")
    assert story[0].startswith(
        "came from 127.0.0.1, which calls itself client.partner.test, sender "
        "sender@partner.test, for alice@example.test, ")
    # Exim's id tells the same.
    assert logs.story(stack.exim_id(message_id)) == story


def test_o5_trace_virus(stack, logs):
    """O5: a virus for two, one is held: the copy and the notices belong to
    it"""
    message_id = new_id()
    message = mail(message_id=message_id, X_Hold="bob",
                   files=[("a.com", EICAR)])
    stack.send(message, ["alice@example.test", "bob@example.test"])
    story = logs.wait(
        message_id, r"virus Eicar-Test-Signature in part 2 \(a.com\)",
        "a copy with a changed body was made for alice@example.test",
        "copy [^ ]*: alice@example.test: delivered")
    for later in ("alice@example.test: goes on as a copy with a changed body",
                  "bob@example.test: is in the quarantine, held by rule "
                  "own-bob", "notice [^ ]*: alice@example.test: delivered"):
        story = logs.wait(message_id, later)
    text = "\n".join(story)
    assert "it goes on to alice@example.test, with 1 change in its body, by " \
        "rule R1" in text
    assert re.search("^it will be held in the quarantine for "
                     "bob@example.test, by rules .*own-bob", text, re.M)
    assert re.search("^a notice was written to alice@example.test: ([^ ]*)$",
                     text, re.M)


def held(stack, user):
    message_id = new_id()
    stack.send(mail(message_id=message_id, X_Hold="all"),
               user + "@example.test")
    return message_id


def administrate(stack, *arguments):
    """The stack's Dovecot logs to stderr; on a site doveadm finds the log."""
    result = Doveadm(stack).run("quarantine", *arguments)
    with open(stack.env["STACK_DIR"] + "/log/dovecot.log", "a",
              encoding="utf-8") as log:
        log.write("".join(time.strftime("%b %d %H:%M:%S ") + line + "\n"
                          for line in result.stderr.splitlines()))


def test_o5_trace_released(stack, logs):
    """O5: held, and delivered by its user; another one, by an administrator,
    and a third is deleted"""
    carol = Quarantine(stack, "carol")
    mails = [held(stack, "carol") for _ in range(3)]
    for message_id in mails:
        logs.wait(message_id, "carol@example.test: is in the quarantine, held "
                  "by rule own-hold")
    with carol.session() as imap:
        imap.select("Quarantine")
        imap.must("UID MOVE %d INBOX" % max(
            imap.uids("HEADER Message-ID " + mails[0])))
    logs.wait(mails[0], "is in the quarantine", "carol@example.test delivered "
              r"it from the quarantine to the folder INBOX \(scanned again: "
              r"clean\)")
    ids = [stack.exim_id(message_id) for message_id in mails]
    administrate(stack, "deliver", "-u", "carol", "id", ids[1])
    logs.wait(mails[1], "an administrator, for carol@example.test, delivered "
              "it from the quarantine")
    administrate(stack, "delete", "-u", "carol", "id", ids[2])
    logs.wait(mails[2], "carol@example.test, deleted it in the quarantine")


def test_o5_trace_refused(stack, logs):
    """O5: refused by a rule: where it came from, and what its sender is
    told"""
    with pytest.raises(smtplib.SMTPDataError):
        stack.send(mail(X_Hold="reject"), "alice@example.test",
                   sender="refused@partner.test")
    exim_id = re.search("id=([^ ]*)", stack.sekishod_log(
        "refused@partner.test")[-1]).group(1)
    story = logs.wait(exim_id, "came from", "is refused for",
                      "Exim refused it")
    assert story[0].startswith("came from 127.0.0.1, sender "
                               "refused@partner.test, ")
    assert "it is refused for alice@example.test, by rule own-reject" in story
    assert story[-1].endswith("No, thank you.")


def test_o5_trace_451(stack, logs):
    """O5: sekishod is down, and Exim's log is all there is"""
    stack.stop("sekishod")
    try:
        with pytest.raises(smtplib.SMTPDataError):
            stack.send(mail(), "alice@example.test",
                       sender="later@partner.test")
    finally:
        stack.start("sekishod")
    exim_id = stack.exim_log("F=later@partner.test")[-1].split()[2]
    story = logs.wait(exim_id, "came from", "Sekisho answered 451",
                      "Exim did not take it for now")
    assert "is sekishod running?" in story[1]


def test_o5_trace_outbound(stack, logs):
    """O5: a user's virus is deleted, and he is told"""
    message = only("a.com", EICAR, sender="alice@example.test")
    with stack.inside() as smtp:
        smtp.sendmail("alice@example.test", ["friend@partner.test"],
                      message.as_bytes())
    line = wait_until(lambda: stack.sekishod_log(
        "sender=alice@example.test .*delete="), "the deleted mail")[-1]
    exim_id = re.search("id=([^ ]*)", line).group(1)
    story = logs.wait(exim_id, "logged in with", "virus Eicar",
                      "will be deleted for friend@partner.test, by rule R2",
                      "friend@partner.test: deleted, as a rule says")
    assert any(line.startswith("a notice was written to alice@example.test")
               for line in story)


ID = "1xW8gR-0000d5-1S"
LINE = "2026-11-25 08:48:55 " + ID + " "


def test_o5_trace_input(tmp_path):
    """O5: what is unknown, wrong or not there"""
    for wrong in [], [ID], ["--help", "-"], ["x", "-"], ["<", "-"]:
        result = trace(*wrong)
        assert result.returncode == 64 and "usage" in result.stderr
        assert result.stdout == ""
    result = trace(ID, str(tmp_path / "none"))
    assert result.returncode == 66 and "none: No such file" in result.stderr
    for unknown in ID, "<a@b.test>", "a@b.test":
        result = trace(unknown, "-", input="something else\n")
        assert result.returncode == 1 and result.stdout == ""
        assert "these logs know nothing of " in result.stderr
        assert result.stderr.count("\n") == 1


def test_o5_trace_bytes():
    """O5: nothing of a mail reaches the terminal but letters"""
    result = trace(ID, "-", input=LINE + "<= a@b.test H=(h) [192.0.2.7] P=smtp"
                   ' S=12345 id=x@y T="\\033]0;x\\007 \u202e\x9b\x1b[31m '
                   '\\346\\227\\245" for c@d.test\n')
    assert result.returncode == 0
    assert result.stdout == (
        "2026-11-25 08:48:55  came from 192.0.2.7, which calls itself h, "
        "sender a@b.test, for c@d.test, 12 kB, subject \"\\x1b]0;x\\x07 "
        "\\xe2\\x80\\xae\\xc2\\x9b\\x1b[31m \u65e5\", Message-ID <x@y>\n")


def test_o5_trace_pipe(tmp_path):
    """O5: logs that can be read once only, as zcat writes them"""
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    with subprocess.Popen(["sh", "-c", "echo '%s' >%s" % (
            LINE + "Completed", fifo)]):
        result = trace(ID, str(fifo), "-", input=LINE + "removed by root\n")
    assert result.stdout == "2026-11-25 08:48:55  nothing of it is left in " \
        "Exim's queue\n2026-11-25 08:48:55  was removed from Exim's queue " \
        "by root\n"
