"""R1: what becomes of each kind of container (the table in docs/cleaning.md):
the mail is sent through the stack, what arrives is scanned once more, and
other programs open it."""
import io
import os
import shutil
import subprocess
import tempfile

import pytest

from mails import EICAR, ENCRYPTED_ZIP, mail, zip_of
from reading import attachments
from running import new_id
from test_clean import (BAD, DOCUMENT, GOOD, MACROS, RELATIONS, TYPES,
                        seven_zip_of, tar_of)

MADE_BY = {
    "zip": zip_of,
    "7z": seven_zip_of,
    "tar": lambda *members: tar_of("w", *members),
    "tar.gz": lambda *members: tar_of("w:gz", *members),
}
OTHER = ("other.com", EICAR)


def seven_zip_half_encrypted():
    with tempfile.TemporaryDirectory() as folder:
        for name, data in BAD, GOOD:
            with open(os.path.join(folder, name), "wb") as file:
                file.write(data)
        for arguments in (["bad.com"], ["-psecret", "good.txt"]):
            subprocess.run(["7z", "a", "out.7z", *arguments], cwd=folder,
                           check=True, stdout=subprocess.DEVNULL)
        with open(os.path.join(folder, "out.7z"), "rb") as file:
            return file.read()


def zip_half_encrypted():
    """With the encrypted member of ENCRYPTED_ZIP, note.txt."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "a.zip")
        with open(path, "wb") as file:
            file.write(ENCRYPTED_ZIP)
        with open(os.path.join(folder, "bad.com"), "wb") as file:
            file.write(EICAR)
        subprocess.run(["zip", "-q", path, "bad.com"], cwd=folder, check=True)
        with open(path, "rb") as file:
            return file.read()


def document(main, macros, folder, text=DOCUMENT):
    """An OOXML document whose main part has that type, made of pieces."""
    types = TYPES.replace(
        b"application/vnd.ms-word.document.macroEnabled.main+xml", main)
    types = types.replace(b"/word/", b"/%s/" % folder)
    return zip_of(
        ("[Content_Types].xml", types),
        ("_rels/.rels", RELATIONS.replace(b"word/", b"%s/" % folder)),
        ("%s/document.xml" % folder.decode(), text),
        ("%s/_rels/document.xml.rels" % folder.decode(), MACROS),
        ("%s/vbaProject.bin" % folder.decode(), macros))


WORD = b"application/vnd.ms-word.document.macroEnabled.main+xml"
EXCEL = b"application/vnd.ms-excel.sheet.macroEnabled.main+xml"
POINT = b"application/vnd.ms-powerpoint.presentation.macroEnabled.main+xml"

# container, case: (name, bytes, name afterwards or None, members afterwards)
CASES = {}
for KIND, make in MADE_BY.items():
    CASES[KIND, "one of several"] = (
        "a." + KIND, make(BAD, GOOD), "a." + KIND,
        ["good.txt", "SEKISHO-REMOVED.txt"])
    CASES[KIND, "all"] = ("a." + KIND, make(BAD, OTHER), None, [])
    CASES[KIND, "inside another"] = (
        "a." + KIND, make(GOOD, ("in." + KIND, make(BAD, GOOD))),
        "a." + KIND, ["good.txt", "in." + KIND, "SEKISHO-REMOVED.txt"])
CASES["zip", "beside an encrypted one"] = (
    "a.zip", zip_half_encrypted(), "a.zip",
    ["note.txt", "SEKISHO-REMOVED.txt"])
CASES["7z", "beside an encrypted one"] = (
    "a.7z", seven_zip_half_encrypted(), None, [])
for KIND, MAIN, FOLDER in (("docm", WORD, b"word"), ("xlsm", EXCEL, b"xl"),
                           ("pptm", POINT, b"ppt")):
    CASES[KIND, "in the macros"] = (
        "a." + KIND, document(MAIN, EICAR, FOLDER), "a.%sx" % KIND[:3],
        ["%s/document.xml" % FOLDER.decode()])
    CASES[KIND, "elsewhere, too"] = (
        "a." + KIND, document(MAIN, EICAR, FOLDER, DOCUMENT.replace(
            b"The minutes", EICAR)), None, [])


def opened(name, data):
    """The files in it, as programs say that are not ours."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, name)
        with open(path, "wb") as file:
            file.write(data)
        if name.endswith((".tar", ".tar.gz")):
            command = ["tar", "tf", path]
        elif name.endswith(".7z"):
            subprocess.run(["7z", "t", path], check=True,
                           stdout=subprocess.DEVNULL)
            command = ["bash", "-c", "7z l -ba -slt $0 | "
                       "sed -n 's/^Path = //p'", path]
        else:
            # Encrypted members need a password to be tested.
            subprocess.run(["unzip", "-tq", "-P", "secret", path], check=True,
                           stdout=subprocess.DEVNULL)
            command = ["unzip", "-Z1", path]
        return subprocess.run(command, check=True, text=True,
                              stdout=subprocess.PIPE).stdout.split()


