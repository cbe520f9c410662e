"""Ten reloads of 250,000 signatures and of the policy while mail flows (R13,
O4): nothing is deferred, nothing passes unscanned, two engines at most."""
import contextlib
import os
import signal
import smtplib
import sys
import threading
import time

import pytest

from mails import EICAR, mail
from reading import attachments, subject
from running import TOP, switch, wait_until
from test_reload import write_signature

sys.path.append(os.path.join(TOP, "tests/stack"))
from signatures import generated    # noqa: E402

SIGNATURES = 250000
RELOADS = 10
FLOWS = 3
PEAK = 2.1      # of the memory with one engine, at the same work


@pytest.fixture(scope="module", name="site")
def with_many_signatures(start_stack):
    site = start_stack("many", STACK_RSPAMD="0", STACK_REPUTATION="0",
                       STACK_SETTINGS="signature-check = 3600")
    for name, text in generated(SIGNATURES).items():
        write_signature(site, name, text)
    site.reload()
    return site


class Memory(threading.Thread):
    """Looks at the memory of sekishod's processes, each shared page once."""

    def __init__(self, stack):
        super().__init__()
        self.stack, self.ended = stack, threading.Event()
        self.peak = self.most = 0

    def now(self):
        total = 0
        generations = set()
        for pid in self.stack.sekishod_pids():
            with contextlib.suppress(OSError):
                with open("/proc/%d/smaps_rollup" % pid,
                          encoding="ascii") as file:
                    total += sum(int(line.split()[1]) for line in file
                                 if line.startswith("Pss:"))
                with open("/proc/%d/cmdline" % pid, "rb") as file:
                    words = file.read().split(b"\0")
                if b"-g" in words:
                    generations.add(words[words.index(b"-g") + 1])
        self.most = max(self.most, len(generations))
        return total

    def run(self):
        while not self.ended.wait(0.2):
            self.peak = max(self.peak, self.now())


class Flow(threading.Thread):
    """One client, one mail after the other; every third has a virus."""

    def __init__(self, stack, number, ended):
        super().__init__()
        self.stack, self.ended = stack, ended
        self.to = "carol+flow%d@example.test" % number
        self.sent, self.refused, self.seconds = [], [], []

    def run(self):
        while not self.ended.is_set():
            infected = len(self.sent) % 3 == 2
            message = mail(to=self.to, X_Stack_Spam_Score="40", files=[
                ("a.com", EICAR if infected else b"fine")])
            begin = time.monotonic()
            try:
                self.stack.send(message, self.to)
                self.sent.append((message["Message-ID"], infected))
            except (smtplib.SMTPException, OSError) as error:
                self.refused.append(str(error))
            self.seconds.append(time.monotonic() - begin)


def arrived(stack):
    """Message-ID -> [(subject, has a virus), ...] of all that Carol got."""
    imap, found = stack.mailbox("carol"), {}
    imap.select("INBOX", readonly=True)
    _, data = imap.fetch("1:*", "(BODY.PEEK[])")
    for item in data:
        if isinstance(item, tuple):
            head = item[1].split(b"\r\n\r\n")[0]
            message_id = next((
                line.split(b":", 1)[1].strip().decode()
                for line in head.split(b"\r\n")
                if line.lower().startswith(b"message-id:")), "")
            found.setdefault(message_id, []).append(
                (subject(item[1]), any(
                    EICAR in content for _, content in attachments(item[1]))))
    imap.logout()
    return found


def times(flows):
    seconds = sorted(x for flow in flows for x in flow.seconds)
    return "p50 %d ms, p99 %d ms" % (
        1000 * seconds[len(seconds) // 2],
        1000 * seconds[len(seconds) * 99 // 100])


def reload_all(stack, number):
    """A signature more, and rule R5 the other way round."""
    write_signature(stack, "more.ndb", "".join(
        "It.More.%d:0:*:%s\n" % (n, (b"reload-%d-of-it" % n).hex())
        for n in range(number + 1)))
    with open(stack.env["POLICY"], encoding="utf-8") as file:
        policy = file.read()
    stack.write_policy(switch(policy, "R5", "off" if number % 2 else "on"))


def test_reloads(site):
    """R13, O4: ten reloads under load: none deferred, none unscanned"""
    # complaint S2
    memory, ended = Memory(site), threading.Event()
    wait_until(lambda: len(site.inspectors()) == 2, "the old ones to end")
    flows = [Flow(site, number, ended) for number in range(FLOWS)]
    for thread in [memory, *flows]:
        thread.start()
    wait_until(lambda: len(flows[0].sent) > 6, "mail to flow", 120)
    one_engine, quiet = memory.peak, times(flows)
    try:
        for number in range(RELOADS):
            count = len(flows[0].sent)
            reload_all(site, number)
            wait_until(lambda: len(flows[0].sent) > count + 1, "mail to flow",
                       120)
    finally:
        ended.set()
        memory.ended.set()
        for thread in [memory, *flows]:
            thread.join()
    site.settled()
    sent = dict(entry for flow in flows for entry in flow.sent)
    found = arrived(site)
    assert [flow.refused for flow in flows] == [[]] * FLOWS
    for message_id in sent:
        copies = found.get(message_id, [])
        assert len(copies) == 1, (message_id, len(copies))
        assert copies[0] in (("A letter", False), ("[SPAM!!!] A letter",
                                                   False))
    # Both policies were in force.
    assert len({found[one][0][0] for one in sent}) == 2
    print("\n# %d mails during %d reloads: %s, before %s; memory at its peak "
          "%d MiB, before %d MiB" % (len(sent), RELOADS, times(flows), quiet,
                                     memory.peak >> 10, one_engine >> 10))
    assert memory.peak <= PEAK * one_engine
    assert memory.most == 2, "%d generations at once" % memory.most


@pytest.mark.parametrize("name, text", [
    ("many.ndb", "It.Late:0:*:zz\n"), ("many.ldb", "It.Late;Target:0;0&;ff\n"),
    ("cut.cvd", "ClamAV-VDB:25 Nov 2026 12-00 +0000:1:1:90:x:y:z:1\n")])
def test_broken(site, name, text):
    """O4: of 250,000 signatures one is broken: the old ones stay, one line"""
    path = os.path.join(site.env["SIGNATURES"], name)
    old = None
    if os.path.exists(path):
        with open(path, encoding="ascii") as file:
            old = file.read()
    before = len(site.sekishod_log(""))
    write_signature(site, name, (old or "") + text)
    try:
        os.kill(site.sekishod_pid(), signal.SIGHUP)
        lines = wait_until(lambda: [
            line for line in site.sekishod_log("")[before:]
            if "did not start; the old signatures stay in use" in line],
            "the refusal", 120)
        reasons = [line for line in site.sekishod_log("")[before:]
                   if "error: generation " in line and name in line]
        assert len(lines) == 1 and len(reasons) == 1, reasons
        message = mail(to="carol@example.test", files=[("a.com", EICAR)])
        site.send(message, "carol@example.test")
        data = site.arrived("carol", message["Message-ID"])
        assert EICAR not in data
    finally:
        if old is None:
            os.unlink(path)
        else:
            write_signature(site, name, old)
        site.reload()
