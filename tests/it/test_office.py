"""R3: Office files that open without asking, through the jail."""
import os

from mails import mail
from running import TOP, new_id

OFFICE = os.path.join(TOP, "tests/data/office")
STAMP = ("The attachment named %s could not be scanned for viruses because it "
         "is a password protected")


def send(stack, name):
    with open(os.path.join(OFFICE, name), "rb") as file:
        data = file.read()
    message_id = new_id()
    stack.send(mail(message_id=message_id, files=[(name, data)]).as_bytes(),
               ["alice@example.test"])
    return stack.arrived("alice", message_id).decode()


def test_r3_default_password_gets_no_stamp(stack):
    for name in ("agile.docx", "standard.docx", "default.xls"):
        assert STAMP % name not in send(stack, name)


def test_r3_real_password_gets_a_stamp(stack):
    for name in ("secret.docx", "other.xls"):
        assert STAMP % name in send(stack, name)
