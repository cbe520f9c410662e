"""A stack whose daemons have a library of ours loaded, and what the law says of
the mails that were sent through it: accepted = delivered + held, each once."""
import collections
import os
import re
import shutil
import smtplib
import subprocess
import sys
import time

TOP = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(TOP, "tests/it"))

# pylint: disable=wrong-import-position
from mails import EICAR, ENCRYPTED_ZIP, mail, zip_of  # noqa: E402
from running import Stack, add_rules, new_id, rule, wait_until  # noqa: E402

LONG = os.environ.get("TRUST") == "long"
PORT_BASE = int(os.environ.get("STACK_TEST_PORT_BASE", "24000"))
HELD_FOR_BOB = rule("hold-bob", '<recipient like="bob@*"/><virus/>',
                    "<quarantine/>", "virus")
PRELOADED = ("slapd", "sekishod", "dovecot", "exim")
SETTINGS = "poison-tries = 0\nnotices-per-hour = 0"


def sample():
    """One mail that needs all of the work: cleaned, stamped and announced for
    Carol, held as it is for Bob. The same bytes each time."""
    message = mail(files=[("a.zip", ENCRYPTED_ZIP),
                          ("e.zip", zip_of(("e.com", EICAR)))],
                   subject="A sample", message_id="<ID>",
                   X_Stack_Spam_Score="65")    # so the directory is asked
    message.set_boundary("boundary")
    return message.as_bytes()


def body_of(data):
    return data.replace(b"\r\n", b"\n").partition(b"\n\n")[2].rstrip(b"\n")


def plain_exim(name):
    """Exim without its setuid bit: else LD_PRELOAD would not count."""
    path = os.path.join(TOP, "build", name + "-exim/exim4")
    os.makedirs(os.path.dirname(path), exist_ok=True)
    shutil.copyfile("/usr/sbin/exim4", path)
    os.chmod(path, 0o755)
    return path


class Tally:
    """Says what each test of a program found, as tests/run counts it."""

    def __init__(self, program):
        self.program, self.failures = program, 0

    def report(self, name, complaints):
        for line in complaints[:30]:
            print("# " + line)
        self.failures += bool(complaints)
        print("%s %s: %s" % ("not ok" if complaints else "ok", self.program,
                             name), flush=True)


