"""Two stores that replicate with dsync: held mail is once in each, and is
delivered once, even when both have done it while they did not see each other
(docs/several-machines.md)."""
import shutil
import subprocess

import pytest

from approving import Approving
from mails import mail
from quarantine import new_held_id


class Pair:
    """The mailboxes of one user on two stores. The second begins with nothing:
    Dovecot itself, with Maildir, does not unite two INBOXes that each store
    has made for itself."""

    def __init__(self, first, second, user):
        self.stores = [Approving(stack, user) for stack in (first, second)]
        self.user = user
        self.stores[0].empty()
        with self.stores[0].session() as imap:
            imap.select("INBOX")
        shutil.rmtree("%s/mail/%s" % (second.env["STACK_DIR"], user),
                      ignore_errors=True)
        self.sync()

    def sync(self):
        """As Dovecot's replicator does, for all namespaces (-N); the other
        side must not inherit where home is. Exit status 2 asks for another
        run: a mailbox has changed meanwhile."""
        first, second = [store.stack.env["DOVECOT_CONFIG"]
                         for store in self.stores]
        for _ in range(3):
            result = subprocess.run(
                ["doveadm", "-c", first, "sync", "-N", "-u", self.user,
                 "env", "-i", "PATH=/usr/bin:/bin", "doveadm", "-c", second,
                 "dsync-server", "-u", self.user], check=False)
            if result.returncode != 2:
                break
        assert result.returncode == 0

    def counts(self, held_id):
        """In INBOX and quarantine of both."""
        return [(store.count(held_id, "INBOX"),
                 store.count(held_id, "Quarantine")) for store in self.stores]

    @staticmethod
    def deliver(store, held_id):
        with store.session() as imap:
            imap.select("Quarantine")
            imap.must("UID MOVE %d INBOX" % store.uid(imap, held_id))


@pytest.fixture(scope="module", name="second")
def second_stack(start_stack):
    return start_stack("dsync", STACK_RSPAMD="0")


@pytest.fixture(name="pair")
def quarantines(stack, second):
    return Pair(stack, second, "carol")


def test_q4_one(pair):
    """Q4: held on one store, delivered on the other, gone on both"""
    held_id = pair.stores[0].hold()
    pair.sync()
    assert pair.counts(held_id) == [(0, 1), (0, 1)]
    pair.deliver(pair.stores[1], held_id)
    pair.sync()
    assert pair.counts(held_id) == [(1, 0), (1, 0)]


def test_q4_both(pair):
    """Q4: delivered on both before they see each other, it is there once"""
    held_id = pair.stores[0].hold()
    pair.sync()
    for store in pair.stores:
        pair.deliver(store, held_id)
    pair.sync()
    assert pair.counts(held_id) == [(1, 0), (1, 0)]


def test_q1_filed_on_both(pair):
    """Q1: filed on both, as when a store dies before it has answered, it is
    held once"""
    held_id, message = new_held_id(), mail()
    for store in pair.stores:
        store.file(store.stored(held_id, message))
    pair.sync()
    assert pair.counts(held_id) == [(0, 1), (0, 1)]


def test_q3_deleted(pair):
    """Q3: deleted on one, it is gone on the other"""
    held_id = pair.stores[0].hold()
    pair.sync()
    store = pair.stores[1]
    with store.session() as imap:
        imap.select("Quarantine")
        imap.must("UID STORE %d +FLAGS (\\Deleted)" % store.uid(imap, held_id))
        imap.must("EXPUNGE")
    pair.sync()
    assert pair.counts(held_id) == [(0, 0), (0, 0)]


def test_q11_approved(pair):
    """Q11: the folder of approved senders stays what the directory says"""
    for store in pair.stores:
        store.forget()
        store.approve("both@partner.test")
    pair.stores[0].approve("one@partner.test")
    for _ in range(2):
        for store in pair.stores:
            with store.folder_of_senders() as imap:
                uids = imap.uids()
            assert len(uids) == len(store.approved())
        pair.sync()
    assert [len(store.approved()) for store in pair.stores] == [2, 1]
    for store in pair.stores:
        store.forget()
