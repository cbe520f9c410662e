"""The directory dead, stopped, slow, busy or false: mail gets a 451, nobody
hears "no such user", and all is well 2 s after it is (O4, A9)."""
import contextlib
import os
import signal
import smtplib
import socket
import sys
import time

import pytest

from mails import mail
from protocol import REQUEST, call, connect, frame, text
from reading import subject
from running import TOP, switch, wait_until

sys.path[:0] = [os.path.join(TOP, "tests", name) for name in ("fake", "stack")]
from certificates import make_certificate   # noqa: E402
from ldapproxy import LdapProxy             # noqa: E402

ALICE = "alice@example.test"
FRIEND = "friend@partner.test"      # alice approves it
RETURN = 2                          # seconds, as the specification has it


@pytest.fixture(scope="module", name="site")
def impatient(start_stack):
    """A stack that waits 2 s for the directory."""
    return start_stack("directory", STACK_RSPAMD="0", STACK_REPUTATION="0",
                       STACK_SETTINGS="ldap-timeout = 2")


@pytest.fixture(name="proxy")
def between(site):
    """sekishod asks through a proxy."""
    proxy = LdapProxy(site.port("LDAP"))
    with site.settings("ldap-uri = ldap://127.0.0.1:%d" % proxy.port,
                       "ldap-start-tls = no"):
        yield proxy
    proxy.close()


def send(stack):
    """The answer to spam of a sender whom alice approves."""
    message = mail(sender=FRIEND, subject="Cheap watches",
                   X_Stack_Spam_Score="90")
    stack.send(message, ALICE, sender=FRIEND)
    return message


def ask(stack, verb, user=ALICE, **fields):
    return call(stack.env["CONTROL_SOCKET"], "approved-" + verb,
                {"user": user, **fields})


def works(stack):
    """Mail arrives, its sender is approved; lists can be read."""
    message = send(stack)
    data = stack.arrived("alice", message["Message-ID"])
    assert subject(data) == "Cheap watches"
    assert FRIEND in ask(stack, "list").all("entry")


def fails(stack, *reasons):
    """Every kind of question is answered with "unavailable"."""
    with pytest.raises(smtplib.SMTPDataError) as error:
        send(stack)
    assert error.value.smtp_code == 451
    for user in ALICE, "nobody@example.test":
        for verb in "list", "token", "add", "remove":
            answer = ask(stack, verb, user, entry="a@b.test")
            assert (answer.status, answer.fields) == ("unavailable", [])
            assert any(reason in answer.text for reason in reasons), \
                answer.text


def works_again(stack):
    """Without a restart of ours."""
    before = stack.sekishod_pids()
    time.sleep(RETURN)
    for _ in range(4):
        works(stack)
    assert set(stack.sekishod_pids()) == set(before)


def slapd_pid(stack):
    with open(os.path.join(stack.env["STACK_DIR"], "run/slapd.pid"),
              encoding="ascii") as file:
        return int(file.read())


def test_killed(site):
    """O4: slapd is killed"""
    # complaints L1, L2, L5
    works(site)
    os.kill(slapd_pid(site), signal.SIGKILL)
    wait_until(lambda: not os.path.exists("/proc/%d/cwd" % slapd_pid(site)) or
               not os.listdir("/proc/%d/fd" % slapd_pid(site)), "its end")
    site.stop("slapd")
    fails(site, "Can't contact LDAP server")
    site.start("slapd")
    works_again(site)


def test_stopped(site):
    """O4: slapd is stopped (SIGSTOP)"""
    # complaint L5
    works(site)
    os.kill(slapd_pid(site), signal.SIGSTOP)
    try:
        fails(site, "Timed out", "Can't contact LDAP server")
    finally:
        os.kill(slapd_pid(site), signal.SIGCONT)
    works_again(site)


@pytest.mark.parametrize("mode, reason", [
    ("slow", "Timed out"), ("busy", "Server is busy"), ("mute", "Timed out"),
    ("cut", "Timed out")])
def test_proxy(site, proxy, mode, reason):
    """O4: slapd is slow by 5 s, busy, silent, or stops half-way"""
    # complaints A7, L3, L5
    works(site)
    proxy.delay, proxy.mode = 5, mode
    fails(site, reason)
    proxy.mode = "ask"
    works_again(site)


@pytest.mark.parametrize("status, searches", [("on", 1), ("off", 0)])
def test_letter(site, proxy, status, searches):
    """A3: about a letter that is no spam the directory is asked who has blocked
    its sender, in one search; and nothing while B1 is off"""
    # complaint L3
    with contextlib.nullcontext() if status == "on" else \
            site.policy(lambda policy: switch(policy, "B1", status)):
        works(site)
        before = proxy.searches
        message = mail(sender=FRIEND)
        site.send(message, ALICE, sender=FRIEND)
        site.arrived("alice", message["Message-ID"])
        assert proxy.searches == before + searches
        send(site)
        assert proxy.searches == before + searches + 1


