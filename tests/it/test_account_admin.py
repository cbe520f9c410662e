"""What administrators do with accounts, on control.sock and with LDAP tools
(C5, C8, Q12)."""
import pytest

from accounts import NEW, PASSWORD, Directory, Person, address
from protocol import call


@pytest.fixture(name="person")
def fixture_person(stack):
    return Person(stack)


def admin(person, verb, **fields):
    values = {"user": person.mail}
    values.update((name.replace("_", "-"), value)
                  for name, value in fields.items())
    return call(person.stack.env["CONTROL_SOCKET"], "account-" + verb, values)


def create(person, **fields):
    return admin(person, "create", family_name="山田", given_name="太郎",
                 language="ja", **fields)


def test_create(person):
    """Q12: an administrator makes an account and is told its password"""
    answer = create(person)
    password, = answer.all("password")
    assert answer.status == "ok" and len(password) == 16
    assert person.logs_in(password)
    assert person.entry()["sekishoStatus"] == ["active"]
    mail, = person.mails()
    assert mail["Subject"] == "管理者がアカウントを作成しました"
    assert password not in mail.get_content()
    assert create(person).status == "exists"


def test_create_with_password(person):
    """Q12: or says which one it shall be"""
    answer = create(person, password="short")
    assert (answer.status, answer.fields) == ("invalid",
                                              [("password", "too-short")])
    assert person.entry() is None
    answer = create(person, password=PASSWORD)
    assert answer.status == "ok" and answer.all("password") == []
    assert person.logs_in(PASSWORD)


def test_create_wrong(person):
    """Q12: an administrator's mistakes are named as well"""
    answer = admin(person, "create", given_name="太郎")
    assert answer.fields == [("family-name", "empty")]
    person.mail = "x@partner.test"
    assert create(person).fields == [("user", "domain")]


def test_show_and_list(person):
    """Q12: accounts are shown without their secrets"""
    person.register()
    answer = admin(person, "show")
    assert answer.all("mail") == [person.mail]
    assert answer.all("status") == ["pending"]
    assert answer.all("question") == ["pet"]
    assert answer.all("token") == ["activate"]
    assert person.entry()["sekishoTokenHash"][0] not in repr(answer)
    assert person.mail in admin(person, "list").all("mail")
    assert person.mail in admin(person, "list", status="pending").all("mail")
    assert person.mail not in admin(person, "list",
                                    status="active").all("mail")
    assert admin(person, "list", status="x").status == "invalid"


@pytest.mark.parametrize("verb", ["show", "activate", "lock", "unlock",
                                  "reset", "delete"])
def test_unknown(person, verb):
    """Q12: nobody's account is not found"""
    answer = admin(person, verb)
    assert (answer.status, answer.field) == ("not-found", "user")


def test_activate(person):
    """Q12: activated by an administrator, with a password that he is told"""
    person.register()
    token = person.token("activate")
    password, = admin(person, "activate").all("password")
    assert person.entry()["sekishoStatus"] == ["active"]
    assert person.logs_in(password)
    assert person.ask("activate", token=token).status == "not-found"
    assert admin(person, "activate").status == "refused"


def test_lock_and_unlock(person):
    """Q12: locked, nothing goes; unlocked, all is as it was"""
    person.activated()
    assert admin(person, "unlock").status == "refused"
    assert admin(person, "lock").status == "ok"
    assert admin(person, "lock").status == "refused"
    assert person.change().status == "refused"
    assert admin(person, "unlock").status == "ok"
    assert person.change().status == "ok"
    assert [mail["Subject"] for mail in person.mails(5)[2:4]] == [
        "アカウントがロックされました", "アカウントのロックが解除されました"]


def test_reset(person):
    """C5: an administrator sets a new password"""
    person.activated()
    assert admin(person, "reset", password=NEW).status == "ok"
    assert person.logs_in(NEW)
    mail = person.mails(3)[-1]
    assert mail["Subject"] == "管理者がパスワードを設定しました"
    assert NEW not in mail.get_content()
    password, = admin(person, "reset").all("password")
    assert person.logs_in(password)


def test_delete(person):
    """Q12: a deleted account is gone, and can be registered again"""
    person.activated()
    assert admin(person, "delete").status == "ok"
    assert person.entry() is None
    assert person.mails(3)[-1]["Subject"] == "アカウントが削除されました"
    assert person.register().status == "ok"


def test_delete_person(stack):
    """Q12: of a person's own entry only the account goes"""
    directory = Directory(stack)
    mail = address()
    uid = mail.partition("@")[0].replace("+", "")
    dn = "uid=%s,ou=people,%s" % (uid, stack.env["LDAP_BASE"])
    directory.add(dn, "objectClass: inetOrgPerson",
                  "objectClass: sekishoAccount", "uid: " + uid, "cn: x",
                  "sn: x", "mail: " + mail, "sekishoStatus: active",
                  "sekishoApprovedSender: *@partner.test",
                  "userPassword: " + PASSWORD)
    person = Person(stack, mail)
    assert admin(person, "delete").status == "ok"
    entry, = directory.search("(uid=%s)" % uid)
    assert entry["objectClass"] == ["inetOrgPerson"]
    assert not [name for name in entry if name.startswith("sekisho")]
    assert directory.binds(dn, PASSWORD)


def test_ldap_tools(stack):
    """C8: what administrators do with LDAP tools is at once in force"""
    person = Person(stack).activated()
    directory = Directory(stack)
    directory.modify(person.dn(), "replace: sekishoStatus",
                     "sekishoStatus: locked")
    assert person.change().status == "refused"
    directory.modify(person.dn(), "replace: sekishoStatus",
                     "sekishoStatus: active", "-", "replace: userPassword",
                     "userPassword: set by hand")
    assert person.change(old="set by hand").status == "ok"
