"""Large, deep and odd mails get an answer; every test file is found."""
import json
import os
import struct
import subprocess
import zlib

import pytest

from mails import EICAR, mail
from reading import attachments, own
from running import new_id

TESTFILES = "/usr/share/clamav-testfiles"
# What sekishod may take at its peak for any of these, all processes together.
MEMORY_MAX = 1 << 30


def names():
    return sorted(os.listdir(TESTFILES)) if os.path.isdir(TESTFILES) else []


def explain(stack, raw, *options):
    """`sekisho explain --json` by the running daemon."""
    path = os.path.join(stack.env["STACK_DIR"], "explain.eml")
    with open(path, "wb") as file:
        file.write(raw)
    result = subprocess.run(
        [stack.tool, "explain", "-c", stack.env["SEKISHOD_CONFIG"], "--json",
         "--sender", "sender@partner.test", "--recipient",
         "alice@example.test", *options, path],
        check=True, stdout=subprocess.PIPE)
    return json.loads(result.stdout)


def test_testfiles_are_there():
    """R1: Debian's 44 files of clamav-testfiles are there"""
    assert len(names()) == 44


@pytest.mark.parametrize("name", names())
def test_testfile(stack, name):
    """R1: found in its part, which alone makes the mail infected"""
    with open(os.path.join(TESTFILES, name), "rb") as file:
        data = file.read()
    message = mail(files=[("list.txt", b"a b c"), (name, data),
                          ("other.txt", b"d e f")])
    result = explain(stack, message.as_bytes())
    viruses = [finding for finding in result["findings"]
               if finding["kind"] == "virus"]
    assert {finding["part"] for finding in viruses} == {"3"}
    assert {finding["file"] for finding in viruses} == {name}
    assert {finding["name"] for finding in viruses} == {"Clamav.Test.File"}
    plan, = result["plans"]
    assert plan["fate"] == "deliver" and plan["rules"][0] == "R1"


def rar_of(name, data):
    """A RAR archive (1.5 to 4) with one file that is not compressed."""
    def block(kind, flags, rest, after=b""):
        head = struct.pack("<BHH", kind, flags, 7 + len(rest)) + rest
        return struct.pack("<H", zlib.crc32(head) & 0xffff) + head + after
    size = len(data)
    return b"Rar!\x1a\x07\0" + block(0x73, 0, bytes(6)) + block(
        0x74, 0x8000, struct.pack(
            "<IIBIIBBHI", size, size, 3, zlib.crc32(data), 0x58000000, 20,
            0x30, len(name), 0o100644) + name, data) + block(0x7b, 0, b"")


def test_rar_without_unrar(stack):
    """O4: without libclamunrar a RAR archive is refused, not passed"""
    # complaint E4
    if not stack.sekishod_log("RAR archives cannot be scanned: install "
                              "libclamunrar"):
        pytest.skip("libclamunrar is installed")
    message = mail(files=[("a.rar", rar_of(b"a.com", b"plain"))])
    result = explain(stack, message.as_bytes())
    assert {(one["kind"], one["name"]) for one in result["findings"]} == {
        ("unscannable", "Sekisho.Unscannable.RAR")}
    plan, = result["plans"]
    assert (plan["fate"], plan["rules"]) == ("reject", ["U1"])


def nested(levels, inner):
    """A mail of so many multiparts, each in the other."""
    boundary = "level%d"
    head = "".join(
        "Content-Type: multipart/mixed; boundary=%s\r\n\r\n--%s\r\n" %
        (boundary % n, boundary % n) for n in range(levels))
    tail = "".join("\r\n--%s--\r\n" % (boundary % n)
                   for n in reversed(range(levels)))
    return head + inner + tail


def many(parts, inner):
    """A mail of so many small parts."""
    return ("Content-Type: multipart/mixed; boundary=B\r\n\r\n" +
            "--B\r\n\r\nSmall.\r\n" * parts + "--B\r\n" + inner +
            "\r\n--B--\r\n")