def test_one_search(site, proxy):
    """A4: one search for all recipients of a message"""
    # complaint L4
    works(site)
    before = proxy.searches
    message = mail(sender=FRIEND, X_Stack_Spam_Score="90")
    site.send(message, [name + "@example.test" for name in
                        ("alice", "bob", "carol", "erin")], sender=FRIEND)
    assert proxy.searches == before + 1


@pytest.mark.parametrize("wrong", [{"authority": "foreign"},
                                   {"names": "subjectAltName=DNS:other.test"}],
                         ids=["authority", "name"])
def test_certificate(site, wrong):
    """O4: slapd loses its certificate, and has one that is not good"""
    folder = os.path.join(site.env["STACK_DIR"], "ldap/tls")
    works(site)
    make_certificate(folder, *wrong, **wrong)
    swap(site, folder, *wrong)
    try:
        fails(site, "no TLS: is its certificate valid")
    finally:
        swap(site, folder, *wrong)
    works_again(site)


def swap(site, folder, name):
    """slapd gets the other certificate; the second call undoes the first."""
    for suffix in ".pem", ".key":
        one, other = (os.path.join(folder, n + suffix)
                      for n in ("server", name))
        os.chown(other, 0, os.stat(one).st_gid)
        os.chmod(other, 0o640)
        os.rename(one, one + ".old")
        os.rename(other, one)
        os.rename(one + ".old", other)
    site.stop("slapd")
    site.start("slapd")


def test_password(site):
    """O4: sekishod's own password is wrong"""
    # complaint L5
    wrong = os.path.join(site.env["STACK_DIR"], "wrong-password")
    with open(wrong, "w", encoding="ascii") as file:
        file.write("wrong\n")
    with site.settings("ldap-bind-password-file = " + wrong):
        fails(site, "bind: Invalid credentials")


def test_base(site):
    """O4: ldap-base does not exist"""
    nowhere = "ou=nowhere," + site.env["LDAP_BASE"]
    with site.settings("ldap-base = " + nowhere,
                       "account-base = ou=sekisho," + nowhere):
        fails(site, "No such object; is ldap-base right")


def test_failover(site):
    """O4: the first server is away, or silent: the second is asked"""
    # complaint L2
    with contextlib.closing(socket.create_server(("127.0.0.1", 0))) as mute:
        second = "ldap://127.0.0.1:%d" % site.port("LDAP")
        for first in 1, mute.getsockname()[1]:
            uris = "ldap://127.0.0.1:%d %s" % (first, second)
            with site.settings("ldap-uri = " + uris):
                for _ in range(4):
                    works(site)
        assert site.sekishod_log("directory: using " + second)


def test_external(site):
    """Q12: over ldapi sekishod needs no password"""
    with site.settings("ldap-uri = " + site.env["LDAPI_URI"],
                       "ldap-bind = external", "ldap-bind-dn =",
                       "ldap-bind-password-file ="):
        works(site)
        assert ask(site, "add", entry="a@b.test").status == "ok"
        assert ask(site, "remove", entry="a@b.test").status == "ok"


def test_ldaps(site):
    """Q12: ldaps"""
    # A busy machine took longer than 2 s to shake hands, 5 times of 100.
    with site.settings("ldap-uri = ldaps://127.0.0.1:%d" %
                       site.port("LDAPS"), "ldap-start-tls = no",
                       "ldap-timeout = 20"):
        works(site)


def test_other_mail(site):
    """O4: mail that no list of senders can matter for needs no directory"""
    site.stop("slapd")
    with contextlib.ExitStack() as stack:
        stack.callback(site.start, "slapd")
        stack.enter_context(site.policy(lambda policy: switch(policy, "B1",
                                                              "off")))
        message = mail(sender=FRIEND, subject="Cheap watches",
                       X_Stack_Spam_Score="90",
                       X_Stack_Authentication="spf=fail")
        site.send(message, ALICE, sender=FRIEND)
        data = site.arrived("alice", message["Message-ID"])
        assert subject(data).startswith("[MEIWAKU!!!]")
        outbound = mail(sender="bob@example.test", to=FRIEND)
        site.send(outbound, FRIEND, sender="bob@example.test", user="bob")
        site.left(outbound["Message-ID"])


@pytest.mark.parametrize("user", ["alice@example.test\0", "\0", "a\0b"])
def test_nul(site, user):
    """C7: a NUL in an address is refused before anybody looks at it"""
    body = (text("approved-list") + b"\0\0\0\1" + text("user") +
            text(user.encode()))
    with connect(site.env["CONTROL_SOCKET"]) as sock:
        sock.sendall(frame(REQUEST, body))
        assert sock.recv(1) == b""
    assert ask(site, "list").status == "ok"


def test_bytes(site):
    """C7: nor do bytes that are no text reach the directory"""
    body = (text("approved-list") + b"\0\0\0\1" + text("user") +
            text(b"\xff\xfe*)(uid=*"))
    with connect(site.env["CONTROL_SOCKET"]) as sock:
        sock.sendall(frame(REQUEST, body))
        assert b"has no active account" in sock.recv(4096)
