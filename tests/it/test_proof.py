"""Who a held mail is from, and whether it is he (Q1, A8)."""
import pytest

from doveadm import Doveadm
from holding import held, hold_rule, unfolded
from mails import mail
from reading import fields, parsed
from running import add_rules


@pytest.fixture(name="rules", scope="module", autouse=True)
def rules_that_hold(stack):
    with stack.policy(lambda text: add_rules(text, hold_rule("own-hold",
                                                             "all"))):
        yield


@pytest.mark.parametrize("found, proof, words", [
    ('dkim="partner.test=pass"', "dkim", "proved by DKIM"),
    ("dmarc=accept", "dmarc", "proved by DMARC"),
    ("spf=fail dmarc=reject", "failed", "NOT the true sender")])
def test_q1_proof(stack, found, proof, words):
    """Q1, A8: a held mail says whether its sender is proved"""
    message = mail(sender="Boss <boss@partner.test>", X_Hold="all",
                   X_Stack_Authentication=found)
    stack.send(message, "alice@example.test", sender="boss@partner.test")
    data, _ = held(stack, "alice", message["Message-ID"])
    field = unfolded(fields(data, "X-Sekisho-Held")[0])
    assert "from=boss@partner.test;" in field
    assert "proof=%s;" % proof in field
    assert parsed(data)["X-Sekisho-Reason"] == "own-hold (own-hold); from " \
        "boss@partner.test, %s; sent by boss@partner.test" % words


def test_q1_odd_from(stack):
    """Q1: whatever stands in From, the mail is held"""
    for sender in "nobody", "a@" + "b" * 3000, "\"a;b=c%\"@x.test", "":
        message = mail(sender=sender, X_Hold="all")
        stack.send(message, "alice@example.test", sender="x@partner.test")
        held(stack, "alice", message["Message-ID"])


def test_q12_columns(stack):
    """Q12: doveadm shows both senders and what proves the one in From"""
    message = mail(sender="boss@partner.test", X_Hold="all",
                   X_Stack_Authentication='dkim="partner.test=pass"')
    stack.send(message, "alice@example.test", sender="bounce@list.test")
    held(stack, "alice", message["Message-ID"])
    row, = Doveadm(stack).json("quarantine", "show", "-u", "alice", "header",
                               "Message-ID", message["Message-ID"])
    assert (row["sender"], row["author"], row["proof"]) == (
        "bounce@list.test", "boss@partner.test", "dkim")