def raw_mail(body):
    message_id = new_id()
    return message_id, (
        "From: sender@partner.test\r\nTo: alice@example.test\r\nSubject: x\r\n"
        "Message-ID: %s\r\nMIME-Version: 1.0\r\n%s" %
        (message_id, body)).encode()


INFECTED = ('Content-Type: application/octet-stream; name="a.com"\r\n\r\n' +
            EICAR.decode() + "\r\n")
CLEAN = "Content-Type: text/plain\r\n\r\nClean.\r\n"


def peak(stack):
    """The largest memory that sekishod's processes had, added up."""
    total = 0
    for pid in stack.sekishod_pids():
        with open("/proc/%d/status" % pid, encoding="ascii") as file:
            total += sum(int(line.split()[1]) << 10 for line in file
                         if line.startswith("VmHWM:"))
    return total


def test_20_megabytes(stack):
    """O4: a mail of 20 MB is scanned and arrives as it was"""
    # complaint S4
    message = mail(files=[("random.bin", os.urandom(15 << 20))])
    stack.send(message, "alice@example.test")
    data = stack.arrived("alice", message["Message-ID"], 60)
    assert own(data) == message.as_bytes()
    assert peak(stack) < MEMORY_MAX


def test_20_megabytes_virus(stack):
    """R1: a virus in a mail of 20 MB is removed"""
    message = mail(files=[("random.bin", os.urandom(15 << 20)),
                          ("a.com", EICAR)])
    stack.send(message, "alice+big@example.test")
    data = stack.arrived("alice", message["Message-ID"], 60)
    assert attachments(data)[0] == attachments(message.as_bytes())[0]
    assert "a.com" not in dict(attachments(data))


@pytest.mark.parametrize("shape", ["10000 parts", "200 levels"])
@pytest.mark.parametrize("inner", [CLEAN, INFECTED], ids=["clean", "virus"])
def test_shape(stack, shape, inner):
    """O4: many parts, deep nesting: answered, never passed unscanned"""
    body = many(10000, inner) if "parts" in shape else nested(200, inner)
    message_id, raw = raw_mail(body)
    result = explain(stack, raw)
    kinds = {finding["kind"] for finding in result["findings"]}
    fate = result["plans"][0]["fate"]
    if inner is INFECTED:
        assert kinds & {"virus", "unscannable"}
    else:
        assert kinds <= {"unscannable"}
        assert fate == ("reject" if kinds else "deliver")
    if fate == "deliver":
        stack.send(raw, "alice+shape@example.test")
        data = own(stack.arrived("alice", message_id))
        assert (data == raw) == (inner is CLEAN)
        assert EICAR not in data
    assert peak(stack) < MEMORY_MAX


@pytest.mark.parametrize("raw", [
    b"", b"\r\n", b"Subject: x\r\n", b"Content-Type: multipart/mixed\r\n\r\n",
    b"Content-Type: multipart/mixed; boundary=\"\"\r\n\r\n--\r\n",
    b"\r\n\0\0\0\r\n", b"\r\n" + b"x" * 100000 + b"\r\n",
    b": \r\n\r\nno name\r\n", b"Subject: \xff\xfe\r\n\r\n\xff\r\n"],
    ids=["empty", "no-header", "no-body", "no-boundary", "empty-boundary",
         "zeros", "long-line", "no-name", "binary"])
def test_odd(stack, raw):
    """O4: odd mails are answered, and arrive as they were"""
    message_id = new_id()
    head = b"Message-ID: %s\r\n" % message_id.encode()
    stack.send(b"X-Stack-Spam-Score: 0\r\n" + head + raw,
               "alice@example.test")
    data = own(stack.arrived("alice", message_id))
    # Exim writes a header section and line ends where there were none,
    # Dovecot shows no zeros.
    raw = raw.replace(b"\0", b"\x80")
    sent = head + raw
    assert data in (sent, sent + b"\r\n", head + b"\r\n" + raw)
