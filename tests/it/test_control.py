"""control.sock: who may ask, what a held message's second look says (Q9)."""
import os
import re
import subprocess
import sys

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
    assert answer.status == "ok" and answer.fields == []


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


def test_stranger_is_sent_away(stack, sock):
    """Who is not named in control-users gets no answer and a log line."""
    code = "from protocol import call; call(%r, 'rescan')" % sock
    result = subprocess.run(
        ["setpriv", "--reuid", "games", "--clear-groups", "/usr/bin/python3",
         "-B", "-c", code], cwd=HERE, text=True, stderr=subprocess.PIPE,
        env={"PYTHONPATH": HERE}, check=False)
    assert result.returncode != 0
    assert re.search("closed|reset|Broken pipe", result.stderr)
    assert stack.sekishod_log("control.sock: user .* may not ask; "
                              "control-users names who may")


def test_mail_user_may_ask(sock):
    code = "from protocol import call; print(call(%r, 'rescan'))" % sock
    result = subprocess.run(
        ["setpriv", "--reuid", "mail", "--clear-groups", "/usr/bin/python3",
         "-B", "-c", code], cwd="/", text=True, stdout=subprocess.PIPE,
        env={"PYTHONPATH": HERE}, check=True)
    assert result.stdout.startswith("invalid"), sys.argv
