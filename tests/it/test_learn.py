"""The spam filter learns from what users release and move to Junk (Q3, Q4):
later, off the IMAP path, never from mail held for a virus (Q9)."""
import glob
import json
import os
import re
import signal
import shutil
import subprocess
import time

import pytest

from doveadm import Doveadm
from dovecots import options
from mails import EICAR, mail
from quarantine import Quarantine
from running import TOP, wait_until

TEMPFAIL = 75


class Learning(Quarantine):
    """Bob's quarantine, in sessions that learn; a program for that."""

    def __init__(self, stack, program):
        super().__init__(stack, "bob")
        self.path = stack.env["STACK_DIR"] + "/learn-program"
        self.home = "%s/mail/bob" % stack.env["STACK_DIR"]
        self.folder_of_jobs = self.home + "/quarantine/sekisho-learn"
        self.said = stack.env["STACK_DIR"] + "/learned"
        self.program(program)

    def program(self, text):
        with open(self.path, "w", encoding="ascii") as file:
            file.write("#!/bin/sh\n" + text)
        os.chmod(self.path, 0o755)

    def learning(self):
        return self.session("sekisho_learn=" + self.path)

    def jobs(self):
        """What waits, by class; unfinished ones as well."""
        return sorted(name.rsplit(".", 1)[1] for name in
                      os.listdir(self.folder_of_jobs)
                      ) if os.path.isdir(self.folder_of_jobs) else []

    def doveadm_sekisho(self, *words, **how):
        return Doveadm(self.stack).run(
            *words, "-u", "bob", options=options([
                "sekisho_learn=" + self.path, "log_path=" + self.log_path]),
            **how)

    def move(self, imap, held_id, folder):
        imap.select("Quarantine")
        return imap.command("UID MOVE %d %s" % (self.uid(imap, held_id),
                                                folder))

    def learned(self):
        """What the program was told: [(class, message)]."""
        if not os.path.exists(self.said):
            return []
        with open(self.said, encoding="utf-8") as file:
            return [tuple(part.split("\n", 1)) for part in
                    file.read().split("=== ")[1:]]

    def forget(self):
        self.empty("Quarantine", "INBOX", "Junk")
        shutil.rmtree(self.folder_of_jobs, ignore_errors=True)
        if os.path.exists(self.said):
            os.unlink(self.said)


@pytest.fixture(name="bob")
def bob_who_teaches(stack):
    bob = Learning(stack, "")
    bob.forget()
    open(bob.said, "w", encoding="ascii").close()
    os.chmod(bob.said, 0o666)
    bob.program('(echo "=== $1"; cat) >>%s\n' % bob.said)
    yield bob
    bob.forget()


# -- what is learned -----------------------------------------------------------

def test_release_is_ham(bob):
    """Q4: what is released is ham, as the sender sent it"""
    held = bob.hold(mail("Roses are red.\n"))
    with bob.learning() as imap:
        assert bob.move(imap, held, "INBOX").ok
        assert bob.jobs() == ["ham"] and bob.learned() == []
    bob.doveadm_sekisho("learn")
    (kind, text), = bob.learned()
    assert kind == "ham" and "Roses are red." in text
    assert "X-Sekisho" not in text and bob.jobs() == []
    assert bob.log_lines("sekisho: learned user=bob ham=1 spam=0")


def test_junk_is_spam(bob):
    """Q3: what is moved to Junk is spam, held or not; out of it again, ham"""
    held = bob.hold(mail("Held rubbish.\n"))
    bob.file(mail("Other rubbish.\n").as_bytes())
    with bob.learning() as imap:
        assert bob.move(imap, held, "Junk").ok
        imap.select("INBOX")
        imap.must("UID MOVE %d Junk" % imap.uids("ALL")[0])
        assert bob.jobs() == ["spam", "spam"]
        imap.select("Junk")
        imap.must("UID MOVE %d Trash" % imap.uids("ALL")[0])
        assert bob.jobs() == ["spam", "spam"]
    bob.doveadm_sekisho("learn")
    assert [kind for kind, _ in bob.learned()] == ["spam", "spam"]
    assert "Held rubbish." in bob.learned()[0][1]
    assert "X-Sekisho" not in bob.learned()[0][1]
    bob.file(mail("No rubbish.\n").as_bytes())
    with bob.learning() as imap:
        for source, into in ("INBOX", "Junk"), ("Junk", "INBOX"):
            imap.select(source)
            imap.must("UID MOVE %d %s" % (imap.uids("ALL")[0], into))
    bob.doveadm_sekisho("learn")
    assert [kind for kind, _ in bob.learned()][2:] == ["spam", "ham"]


def test_off(bob):
    """Q4: without the setting nobody learns"""
    with bob.session() as imap:
        assert bob.move(imap, bob.hold(), "INBOX").ok
        assert bob.move(imap, bob.hold(), "Junk").ok
    assert not os.path.exists(bob.folder_of_jobs)


