"""What fails how: O4, and processes that are killed at work."""
import contextlib
import glob
import os
import re
import signal
import smtplib
import subprocess
import threading
import time

import pytest

from exims import OtherExim
from holding import hold_rule
from mails import EICAR, ENCRYPTED_ZIP, GTUBE, mail, zip_of
from reading import STAMP, attachments, own, subject, text
from running import add_rules, new_id, wait_until

DEFERRED = b"4.3.0 Temporary failure of the mail scanner, please try again"


class Sending(threading.Thread):
    """Sends a mail beside the test; answer is what the client heard."""

    def __init__(self, stack, message, to="carol@example.test"):
        super().__init__()
        self.stack, self.message, self.to = stack, message, to
        self.answer = None
        self.start()

    def run(self):
        self.answer = answer(self.stack, self.message, self.to)

    def result(self):
        self.join(90)
        return self.answer


def answer(stack, message, to="carol@example.test", **how):
    """The SMTP answer to a mail."""
    try:
        stack.send(message, to, **how)
        return 250, b""
    except smtplib.SMTPDataError as error:
        return error.smtp_code, error.smtp_error


def arrived_once(stack, message):
    """The mail came, nothing is left over anywhere."""
    stack.settled()
    data = stack.arrived("carol", message["Message-ID"])
    assert own(data) == sent(message)
    assert not stack.spool_files()


def parent(pid):
    with open("/proc/%d/stat" % pid, encoding="ascii") as file:
        return int(file.read().rsplit(")", 1)[1].split()[1])


def alive(pid):
    return os.path.exists("/proc/%d" % pid)


def sent(message):
    del message["X-Stack-Deadline"]
    return message.as_bytes()


def heavy():
    """A mail that takes an inspector a while, but not scan-seconds, however
    busy the machine is."""
    packed = os.urandom(1 << 16) + bytes(15 << 20)
    return mail(files=[("%d.zip" % n, zip_of(
        *((str(member), packed) for member in range(4)))) for n in range(2)])


def busy(stack, but=None):
    """The inspector that works; one may have been started a moment ago."""
    def ticks(pid):
        try:
            with open("/proc/%d/stat" % pid, encoding="ascii") as file:
                return int(file.read().rpartition(")")[2].split()[11])
        except OSError:
            return 0
    before = {pid: ticks(pid) for pid in stack.inspectors()}
    return wait_until(lambda: [pid for pid in stack.inspectors() if pid != but
                               and ticks(pid) > before.get(pid, 0) + 5],
                      "an inspector at work")[0]


@pytest.fixture(autouse=True)
def whole(stack):
    """Whatever a test stopped or killed runs again afterwards."""
    yield
    for pid in stack.sekishod_pids():
        with contextlib.suppress(ProcessLookupError):   # of an old generation
            os.kill(pid, signal.SIGCONT)
    stack.start("slapd")
    stack.start("sekishod")


def test_inspector_killed(stack):
    """O4: an inspector is killed at work, another one does it"""
    message = heavy()
    sending = Sending(stack, message)
    victim = busy(stack)
    os.kill(victim, signal.SIGKILL)
    assert sending.result() == (250, b"")
    arrived_once(stack, message)
    wait_until(lambda: len(stack.inspectors()) == 2, "two inspectors")
    assert len(stack.sekishod_log(
        r"error: inspector %d of generation \d+ was killed by signal 9 "
        r"\(Killed\); starting another" % victim)) == 1


def test_generation_killed(stack):
    """O4: when a generation is killed its inspectors end, and mail flows"""
    # They would keep the memory of the signatures.
    old = stack.inspectors()
    generation, = {parent(pid) for pid in old}
    before = len(stack.sekishod_log("generation .* signatures"))
    os.kill(generation, signal.SIGKILL)
    wait_until(lambda: not [pid for pid in old if alive(pid)], "their end")
    wait_until(lambda: len(stack.sekishod_log("generation .* signatures")) >
               before, "a new generation")
    # Its line comes before its inspectors do.
    message = mail()
    wait_until(lambda: answer(stack, message) == (250, b""), "mail that flows")
    arrived_once(stack, message)


