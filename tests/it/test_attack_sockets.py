"""sekishod's sockets in the hands of somebody who means harm: who is let in,
what half a frame does, and what the accounts' verbs do for a stranger.

A client that sends nonsense is in tests/fuzz and test_daemon.py.
"""
import contextlib
import os
import re
import smtplib
import socket
import stat
import struct
import subprocess
import time

import pytest

from accounts import NEW, Person
from approving import Approving
from mails import mail
from protocol import call, connect, frame, text

HERE = os.path.dirname(os.path.abspath(__file__))
CLERKS = {"scan": 4, "control": 4, "account": 2}
DEADLINE = 8


@pytest.fixture(name="slow", scope="module")
def stack_with_a_short_deadline(start_stack):
    return start_stack("slow", STACK_RSPAMD="0", STACK_REPUTATION="0",
                       STACK_SETTINGS="scan-seconds = 4\ndeadline = %d" %
                       DEADLINE)


def path(stack, name):
    return os.path.join(os.path.dirname(stack.env["SCAN_SOCKET"]),
                        name + ".sock")


# -- half a frame, and silence -------------------------------------------------

def ask(stack, name):
    """A request that is answered, through that socket."""
    if name == "scan":
        stack.send(mail(), "alice@example.test")
    elif name == "control":
        assert call(path(stack, name), "rescan").status == "invalid"
    else:
        assert Person(stack).ask("activate", token="x").status == "not-found"


HALVES = {"nothing": b"", "magic": b"SKS1", "length": b"SKS1\0\0\0\x08",
          "body": frame(8, text("rescan") * 20)[:60],
          "promise": struct.pack(">4sII", b"SKS1", 8, 1 << 20) + b"x"}


@pytest.mark.parametrize("name", CLERKS)
def test_half_frame(slow, name):
    """O4: half a frame and silence: others are served, and at the deadline
    the connection ends"""
    for half in HALVES.values():
        with connect(path(slow, name)) as silent:
            silent.sendall(half)
            begin = time.monotonic()
            ask(slow, name)
            assert time.monotonic() - begin < DEADLINE / 2
            if half == HALVES["body"]:
                wait_for_end(silent)
                assert DEADLINE - 1 < time.monotonic() - begin < DEADLINE + 4


def wait_for_end(sock):
    """Reads what is said until the other side closes."""
    with contextlib.suppress(ConnectionError):
        while sock.recv(4096):
            pass


@pytest.mark.parametrize("name", CLERKS)
def test_dripping(slow, name):
    """O4: a byte a second does not put the deadline off"""
    with connect(path(slow, name)) as sock:
        begin = time.monotonic()
        with contextlib.suppress(OSError):
            for byte in struct.pack(">4sII", b"SKS1", 8, 1 << 20) + bytes(99):
                sock.sendall(bytes([byte]))
                time.sleep(1)
        assert time.monotonic() - begin < DEADLINE + 5


@pytest.mark.parametrize("name", CLERKS)
def test_all_clerks(slow, name):
    """O4: as many silent clients as there are clerks delay others until the
    deadline and no longer"""
    with contextlib.ExitStack() as stack:
        for _ in range(CLERKS[name]):
            stack.enter_context(connect(path(slow, name))).sendall(b"SKS1")
        begin = time.monotonic()
        with contextlib.suppress(OSError, smtplib.SMTPException):
            ask(slow, name)
        assert time.monotonic() - begin < DEADLINE * 2 + 5
        ask(slow, name)


@pytest.mark.parametrize("name", CLERKS)
def test_deaf(slow, name):
    """O4: who asks and never reads the answer keeps nobody else waiting"""
    with contextlib.ExitStack() as stack:
        for _ in range(20):
            sock = stack.enter_context(connect(path(slow, name)))
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
            sock.sendall(frame(8, text("account-list") + bytes(4)))
        ask(slow, name)


# -- who is let in -------------------------------------------------------------

def as_user(user, code):
    """Runs Python as another user, who may not be able to read this file."""
    with open(HERE + "/protocol.py", encoding="utf-8") as file:
        code = file.read() + "\n" + code
    return subprocess.run(
        ["setpriv", "--reuid", user, "--regid", "nogroup", "--clear-groups",
         "/usr/bin/python3", "-B", "-c", code], cwd="/", text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)


def test_rights(stack):
    """Q12, C7: the rights of the sockets and of the directories around them"""
    modes = {name: stat.S_IMODE(os.stat(path(stack, name)).st_mode)
             for name in CLERKS}
    assert modes == {"scan": 0o660, "control": 0o666, "account": 0o666}
    folder = os.path.dirname(stack.env["SCAN_SOCKET"])
    for found, _, names in os.walk(os.path.dirname(folder)):
        for name in names:
            mode = os.lstat(os.path.join(found, name)).st_mode
            assert stat.S_ISSOCK(mode) or not mode & stat.S_IWOTH, name


@pytest.mark.parametrize("name, user", [
    ("scan", "games"), ("scan", "mail"), ("scan", "www-data"),
    ("control", "games"), ("control", "www-data"), ("control", "nobody"),
    ("account", "games"), ("account", "mail"), ("account", "nobody")])
def test_stranger(stack, name, user):
    """Q12, C7: each socket answers its own users only, an inspector's user
    not among them; others get not a byte"""
    result = as_user(user, "print(call(%r, 'account-list'))" %
                     path(stack, name))
    assert result.returncode != 0 and result.stdout == ""
    assert re.search("Permission denied|closed|reset|Broken pipe",
                     result.stderr), result.stderr


# -- the accounts of others ----------------------------------------------------

@pytest.mark.parametrize("verb", [
    "account-list", "account-show", "account-reset", "account-delete",
    "account-lock", "approved-list", "approved-add", "approved-token",
    "held-verify", "rescan"])
def test_account_other_desk(stack, verb):
    """C7, Q12: account.sock knows no verb of control.sock"""
    answer = call(path(stack, "account"), verb,
                  {"client": "192.0.2.1", "user": "carol@example.test",
                   "password": NEW, "entry": "a@partner.test"})
    assert (answer.status, answer.field) == ("invalid", "verb")


def test_account_others_token(stack):
    """C5: a token of one account does nothing for another, whatever else is
    sent beside it"""
    mine, theirs = Person(stack), Person(stack).activated()
    assert mine.register().status == "ok"
    token = mine.token("activate")
    before = theirs.entry()
    for verb in "reset-confirm", "change", "reset-request":
        answer = mine.ask(verb, token=token, mail=theirs.mail,
                          mail_again=theirs.mail, password=NEW,
                          password_again=NEW, user=theirs.mail,
                          old_password="guess", question="pet", answer="cat")
        assert "token" not in repr(answer.fields), answer
    assert mine.ask("activate", token=token, mail=theirs.mail,
                    user=theirs.mail).status in ("ok", "invalid")
    after = theirs.entry()
    assert after["userPassword"] == before["userPassword"]
    assert after["sekishoStatus"] == before["sekishoStatus"]


@pytest.mark.parametrize("user", [
    "bob@example.test)(uid=*", "*", "*@example.test", "b\\6fb@example.test",
    "BOB@example.test,ou=people", "../bob@example.test", ""])
def test_control_names(stack, user):
    """A6, Q12: a name that is a pattern or a piece of a filter is nobody's"""
    Approving(stack, "bob").forget()
    answer = call(path(stack, "control"), "approved-add",
                  {"user": user, "entry": "evil@partner.test"})
    assert answer.status in ("invalid", "not-found")
    assert Approving(stack, "bob").approved() == []
