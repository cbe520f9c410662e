"""Protected files of every usual kind are "password-protected": no virus, not
clean, not unscannable (R3)."""
import io
import os
import subprocess
import tempfile
import zipfile

import pytest

from mails import ENCRYPTED_ZIP, mail, zip_of
from running import TOP
from test_limits import explain


def packed(name, *options):
    """An archive that 7z makes of two files."""
    with tempfile.TemporaryDirectory() as folder:
        for member in "note.txt", "list.txt":
            with open(os.path.join(folder, member), "wb") as file:
                file.write(b"A note of no interest.\n" * 20)
        subprocess.run(["7z", "a", "-psecret", *options, name, "note.txt",
                        "list.txt"], cwd=folder, check=True,
                       stdout=subprocess.DEVNULL)
        with open(os.path.join(folder, name), "rb") as file:
            return file.read()


def office(name):
    with open(os.path.join(TOP, "tests/data/office", name), "rb") as file:
        return file.read()


def protected_pdf():
    """As a reader sees it: the trailer names the encryption (PDF 1.7, 7.6)."""
    objects = [b"<</Type/Catalog/Pages 2 0 R>>",
               b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
               b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]>>",
               b"<</Filter/Standard/V 1/R 2/P -4/O<%s>/U<%s>>>" %
               (b"5a" * 32, b"a5" * 32)]
    out, places = b"%PDF-1.4\n", []
    for number, text in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, text)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return out + (b"xref\n0 5\n0000000000 65535 f \n%strailer\n<</Size 5/Root "
                  b"1 0 R/Encrypt 4 0 R/ID[<01><01>]>>\nstartxref\n%d\n"
                  b"%%%%EOF\n" % (table, len(out)))


def protected_text():
    """An OpenDocument text whose manifest says how it is encrypted."""
    space = "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"
    manifest = (
        '<manifest:manifest xmlns:manifest="%s"><manifest:file-entry '
        'manifest:full-path="content.xml" manifest:size="9" '
        'manifest:media-type="text/xml"><manifest:encryption-data>'
        '<manifest:algorithm manifest:algorithm-name="AES256"/>'
        '</manifest:encryption-data></manifest:file-entry>'
        '</manifest:manifest>' % space).encode()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("mimetype",
                         "application/vnd.oasis.opendocument.text")
        archive.writestr("content.xml", os.urandom(64))
        archive.writestr("META-INF/manifest.xml", manifest)
    return out.getvalue()


CASES = {
    "a.zip": lambda: ENCRYPTED_ZIP,
    "aes.zip": lambda: packed("aes.zip", "-mem=AES256"),
    "names-shown.7z": lambda: packed("a.7z"),
    "names-hidden.7z": lambda: packed("a.7z", "-mhe=on"),
    "a.pdf": protected_pdf,
    "secret.docx": lambda: office("secret.docx"),
    "other.xls": lambda: office("other.xls"),
    "a.odt": protected_text,
    "outer.zip": lambda: zip_of(("a.txt", b"plain"),
                                ("in.zip", ENCRYPTED_ZIP)),
    "twice.zip": lambda: zip_of(("in.zip", zip_of(
        ("deep.7z", packed("a.7z", "-mhe=on"))))),
}


@pytest.mark.parametrize("name", CASES)
def test_kind(stack, name):
    """R3: a protected file is stamped by its name, and nothing else"""
    # complaints E1, E2
    message = mail(files=[(name, CASES[name]())])
    result = explain(stack, message.as_bytes())
    assert {finding["kind"] for finding in result["findings"]} == {
        "password-protected"}, result["findings"]
    assert {finding["file"] for finding in result["findings"]} == {name}
    plan, = result["plans"]
    assert (plan["fate"], plan["rules"]) == ("deliver", ["R3"])
