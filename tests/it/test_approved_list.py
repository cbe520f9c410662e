"""Lists of approved senders over control.sock (A1, A2, A6, A7, A9)."""
import concurrent.futures
import subprocess
import time

import pytest

from mails import mail
from protocol import call
from reading import subject

TAGGED = "[MEIWAKU!!!] Cheap watches"
CAROL = "carol@example.test"
NASTY = ["*", "*)(uid=*", "*)(|(mail=*", "alice@example.test)(objectClass=*",
         "\\2a", "carol@example.test\\00", "ä@example.test",
         "a" * 10000, "a" * 10000 + "@example.test", "(" * 1000,
         "*@example.test", "c*rol@example.test", " ", "\n", "&", "|", "!"]


@pytest.fixture(scope="session", name="site")
def many_clerks(start_stack):
    """A stack that really does 40 things at once, and keeps answers."""
    return start_stack("lists", STACK_RSPAMD="0", STACK_REPUTATION="0",
                       STACK_SETTINGS="control-clerks = 40\nldap-cache = 3\n"
                       "ldap-timeout = 20")


@pytest.fixture(name="ask")
def asking(site):
    """ask(verb, user, entry, ...): the answer of control.sock."""
    def ask(verb, user, *entries):
        return call(site.env["CONTROL_SOCKET"], "approved-" + verb,
                    [("user", user)] + [("entry", e) for e in entries])
    return ask


@pytest.fixture(name="carol")
def empty_list(site):
    """Carol's list is empty before and after."""
    replace(site)
    yield CAROL
    replace(site)


def modify(stack, changes, check=True):
    """Behind Sekisho's back, as root on the host of slapd."""
    return subprocess.run(
        ["ldapmodify", "-Q", "-Y", "EXTERNAL", "-H", stack.env["LDAPI_URI"]],
        input=changes, text=True, check=check, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT)


def replace(stack, *entries, user="carol"):
    modify(stack, "dn: uid=%s,ou=people,%s\nchangetype: modify\n"
           "replace: sekishoApprovedSender\n%s" % (
               user, stack.env["LDAP_BASE"], "".join(
                   "sekishoApprovedSender: %s\n" % e for e in entries)))


def names(count, what="friend"):
    return ["%s%02d@partner.test" % (what, i) for i in range(count)]


def test_a6(ask, carol):
    """A6: add, list, remove one or many"""
    answer = ask("add", carol, "Friend@Partner.TEST", "*@例え.jp")
    assert answer.status == "ok"
    assert answer.all("added") == ["Friend@partner.test",
                                   "*@xn--r8jz45g.jp"]
    answer = ask("list", carol)
    assert answer.all("entry") == ["Friend@partner.test", "*@xn--r8jz45g.jp"]
    assert answer.all("limit") == ["50"]
    ask("add", carol, *names(10))
    answer = ask("remove", carol, "FRIEND@partner.test", "*@例え.jp",
                 *names(9))
    assert len(answer.all("removed")) == 11
    assert ask("list", carol).all("entry") == ["friend09@partner.test"]


def test_add_again(ask, carol):
    """A6: adding what is there, removing what is not, are no errors"""
    ask("add", carol, "friend@partner.test")
    answer = ask("add", carol, "FRIEND@PARTNER.test", "b@x.test", "B@x.test")
    assert (answer.status, answer.all("added")) == ("ok", ["b@x.test"])
    assert answer.all("entry") == ["friend@partner.test", "b@x.test",
                                   "b@x.test"]
    answer = ask("remove", carol, "nobody@partner.test", "not an address")
    assert (answer.status, answer.all("removed")) == ("ok", [])


def test_token(ask, carol):
    """A6: the token changes with the list, and only then"""
    first = ask("token", carol).all("token")
    assert ask("list", carol).all("token") == first
    assert ask("token", carol).all("token") == first
    ask("add", carol, "friend@partner.test")
    assert ask("token", carol).all("token") != first


