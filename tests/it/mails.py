"""Mails for the tests: made at run time, so that the repository holds no
virus and no scanner eats it."""
import base64
import io
import uuid
import zipfile
from email import policy
from email.message import EmailMessage

from running import new_id

EICAR = ("X5O!P%@AP[4\\PZX54(P^)7CC)7}$" +
         "EICAR-STANDARD-ANTIVIRUS-TEST-FILE!" + "$H+H*").encode()
GTUBE = "XJS*C4JDBQADN1.NSBN3*2IDNEN*GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X"


def mail(text="Good morning.\n", subject="A letter", message_id=None, **fields):
    """A plain mail; give files=[(name, bytes)] to attach. None is the same as
    another one, so inspectors look into each (verdicts.h)."""
    message = EmailMessage(policy=policy.SMTP)
    files = fields.pop("files", [])
    message["From"] = fields.pop("sender", "Sender <sender@partner.test>")
    message["To"] = fields.pop("to", "alice@example.test")
    if subject is not None:
        message["Subject"] = subject
    message["Message-ID"] = message_id or new_id()
    message["X-Letter"] = uuid.uuid4().hex
    message["Date"] = "Tue, 24 Nov 2026 09:00:00 +0900"
    for name, value in fields.items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    for name, data in files:
        message.add_attachment(data, maintype="application",
                               subtype="octet-stream", filename=name)
    return message


def only(name, data, **fields):
    """A mail without a text: the file is its whole body."""
    message = mail(**fields)
    message.clear_content()
    message.set_content(data, "application", "octet-stream", filename=name)
    return message


def zip_of(*members):
    """A zip archive of (name, bytes)."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return out.getvalue()


# `zip -P secret` of a file note.txt that holds "hello": ZipCrypto.
ENCRYPTED_ZIP = base64.b64decode(
    "UEsDBAoACQAAAAAAIVwgMDo2EgAAAAYAAAAIAAAAbm90ZS50eHTUepRpbflrzVj7"
    "xG//kH3u6PRQSwcIIDA6NhIAAAAGAAAAUEsBAh4DCgAJAAAAAAAhXCAwOjYSAAAA"
    "BgAAAAgAAAAAAAAAAQAAAKSBAAAAAG5vdGUudHh0UEsFBgAAAAABAAEANgAAAEgA"
    "AAAAAA==")
