"""The folder Approved Senders in the hands of real clients (Q11)."""
import glob
import os

import pytest

from approving import Approving
from mails import mail
from test_quarantine_clients import Mbsync, NeoMutt

DRAFT = b"From: bob@example.test\nSubject: %s\n\n"


@pytest.fixture(name="bob")
def bobs_list(stack):
    bob = Approving(stack, "bob")
    bob.empty("Quarantine", "INBOX")
    bob.forget()
    return bob


class Synced(Mbsync):
    """The folder as mbsync keeps it on this machine."""

    def files(self):
        """Subject -> path."""
        found = {}
        for path in glob.glob(self.top + "/mail/Approved Senders/*/*"):
            with open(path, encoding="utf-8") as file:
                found[file.read().split("Subject: ")[1].split("\n")[0]] = path
        return found

    def add(self, name, message):
        path = "%s/mail/Approved Senders/cur/%s:2,S" % (self.top, name)
        with open(path, "wb") as file:
            file.write(message)


def test_mbsync(stack, bob, tmp_path):
    """Q11: mbsync fetches, removes and adds entries, and is quiet after it"""
    near = Synced(stack, tmp_path)
    bob.approve("anna@shop.test", "bob@shop.test")
    near.sync()
    assert sorted(near.files()) == ["anna@shop.test", "bob@shop.test"]
    os.unlink(near.files()["anna@shop.test"])
    near.add("draft", DRAFT % b"*@news.test")
    near.add("mail", mail(sender="zoe@shop.test", Received="x").as_bytes()
             .replace(b"\r\n", b"\n"))
    assert near.sync() == []
    assert sorted(bob.approved()) == ["*@news.test", "bob@shop.test",
                                      "zoe@shop.test"]
    near.add("double", DRAFT % b"bob@shop.test")
    for _ in range(3):
        assert near.sync() == []
    assert sorted(bob.approved()) == ["*@news.test", "bob@shop.test",
                                      "zoe@shop.test"]
    assert len(near.files()) == 3
    with bob.folder_of_senders() as imap:
        assert len(imap.uids()) == 3


def test_mbsync_refused(stack, bob, tmp_path):
    """Q11, A7: what cannot be approved stays where it was"""
    near = Synced(stack, tmp_path)
    near.sync()
    near.add("draft", DRAFT % b"*@com")
    assert "refuses to store message" in "".join(near.sync((0, 1)))
    assert "*@com" in near.files() and bob.approved() == []


@pytest.fixture(name="mutt")
def neomutt_in(stack, tmp_path):
    """neomutt(folder): NeoMutt that opens that folder."""
    def start(folder):
        mutt = NeoMutt(stack, tmp_path)
        with open(mutt.rc, "a", encoding="ascii") as file:
            file.write('set spoolfile="imap://127.0.0.1:%d/%s"\n' % (
                stack.port("IMAP"), folder))
        return mutt
    return start


def test_neomutt_copies(bob, mutt):
    """Q11: NeoMutt copies a mail there, and the mail stays"""
    message = mail(sender="mutt@shop.test", subject="Greetings")
    bob.file(message.as_bytes())
    mutt("INBOX").press("Greetings",
                        "<copy-message>=Approved Senders<enter>")
    assert bob.approved() == ["mutt@shop.test"]
    assert bob.count_all("INBOX") == 1


def test_neomutt_deletes(bob, mutt):
    """Q11, A6: NeoMutt deletes an entry"""
    bob.approve("mutt@shop.test", "anna@shop.test")
    mutt("Approved Senders").press("mutt@shop", "<delete-message>")
    assert bob.approved() == ["anna@shop.test"]


def test_neomutt_held(bob, mutt):
    """Q5: NeoMutt saves held mail there: delivered, its sender approved"""
    held = bob.hold(mail(sender="mutt@shop.test", subject="Watches"))
    mutt("Quarantine").press("Watches",
                             "<save-message>=Approved Senders<enter>")
    assert bob.approved() == ["mutt@shop.test"]
    assert bob.count(held, "INBOX") == 1
    assert bob.count(held, "Quarantine") == 0