class Site:
    """Use it in a with statement; preload is Failing, Clock or None."""

    def __init__(self, name, preload, settings=SETTINGS):
        exim = {} if preload is None else {"STACK_EXIM": plain_exim(name)}
        self.stack = Stack(os.path.join(TOP, "build", name), PORT_BASE,
                           STACK_RSPAMD="0", STACK_SETTINGS=settings, **exim)
        self.preload, self.preloaded = preload, None
        self.sample, self.bodies = sample(), {}

    def __enter__(self):
        self.stack.down()
        subprocess.run(["rm", "-rf", self.stack.environment["STACK_DIR"]],
                       check=True)
        try:
            self.set_up()
        except BaseException:
            self.stack.down()
            raise
        return self

    def set_up(self):
        self.stack.up()
        self.stack.write_policy(add_rules(self.policy(), HELD_FOR_BOB))
        if self.preload is not None:
            self.preloaded = self.preload(self.stack.env["STACK_DIR"])
            self.start_anew()
        self.learn()

    def __exit__(self, *_):
        self.stack.down()

    def policy(self):
        with open(self.stack.env["POLICY"], encoding="utf-8") as file:
            return file.read()

    def start_anew(self):
        """Starts daemons anew with the library in them."""
        with open(self.stack.env["DOVECOT_CONFIG"], "a",
                  encoding="utf-8") as file:
            file.write("import_environment = TZ %s\nmail_fsync = always\n" %
                       " ".join(self.preloaded.environment))
        for daemon in reversed(PRELOADED):
            self.stack.stop(daemon)
        self.stack.environment.update(self.preloaded.environment)
        for daemon in PRELOADED:
            self.stack.start(daemon)

    def learn(self):
        """What becomes of the sample when nothing fails."""
        message_id, code = self.send()
        assert code == 250, code
        self.stack.settled()
        for place in self.places():
            found = self.fetch(*place)
            if message_id in found:
                self.bodies[place] = found[message_id][0]
        assert sorted(self.bodies) == [("bob", "Quarantine"),
                                       ("carol", "INBOX")], self.bodies.keys()
        assert b"stamp" not in self.bodies["carol", "INBOX"]
        assert body_of(self.sample) == self.bodies["bob", "Quarantine"]

    @staticmethod
    def places():
        return [(user, folder) for user in ("bob", "carol")
                for folder in ("INBOX", "Quarantine")]

    # -- sending -----------------------------------------------------------

    def send(self):
        """The sample to both; its Message-ID and the answer, 0 for none."""
        message_id = new_id()
        return message_id, self.answer(
            self.sample.replace(b"<ID>", message_id.encode()),
            ["carol@example.test", "bob@example.test"])

    def answer(self, data, recipients):
        try:
            self.stack.send(data, recipients)
            return 250
        except smtplib.SMTPDataError as error:
            return error.smtp_code
        except (smtplib.SMTPServerDisconnected, ConnectionError, TimeoutError):
            return 0

    def works(self):
        """Does an ordinary mail pass?"""
        return self.answer(mail().as_bytes(), ["erin@example.test"]) == 250

    # -- what is there -----------------------------------------------------

    def doveadm(self, *arguments):
        """What it prints. A damaged index makes it fail, and is mended then."""
        for _ in range(3):
            result = subprocess.run(
                ["doveadm", "-c", self.stack.env["DOVECOT_CONFIG"],
                 *arguments], check=False, stdout=subprocess.PIPE,
                stderr=subprocess.PIPE)
            if result.returncode == 0:
                break
            print("# doveadm %s, once more: %s" % (
                " ".join(arguments),
                result.stderr.decode(errors="replace")[:500].strip()))
        return result.stdout

    def fetch(self, user, folder):
        """Message-ID -> the bodies of all mails that have it."""
        out = self.doveadm("fetch", "-u", user, "text", "mailbox", folder,
                           "all")
        found = collections.defaultdict(list)
        for text in re.split(rb"(?m)^\f?text:\n", out):
            ids = re.search(rb"(?mi)^Message-ID: (<.*>)", text)
            if ids and re.search(rb"(?m)^Subject: .*A sample", text):
                found[ids[1].decode()].append(
                    body_of(text.rstrip(b"\f\n")))
        return found

    def breaches(self, sent):
        """Complaints about mails, Message-ID -> (code, what was tried)."""
        self.stack.settled()
        there = {place: self.fetch(*place) for place in self.places()}
        for message_id, (code, what) in sent.items():
            for place, mails in there.items():
                found = mails.get(message_id, [])
                want = [self.bodies[place]] if code == 250 and \
                    place in self.bodies else []
                if found != want:
                    yield "%s: answer %d, %s in %s of %s instead of %d" % (
                        what, code, len(found) if len(found) != len(want)
                        else "another body", place[1], place[0], len(want))

    def descriptors(self):
        """pid -> how many each process of sekishod has."""
        return {pid: len(os.listdir("/proc/%d/fd" % pid))
                for pid in self.stack.sekishod_pids()}

    def stuck(self, before):
        """Complaints about processes, after a while of rest."""
        try:
            wait_until(lambda: not self.stack.clerks_at_work() and
                       len(self.stack.inspectors()) == 2, "rest", 60)
        except AssertionError as error:
            yield str(error)
        # Each may have connected to the directory meanwhile.
        for _ in range(50):
            more = {pid: (before[pid], count)
                    for pid, count in self.descriptors().items()
                    if count > before.get(pid, 1000) + 1}
            if not more:
                return
            time.sleep(0.1)
        yield "descriptors are left open: %s" % more
