"""R1: cleaning through the whole stack, in the jail; what is left is opened by
other programs."""
import email
import email.policy
import io
import os
import subprocess
import tarfile
import tempfile

import pytest

from mails import EICAR, mail, zip_of
from running import new_id

TYPES = (b'<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org'
         b'/package/2006/content-types"><Default Extension="xml" ContentType='
         b'"application/xml"/><Default Extension="rels" ContentType='
         b'"application/vnd.openxmlformats-package.relationships+xml"/>'
         b'<Override PartName="/word/document.xml" ContentType='
         b'"application/vnd.ms-word.document.macroEnabled.main+xml"/>'
         b'<Override PartName="/word/vbaProject.bin" ContentType='
         b'"application/vnd.ms-office.vbaProject"/></Types>')
RELATIONS = (b'<?xml version="1.0"?><Relationships xmlns="http://schemas.'
             b'openxmlformats.org/package/2006/relationships"><Relationship '
             b'Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/'
             b'2006/relationships/officeDocument" Target="word/document.xml"/>'
             b'</Relationships>')
MACROS = (b'<?xml version="1.0"?><Relationships xmlns="http://schemas.'
          b'openxmlformats.org/package/2006/relationships"><Relationship '
          b'Id="r1" Type="http://schemas.microsoft.com/office/2006/'
          b'relationships/vbaProject" Target="vbaProject.bin"/>'
          b'</Relationships>')
DOCUMENT = (b'<?xml version="1.0"?><w:document xmlns:w="http://schemas.'
            b'openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p>'
            b'<w:r><w:t>The minutes</w:t></w:r></w:p></w:body></w:document>')


def tar_of(mode, *members):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode) as archive:
        for name, data in members:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


def seven_zip_of(*members):
    with tempfile.TemporaryDirectory() as folder:
        for name, data in members:
            with open(os.path.join(folder, name), "wb") as file:
                file.write(data)
        subprocess.run(["7z", "a", "out.7z", *[name for name, _ in members]],
                       cwd=folder, check=True, stdout=subprocess.DEVNULL)
        with open(os.path.join(folder, "out.7z"), "rb") as file:
            return file.read()


def listing(name, data):
    """The names in an archive, as 7z sees them."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, name)
        with open(path, "wb") as file:
            file.write(data)
        return subprocess.run(
            ["bash", "-c", "set -o pipefail; case $0 in *.tar.*) "
             "tar tf $0;; *) 7z t $0 >/dev/null && 7z l -ba -slt $0 | "
             "sed -n 's/^Path = //p';; esac", path],
            check=True, text=True, stdout=subprocess.PIPE).stdout.split("\n")


def arrived_files(stack, name, data):
    """Sends an attachment and returns those that arrive, {name: bytes}."""
    message_id = new_id()
    stack.send(mail(message_id=message_id, files=[(name, data)]).as_bytes(),
               ["alice@example.test"])
    message = email.message_from_bytes(stack.arrived("alice", message_id),
                                       policy=email.policy.default)
    return {part.get_filename(): part for part in message.walk()
            if part.get_filename()}, message


BAD, GOOD = ("bad.com", EICAR), ("good.txt", b"a good text\n" * 20)


MADE_BY = {
    "a.zip": zip_of,
    "a.tar.gz": lambda *members: tar_of("w:gz", *members),
    "a.tar.bz2": lambda *members: tar_of("w:bz2", *members),
    "a.tar.xz": lambda *members: tar_of("w:xz", *members),
    "a.7z": seven_zip_of,
}


@pytest.mark.parametrize("name", MADE_BY)
def test_r1_infected_member_leaves(stack, name):
    files, _ = arrived_files(stack, name, MADE_BY[name](BAD, GOOD))
    names = listing(name, files[name].get_content())
    assert "good.txt" in names and "SEKISHO-REMOVED.txt" in names
    assert "bad.com" not in names


def test_r1_macros_leave_a_document(stack):
    """The name and type follow; a note part says what was removed."""
    data = zip_of(("[Content_Types].xml", TYPES), ("_rels/.rels", RELATIONS),
                  ("word/document.xml", DOCUMENT),
                  ("word/_rels/document.xml.rels", MACROS),
                  ("word/vbaProject.bin", EICAR))
    files, message = arrived_files(stack, "minutes.docm", data)
    assert list(files) == ["minutes.docx"]
    part = files["minutes.docx"]
    assert part.get_content_type() == ("application/vnd.openxmlformats-office"
                                       "document.wordprocessingml.document")
    names = listing("minutes.docx", part.get_content())
    assert "word/document.xml" in names
    assert not [n for n in names if "vba" in n.lower()]
    notes = [p.get_content() for p in message.walk()
             if p.get_content_type() == "text/plain"]
    assert any("Eicar-Test-Signature" in note for note in notes), notes
