"""control.sock: who may ask, what a held message's second look says (Q9)."""
import os
import re
import subprocess

import pytest

from mails import EICAR, mail
from protocol import call

HERE = os.path.dirname(os.path.abspath(__file__))


@pytest.fixture(name="sock")
def control_socket(stack):
    return os.path.join(os.path.dirname(stack.env["SCAN_SOCKET"]),
                        "control.sock")


def memory_file(data):
    fd = os.memfd_create("message")
    os.write(fd, data)
    return fd


def test_q9_rescan_clean(sock):
    answer = call(sock, "rescan", fd=memory_file(mail().as_bytes()))
    assert answer.status == "ok"
    assert [name for name, _ in answer.fields] == ["signatures"]
    assert answer.fields == call(sock, "signatures").fields


def test_q9_rescan_virus(sock):
    message = mail(files=[("game.com", EICAR)])
    answer = call(sock, "rescan", fd=memory_file(message.as_bytes()))
    assert answer.status == "refused"
    assert answer.all("virus") == ["Eicar-Test-Signature"]


def test_rescan_without_message(sock):
    answer = call(sock, "rescan")
    assert answer.status == "invalid"
    assert answer.text == "rescan: no message came along"


def test_unknown_verb(sock):
    answer = call(sock, "reboot")
    assert (answer.status, answer.field) == ("invalid", "verb")


def ask_as(user, sock):
    """Another user asks; he may not be able to read this directory."""
    with open(HERE + "/protocol.py", encoding="utf-8") as file:
        code = file.read() + "\nprint(call(%r, 'rescan'))" % sock
    return subprocess.run(
        ["setpriv", "--reuid", user, "--clear-groups", "/usr/bin/python3",
         "-B", "-c", code], cwd="/", text=True, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, check=False)


def test_stranger_is_sent_away(stack, sock):
    """Who is not named in control-users gets no answer and a log line."""
    result = ask_as("games", sock)
    assert result.returncode != 0
    assert re.search("closed|reset|Broken pipe", result.stderr)
    assert stack.sekishod_log("control.sock: user .* may not ask; "
                              "control-users names who may")


def test_mail_user_may_ask(sock):
    result = ask_as("mail", sock)
    assert result.stdout.startswith("invalid"), result
