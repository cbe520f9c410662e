"""One password for mailbox and account (C6)."""
import imaplib

import pytest

from accounts import NEW, Directory, Person
from protocol import call


@pytest.fixture(name="shared", scope="module")
def fixture_shared(start_stack):
    return start_stack("shared", STACK_ACCOUNTS="shared",
                       STACK_RSPAMD="0", STACK_REPUTATION="0")


def entry(stack, user):
    found, = Directory(stack).search("(uid=%s)" % user)
    return found


def logs_in(stack, user, password):
    imap = imaplib.IMAP4("127.0.0.1", stack.port("IMAP"))
    try:
        return imap.login(user, password)[0] == "OK"
    except imaplib.IMAP4.error:
        return False
    finally:
        imap.shutdown()


def register(person, password, **fields):
    return person.register(password=password, password_again=password,
                           **fields)


def test_register_wrong(shared):
    """C6: without the mail password nobody registers, and the owner is told"""
    person = Person(shared, "erin@example.test")
    before = entry(shared, "erin")
    assert register(person, "not the password").status == "ok"
    assert entry(shared, "erin")["objectClass"] == before["objectClass"]
    mail, = person.mails()
    assert mail["Subject"] == "アカウントを登録できませんでした"


def test_whole_life(shared):
    """C6: the person's entry becomes an account, and keeps what it was"""
    person = Person(shared, "erin@example.test")
    before = entry(shared, "erin")
    count = len(shared.search("erin", "TO", person.mail))
    assert register(person, "erin-secret-1").status == "ok"
    pending = entry(shared, "erin")
    assert pending["sekishoStatus"] == ["pending"]
    assert "sekishoPendingPassword" not in pending
    token = person.token("activate", count + 1)
    assert person.ask("activate", token=token).status == "ok"
    active = entry(shared, "erin")
    assert active["sekishoStatus"] == ["active"]
    assert active["preferredLanguage"] == ["ja"]
    for name in ("sn", "givenName", "cn", "mail", "userPassword"):
        assert active[name] == before[name]
    assert person.change(old="erin-secret-1", new=NEW).status == "ok"
    assert logs_in(shared, "erin", NEW)
    assert not logs_in(shared, "erin", "erin-secret-1")
    # Mails of the stack's clients are read with the first password.
    answer = call(shared.env["CONTROL_SOCKET"], "account-reset",
                  {"user": person.mail, "password": "erin-secret-1"})
    assert answer.status == "ok" and logs_in(shared, "erin", "erin-secret-1")
    call(shared.env["CONTROL_SOCKET"], "account-delete",
         {"user": person.mail})
    after = entry(shared, "erin")
    assert after["objectClass"] == before["objectClass"]
    assert not [name for name in after if name.startswith("sekisho")]
    assert logs_in(shared, "erin", "erin-secret-1")


def test_reset(shared):
    """C5, C6: a reset sets the password of the mailbox"""
    person = Person(shared, "carol@example.test", language="en")
    directory = Directory(shared)
    dn = entry(shared, "carol")["dn"][0]
    other = Person(shared, "erin@example.test")
    register(other, "erin-secret-1")
    answers = directory.one(other.mail)["sekishoAnswerHash"][0]
    directory.modify(dn, "add: sekishoQuestion", "sekishoQuestion: pet", "-",
                     "add: sekishoAnswerHash", "sekishoAnswerHash: " + answers)
    assert person.reset().status == "ok"
    token = person.token("reset")
    assert person.ask("reset-confirm", token=token).status == "ok"
    assert logs_in(shared, "carol", NEW)
    assert not logs_in(shared, "carol", "carol-secret-1")


def test_unknown_person(shared):
    """C7: who is not in the directory gets the same answer"""
    unknown = Person(shared)
    answer = register(unknown, "whatever it is")
    assert (answer.status, answer.text, answer.fields) == ("ok", "", [])
    assert unknown.mails()[0]["Subject"] == "アカウントを登録できませんでした"
    assert unknown.entry() is None


def test_admin_create(shared):
    """Q12: an administrator makes a person an account; the password stays"""
    person = Person(shared, "dave@example.test")
    socket = shared.env["CONTROL_SOCKET"]
    call(socket, "account-delete", {"user": person.mail})
    answer = call(socket, "account-create", {"user": person.mail})
    assert answer.status == "ok" and answer.fields == []
    assert entry(shared, "dave")["sekishoStatus"] == ["active"]
    assert logs_in(shared, "dave", "dave-secret-1")
    answer = call(socket, "account-create", {"user": "nobody@example.test"})
    assert (answer.status, answer.field) == ("not-found", "user")