def test_deleted_is_nothing(bob):
    """Q3: what is deleted, copied or moved to Trash is not learned"""
    with bob.learning() as imap:
        assert bob.move(imap, bob.hold(), "Trash").ok
        held = bob.hold()
        imap.must("NOOP")
        uid = bob.uid(imap, held)
        imap.must("UID COPY %d Junk" % uid)
        imap.must("UID STORE %d +FLAGS (\\Deleted)" % uid)
        imap.must("EXPUNGE")
    assert bob.jobs() == []


# -- what is never learned -----------------------------------------------------

def test_q9_virus(bob):
    """Q9: mail held for a virus is never learned, whoever moves it where"""
    virus = bob.hold(held_class="virus")
    infected = [bob.hold(mail(files=[("game.com", EICAR)]))
                for _ in range(2)]
    later = bob.hold(mail(files=[("game.com", EICAR)]))
    with bob.learning() as imap:
        assert bob.move(imap, virus, "Junk").ok
        assert not bob.move(imap, infected[0], "INBOX").ok
    virus = bob.hold(held_class="virus")
    for held in virus, infected[1]:
        bob.doveadm_sekisho("quarantine", "deliver", "id", held)
        assert bob.count(held, "INBOX") == 1
    bob.doveadm_sekisho("quarantine", "rescan")
    with bob.learning() as imap:
        assert bob.move(imap, later, "Junk").ok
        # What an administrator has let out, too.
        imap.select("INBOX")
        imap.must("UID MOVE 1:* Junk")
    assert bob.jobs() == []


def test_q9_all_or_nothing(bob):
    """Q9: a command that is refused teaches nothing"""
    bob.hold()
    bob.hold(mail(files=[("game.com", EICAR)]))
    with bob.learning() as imap:
        imap.select("Quarantine")
        assert not imap.command("UID MOVE 1:* INBOX").ok
    assert bob.jobs() == []


def test_limits(bob):
    """Q4: a hundred mails for a user, none of them large; old ones go"""
    with bob.learning() as imap:
        assert bob.move(imap, bob.hold(mail("x" * 60 + "\n", files=[
            ("big", os.urandom(600000))])), "INBOX").ok
        assert bob.jobs() == []
        bob.hold_many(110)
        imap.select("Quarantine")
        imap.must("UID MOVE 1:* INBOX")
        assert bob.jobs() == ["ham"] * 100
    paths = glob.glob(bob.folder_of_jobs + "/*")
    for path in paths[3:]:
        os.utime(path, times=(time.time() - 8 * 86400,) * 2)
    # One that a killed process has not finished.
    os.rename(paths[0], bob.folder_of_jobs + "/.0.ham")
    bob.doveadm_sekisho("learn")
    assert len(bob.learned()) == 2 and bob.jobs() == ["ham"]


# -- what goes wrong -----------------------------------------------------------

def test_no_folder(bob):
    """Q4: mail is released when no copy can be made"""
    with open(bob.folder_of_jobs, "w", encoding="ascii"):
        pass
    held = bob.hold()
    try:
        with bob.learning() as imap:
            assert bob.move(imap, held, "INBOX").ok
        assert bob.count(held, "INBOX") == 1
        bob.doveadm_sekisho("learn")
    finally:
        os.unlink(bob.folder_of_jobs)


def test_outage(bob):
    """Q4: what cannot be learned waits"""
    good = open(bob.path, encoding="ascii").read().split("\n", 1)[1]
    with bob.learning() as imap:
        for held in bob.hold_many(2):
            assert bob.move(imap, held, "INBOX").ok
    for failing in "exit 1\n", "kill -9 $$\n", "cat >/dev/null; exit 75\n":
        bob.program(failing)
        result = bob.doveadm_sekisho("learn", check=False)
        assert result.returncode == TEMPFAIL, result
        assert "did not learn; it gets the mail again" in result.stderr
        assert bob.jobs() == ["ham", "ham"]
    os.unlink(bob.path)
    assert bob.doveadm_sekisho("learn", check=False).returncode == TEMPFAIL
    bob.program(good)
    bob.doveadm_sekisho("learn")
    assert len(bob.learned()) == 2 and bob.jobs() == []


def test_killed(bob):
    """Q4: a mail whose learner is killed is given to the next one"""
    good = open(bob.path, encoding="ascii").read().split("\n", 1)[1]
    with bob.learning() as imap:
        assert bob.move(imap, bob.hold(), "INBOX").ok
    bob.program("echo '=== begun' >>%s; sleep 2\n" % bob.said)
    process = subprocess.Popen(
        ["nsenter", "-t", Doveadm(bob.stack).pid, "-m", "-r", "-w", "doveadm",
         *options(["sekisho_learn=" + bob.path]), "-c",
         bob.stack.env["DOVECOT_CONFIG"], "sekisho", "learn", "-u", "bob"])
    wait_until(bob.learned, "the program")
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert bob.jobs() == ["ham"]
    bob.program(good)
    bob.doveadm_sekisho("learn")
    assert bob.learned()[-1][0] == "ham" and bob.jobs() == []


# -- a real filter -------------------------------------------------------------

SPAM = ("Cheap replica watches and pills for your pleasure, order now and "
        "win a prize of millions, unsubscribe by clicking this offer %d\n")