def test_remove_as_stored(site, ask, carol):
    """A6: what a directory administrator wrote in another form can go"""
    replace(site, "Friend@PARTNER.test", "*@EXAMPLE.com")
    answer = ask("remove", carol, "friend@partner.TEST", "*@example.com")
    assert answer.all("removed") == ["Friend@PARTNER.test", "*@EXAMPLE.com"]


@pytest.mark.parametrize("entry, reason", [
    ("*", "too-wide"), ("*@*", "too-wide"), ("*@com", "too-wide"),
    ("*@co.jp", "too-wide"), ("", "empty"), ("a b@example.com", "characters"),
    ("a@b@example.com", "syntax"), ("example.com", "syntax"),
    ("a@localhost", "domain"), ("a" * 10000 + "@example.com", "too-long"),
    ("*)(uid=*", "syntax")], ids=lambda value: value[:20])
def test_a7(ask, carol, entry, reason):
    """A7: what approves too much or is no address is refused with a reason"""
    # complaint A4
    answer = ask("add", carol, "good@example.com", entry)
    assert (answer.status, answer.field) == ("invalid", "entry")
    assert answer.all("reason") == [reason]
    assert answer.all("entry")[0][:300] == entry[:300]
    assert answer.text
    assert ask("list", carol).all("entry") == []


@pytest.mark.parametrize("user", ["dave@example.test", "erin@example.test",
                                  "nobody@example.test", *NASTY],
                         ids=lambda value: ascii(value[:30]))
@pytest.mark.parametrize("verb", ["list", "add"])
def test_not_found(ask, verb, user):
    """A1: only active accounts, and no address can play with the search"""
    answer = ask(verb, user, "friend@partner.test")
    assert (answer.status, answer.field) == ("not-found", "user")
    assert answer.fields == []


def test_no_user(ask):
    """A1: a request without a user is wrong, and changes nothing"""
    for verb in "list", "token", "add", "remove", "repair":
        answer = ask(verb, "", "friend@partner.test")
        assert (answer.status, answer.field) == ("invalid", "user")


def test_a2(ask, carol):
    """A2: the 51st is refused, all of it, with the number"""
    assert len(ask("add", carol, *names(49)).all("added")) == 49
    answer = ask("add", carol, "a@x.test", "b@x.test")
    assert (answer.status, answer.field) == ("limit", "entry")
    assert answer.all("limit") == ["50"]
    assert answer.text == ("carol@example.test has 49 approved senders, and 2 "
                           "more would be over the limit of 50")
    assert ask("add", carol, "a@x.test").status == "ok"
    assert ask("add", carol, "b@x.test").status == "limit"
    assert ask("add", carol, "A@x.test").status == "ok"
    assert len(ask("list", carol).all("entry")) == 50


@pytest.mark.parametrize("run", range(10))
def test_a2_parallel(site, ask, carol, run):
    """A2: 40 add at once to a list of 45: it ends at 50, always"""
    # complaint A9
    replace(site, *names(45))
    with concurrent.futures.ThreadPoolExecutor(40) as pool:
        answers = list(pool.map(lambda name: ask("add", carol, name),
                                names(40, "rival")))
    assert {a.status for a in answers} == {"ok", "limit"}
    assert [a.status for a in answers].count("ok") == 5
    entries = ask("list", carol).all("entry")
    added = [e for a in answers for e in a.all("added")]
    assert sorted(entries) == sorted(names(45) + added)


def test_parallel_different_users(site, ask, carol):
    """A2: removals and additions at once lose nothing"""
    # complaint A9
    replace(site, *names(40))
    with concurrent.futures.ThreadPoolExecutor(20) as pool:
        gone = pool.map(lambda name: ask("remove", carol, name), names(10))
        come = pool.map(lambda name: ask("add", carol, name),
                        names(10, "new"))
        assert {a.status for a in [*gone, *come]} == {"ok"}
    assert sorted(ask("list", carol).all("entry")) == sorted(
        names(40)[10:] + names(10, "new"))


