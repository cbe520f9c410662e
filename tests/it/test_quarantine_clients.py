"""The quarantine in the hands of real clients: mbsync, which uploads what it
moves; NeoMutt and Python's imaplib, which know no MOVE."""
import glob
import imaplib
import os
import pty
import select
import subprocess
import time

import pytest

from mails import mail
from protocol import call
from quarantine import Quarantine

MBSYNC = """
IMAPAccount stack
Host 127.0.0.1
Port {port}
User bob
Pass bob-secret-1
SSLType None
AuthMechs LOGIN

IMAPStore far
Account stack

MaildirStore near
Path {top}/mail/
Inbox {top}/mail/INBOX
SubFolders Verbatim

Channel all
Far :far:
Near :near:
Patterns *
Create Near
Expunge Both
SyncState *
"""

NEOMUTT = """
set imap_user=bob imap_pass=bob-secret-1 imap_authenticators=login
set folder=imap://127.0.0.1:{port}/
set spoolfile=imap://127.0.0.1:{port}/Quarantine
set ssl_starttls=no ssl_force_tls=no
set confirmappend=no delete=yes quit=yes move=no wait_key=no
set save_history=0 history_file=/dev/null header_cache=""
bind editor <space> noop
"""


@pytest.fixture(name="quarantine")
def bobs_quarantine(stack):
    quarantine = Quarantine(stack, "bob")
    quarantine.empty("Quarantine", "INBOX")
    return quarantine


def approved(quarantine, sender):
    answer = call(quarantine.stack.env["CONTROL_SOCKET"], "approved-list",
                  {"user": "bob@example.test"})
    return sender in answer.all("entry")


def actions(quarantine, held):
    return [line.split()[2] for line in quarantine.log(held)]


def delivered(quarantine, held):
    """Is it in INBOX, once, and held no more?"""
    return quarantine.count(held, "INBOX") == 1 and \
        quarantine.count(held, "Quarantine") == 0


class Mbsync:
    """bob's mail in a folder of this machine."""

    def __init__(self, stack, top):
        self.top = str(top)
        self.rc = os.path.join(self.top, "rc")
        os.mkdir(self.top + "/mail")
        with open(self.rc, "w", encoding="ascii") as file:
            file.write(MBSYNC.format(top=self.top, port=stack.port("IMAP")))

    def sync(self, statuses=(0,)):
        """Returns what mbsync complains about; 1.5 fails when something is
        refused."""
        result = subprocess.run(["mbsync", "-q", "-c", self.rc, "all"],
                                check=False, text=True, stdin=subprocess.PIPE,
                                stdout=subprocess.PIPE,
                                stderr=subprocess.STDOUT)
        assert result.returncode in statuses, result
        return [line for line in result.stdout.splitlines()
                if "in the clear" not in line and ": notice: " not in line]

    def path(self, folder, held):
        for path in glob.glob("%s/mail/%s/*/*" % (self.top, folder)):
            with open(path, "rb") as file:
                if held.encode() in file.read():
                    return path
        return None

    def move(self, held, folder):
        """As a client of the Maildir does: without mbsync's number."""
        name = "moved-%s:2,S" % held
        os.rename(self.path("Quarantine", held),
                  "%s/mail/%s/cur/%s" % (self.top, folder, name))


@pytest.fixture(name="mbsync")
def bobs_mbsync(stack, tmp_path):
    return Mbsync(stack, tmp_path)


def test_mbsync_reads(quarantine, mbsync):
    """Q2: mbsync fetches held mail and is quiet about it ever after"""
    held = quarantine.hold()
    mbsync.sync()
    assert mbsync.path("Quarantine", held)
    assert mbsync.sync() == [] and mbsync.sync() == []


def test_mbsync_deletes(quarantine, mbsync):
    """Q3: with mbsync, a mail that is removed or put into Trash is deleted"""
    removed, binned = quarantine.hold(), quarantine.hold()
    mbsync.sync()
    os.unlink(mbsync.path("Quarantine", removed))
    mbsync.move(binned, "Trash")
    mbsync.sync()
    for held in (removed, binned):
        assert actions(quarantine, held) == ["action=delete"]
        for folder in ("Quarantine", "INBOX", "Trash"):
            assert quarantine.count(held, folder) == 0


def test_mbsync_delivers(quarantine, mbsync):
    """Q4: with mbsync, a mail that is moved to INBOX is delivered once"""
    held = quarantine.hold()
    mbsync.sync()
    mbsync.move(held, "INBOX")
    mbsync.sync()
    assert delivered(quarantine, held)
    assert actions(quarantine, held) == ["action=deliver"]
    assert quarantine.log(held, "rescan=clean result=ok")
    with quarantine.session() as imap:
        imap.select("INBOX")
        uid, = imap.uids("HEADER X-Sekisho-Released", held)
        assert not imap.uids("HEADER X-Sekisho-Held", held)
        assert "\\Seen" in imap.must("UID FETCH %d FLAGS" % uid).untagged[0]


