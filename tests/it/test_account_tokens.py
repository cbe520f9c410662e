"""Tokens: single use, for one purpose, for a day (C2, C5, C7)."""
import concurrent.futures
import time

import pytest

from accounts import NEW, PASSWORD, Directory, Person


@pytest.fixture(name="person")
def fixture_person(stack):
    return Person(stack)


def at_once(count, function, *arguments):
    with concurrent.futures.ThreadPoolExecutor(count) as pool:
        return [future.result() for future in
                [pool.submit(function, *arguments) for _ in range(count)]]


def statuses(answers):
    return sorted(answer.status for answer in answers)


def expire(person, seconds):
    when = time.strftime("%Y%m%d%H%M%SZ", time.gmtime(time.time() + seconds))
    Directory(person.stack).modify(person.dn(),
                                   "replace: sekishoTokenExpires",
                                   "sekishoTokenExpires: " + when)


def test_activate_once(person):
    """C7: of six uses of one token at once exactly one wins"""
    person.register()
    answers = at_once(6, lambda token: person.ask("activate", token=token),
                      person.token("activate"))
    assert statuses(answers) == ["not-found"] * 5 + ["ok"]
    assert person.logs_in(PASSWORD)


def test_reset_once(person):
    """C7: of six resets with one token at once exactly one wins"""
    person.activated().reset()
    answers = at_once(6, lambda token: person.ask("reset-confirm",
                                                  token=token),
                      person.token("reset", 3))
    assert statuses(answers) == ["not-found"] * 5 + ["ok"]
    assert person.logs_in(NEW)


def test_used_later(person):
    """C7: a used token sets no password again"""
    person.activated().reset()
    token = person.token("reset", 3)
    assert person.ask("reset-confirm", token=token).status == "ok"
    assert person.change(old=NEW, new="third password").status == "ok"
    answer = person.ask("reset-confirm", token=token)
    assert (answer.status, answer.field) == ("not-found", "token")
    assert person.logs_in("third password")


def test_expired(person):
    """C7: a token is valid for 24 hours, to the second"""
    person.register()
    expires = person.entry()["sekishoTokenExpires"][0]
    left = time.mktime(time.strptime(expires, "%Y%m%d%H%M%SZ")) - \
        time.mktime(time.gmtime())
    assert 23 * 3600 < left <= 24 * 3600
    token = person.token("activate")
    expire(person, -1)
    assert person.ask("activate", token=token).status == "not-found"
    assert person.entry()["sekishoStatus"] == ["pending"]
    expire(person, 60)
    assert person.ask("activate", token=token).status == "ok"


def test_purpose(person):
    """C7: a token serves its own purpose only"""
    person.register()
    token = person.token("activate")
    assert person.ask("reset-confirm", token=token).status == "not-found"
    assert person.ask("activate", token=token).status == "ok"
    person.reset()
    token = person.token("reset", 3)
    assert person.ask("activate", token=token).status == "not-found"
    assert person.ask("reset-confirm", token=token).status == "ok"


@pytest.mark.parametrize("token", ["", "x", "*", "A" * 43,
                                   pytest.param("x" * 10000, id="10000 x"),
                                   "*)(sekishoTokenHash=*", "日本語"])
def test_no_token(person, token):
    """C7: what is no token finds none"""
    for verb in ("activate", "reset-confirm"):
        answer = person.ask(verb, token=token)
        assert (answer.status, answer.field) == ("not-found", "token")


def test_stored_hash_is_no_token(person):
    """C7: what is stored opens nothing"""
    person.register()
    stored = person.entry()["sekishoTokenHash"][0]
    assert person.ask("activate", token=stored).status == "not-found"


def test_locked(person):
    """C8: locking makes a token void"""
    person.activated().reset()
    token = person.token("reset", 3)
    Directory(person.stack).modify(person.dn(), "replace: sekishoStatus",
                                   "sekishoStatus: locked")
    assert person.ask("reset-confirm", token=token).status == "not-found"
    assert person.logs_in(PASSWORD)


def test_register_at_once(person):
    """C1: six registrations of one address at once make one account"""
    answers = at_once(5, person.register)
    assert statuses(answers) == ["ok"] * 5
    mails = person.urls("activate", 5)
    tokens = [url.rpartition("_key=")[2] for url in mails]
    found = [person.ask("activate", token=token) for token in tokens]
    assert statuses(found) == ["not-found"] * 4 + ["ok"]
    assert person.logs_in(PASSWORD)