def overfill(stack, entries):
    """As a race between two ldapmodify would: the overlay looks away."""
    overlay = subprocess.run(
        ["ldapsearch", "-Q", "-LLL", "-Y", "EXTERNAL", "-H",
         stack.env["LDAPI_URI"], "-b", "cn=config",
         "(objectClass=olcConstraintConfig)", "dn"], check=True, text=True,
        stdout=subprocess.PIPE).stdout.split("\n")[0]
    change = overlay + ("\nchangetype: modify\n%s: olcConstraintAttribute\n"
                        "olcConstraintAttribute: "
                        "sekishoApprovedSender count 50\n")
    modify(stack, change % "delete")
    try:
        replace(stack, *entries)
    finally:
        modify(stack, change % "add")


def test_overfilled(site, ask, carol):
    """A2: an overfilled list says so, and is repaired"""
    overfill(site, names(58))
    assert modify(site, "dn: uid=carol,ou=people,%s\nchangetype: modify\n"
                  "replace: preferredLanguage\npreferredLanguage: ja\n" %
                  site.env["LDAP_BASE"], check=False).returncode == 19
    expected = ("carol@example.test has 58 approved senders, 8 more than the "
                "limit of 50; remove at least as many at once")
    for verb, entry in ("add", "new@x.test"), ("remove", names(1)[0]):
        answer = ask(verb, carol, entry)
        assert (answer.status, answer.text) == ("limit", expected)
    answer = ask("repair", carol)
    assert answer.all("removed") == names(58)[50:]
    assert ask("list", carol).all("entry") == names(50)
    assert ask("repair", carol).all("removed") == []
    assert ask("remove", carol, names(1)[0]).status == "ok"


def test_overfilled_remove(site, ask, carol):
    """A2: removing enough of an overfilled list at once works"""
    overfill(site, names(58))
    answer = ask("remove", carol, *names(9))
    assert answer.all("removed") == names(9)
    assert ask("list", carol).all("entry") == names(58)[9:]


def test_server_limit(site, ask, carol):
    """C8: what only the directory forbids is refused in its words"""
    overlay = "(objectClass=olcConstraintConfig)"
    name = subprocess.run(
        ["ldapsearch", "-Q", "-LLL", "-Y", "EXTERNAL", "-H",
         site.env["LDAPI_URI"], "-b", "cn=config", overlay, "dn"],
        check=True, text=True, stdout=subprocess.PIPE).stdout.split("\n")[0]
    change = name + ("\nchangetype: modify\n%s: olcConstraintAttribute\n"
                     "olcConstraintAttribute: sekishoApprovedSender regex "
                     "^[^z]*$\n")
    modify(site, change % "add")
    try:
        answer = ask("add", carol, "zoe@partner.test")
    finally:
        modify(site, change % "delete")
    assert answer.status == "refused"
    assert "Constraint violation" in answer.text


def spam_to_carol(stack):
    message = mail(sender="friend@partner.test", subject="Cheap watches",
                   to=CAROL, X_Stack_Spam_Score="90")
    stack.send(message, CAROL, sender="friend@partner.test")
    return subject(stack.arrived("carol", message["Message-ID"]))


def test_a9_own(site, ask, carol):
    """A9: a change through Sekisho counts at once, whatever is cached"""
    # complaint A6
    for _ in range(3):
        assert spam_to_carol(site) == TAGGED
        ask("add", carol, "friend@partner.test")
        assert spam_to_carol(site) == "Cheap watches"
        ask("remove", carol, "friend@partner.test")


def test_a9_foreign(site, carol):
    """A9: a change behind its back counts after ldap-cache seconds"""
    # complaint A6
    assert carol
    assert spam_to_carol(site) == TAGGED
    replace(site, "friend@partner.test")
    time.sleep(3.1)
    assert spam_to_carol(site) == "Cheap watches"
