"""Held mail is scanned again when there are new signatures (O4, Q9): what they
find is held for a virus from then on, whoever looks."""
import re
import signal
import subprocess

import pytest

from doveadm import Doveadm
from dovecots import options
from mails import EICAR, mail
from protocol import call
from quarantine import Quarantine
from running import wait_until
from test_quarantine_release import no_scanner
from test_reload import write_signature

REFUSED = "NO [NOPERM] The message from <sender@partner.test> is held " \
    "because of a virus; only an administrator can release it"
TEMPFAIL = 75


class Scanner(Doveadm):
    """doveadm sekisho quarantine rescan, and signatures for it."""

    def __init__(self, stack):
        super().__init__(stack)
        self.sock = stack.env["CONTROL_SOCKET"]
        self.count = 0

    def words(self, *words, settings=()):
        return options(["log_path=%s/log/dovecot.log" %
                        self.stack.env["STACK_DIR"], *settings]), words

    def rescan(self, *words, settings=(), **how):
        """Returns {id: virus}."""
        before, words = self.words(*words, settings=settings)
        result = self.run("quarantine", "rescan", *(words or ("-u", "bob")),
                          form="tab", options=before, **how)
        rows = [row.split("\t")[-2:] for row in result.stdout.splitlines()]
        assert rows[:1] in ([], [["id", "virus"]]), rows
        return dict(rows[1:])

    def set(self):
        answer = call(self.sock, "signatures")
        assert answer.status == "ok", answer
        return answer.all("signatures")

    def learn(self, word):
        """A new signature, It.Retro.N, for that word; returns its name."""
        before = self.set()
        self.count += 1
        name = "It.Retro.%d" % self.count
        write_signature(self.stack, "retro%d.ndb" % self.count,
                        "%s:0:*:%s\n" % (name, word.encode().hex()))
        wait_until(lambda: self.set() != before, "the new signatures")
        return name

    def scans(self):
        """How often sekishod was asked to scan."""
        return len(self.stack.sekishod_log("verb=rescan "))


@pytest.fixture(name="scanner", scope="module")
def doveadm_of_the_stack(stack):
    return Scanner(stack)


@pytest.fixture(name="bob")
def bobs_quarantine(stack):
    quarantine = Quarantine(stack, "bob")
    quarantine.empty()
    return quarantine


def later(bob, scanner, word, held_class="spam"):
    """A held mail in which a signature of today finds a virus."""
    held = bob.hold(mail("There is %s in here.\n" % word), held_class)
    assert scanner.rescan() == {}
    name = scanner.learn(word)
    assert scanner.rescan() == {held: name}
    return held, name


def keywords(imap, uid):
    return set(re.findall(r"\$Sekisho\w+", repr(imap.must(
        "UID FETCH %d (FLAGS)" % uid))))


# -- what is known of signatures -----------------------------------------------

def test_o4_set(stack, scanner):
    """O4: the name of a set of signatures stays until they are others"""
    before = scanner.set()
    assert re.fullmatch("[0-9a-f]{16}", before[0]) and len(before) == 1
    stack.reload()
    assert scanner.set() == before
    scanner.learn("sekisho-retro-other-set")
    assert scanner.set() != before


# -- the class changes ---------------------------------------------------------

@pytest.mark.parametrize("held_class", ["spam", "content"])
def test_q9_reclass(bob, scanner, held_class):
    """Q9 O1: what new signatures find is held for a virus from then on"""
    word = "sekisho-retro-" + held_class
    held, name = later(bob, scanner, word, held_class)
    assert bob.log(held) == [
        "id=%s user=bob@example.test action=reclass class=virus virus=%s "
        "result=ok" % (held, name)]
    with bob.session() as imap:
        imap.select("Quarantine")
        uid = bob.uid(imap, held)
        assert keywords(imap, uid) == {"$SekishoVirus"}
        header, _, body = imap.body(uid).partition(b"\r\n\r\n")
        assert b"Subject: A letter" in header and set(body) == set(b"*\r\n")
        reply = imap.command("UID FETCH %d BINARY.PEEK[1]" % uid)
        assert reply.line.startswith("NO "), reply
        for command in ("UID STORE %d -FLAGS.SILENT ($SekishoVirus)",
                        "UID STORE %d FLAGS ($SekishoSpam)"):
            imap.command(command % uid)
            assert keywords(imap, uid) == {"$SekishoVirus"}
        for folder in ("INBOX", "Quarantine/Deliver",
                       '"Quarantine/Deliver and Approve"'):
            for verb in "MOVE", "COPY":
                reply = imap.command("UID %s %d %s" % (verb, uid, folder))
                assert reply.line.startswith(REFUSED), reply
    assert bob.count(held, "Quarantine") == 1
    assert bob.count(held, "INBOX") == 0


def test_q12_reclass_shown(bob, scanner):
    """Q12: administrators see the class and why, and may deliver it"""
    held, _ = later(bob, scanner, "sekisho-retro-shown")
    row, = scanner.json("quarantine", "list", "-u", "bob", "id", held)
    assert row["class"] == "virus"
    assert row["reason"] == "A rule of ours; a virus that was found in it " \
        "later"
    scanner.run("quarantine", "deliver", "-u", "bob", "id", held)
    assert bob.count(held, "INBOX") == 1


def test_q9_session_that_looks_away(bob, scanner):
    """Q9: a session that has not seen the change cannot release it, though
    releases are not scanned"""
    held = bob.hold(mail("There is sekisho-retro-away in here.\n"))
    with bob.session("sekisho_rescan=off") as imap:
        imap.select("Quarantine")
        uid = bob.uid(imap, held)
        stored = imap.body(uid)
        name = scanner.learn("sekisho-retro-away")
        assert scanner.rescan() == {held: name}
        reply = imap.command("UID MOVE %d INBOX" % uid)
        assert reply.line.startswith(REFUSED), reply
        # By uploading what was read before, as mbsync moves.
        reply = imap.command("APPEND INBOX ", stored)
        assert reply.line.startswith(REFUSED), reply
    assert bob.count(held, "Quarantine") == 1
    assert bob.count(held, "INBOX") == 0