def finds_virus(stack, data):
    path = os.path.join(stack.env["STACK_DIR"], "cleaned.eml")
    with open(path, "wb") as file:
        file.write(data)
    result = subprocess.run(
        [stack.tool, "explain", "-c", stack.env["SEKISHOD_CONFIG"],
         "--sender", "x@partner.test", "--recipient", "alice@example.test",
         path], check=True, text=True,
        stdout=subprocess.PIPE)
    return "finding kind=virus" in result.stdout


@pytest.mark.parametrize("case", CASES, ids=" ".join)
def test_r1_table(stack, case):
    """R1: cleaned, or taken out, and never a virus in what arrives"""
    name, data, wanted, members = CASES[case]
    message_id = new_id()
    stack.send(mail(message_id=message_id, files=[(name, data)]),
               "alice@example.test")
    arrived = stack.arrived("alice", message_id)
    assert not finds_virus(stack, arrived)
    files = [(n, d) for n, d in attachments(arrived) if n]
    assert [n for n, _ in files] == ([wanted] if wanted else [])
    if wanted:
        inside = opened(*files[0])
        assert [n for n in members if n not in inside] == []
        assert "bad.com" not in inside
        assert not [n for n in inside if "vbaProject" in n]


def docm():
    """A real document with what a virus would be in."""
    docx = pytest.importorskip("docx", reason="python3-docx is not there")
    made, out = docx.Document(), io.BytesIO()
    made.add_paragraph("議事録: the minutes")
    made.save(out)
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "a.docx")
        with open(path, "wb") as file:
            file.write(out.getvalue())
        subprocess.run(["unzip", "-q", path, "-d", folder], check=True)
        types = os.path.join(folder, "[Content_Types].xml")
        with open(types, "rb+") as file:
            text = file.read().replace(
                b"application/vnd.openxmlformats-officedocument."
                b"wordprocessingml.document.main+xml", WORD).replace(
                b"</Types>", b'<Override PartName="/word/vbaProject.bin" '
                b'ContentType="application/vnd.ms-office.vbaProject"/>'
                b"</Types>")
            file.seek(0)
            file.write(text)
            file.truncate()
        with open(os.path.join(folder, "word/vbaProject.bin"), "wb") as file:
            file.write(EICAR)
        os.unlink(path)
        subprocess.run("zip -qr a.docm . ", shell=True, cwd=folder, check=True)
        with open(os.path.join(folder, "a.docm"), "rb") as file:
            return file.read()


def cleaned_docm(stack):
    message_id = new_id()
    stack.send(mail(message_id=message_id, files=[("a.docm", docm())]),
               "alice@example.test")
    (name, data), *_ = [(n, d) for n, d in attachments(
        stack.arrived("alice", message_id)) if n]
    assert name == "a.docx"
    return data


def test_r1_python_docx(stack):
    """R1: python-docx opens a document without its macros"""
    docx = pytest.importorskip("docx", reason="python3-docx is not there")
    made = docx.Document(io.BytesIO(cleaned_docm(stack)))
    assert [p.text for p in made.paragraphs] == ["議事録: the minutes"]


def test_r1_libreoffice(stack):
    """R1: LibreOffice opens a document without its macros"""
    if not shutil.which("soffice") or not os.environ.get("LIBREOFFICE"):
        pytest.skip("it takes long: LIBREOFFICE=1 and a package "
                    "libreoffice-writer-nogui do it")
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, "a.docx"), "wb") as file:
            file.write(cleaned_docm(stack))
        subprocess.run(["soffice", "--headless", "-env:UserInstallation=file:"
                        "//%s/profile" % folder, "--convert-to", "txt:Text",
                        "--outdir", folder, "a.docx"], cwd=folder, check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                       timeout=300)
        with open(os.path.join(folder, "a.txt"), encoding="utf-8-sig") as file:
            assert file.read().strip() == "議事録: the minutes"