HAM = ("The minutes of the committee meeting about the railway timetable are "
       "attached, please read chapter %d before the seminar on Thursday\n")


@pytest.fixture(name="rspamd", scope="module")
def rspamd_that_learns(start_stack):
    """A stack whose rspamd has a classifier, and Redis for it."""
    if shutil.which("redis-server") is None:
        pytest.skip("there is no redis-server")
    stack = start_stack("learn")
    top = stack.env["STACK_DIR"] + "/rspamd/"
    with open(top + "conf/override.d/classifier-bayes.conf", "w",
              encoding="ascii") as file:
        file.write('servers = "%srun/redis.sock";\nmin_learns = 2;\n'
                   'min_tokens = 2;\n' % top)
    redis = subprocess.Popen(
        ["redis-server", "--port", "0", "--save", "", "--dir", top + "run",
         "--unixsocket", top + "run/redis.sock", "--unixsocketperm", "777"],
        stdout=subprocess.DEVNULL)
    stack.stop("rspamd")
    stack.start("rspamd")
    yield stack
    redis.terminate()
    redis.wait()


def score(stack, text):
    """What rspamd says of a mail: its score, and the classifier's symbols."""
    result = subprocess.run(
        ["rspamc", "-h", stack.env["STACK_DIR"] + "/rspamd/run/normal.sock",
         "-j", "symbols"], input=mail(text).as_bytes(), check=True,
        stdout=subprocess.PIPE)
    found = json.loads(result.stdout)
    return found["score"], {name for name in found["symbols"]
                            if name.startswith("BAYES")}


def test_rspamd(rspamd):
    """Q4 Q3: the next mail like those that users released or moved to Junk has
    another score; an outage of rspamd only delays that"""
    bob = Learning(rspamd, "exec rspamc -h %s/rspamd/run/controller.sock "
                   '"learn_$1"\n' % rspamd.env["STACK_DIR"])
    before = [score(rspamd, text % 0) for text in (SPAM, HAM)]
    assert before[0][1] == before[1][1] == set()
    with bob.learning() as imap:
        for number in range(1, 5):
            for text, folder in (SPAM, "Junk"), (HAM, "INBOX"):
                held = bob.hold(mail(text % number))
                assert bob.move(imap, held, folder).ok
    rspamd.stop("rspamd")
    result = bob.doveadm_sekisho("learn", check=False)
    assert result.returncode == TEMPFAIL and len(bob.jobs()) == 8
    rspamd.start("rspamd")
    os.chmod(rspamd.env["STACK_DIR"] + "/rspamd/run/controller.sock", 0o666)
    copies = bob.folder_of_jobs + "-copies"
    shutil.copytree(bob.folder_of_jobs, copies)
    bob.doveadm_sekisho("learn")
    assert bob.jobs() == []
    spam, ham = [score(rspamd, text % 0) for text in (SPAM, HAM)]
    assert spam[1] == {"BAYES_SPAM"} and spam[0] > before[0][0]
    assert ham[1] == {"BAYES_HAM"} and ham[0] < before[1][0]
    # Twice, as after a crash.
    for path in glob.glob(copies + "/*"):
        shutil.move(path, bob.folder_of_jobs)
        shutil.chown(os.path.join(bob.folder_of_jobs, os.path.basename(path)),
                     "mail", "mail")
    bob.doveadm_sekisho("learn")
    assert bob.jobs() == []
    assert [score(rspamd, text % 0) for text in (SPAM, HAM)] == [spam, ham]


def bayes(bob):
    """What SpamAssassin has learned at his home: (spam, ham)."""
    counts = subprocess.run(
        ["sa-learn", "--dump", "magic"], check=True, stdout=subprocess.PIPE,
        env={"PATH": "/usr/bin:/bin", "HOME": bob.home}, text=True).stdout
    return tuple(int(re.search(r"(\d+) +\d+ +non-token data: n%s$" % kind,
                               counts, re.M)[1]) for kind in ("spam", "ham"))


def test_spamassassin(bob):
    """Q3, Q4: learn-spamassassin teaches the database of the mail's user"""
    with bob.learning() as imap:
        for text, folder in ((SPAM, "Junk"), (SPAM, "Junk"), (HAM, "INBOX")):
            held = bob.hold(mail(text % len(bob.jobs())))
            assert bob.move(imap, held, folder).ok
    shutil.copy(TOP + "/dovecot-plugin/learn-spamassassin", bob.path)
    bob.doveadm_sekisho("learn")
    assert bob.jobs() == []
    assert bayes(bob) == (2, 1)


def test_environment(bob):
    """Q4: the program has the user's home, and nothing of doveadm's own
    environment, where keys of the configuration are"""
    with bob.learning() as imap:
        assert bob.move(imap, bob.hold(), "INBOX").ok
    bob.program("(echo '=== '; env; cat) >>%s\n" % bob.said)
    bob.doveadm_sekisho("learn")
    (_, text), = bob.learned()
    environment = set(text.split("\nX-")[0].splitlines())
    assert {"HOME=" + bob.home, "USER=bob"} <= environment
    assert {line.split("=")[0] for line in environment if "=" in line} <= {
        "HOME", "USER", "PATH", "PWD"}