def test_inspector_log(stack):
    """O4: an inspector has no log but a pipe to its generation"""
    for pid in stack.inspectors():
        for fd in 1, 2:
            link = os.readlink("/proc/%d/fd/%d" % (pid, fd))
            assert link.startswith("pipe:"), link
        files = [os.readlink(path) for path in
                 glob.glob("/proc/%d/fd/*" % pid)]
        assert not [link for link in files if link.endswith(".log")]
        with open("/proc/%d/maps" % pid, encoding="ascii") as maps:
            shared = [line for line in maps if "/dev/zero (deleted)" in line]
        assert len(shared) == 1, shared     # its own slot and no other's


def test_two_inspectors_killed(stack):
    """O4: a mail that kills two inspectors gets 451, the retry works"""
    # complaint S5
    message = heavy()
    sending = Sending(stack, message)
    first = busy(stack)
    os.kill(first, signal.SIGKILL)
    os.kill(busy(stack, but=first), signal.SIGKILL)
    assert sending.result() == (451, DEFERRED)
    assert not stack.spool_files()
    assert len(stack.exim_log(
        'sekisho: id=.* action=defer error="sekishod: two inspectors died '
        'over this message"$')) == 1
    assert answer(stack, message) == (250, b"")
    arrived_once(stack, message)


def test_clerk_killed(stack):
    """O4: a clerk is killed at work: 451, the retry works"""
    message = mail()
    for pid in stack.inspectors():
        os.kill(pid, signal.SIGSTOP)
    sending = Sending(stack, message)
    victim = wait_until(stack.clerks_at_work, "a clerk at work")[0]
    os.kill(victim, signal.SIGKILL)
    assert sending.result() == (451, DEFERRED)
    for pid in stack.inspectors():
        os.kill(pid, signal.SIGCONT)
    assert not stack.spool_files()
    assert answer(stack, message) == (250, b"")
    arrived_once(stack, message)
    assert len(stack.sekishod_log(
        r"error: a clerk was killed by signal 9 \(Killed\); starting "
        "another")) == 1


def test_master_killed(stack):
    """O4: the master is killed: what is at work is finished or deferred, and
    arrives once; what comes then gets 451"""
    # complaint R-LOSS2
    message = mail()
    for pid in stack.inspectors():
        os.kill(pid, signal.SIGSTOP)
    sending = Sending(stack, message)
    wait_until(stack.clerks_at_work, "a clerk at work")
    everybody = stack.sekishod_pids()
    os.kill(stack.sekishod_pid(), signal.SIGKILL)
    for pid in stack.inspectors(everybody):
        os.kill(pid, signal.SIGCONT)
    # The end of the master and the message reach the inspectors in any order.
    result = sending.result()
    assert result in ((250, b""), (451, DEFERRED))
    wait_until(lambda: not stack.sekishod_pids(), "all to end")
    assert answer(stack, mail()) == (451, DEFERRED)
    stack.start("sekishod")
    if result[0] == 451:
        assert answer(stack, message) == (250, b"")
    arrived_once(stack, message)


def test_master_killed_and_started(stack):
    """O4: another master starts while a clerk of a killed one is at work"""
    message = mail()
    for pid in stack.inspectors():
        os.kill(pid, signal.SIGSTOP)
    sending = Sending(stack, message)
    clerk, = wait_until(stack.clerks_at_work, "a clerk at work")
    os.kill(clerk, signal.SIGSTOP)
    try:
        os.kill(stack.sekishod_pid(), signal.SIGKILL)
        stack.start("sekishod")
        assert answer(stack, mail()) == (250, b"")
    finally:
        os.kill(clerk, signal.SIGCONT)
    result = sending.result()
    assert result in ((250, b""), (451, DEFERRED))
    if result[0] == 451:
        assert answer(stack, message) == (250, b"")
    arrived_once(stack, message)