def test_q9_delivered_stays(bob, scanner):
    """Q9: what was delivered before is not held for anything"""
    held = bob.hold(mail("There is sekisho-retro-before in here.\n"))
    with bob.session() as imap:
        imap.select("Quarantine")
        imap.must("UID COPY %d INBOX" % bob.uid(imap, held))
    scanner.learn("sekisho-retro-before")
    assert scanner.rescan() == {}
    assert bob.log(held, "reclass") == []


def test_q9_index_lost(bob, scanner):
    """Q9: when Dovecot has lost its index, all is scanned again"""
    held, name = later(bob, scanner, "sekisho-retro-index")
    subprocess.run("find %s/mail/bob/quarantine -name 'dovecot.index*' "
                   "-delete" % bob.stack.env["STACK_DIR"], shell=True,
                   check=True)
    bob.doveadm("force-resync", "-u", "bob", "Quarantine")
    assert scanner.rescan() == {held: name}


def test_o3_counted(bob, scanner):
    """O3: what new signatures found is counted"""
    def counted():
        text, = call(scanner.sock, "counters").all("text")
        found = re.search(r'messages_total{deed="reclass"} (\d+)', text)
        return int(found[1]) if found else 0
    bob.hold(mail(files=[("game.com", EICAR)]))
    before = counted()
    scanner.rescan()
    wait_until(lambda: counted() == before + 1, "the count")


# -- what it costs -------------------------------------------------------------

def test_o4_once(bob, scanner):
    """O4: each mail is scanned once with the same signatures"""
    clean, odd = bob.hold(), bob.hold(mail(files=[("game.com", EICAR)]))
    virus = bob.hold(held_class="virus")
    before = scanner.scans()
    assert scanner.rescan() == {odd: "Eicar-Test-Signature"}
    assert scanner.scans() == before + 2
    assert scanner.rescan() == {}
    assert scanner.scans() == before + 2
    new = bob.hold()
    scanner.rescan()
    assert scanner.scans() == before + 3
    scanner.learn("sekisho-retro-once")
    scanner.rescan()
    assert scanner.scans() == before + 5
    assert all(bob.count(held, "Quarantine") == 1
               for held in (clean, odd, virus, new))


def test_o4_all_users(stack, bob, scanner):
    """O4: with -A it is the mail of all, also of who never logs in"""
    dave = Quarantine(stack, "dave")
    dave.empty("Quarantine")
    mails = [one.hold(mail(files=[("game.com", EICAR)]))
             for one in (bob, dave)]
    found = scanner.rescan("-A")
    assert set(mails) <= set(found)
    dave.empty("Quarantine")


# -- what goes wrong -----------------------------------------------------------

def test_o4_no_scanner(stack, bob, scanner):
    """O4: without sekishod nothing is noted, and the command fails"""
    held = bob.hold(mail(files=[("game.com", EICAR)]))
    with no_scanner(stack):
        result = scanner.run("quarantine", "rescan", "-u", "bob", check=False,
                             options=scanner.words()[0])
        assert result.returncode == TEMPFAIL, result
        assert "held mail was not scanned again: sekishod does not answer" \
            in result.stderr
    assert scanner.rescan() == {held: "Eicar-Test-Signature"}


def test_q9_switched_off(bob, scanner):
    """Q9: with sekisho_rescan = off held mail is not scanned again"""
    bob.hold(mail(files=[("game.com", EICAR)]))
    before = scanner.scans()
    assert scanner.rescan(settings=["sekisho_rescan=off"]) == {}
    assert scanner.scans() == before


def test_o4_killed(bob, scanner):
    """O4: whoever is killed begins where he was, and none is said twice"""
    ids = [bob.hold(mail(files=[("game.com", EICAR)])) for _ in range(20)]
    before, words = scanner.words("quarantine", "rescan", "-u", "bob")
    process = subprocess.Popen(
        ["nsenter", "-t", scanner.pid, "-m", "-r", "-w", "doveadm", *before,
         "-c", bob.stack.env["DOVECOT_CONFIG"], "sekisho", *words],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def said():
        return [line.split()[0][3:] for line in
                bob.log_all("action=reclass .*result=ok")]
    wait_until(lambda: len(set(said()) & set(ids)) >= 2, "the first ones")
    process.send_signal(signal.SIGKILL)
    process.wait()
    scanner.rescan()
    lines = [held for held in said() if held in ids]
    # What was killed between a change and its line has none.
    assert len(set(lines)) == len(lines) >= len(ids) - 1
    with bob.session() as imap:
        imap.select("Quarantine")
        assert len(imap.uids("KEYWORD", "$SekishoVirus")) == len(ids)


def test_o4_two_at_once(bob, scanner):
    """O4: two at once do no harm"""
    ids = [bob.hold(mail(files=[("game.com", EICAR)])) for _ in range(10)]
    before, words = scanner.words("quarantine", "rescan", "-u", "bob")
    both = [subprocess.Popen(
        ["nsenter", "-t", scanner.pid, "-m", "-r", "-w", "doveadm", *before,
         "-c", bob.stack.env["DOVECOT_CONFIG"], "sekisho", *words],
        stdout=subprocess.DEVNULL) for _ in range(2)]
    assert [process.wait() for process in both] == [0, 0]
    lines = [line.split()[0][3:] for line in bob.log_all("action=reclass")]
    assert sorted(held for held in lines if held in ids) == sorted(ids)
