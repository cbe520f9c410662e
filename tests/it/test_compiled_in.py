"""Exim's source of Debian with the module compiled in, a small round."""
import os
import subprocess
import sys

import pytest

from mails import EICAR, ENCRYPTED_ZIP, mail
from reading import STAMP, attachments, own, subject, text
from running import GENERATION, TOP

sys.path.append(os.path.join(TOP, "tests"))
import documents  # noqa: E402

NO_SOURCE = 77      # exit status of the script


@pytest.fixture(scope="module")
def exim():
    """The binary; it is built once, below build/."""
    result = subprocess.run(
        [os.path.join(TOP, "tests/it/build-compiled-in.sh"),
         os.path.join(TOP, "build/exim-compiled-in")], check=False, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if result.returncode == NO_SOURCE:
        pytest.skip("Debian's source of Exim cannot be fetched: " +
                    result.stderr.strip())
    assert result.returncode == 0, result.stderr
    return result.stdout.splitlines()[-1]


@pytest.fixture(scope="module")
def stack(exim, start_stack):
    return start_stack("compiled-in", STACK_MODULE="compiled-in",
                       STACK_EXIM=exim, STACK_RSPAMD="0")


@pytest.fixture(scope="module")
def login(exim):
    """Exim's own archive lacks Debian's 79_Dovecot-fix-protocol-sequence, so
    nobody logs in with what Dovecot 2.4 knows."""
    folder = os.path.dirname(os.path.dirname(exim))
    if os.path.isdir(folder + "/exim4-archive") and GENERATION != "2.3":
        pytest.skip("Exim's archive without Debian's patches")


def test_options(exim, stack):
    """O1: compiled in, the settings are options of Exim"""
    shown = subprocess.run(
        [exim, "-C", stack.env["EXIM_CONFIG"], "-bP", "local_scan"],
        check=True, text=True, stdout=subprocess.PIPE).stdout
    command = documents.block("docs/install.md", "compiled")
    assert shown == subprocess.run(
        ["sh", "-ec", command.replace("exim ", "%s -C %s " % (
            exim, stack.env["EXIM_CONFIG"]), 1)], check=True, text=True,
        stdout=subprocess.PIPE).stdout
    assert "sekisho_deadline = 1m\n" in shown
    assert "sekisho_socket = /run/sekisho/scan.sock\n" in shown


def test_clean(stack):
    """R10: compiled in, a clean mail arrives as it was"""
    message = mail()
    stack.send(message, "alice@example.test")
    assert own(stack.arrived("alice", message["Message-ID"])) == \
        message.as_bytes()


def test_clean_out(stack, login):
    """R9: compiled in, a clean mail leaves as it was"""
    message = mail(sender="alice@example.test")
    stack.send(message, "friend@partner.test", user="alice",
               sender="alice@example.test")
    assert own(stack.left(message["Message-ID"])) == message.as_bytes()


def test_virus(stack):
    """R1, N1: compiled in, a virus is removed and the recipient is told"""
    message = mail(files=[("a.com", EICAR), ("list.txt", b"a b c")])
    stack.send(message, "alice+compiled@example.test")
    data = stack.arrived("alice", message["Message-ID"])
    assert ("list.txt", b"a b c") in attachments(data)
    assert EICAR not in [content for _, content in attachments(data)]
    assert len(stack.notices("alice", "alice+compiled@example.test")) == 1


def test_recipients(stack):
    """A4, R4: compiled in, the tag is put on for one and not for the other"""
    message = mail(sender="friend@partner.test", X_Stack_Spam_Score="90")
    stack.send(message, ["alice@example.test", "bob@example.test"],
               sender="friend@partner.test")
    assert subject(stack.arrived("alice", message["Message-ID"])) == \
        "A letter"
    assert subject(stack.arrived("bob", message["Message-ID"])) == \
        "[MEIWAKU!!!] A letter"


def test_two_bodies(stack, login):
    """R3: compiled in, stamped for a colleague, as sent for outside"""
    message = mail(sender="bob@example.test", files=[("c.zip", ENCRYPTED_ZIP)])
    stack.send(message, ["alice@example.test", "friend@partner.test"],
               user="bob", sender="bob@example.test")
    assert own(stack.left(message["Message-ID"])) == message.as_bytes()
    assert text(stack.arrived("alice", message["Message-ID"])).startswith(
        STAMP % "c.zip")


def test_absent(stack):
    """O4: compiled in, without sekishod every mail gets a 451"""
    stack.stop("sekishod")
    with stack.outside() as smtp:
        smtp.mail("sender@partner.test")
        smtp.rcpt("alice@example.test")
        assert smtp.data(mail().as_bytes()) == (
            451, b"4.3.0 Temporary failure of the mail scanner, please try "
            b"again")
    stack.settled()
    assert not stack.spool_files()
