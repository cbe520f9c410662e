"""Blocked senders (beside A1 to A9): their mail is held for who has blocked
them, on whatever a mail says of its sender; the list in the directory."""
import contextlib
import smtplib

import pytest

from doveadm import Doveadm
from holding import held, unfolded
from mails import EICAR, mail
from protocol import call
from reading import fields, subject
from running import add_rules, rule, switch
from test_approved_list import modify, names

TAGGED = "[MEIWAKU!!!] Cheap watches"
CAROL = "carol@example.test"
NAGGER = "nagger@shop.test"


@pytest.fixture(scope="module", name="site")
def with_directory(start_stack):
    return start_stack("blocked", STACK_RSPAMD="0", STACK_REPUTATION="0",
                       STACK_SETTINGS="ldap-timeout = 2")


@pytest.fixture(name="ask")
def asking(site):
    """ask(verb, entry, ...): the answer of control.sock about Carol."""
    def ask(verb, *entries):
        return call(site.env["CONTROL_SOCKET"], verb,
                    [("user", CAROL)] + [("entry", e) for e in entries])
    for entry in "replace: sekishoApprovedSender\n", \
            "replace: sekishoBlockedSender\n":
        modify(site, "dn: uid=carol,ou=people,%s\nchangetype: modify\n%s" % (
            site.env["LDAP_BASE"], entry))
    return ask


def write(stack, *lists):
    """Carol's lists, behind Sekisho's back: approved, blocked."""
    for name, entries in zip(("Approved", "Blocked"), lists):
        modify(stack, "dn: uid=carol,ou=people,%s\nchangetype: modify\n"
               "replace: sekisho%sSender\n%s" % (
                   stack.env["LDAP_BASE"], name, "".join(
                       "sekisho%sSender: %s\n" % (name, e)
                       for e in entries)))


def letter(sender=NAGGER, **more):
    return mail(sender=sender, to=CAROL, subject="Cheap watches", **more)


def is_held(stack, message, sender=NAGGER):
    """Sends it to Carol and Bob: is it held for her?"""
    stack.send(message, [CAROL, "bob@example.test"], sender=sender)
    stack.arrived("bob", message["Message-ID"])
    stack.settled()
    if stack.search("carol", "HEADER", "Message-ID", message["Message-ID"]):
        return False
    held(stack, "carol", message["Message-ID"])
    return True


def test_held(site, ask):
    """B1: held with the reason, for her alone; the log says why"""
    assert ask("blocked-add", NAGGER).all("added") == [NAGGER]
    message = letter()
    assert is_held(site, message)
    data, _ = held(site, "carol", message["Message-ID"])
    field = unfolded(fields(data, "X-Sekisho-Held")[0])
    assert "class=content;" in field and "rule=B1;" in field
    assert "The%20recipient%20has%20blocked%20the%20sender" in field
    line, = site.sekishod_log("id=" + site.exim_id(message["Message-ID"]))
    assert " blocked=%s " % CAROL in line
    assert ' hold="B1 to %s"' % CAROL in line
    assert ask("blocked-remove", NAGGER).all("removed") == [NAGGER]
    assert not is_held(site, letter())


@pytest.mark.parametrize("entry, envelope, header, expected", [
    (NAGGER, NAGGER, NAGGER, True),
    (NAGGER, "bounce-17@list.test", "Nag <%s>" % NAGGER, True),
    (NAGGER, NAGGER, "Bank <bank@bank.test>", True),
    (NAGGER, "", NAGGER, True),
    (NAGGER, "x@y.test", "x@y.test", False),
    (NAGGER, "nagger@sub.shop.test", "nagger@sub.shop.test", False),
    (NAGGER, "nagger2@shop.test", "nagger2@shop.test", False),
    ("Nagger@SHOP.test", NAGGER.upper(), "x@y.test", True),
    (NAGGER, '"nagger"@shop.test', "x@y.test", True),
    ("*@shop.test", "anybody@Shop.Test", "x@y.test", True),
    ("*@shop.test", "x@y.test", "a b <any@shop.test>", True),
    ("*@shop.test", "x@sub.shop.test", "x@sub.shop.test", False),
    ("*@店.test", "x@xn--vj0a.test", "x@y.test", None),
    ("nagger@例え.jp", "nagger@xn--r8jz45g.jp", "x@y.test", True),
    ("*@例え.jp", "x@y.test", "x@XN--R8JZ45G.jp", True)],
    ids=lambda value: str(value)[:24])
def test_matching(site, ask, entry, envelope, header, expected):
    """B1: envelope sender or From, address or domain, case and IDN"""
    assert ask("blocked-add", entry).status == "ok"
    if expected is not None:
        assert is_held(site, letter(header), envelope) == expected


@pytest.mark.parametrize("found", ["spf=fail", "dmarc=reject", "spf=pass"])
def test_forged(site, ask, found):
    """B1, A8: a block asks for no proof, whoever forges the sender"""
    ask("blocked-add", NAGGER)
    assert is_held(site, letter(X_Stack_Authentication=found), "x@y.test")


def test_both_lists(site, ask):
    """B1: who is in both lists is blocked; an approval ends a block"""
    write(site, [NAGGER, "*@shop.test"], [NAGGER, "*@b.test"])
    assert is_held(site, letter(X_Stack_Spam_Score="90"))
    assert is_held(site, letter())
    answer = ask("approved-add", "Nagger@shop.test", "new@b.test")
    assert answer.all("added") == ["new@b.test"]
    assert answer.all("moved") == [NAGGER]
    assert ask("blocked-list").all("entry") == ["*@b.test"]
    message = letter(X_Stack_Spam_Score="90")
    assert not is_held(site, message)
    assert subject(site.arrived("carol", message["Message-ID"])) == \
        "Cheap watches"
    answer = ask("blocked-add", "*@SHOP.test")
    assert (answer.all("added"), answer.all("moved")) == (["*@shop.test"],
                                                          ["*@shop.test"])
    # An address that is approved, in a domain that is blocked.
    assert is_held(site, letter())