@pytest.mark.parametrize("folder", ["Quarantine/Deliver",
                                    "Quarantine/Deliver and Approve"])
def test_mbsync_action_folder(quarantine, mbsync, folder):
    """Q4, Q5: with mbsync, the action folders deliver and approve"""
    sender = "%s@shop.test" % folder.split()[-1].rpartition("/")[2]
    held = quarantine.hold(mail(sender=sender))
    mbsync.sync()
    mbsync.move(held, folder)
    mbsync.sync()
    assert delivered(quarantine, held)
    assert "action=deliver" in actions(quarantine, held)
    assert approved(quarantine, sender) == (folder.endswith("Approve"))
    assert mbsync.sync() == []
    assert delivered(quarantine, held)


def test_mbsync_puts_nothing_in(quarantine, mbsync):
    """Q8: what mbsync uploads into the quarantine stays where it was"""
    mbsync.sync()
    path = mbsync.top + "/mail/Quarantine/cur/mine:2,S"
    with open(path, "wb") as file:
        file.write(mail().as_bytes().replace(b"\r\n", b"\n"))
    assert "refuses to store message" in "".join(mbsync.sync((0, 1)))
    assert quarantine.count_all("Quarantine") == 0


class NeoMutt:
    """A terminal with bob's quarantine in it."""

    def __init__(self, stack, top):
        self.rc = os.path.join(str(top), "muttrc")
        self.home = str(top)
        with open(self.rc, "w", encoding="ascii") as file:
            file.write(NEOMUTT.format(port=stack.port("IMAP")))

    def press(self, held, keys):
        """Opens the quarantine, shows that mail alone, presses keys, quits."""
        keys = "<limit>~s %s<enter>%s<sync-mailbox><quit>" % (held, keys)
        pid, terminal = pty.fork()
        if pid == 0:
            os.execvpe("neomutt", ["neomutt", "-n", "-F", self.rc, "-e",
                                   "push '%s'" % keys],
                       dict(os.environ, TERM="xterm", HOME=self.home))
        end = time.monotonic() + 60
        screen = b""
        while time.monotonic() < end:
            if select.select([terminal], [], [], 1)[0]:
                try:
                    screen += os.read(terminal, 65536)
                except OSError:
                    break
        os.close(terminal)
        assert os.waitpid(pid, 0)[1] == 0, screen


@pytest.fixture(name="neomutt")
def bobs_neomutt(stack, tmp_path):
    return NeoMutt(stack, tmp_path)


def test_neomutt_delivers(quarantine, neomutt):
    """Q4: NeoMutt saves a held mail to INBOX: one delivery, nothing deleted"""
    held = quarantine.hold()
    neomutt.press(held, "<save-message>=INBOX<enter>")
    assert delivered(quarantine, held)
    assert actions(quarantine, held) == ["action=deliver"]


def test_neomutt_approves(quarantine, neomutt):
    """Q5: NeoMutt saves a held mail to Deliver and Approve"""
    held = quarantine.hold(mail(subject="Hello", sender="mutt@shop.test"))
    neomutt.press("Hello",
                  "<save-message>=Quarantine/Deliver and Approve<enter>")
    assert delivered(quarantine, held)
    assert approved(quarantine, "mutt@shop.test")


def test_neomutt_deletes(quarantine, neomutt):
    """Q3: NeoMutt deletes a held mail"""
    held = quarantine.hold()
    neomutt.press(held, "<delete-message>")
    assert quarantine.count(held, "Quarantine") == 0
    assert actions(quarantine, held) == ["action=delete"]


def test_neomutt_saves_many(quarantine, neomutt):
    """Q6: NeoMutt saves several tagged mails at once"""
    ids = [quarantine.hold(mail(subject="Several")) for _ in range(5)]
    neomutt.press("Several", "<tag-pattern>~s Several<enter>"
                  "<tag-prefix><save-message>=INBOX<enter>")
    assert all(delivered(quarantine, held) for held in ids)


def test_imaplib(stack, quarantine):
    """Q3, Q4, Q6: a Python client that has no MOVE"""
    ids = [quarantine.hold() for _ in range(4)]
    imap = imaplib.IMAP4("127.0.0.1", stack.port("IMAP"))
    imap.login("bob", "bob-secret-1")
    imap.select("Quarantine")
    uids = {held: imap.uid("SEARCH", "SUBJECT", held)[1][0].decode()
            for held in ids}
    first = ",".join(uids[held] for held in ids[:3])
    assert imap.uid("COPY", first, "INBOX")[0] == "OK"
    assert imap.uid("STORE", ",".join(uids.values()), "+FLAGS",
                    "(\\Deleted)")[0] == "OK"
    assert imap.expunge()[0] == "OK"
    imap.logout()
    assert all(delivered(quarantine, held) for held in ids[:3])
    assert [actions(quarantine, held) for held in ids] == \
        3 * [["action=deliver"]] + [["action=delete"]]