def test_all_killed(stack):
    """O4: all of sekishod is killed at once: 451, the retry works"""
    # complaint R-LOSS2
    message = mail()
    for pid in stack.inspectors():
        os.kill(pid, signal.SIGSTOP)
    sending = Sending(stack, message)
    wait_until(stack.clerks_at_work, "a clerk at work")
    for pid in stack.sekishod_pids():
        # One that ends with another is gone.
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    assert sending.result() == (451, DEFERRED)
    assert not stack.spool_files()
    stack.start("sekishod")
    assert answer(stack, message) == (250, b"")
    arrived_once(stack, message)


def test_absent(stack):
    """O4: sekishod is absent: 451 at once, one line says what to do"""
    # complaint R-LOSS3
    stack.stop("sekishod")
    before = len(stack.exim_log(""))
    begin = time.monotonic()
    assert answer(stack, mail()) == (451, DEFERRED)
    assert time.monotonic() - begin < 20
    lines = [line for line in stack.exim_log("")[before:]
             if "sekisho: " in line]
    assert len(lines) == 1
    assert re.search('action=defer error="cannot connect to %s: .*; is '
                     'sekishod running' % stack.env["SCAN_SOCKET"], lines[0])
    assert answer(stack, mail(sender="alice@example.test"),
                  "friend@partner.test", user="alice",
                  sender="alice@example.test")[0] == 451


def test_stopped(stack):
    """O4: sekishod hangs: 451 at the deadline, not later"""
    # complaint R-DUP1
    message = mail(X_Stack_Deadline="2")
    for pid in stack.sekishod_pids():
        os.kill(pid, signal.SIGSTOP)
    begin = time.monotonic()
    assert answer(stack, message) == (451, DEFERRED)
    assert 1.9 < time.monotonic() - begin < 40
    assert stack.exim_log('action=defer error="no answer before the deadline')
    for pid in stack.sekishod_pids():
        os.kill(pid, signal.SIGCONT)
    assert answer(stack, message) == (250, b"")
    arrived_once(stack, message)
    # sekishod learns that nobody waited: its one line says so.
    line, = stack.sekishod_log("error")
    assert re.search(' direction=inbound defer="none to carol@example.test" '
                     'error="Exim did not wait for the answer: ', line)


def test_directory_down(stack):
    """O4: the directory is down: 451 for inbound mail, not for outbound"""
    # complaints A7, L1
    stack.stop("slapd")
    message = mail()
    assert answer(stack, message) == (451, DEFERRED)
    assert stack.exim_log(
        'action=defer error="sekishod: directory %s is unavailable: ' %
        stack.env["LDAP_URI"])
    outbound = mail(sender="alice@example.test")
    assert answer(stack, outbound, "friend@partner.test", user="alice",
                  sender="alice@example.test") == (250, b"")
    stack.left(outbound["Message-ID"])
    with stack.outside("192.168.1.1") as smtp:
        smtp.mail("friend@partner.test")
        assert smtp.rcpt("alice@example.test")[0] == 451
    stack.start("slapd")
    assert answer(stack, message) == (250, b"")
    arrived_once(stack, message)


def test_accept(stack):
    """O4: on-failure="accept": the mail passes unscanned, the log says so"""
    message = mail()
    with stack.policy(lambda policy: policy.replace(
            'on-failure="defer"', 'on-failure="accept"')):
        stack.stop("slapd")
        assert answer(stack, message) == (250, b"")
        arrived_once(stack, message)
    exim_id = stack.exim_id(message["Message-ID"])
    assert stack.exim_log(
        "sekisho: id=%s action=unscanned error=\"directory " %
        exim_id)
    line, = stack.sekishod_log("id=" + exim_id)
    assert ' deliver="none to carol@example.test" error="directory ' in line


def test_unscannable(stack):
    """O4: what cannot be scanned is refused with a reason, not passed"""
    # complaint E3
    members = [("f%d" % n, b"") for n in range(11000)]
    message = mail(files=[("many.zip", zip_of(*members))])
    assert answer(stack, message) == (
        550, b"5.7.1 This message contains content that could not be scanned "
        b"for viruses")
    assert attachments(message.as_bytes())
    line = stack.sekishod_log(" findings=.unscannable:")[-1]
    assert "reject=\"U1 to carol@example.test\"" in line