def test_spam_beside(site, ask):
    """A4, B1: of one spam one copy is held, one tagged"""
    ask("blocked-add", NAGGER)
    message = letter(X_Stack_Spam_Score="90")
    assert is_held(site, message)
    assert subject(site.arrived("bob", message["Message-ID"])) == TAGGED


def test_virus(site, ask):
    """B1: rules of class virus go before: what was cleaned is delivered"""
    ask("blocked-add", NAGGER)
    message = letter(files=[("a.com", EICAR)])
    site.send(message, CAROL, sender=NAGGER)
    site.arrived("carol", message["Message-ID"])


def test_inside(site, ask):
    """B1: mail from inside is never blocked"""
    ask("blocked-add", "bob@example.test", "*@example.test")
    message = mail(sender="bob@example.test", to=CAROL)
    site.send(message, CAROL, sender="bob@example.test", user="bob")
    site.arrived("carol", message["Message-ID"])


def test_action(site, ask):
    """B1: the administrator may refuse such mail"""
    ask("blocked-add", NAGGER)
    refuse = rule("own", "<blocked/>", '<reject text="5.7.1 Not wanted"/>')
    with site.policy(lambda policy: add_rules(switch(policy, "B1", "off"),
                                              refuse)):
        with pytest.raises(smtplib.SMTPDataError) as error:
            site.send(letter(), CAROL, sender=NAGGER)
    assert error.value.smtp_code == 550
    assert b"Not wanted" in error.value.smtp_error


def test_not_active(site, ask):
    """B1: the list of an account that is locked does not count"""
    ask("blocked-add", NAGGER)
    status = ("dn: uid=carol,ou=people,%s\nchangetype: modify\nreplace: "
              "sekishoStatus\nsekishoStatus: %%s\n" % site.env["LDAP_BASE"])
    modify(site, status % "locked")
    try:
        assert not is_held(site, letter())
    finally:
        modify(site, status % "active")


@contextlib.contextmanager
def away(stack):
    stack.stop("slapd")
    try:
        yield
    finally:
        stack.start("slapd")


def test_away(site, ask):
    """O4: no mail from outside passes while nobody can say who is blocked"""
    ask("blocked-add", NAGGER)
    with away(site):
        for sender in NAGGER, "friend@partner.test":
            with pytest.raises(smtplib.SMTPDataError) as error:
                site.send(letter(sender), CAROL, sender=sender)
            assert error.value.smtp_code == 451
        out = mail(sender="bob@example.test", to="friend@partner.test")
        site.send(out, "friend@partner.test", sender="bob@example.test",
                  user="bob")
        site.left(out["Message-ID"])
        with site.policy(lambda policy: switch(policy, "B1", "off")):
            message = letter(X_Stack_Authentication="spf=fail")
            site.send(message, CAROL, sender=NAGGER)
            site.arrived("carol", message["Message-ID"])


def test_cache(site, ask):
    """A9: with ldap-cache, a block through Sekisho counts at once"""
    with site.settings("ldap-cache = 3000"):
        for _ in range(2):
            assert not is_held(site, letter())
            ask("blocked-add", NAGGER)
            assert is_held(site, letter())
            ask("blocked-remove", NAGGER)


def test_list(ask):
    """A2, A6, A7: the same limits as for approved senders, list by list"""
    assert ask("approved-add", *names(50)).status == "ok"
    assert len(ask("blocked-add", *names(49, "foe")).all("added")) == 49
    answer = ask("blocked-add", "a@x.test", "b@x.test")
    assert (answer.status, answer.all("limit")) == ("limit", ["50"])
    assert answer.text == ("carol@example.test has 49 blocked senders, and 2 "
                           "more would be over the limit of 50")
    assert ask("blocked-add", "a@x.test").status == "ok"
    assert ask("blocked-add", "a@x.test").all("added") == []
    answer = ask("blocked-add", "*@com")
    assert (answer.status, answer.all("reason")) == ("invalid", ["too-wide"])
    # To come into one list needs room there, whatever goes from the other.
    assert ask("blocked-add", names(1)[0]).status == "limit"
    assert names(1)[0] in ask("approved-list").all("entry")
    assert len(ask("blocked-list").all("entry")) == 50
    assert ask("blocked-token").all("token") == ask(
        "approved-token").all("token")
    assert ask("blocked-repair").all("removed") == []


def test_doveadm(site, ask):
    """Q12: doveadm sekisho blocked"""
    doveadm = Doveadm(site)
    assert "added=" + NAGGER in doveadm.run("blocked", "add", "-u", "carol",
                                            NAGGER).stdout
    assert doveadm.run("blocked", "list", "-u",
                       "carol").stdout == "entry=%s\n" % NAGGER
    assert doveadm.run("sender", "list", "-u", "carol").stdout == ""
    result = doveadm.run("blocked", "add", "-u", "carol", "*@*", check=False)
    assert result.returncode != 0 and "stands for everybody" in result.stderr
    assert "removed=" + NAGGER in doveadm.run(
        "blocked", "remove", "-u", "carol", NAGGER).stdout
    assert ask("blocked-list").all("entry") == []
