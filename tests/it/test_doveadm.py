"""doveadm sekisho account and sender (Q12): on the command line and over
Dovecot's HTTP API."""
import pytest

from approving import Approving
from doveadm import Doveadm

ADDRESS = "carol@example.test"


@pytest.fixture(name="doveadm")
def doveadm_of_the_stack(stack):
    Approving(stack, "carol").forget()
    yield Doveadm(stack)
    Approving(stack, "carol").forget()


def test_q12_sender(doveadm):
    """Q12 A1 A6: sender add, list, remove for a user"""
    added = doveadm.run("sender", "add", "-u", "carol", "a@partner.test",
                        "*@PARTNER.test").stdout
    assert "added=a@partner.test" in added
    listed = doveadm.run("sender", "list", "-u", "carol").stdout
    assert "entry=a@partner.test" in listed
    assert "entry=*@partner.test" in listed
    doveadm.run("sender", "remove", "-u", "carol", "*@partner.test")
    assert doveadm.run("sender", "list", "-u", "carol").stdout.count(
        "entry=") == 1


def test_q12_sender_refused(doveadm):
    """Q12 A7: an entry that approves too much is refused with the reason"""
    result = doveadm.run("sender", "add", "-u", "carol", "*@com", check=False)
    assert result.returncode != 0
    assert "*@com" in result.stderr
    result = doveadm.run("sender", "add", "-u", "carol", check=False)
    assert result.returncode != 0 and "entry" in result.stderr
    assert doveadm.run("sender", "list", "-u", "carol").stdout == ""


def test_q12_sender_no_account(doveadm):
    """Q12: who has no account approves nobody, and doveadm says so"""
    result = doveadm.run("sender", "add", "-u", "erin", "a@partner.test",
                         check=False)
    assert result.returncode == 68, result        # EX_NOHOST: not found
    assert "no active account" in result.stderr


def test_q12_account_show(doveadm):
    """Q12 C8: account show tells all but secrets"""
    shown = doveadm.run("account", "show", "-u", "carol").stdout
    assert "mail=%s" % ADDRESS in shown and "status=active" in shown
    assert "{" not in shown and "secret" not in shown


def test_q12_account_lock(doveadm):
    """Q12 C8: account lock and unlock"""
    doveadm.run("account", "lock", "-u", "carol")
    try:
        assert "status=locked" in doveadm.run(
            "account", "show", "-u", "carol").stdout
        again = doveadm.run("account", "lock", "-u", "carol", check=False)
        assert again.returncode != 0 and "locked" in again.stderr
    finally:
        doveadm.run("account", "unlock", "-u", "carol")
    assert "status=active" in doveadm.run(
        "account", "show", "-u", "carol").stdout


def test_q12_account_life(doveadm):
    """Q12 C5: account create, activate, reset, delete; passwords once"""

    def password(verb, *arguments):
        out = doveadm.run("account", verb, "-u", "erin", *arguments).stdout
        return dict(word.split("=", 1) for word in out.split())["password"]

    def status():
        return doveadm.run("account", "show", "-u", "erin").stdout

    unnamed = doveadm.run("account", "create", "-u", "erin", check=False)
    assert unnamed.returncode != 0 and "family-name" in unnamed.stderr
    first = password("create", "山田", "太郎", "ja")
    try:
        assert "status=active" in status() and "family-name=山田" in status()
        again = doveadm.run("account", "create", "-u", "erin", "x", "y",
                            check=False)
        assert again.returncode != 0 and "has an account" in again.stderr
        again = doveadm.run("account", "activate", "-u", "erin", check=False)
        assert again.returncode != 0 and "active" in again.stderr
        assert password("reset") != first
    finally:
        doveadm.run("account", "delete", "-u", "erin")
    gone = doveadm.run("account", "show", "-u", "erin", check=False)
    assert gone.returncode == 68 and "no account" in gone.stderr


def test_q12_everybody(doveadm):
    """Q12: -A goes over all users, and passes over who has no account"""
    listed = doveadm.run("account", "list", "-A").stdout
    assert "mail=" + ADDRESS in listed and "erin@" not in listed
    doveadm.run("sender", "add", "-u", "carol", "all@partner.test")
    assert "entry=all@partner.test" in doveadm.run(
        "sender", "list", "-A").stdout


def test_q12_http(doveadm):
    """Q12: the same over Dovecot's HTTP API, as JSON"""
    kind, answer, tag = doveadm.http("sekishoSenderAdd", user="carol",
                                     entry=["h@partner.test"])
    assert (kind, answer, tag) == ("doveadmResponse",
                                   [{"added": "h@partner.test"}], "tag")
    kind, answer, _ = doveadm.http("sekishoSenderList", user="carol")
    assert answer == [{"entry": "h@partner.test"}]
    kind, answer, _ = doveadm.http("sekishoSenderAdd", user="carol",
                                   entry=["*"])
    assert kind == "error"