KILLED = """#!/bin/sh
# Exim, which is killed the first time it shall take a copy.
case "$*" in
*-bS*) [ ! -e %(mark)s ] || { rm %(mark)s; kill -KILL %(whom)s; } ;;
esac
exec %(exim)s "$@"
"""


@pytest.mark.parametrize("whom, frozen", [("$$", False), ("$PPID $$", True)])
def test_copy_killed(stack, whom, frozen):
    """R3, O4: who takes a copy with another body is killed: it comes later"""
    with stack.policy(lambda old: add_rules(old, hold_rule(
            "own-hold", "bob", '<recipient like="bob@*"/>'))):
        other = OtherExim(stack, "killed-copy", lambda old: old.replace(
            "\nexim_path = " + stack.env["EXIM"],
            "\nexim_path = %s/exim/killed-copy/exim" %
            stack.env["STACK_DIR"]))
        mark = other.folder + "/mark"
        for path, lines in ((other.folder + "/exim", KILLED % {
                "mark": mark, "whom": whom, "exim": stack.env["EXIM"]}),
                            (mark, "")):
            with open(path, "w", encoding="ascii") as file:
                file.write(lines)
            os.chmod(path, 0o755)
        message = mail(X_Hold="bob", files=[("c.zip", ENCRYPTED_ZIP)])
        with other.session() as smtp:
            smtp.sendmail("sender@partner.test", [
                "carol@example.test", "bob@example.test"], message.as_bytes())
        # Exim writes that it freezes a mail after what has become of it.
        said = "Frozen" if frozen else "sekisho_variant"
        wait_until(lambda: [line for line in other.log() if said in line],
                   "a try")
        assert not os.path.exists(mark)
    log = "\n".join(other.log())
    assert " ** " not in log and " == carol@example.test " in log
    assert ("Frozen" in log) == frozen
    if frozen:
        subprocess.run([stack.env["EXIM"], "-C", stack.env["EXIM_CONFIG"],
                        "-M", re.search(r" (\S+) Frozen", log).group(1)],
                       check=True)
    stack.settled()
    assert STAMP % "c.zip" in text(stack.arrived("carol",
                                                 message["Message-ID"]))


def signal_spam_filter(stack, number):
    with open(stack.env["STACK_DIR"] + "/run/rspamd.pid",
              encoding="ascii") as file:
        os.killpg(int(file.read()), number)


OUTAGES = {
    "dead": (lambda stack: stack.stop("rspamd"),
             lambda stack: stack.start("rspamd")),
    "hangs": (lambda stack: signal_spam_filter(stack, signal.SIGSTOP),
              lambda stack: signal_spam_filter(stack, signal.SIGCONT)),
}


@pytest.mark.parametrize("outage", OUTAGES)
def test_spam_filter(stack, outage):
    """O4: without the spam filter mail comes without a score, and scanned"""
    end, begin = OUTAGES[outage]
    panics = os.path.join(os.path.dirname(stack.env["EXIM_LOG"]), "paniclog")
    spam = mail(text=GTUBE + "\n", subject="Cheap watches")
    virus = mail(files=[("a.com", EICAR)])
    end(stack)
    try:
        assert answer(stack, spam, "bob@example.test") == (250, b"")
        assert answer(stack, virus, "bob@example.test") == (250, b"")
    finally:
        begin(stack)
    with open(panics, encoding="utf-8") as file:
        assert all("spam acl condition: " in line for line in file)
    os.unlink(panics)       # others look whether there is one
    assert subject(stack.arrived("bob", spam["Message-ID"])) == \
        "Cheap watches"
    data = stack.arrived("bob", virus["Message-ID"])
    assert EICAR not in [content for _, content in attachments(data)]
    spam.replace_header("Message-ID", new_id())
    wait_until(lambda: answer(stack, spam, "bob@example.test")[0] == 250,
               "250")
    assert subject(stack.arrived("bob", spam["Message-ID"])) == \
        "[MEIWAKU!!!] Cheap watches"
