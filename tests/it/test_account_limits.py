"""What keeps strangers from trying, and what happens when something is down
(C7, O4)."""
import os
import statistics
import time

import pytest

from accounts import NEW, PASSWORD, Person, address
from running import wait_until


@pytest.fixture(name="person")
def fixture_person(stack):
    return Person(stack)


def test_limit_address(stack):
    """C7: five tries an hour for one address, from wherever they come"""
    mail = address()
    answers = [Person(stack, mail).reset() for _ in range(6)]
    assert [answer.status for answer in answers] == ["ok"] * 5 + ["limit"]
    assert answers[-1].field == "mail"
    again = Person(stack, mail.replace("erin", "Erin")).reset()
    assert (again.status, again.field) == ("limit", "mail")
    assert Person(stack, mail).register().status == "ok"


def test_limit_client(stack):
    """C7: so many tries an hour for one client, whatever it asks about"""
    client = Person(stack).client
    neighbour = client.replace("::1", ":0:ffff:eeee:dddd")
    with stack.settings("tries-per-client = 3"):
        answers = []
        for number in range(5):
            person = Person(stack)
            person.client = client if number % 2 else neighbour
            answers.append(person.ask("activate", token="x"))
    assert [answer.status for answer in answers] == \
        ["not-found"] * 3 + ["limit"] * 2
    assert answers[-1].field == "client"


def test_limit_survives(stack):
    """C7: a restart forgives nothing"""
    mail = address()
    for _ in range(5):
        Person(stack, mail).change()
    stack.stop("sekishod")
    stack.start("sekishod")
    assert Person(stack, mail).change().status == "limit"


def test_client_needed(person):
    """C7: the webmail has to say who asks"""
    person.client = ""
    answer = person.reset()
    assert (answer.status, answer.fields) == ("invalid",
                                              [("client", "empty")])


def test_no_mail_server(person, stack):
    """C7: without the mail server nothing is changed"""
    person.activated()
    person.reset()
    token = person.token("reset", 3)
    new = Person(stack)
    before = person.entry()
    with stack.settings("smtp-url = smtp://127.0.0.1:9"):
        for answer in (new.register(), person.change(), person.reset(),
                       person.ask("reset-confirm", token=token),
                       Person(stack).reset()):
            assert answer.status == "unavailable", answer
    assert new.entry() is None
    assert person.entry() == before
    assert person.ask("reset-confirm", token=token).status == "ok"


def test_mail_not_taken(person, stack):
    """C7: a mail that the server does not take leaves nothing behind"""
    with stack.settings("smtp-url = smtp://127.0.0.1:%s" %
                        stack.env["SINK_PORT"]):
        fail = Person(stack, "fail-451@example.test")
        assert fail.register().status == "unavailable"
        assert fail.entry() is None


def test_no_directory(person, stack):
    """O4: without the directory nothing is changed, and nobody is told lies"""
    person.activated()
    person.reset()
    token = person.token("reset", 3)
    before = person.entry()
    stack.stop("slapd")
    try:
        for answer in (Person(stack).register(), person.change(),
                       person.reset(), Person(stack).reset(),
                       Person(stack).change(),
                       person.ask("reset-confirm", token=token),
                       person.ask("activate", token="x")):
            assert answer.status == "unavailable", answer
    finally:
        stack.start("slapd")
    assert person.entry() == before
    wait_until(lambda: person.ask("reset-confirm", token=token).status == "ok",
               "the directory's return", 5)
    assert person.logs_in(NEW)


def median(function, people):
    times = []
    for person in people:
        begin = time.monotonic()
        answer = function(person)
        times.append(time.monotonic() - begin)
        assert answer.status in ("ok", "refused"), answer
    return statistics.median(times)


def test_same_time(stack):
    """C7: known and unknown addresses take the same time (shown, not judged)"""
    known = [Person(stack).activated() for _ in range(7)]
    unknown = [Person(stack) for _ in range(7)]
    for name, function in (
            ("change", lambda person: person.change(old="wrong password")),
            ("reset", lambda person: person.reset(answer="wrong")),
            ("register", Person.register)):
        one, other = median(function, known), median(function, unknown)
        print("\n# %s: known %.0f ms, unknown %.0f ms, ratio %.2f" % (
            name, one * 1000, other * 1000, one / other))


def test_no_secrets_in_log(person, stack):
    """C7: no password, answer or token is ever logged"""
    person.activated()
    person.reset()
    secrets = [PASSWORD, NEW, "ポチ", person.token("reset", 3)]
    with open(stack.env["SEKISHOD_LOG"], encoding="utf-8",
              errors="replace") as file:
        log = file.read()
    assert person.mail in log
    for secret in secrets:
        assert secret not in log


def test_tries_file(stack):
    """C7: what was tried is nobody else's to read"""
    path = os.path.join(os.path.dirname(stack.env["SEKISHOD_CONFIG"]),
                        "state/tries")
    assert os.stat(path).st_mode & 0o777 == 0o600
