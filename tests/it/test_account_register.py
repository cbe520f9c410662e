"""Registering and activating over account.sock, with mails that arrive (C1, C2,
C7)."""
import re

import pytest

from accounts import PAGES, PASSWORD, Directory, Person, address


@pytest.fixture(name="person")
def fixture_person(stack):
    return Person(stack)


def test_register(person):
    """C1: a registration is pending, and nothing in it can be read"""
    answer = person.register()
    assert (answer.status, answer.text, answer.fields) == ("ok", "", [])
    entry = person.entry()
    assert entry["sekishoStatus"] == ["pending"]
    assert entry["sn"] == ["山田"] and entry["givenName"] == ["太郎"]
    assert entry["preferredLanguage"] == ["ja"]
    assert entry["sekishoQuestion"] == ["pet"]
    assert entry["sekishoAnswerHash"][0].startswith(
        "$argon2id$v=19$m=19456,t=2,p=1$")
    assert re.fullmatch("[0-9a-f]{64}", entry["sekishoTokenHash"][0])
    assert "userPassword" not in entry
    token = person.token("activate")
    for values in entry.values():
        for value in values:
            assert PASSWORD not in value and "ポチ" not in value
            assert token not in value


def test_activate(person, stack):
    """C2: the URL in the mail activates, and the password is valid"""
    person.register()
    mail, = person.mails()
    assert mail["Subject"] == PAGES["activate"]
    assert mail["To"] == person.mail
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Return-Path"] == "<>"
    url, = person.urls("activate")
    assert url.startswith(stack.env["WEB_URL"] + "?")
    assert not person.logs_in(PASSWORD)
    answer = person.ask("activate", token=person.token("activate"))
    assert answer.status == "ok" and answer.all("mail") == [person.mail]
    entry = person.entry()
    assert entry["sekishoStatus"] == ["active"]
    assert entry["userPassword"][0].startswith("{ARGON2}$argon2")
    assert "$m=19456,t=2,p=1$" in entry["userPassword"][0]
    assert not {"sekishoTokenHash", "sekishoTokenPurpose",
                "sekishoTokenExpires",
                "sekishoPendingPassword"} & set(entry)
    assert person.logs_in(PASSWORD)
    assert person.mails(2)[-1]["Subject"] == "アカウントが有効になりました"


def test_english(stack):
    """C2: who chose English gets English mails"""
    person = Person(stack, language="en").activated()
    assert [mail["Subject"] for mail in person.mails(2)] == [
        "Confirmation: account registration", "Your account is active"]
    entry = person.entry()
    assert entry["preferredLanguage"] == ["en"]
    assert entry["cn"] == ["太郎 山田"]


def test_wrong_fields(person):
    """C1: every wrong field is named, and nothing is written"""
    answer = person.register(family_name="", given_name="x" * 101,
                             mail_again="x", password="7 chars",
                             question="none", answer=" ")
    assert (answer.status, answer.field) == ("invalid", "family-name")
    assert answer.fields == [
        ("family-name", "empty"), ("given-name", "too-long"),
        ("mail-again", "differs"), ("password", "too-short"),
        ("password-again", "differs"), ("question", "unknown"),
        ("answer", "blank")]
    assert person.entry() is None


def test_other_domain(stack):
    """C1: an address of somebody else's domain is none to register"""
    answer = Person(stack, "someone@partner.test").register()
    assert (answer.status, answer.fields) == ("invalid", [("mail", "domain")])


NASTY = ["*)(uid=*", "山田\\2a", "x, ou=people", "#x ", "a;b+c=d", "{URL}",
         "=?UTF-8?B?QmNjOiBh?=", "' OR 1=1", "%s%n", "x" * 100]


@pytest.mark.parametrize("name", NASTY)
def test_nasty_names(person, name):
    """C1: a name is a name, whatever it looks like"""
    assert person.register(family_name=name, given_name=name).status == "ok"
    assert person.entry()["sn"] == [name.strip()]
    mail, = person.mails()
    assert name not in str(mail), "who registers others writes no letters"


@pytest.mark.parametrize("local", ["a#b", "a=b", "a*b", "a/b", "a'b", "a&b",
                                   "{a}", "a~b", "a%b"])
def test_nasty_addresses(stack, local):
    """C1: what is special in LDAP is not in an address"""
    mail = address().replace("@", local + "@")
    person = Person(stack, mail)
    assert person.register().status == "ok"
    assert person.entry()["mail"] == [mail]


@pytest.mark.parametrize("mail", [
    "erin@example.test\nBcc: x@partner.test", "erin@example.test\r\n",
    "*@example.test)(mail=*", "erin,x@example.test", "<erin@example.test>",
    "\"erin\"@example.test", "erin @example.test",
    pytest.param("x" * 10000, id="10000 x")])
def test_no_address(stack, mail):
    """C1: what is no address is refused"""
    answer = Person(stack, mail).register()
    assert answer.status == "invalid" and answer.field == "mail"


def test_known_address(person):
    """C7: who registers again is told so by mail, and only there"""
    first = person.register()
    person.ask("activate", token=person.token("activate"))
    before = person.entry()
    again = person.register(password="another password",
                            password_again="another password")
    assert repr(again) == repr(first)
    assert person.entry() == before
    mail = person.mails(3)[-1]
    assert mail["Subject"] == "アカウントはすでに登録されています"
    assert "plugin.sekisho.forgot" in mail.get_content()
    assert "_key=" not in mail.get_content()


def test_pending_again(person):
    """C2: of two registrations the later one counts, as a whole"""
    person.register()
    old = person.token("activate")
    person.register(family_name="鈴木", password="second one",
                    password_again="second one", answer="タマ")
    new = person.token("activate", 2)
    assert person.ask("activate", token=old).status == "not-found"
    assert person.entry()["sekishoStatus"] == ["pending"]
    assert person.ask("activate", token=new).status == "ok"
    assert person.entry()["sn"] == ["鈴木"]
    assert person.logs_in("second one") and not person.logs_in(PASSWORD)


def test_no_mailbox(person, stack):
    """C7: an address without a mailbox answers the same and leaves nothing"""
    nobody = Person(stack, address("nobody"))
    assert repr(nobody.register()) == repr(person.register())
    assert nobody.entry() is None


def test_locked_stays(person):
    """C7: registering again does not unlock"""
    person.activated()
    Directory(person.stack).modify(person.dn(), "replace: sekishoStatus",
                                   "sekishoStatus: locked")
    before = person.entry()
    assert person.register().status == "ok"
    assert person.entry() == before
