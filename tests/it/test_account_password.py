"""Changing and resetting passwords over account.sock (C4, C5, C7)."""
import contextlib
import time

import pytest

from accounts import NEW, PAGES, PASSWORD, Directory, Person


@pytest.fixture(name="person")
def fixture_person(stack):
    return Person(stack).activated()


def test_change(person):
    """C4: who knows the old password sets a new one, and is told by mail"""
    assert person.change().status == "ok"
    assert person.logs_in(NEW) and not person.logs_in(PASSWORD)
    assert person.mails(3)[-1]["Subject"] == "パスワードが変更されました"
    assert person.stack.sekishod_log(
        "account=%s event=account-password client=" %
        person.mail.replace("+", r"\+"))


def test_change_wrong(person, stack):
    """C4, C7: a wrong old password and an unknown address answer the same"""
    wrong = person.change(old="wrong password")
    unknown = Person(stack).change()
    assert (wrong.status, wrong.field) == ("refused", "old-password")
    assert repr(wrong) == repr(unknown)
    assert person.logs_in(PASSWORD)


@pytest.mark.parametrize("new,reason", [
    ("7 chars", "too-short"), ("x" * 33, "too-long"), (" " * 8, "blank"),
    ("new\nline88", "characters"), ("", "empty")])
def test_change_limits(stack, new, reason):
    """C4: the limits are those of the registration"""
    answer = Person(stack).change(new=new)
    assert (answer.status, answer.fields) == ("invalid",
                                              [("password", reason)])


def test_change_characters(person):
    """C1: limits count characters, not bytes"""
    assert person.change(new="パスワード").status == "invalid"
    assert person.change(new="パスワードは八字").status == "ok"
    assert person.logs_in("パスワードは八字")


@contextlib.contextmanager
def strict(stack):
    """The directory's password policy asks for more than we do."""
    directory = Directory(stack)
    dn = "cn=passwords,ou=services," + stack.env["LDAP_BASE"]
    try:
        for length in ("20", "8"):
            directory.modify(dn, "replace: pwdMinLength",
                             "pwdMinLength: " + length)
            if length == "20":
                yield
    finally:
        directory.modify(dn, "replace: pwdMinLength", "pwdMinLength: 8")


def test_policy_of_directory(person, stack):
    """C4, C8: what the directory refuses is said, and changes nothing"""
    new = Person(stack)
    new.register()
    person.reset()
    token, activation = person.token("reset", 3), new.token("activate")
    with strict(stack):
        answer = person.change()
        assert (answer.status, answer.fields) == ("invalid",
                                                  [("password", "refused")])
        assert new.ask("activate", token=activation).status == "refused"
        assert new.entry()["sekishoStatus"] == ["pending"]
        assert person.ask("reset-confirm", token=token).status == "refused"
        assert person.logs_in(PASSWORD)
    assert new.ask("activate", token=activation).status == "ok"
    assert person.ask("reset-confirm", token=token).status == "ok"
    assert new.logs_in(PASSWORD) and person.logs_in(NEW)


@pytest.mark.parametrize("status", ["pending", "locked"])
def test_change_not_active(person, status):
    """C8: an account that is not active changes nothing"""
    Directory(person.stack).modify(person.dn(), "replace: sekishoStatus",
                                   "sekishoStatus: " + status)
    assert person.change().status == "refused"
    assert person.logs_in(PASSWORD)
    assert person.reset().status == "ok"
    assert "sekishoTokenHash" not in person.entry()
    assert person.mails(3)[-1]["Subject"] == \
        "パスワードは再設定されませんでした"


def test_reset(person):
    """C5: question, answer, and a URL that makes the new password valid"""
    assert person.reset(answer=" ﾎﾟﾁ\t".strip("\t")).status == "ok"
    mail = person.mails(3)[-1]
    assert mail["Subject"] == PAGES["reset"]
    entry = person.entry()
    for values in entry.values():
        assert NEW not in " ".join(values)
    assert person.logs_in(PASSWORD) and not person.logs_in(NEW)
    token = person.token("reset", 3)
    answer = person.ask("reset-confirm", token=token)
    assert answer.status == "ok" and answer.all("mail") == [person.mail]
    assert person.logs_in(NEW) and not person.logs_in(PASSWORD)
    assert person.mails(4)[-1]["Subject"] == "パスワードが変更されました"
    assert "sekishoPendingPassword" not in person.entry()


@pytest.mark.parametrize("fields", [{"answer": "タマ"}, {"question": "food"}])
def test_reset_wrong(person, fields):
    """C5, C7: a wrong question or answer says so to the owner only"""
    right = Person(person.stack).activated().reset()
    assert repr(person.reset(**fields)) == repr(right)
    assert "sekishoTokenHash" not in person.entry()
    mail = person.mails(3)[-1]
    assert mail["Subject"] == "パスワードは再設定されませんでした"
    assert "_key=" not in mail.get_content()


def test_wrong_answers(person):
    """C7: wrong answers are noted in the directory, and five are enough"""
    for _ in range(2):
        person.reset(answer="タマ")
    times = person.entry()["sekishoFailureTime"]
    assert 1 <= len(times) <= 2     # in one second they are one
    now = time.strftime("%Y%m%d%H%M", time.gmtime())
    directory = Directory(person.stack)
    directory.modify(person.dn(), "replace: sekishoFailureTime",
                     *["sekishoFailureTime: %s%02dZ" % (now, second)
                       for second in range(10)])
    assert person.reset().status == "ok"
    assert "sekishoTokenHash" not in person.entry()
    assert len(person.entry()["sekishoFailureTime"]) == 10
    directory.modify(person.dn(), "replace: sekishoFailureTime",
                     *["sekishoFailureTime: 202601010000%02dZ" % second
                       for second in range(10)])
    assert person.reset(answer="タマ").status == "ok"
    times = person.entry()["sekishoFailureTime"]
    assert len(times) == 10 and "20260101000000Z" not in times
    assert person.change().status == "ok"
    entry = person.entry()
    assert "sekishoFailureTime" not in entry
    assert entry["sekishoPasswordChanged"][0].startswith(now[:8])


def test_reset_unknown(person, stack):
    """C7: an address without an account answers the same"""
    unknown = Person(stack)
    assert repr(unknown.reset()) == repr(person.reset())
    assert unknown.mails()[0]["Subject"] == \
        "パスワードは再設定されませんでした"


def test_reset_newer(person):
    """C5: a second reset makes the first one's URL void"""
    person.reset()
    old = person.token("reset", 3)
    person.reset(password="third password", password_again="third password")
    new = person.token("reset", 4)
    assert person.ask("reset-confirm", token=old).status == "not-found"
    assert person.ask("reset-confirm", token=new).status == "ok"
    assert person.logs_in("third password")


def test_reset_without_question(stack):
    """C5: without question and answer nothing can be reset"""
    person = Person(stack).activated()
    Directory(stack).modify(person.dn(), "delete: sekishoAnswerHash")
    assert person.reset(answer="").status == "invalid"
    assert person.reset().status == "ok"
    assert "sekishoTokenHash" not in person.entry()
