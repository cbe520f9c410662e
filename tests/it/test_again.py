"""The same mail once more: that nothing is in it need not be found again."""
import contextlib
import re
import smtplib

import pytest

from mails import EICAR, mail, zip_of
from running import new_id, wait_until
from test_reload import SIGNATURE, write_signature


@pytest.fixture(name="signature_file")
def a_signature_file(stack):
    """
    A file of signatures, put back afterwards. It is loaded: sekishod would
    see it by itself, and forget what it knows in the middle of the test.
    """
    def write():
        path = write_signature(stack, "again.ndb", "Other.Test:0:*:%s\n" %
                               b"sekisho-it-unused".hex())
        stack.reload()
        return path
    yield write()
    write()


class Again:
    """Sends one mail again and again, each time to somebody else."""

    def __init__(self, stack, message):
        self.stack, self.data = stack, message.as_bytes()
        self.sender = new_id()[1:20].replace("@", "x") + "@partner.test"
        self.count = 0

    def send(self, data=None):
        """Returns what sekishod's log says of it."""
        self.count += 1
        with contextlib.suppress(smtplib.SMTPDataError):    # rule U1
            self.stack.send(data or self.data, "carol@example.test",
                            sender=self.sender)

        def line():
            lines = self.stack.sekishod_log("sender=%s " % self.sender)
            return lines[-1] if len(lines) == self.count else None
        return wait_until(line, "a line for it")


def known(line):
    return " known=yes ms=" in line


@pytest.fixture(name="calm", scope="module", autouse=True)
def no_generation_takes_over(stack):
    """sekishod sees by itself what tests before have done to signatures."""
    stack.reload()
    again = Again(stack, mail())
    wait_until(lambda: known(again.send()), "a mail to be known")


def test_known(stack):
    """O1, R10: the same mail is inspected once, and the log says so"""
    again = Again(stack, mail())
    lines = [again.send() for _ in range(3)]
    assert [known(line) for line in lines] == [False, True, True]
    strip = re.compile(r".*(findings=.*?)(?: known=yes)? ms=.*")
    assert len({strip.fullmatch(line)[1] for line in lines}) == 1


def test_newsletter(stack):
    """O1, R10: so is the mail to the next recipient"""
    first, message = mail(), mail(to="bob@example.test")
    again = Again(stack, first)
    again.send()
    message.replace_header("X-Letter", first["X-Letter"])
    message.replace_header("Date", "Mon, 30 Nov 2026 10:00:01 +0000")
    assert known(again.send(message.as_bytes()))
    assert b"10:00:01" in stack.arrived("carol", message["Message-ID"])


@pytest.mark.parametrize("before, after", [
    (b"Subject: A letter", b"Subject: A letteR"), (b"\r\n\r\n", b"\r\n\r\nx"),
    (b"Message-ID: <", b"Message-ID: <\xe3\x81"),
    (b"To: ", b"X-To: ")])
def test_another(stack, before, after):
    """R1: a mail with another byte anywhere is inspected"""
    again = Again(stack, mail(subject="A letter"))
    again.send()
    assert known(again.send())
    assert before in again.data
    assert not known(again.send(again.data.replace(before, after, 1)))


def test_virus_again(stack):
    """R1: a virus is looked for each time"""
    message = mail(files=[("a.com", EICAR)])
    again = Again(stack, message)
    lines = [again.send() for _ in range(2)]
    assert not known(lines[1])
    assert all("virus:Eicar-Test-Signature(2 a.com)" in line
               for line in lines)
    stack.settled()
    mails = stack.search("carol", "HEADER", "Message-ID",
                         message["Message-ID"])
    assert len(mails) == 2
    for data in mails:
        assert EICAR not in data
        assert b"a.com was removed because it contained the virus" in data


def test_new_signatures(stack, signature_file):
    """R1, O4: what new signatures find is found, however known it was"""
    word = SIGNATURE + b"again"
    again = Again(stack, mail(files=[("a.bin", word)]))
    # Inspectors of the generation before may answer for a moment.
    wait_until(lambda: known(again.send()), "the mail to be known")
    with open(signature_file, "w", encoding="ascii") as file:
        file.write("Again.Test:0:*:%s\n" % word.hex())
    stack.reload()

    def found():
        return "virus:Again.Test" in again.send()
    wait_until(found, "the new signature")


def test_unscannable_again(stack):
    """R1: what could not be scanned is tried again"""
    data = b"deep down"
    for _ in range(40):
        data = zip_of(("a.zip", data))
    again = Again(stack, mail(files=[("a.zip", data)]))
    for _ in range(2):
        line = again.send()
        assert "unscannable:" in line and not known(line)
