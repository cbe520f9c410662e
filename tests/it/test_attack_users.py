"""One user of the site against another: by IMAP, LMTP and doveadm's HTTP API.

The webmail is in test_webmail_attack.py, sekishod's sockets are in
test_attack_sockets.py, held mail of others in test_hold.py.
"""
import base64
import json
import os
import socket
import stat
import subprocess
import urllib.error
import urllib.request

import pytest

from mails import mail
from quarantine import Quarantine
from rawimap import Session

SECRET = "for-bob-alone"

# Names by which a folder of bob's might be reached, or a file of the server's.
NAMES = [
    "Quarantine/../bob", "Quarantine/../../bob/Quarantine", "../bob/INBOX",
    "~bob", "~bob/Maildir", "~/../bob", "#user/bob", "#shared/bob/INBOX",
    "user/bob/Quarantine", "Other Users/bob", "/etc/passwd", "//etc/passwd",
    "%(mail)s/bob/Maildir", "Quarantine//../bob", "./../bob", "INBOX/../../bob",
    "Quarantine/Deliver/../../../bob", "Quarantine/%(mail)s/bob",
    "Approved Senders/../../bob", "&AC4ALg-/bob", "&AC8-etc&AC8-passwd",
    "&AH4-bob", "Quarantine&AC8-..&AC8-bob", "&AAA-", "&", "&-&-bob&",
    "Quarantine/" + "a" * 5000, "a/" * 300 + "bob", "bob@example.test",
    "alice+bob", "{INBOX}bob", "%u", "%%", "$HOME/bob", "`id`",
]
COMMANDS = ["SELECT", "EXAMINE", "STATUS", "LIST", "LSUB", "SUBSCRIBE",
            "CREATE", "DELETE", "RENAME", "COPY", "MOVE", "APPEND", "GETACL",
            "MYRIGHTS", "GETQUOTAROOT", "GETMETADATA"]


@pytest.fixture(name="theirs", scope="module")
def held_for_bob(stack):
    """What bob has: a held mail and an ordinary one, with a secret word."""
    bob = Quarantine(stack, "bob")
    held_id = bob.hold(mail(subject=SECRET, text=SECRET + "\n"))
    with bob.session() as imap:
        imap.must("APPEND INBOX", mail(subject=SECRET).as_bytes())
    with Session(stack.port("IMAP"), "alice") as imap:
        imap.select("INBOX")    # her home is there from now on
    return bob, held_id


def arguments(command, name):
    """The command with that mailbox name as literal, as none has to be
    quoted; bytes of the name are those that a client would send."""
    literal = name.encode()
    return {"STATUS": ("STATUS", literal, "(MESSAGES)"),
            "LIST": ('LIST ""', literal), "LSUB": ('LSUB ""', literal),
            "RENAME": ("RENAME", literal, "Mine"),
            "COPY": ("COPY 1", literal), "MOVE": ("MOVE 1", literal),
            "APPEND": ("APPEND", literal,
                       mail(subject="from alice").as_bytes()),
            "GETMETADATA": ("GETMETADATA", literal, "/private/comment"),
            }.get(command, (command, literal))


def state(stack, user):
    """All that is in a user's folders: names, flags and digests of files."""
    folder = "%s/mail/%s" % (stack.env["STACK_DIR"], user)
    return sorted((os.path.join(top, name), os.path.getsize(
        os.path.join(top, name))) for top, _, names in os.walk(folder)
        for name in names if "/cur" in top or "/new" in top)


@pytest.mark.parametrize("command", COMMANDS)
def test_mailbox_names(stack, theirs, command):
    """Q2: no name of a folder leads into another user's mail"""
    before = state(stack, "bob")
    assert before
    root = "%s/mail" % stack.env["STACK_DIR"]
    outside = set(os.listdir(root))
    for name in NAMES:
        name = name.replace("%(mail)s", root)
        with Session(stack.port("IMAP"), "alice") as imap:
            imap.must("SELECT INBOX")
            try:
                reply = imap.command(*arguments(command, name))
            except ConnectionError:
                continue    # a line that is too long
            text = repr(reply)
            assert SECRET not in text and "root:" not in text, (name, text)
            if reply.ok and command in ("SELECT", "EXAMINE"):
                assert imap.uids("TEXT " + SECRET) == [], name
            if reply.ok and command == "CREATE":
                imap.command("DELETE", name.encode())
    assert state(stack, "bob") == before
    assert set(os.listdir(root)) == outside
    with Session(stack.port("IMAP"), "alice") as imap:
        assert imap.command("NOOP").ok


def test_list_everything(stack, theirs):
    """Q2: no pattern lists a folder of another user"""
    with Session(stack.port("IMAP"), "alice") as imap:
        for pattern in ('"" "*"', '"" "%"', '"#" "*"', '"~bob" "*"',
                        '"../" "*"', '"/" "*"', '"" "*bob*"', '"" "~*"',
                        '"Quarantine/" "../*"'):
            reply = imap.command("LIST " + pattern)
            assert "bob" not in "\n".join(reply.untagged), pattern
        assert "bob" not in repr(imap.command("NAMESPACE").untagged)


def test_held_by_uid(stack, theirs):
    """Q2, Q4: a held mail of bob's is in no search, fetch or copy of alice's
    """
    _, held_id = theirs
    with Session(stack.port("IMAP"), "alice") as imap:
        for folder in "Quarantine", "INBOX":
            imap.select(folder)
            assert imap.uids("HEADER X-Sekisho-Held", held_id) == []
            assert imap.uids("SUBJECT", SECRET) == []


def test_nul_and_8bit(stack, theirs):
    """Q2: NUL, line ends and bytes that are no UTF-7 in a name lead nowhere
    (Dovecot takes NUL for the end), and the server goes on"""
    for literal in (b"Quarantine\0/../bob", b"\xff\xfebob", b"INBOX\r\na1 X",
                    b"\xc0\xae\xc0\xae/bob", b"Quar\xc2\x85antine"):
        with Session(stack.port("IMAP"), "alice") as imap:
            try:
                reply = imap.command("SELECT", literal)
            except ConnectionError:
                continue
            assert not reply.ok or literal.startswith(b"Quarantine\0")
            assert not reply.ok or imap.uids("TEXT " + SECRET) == []
    with Session(stack.port("IMAP"), "alice") as imap:
        assert imap.select("Quarantine") is not None


# -- doveadm's HTTP API --------------------------------------------------------

def http(stack, key=None, body=None):
    """The status of a request that names bob; 0 when there is no answer, as
    Dovecot 2.3 keeps silent."""
    body = body or [["sekishoHeldList", {"user": "bob"}, "t"],
                    ["sekishoAccountList", {"allUsers": True}, "t"],
                    ["search", {"user": "bob", "query": ["all"]}, "t"]]
    request = urllib.request.Request(
        "http://127.0.0.1:%d/doveadm/v1" % stack.port("DOVEADM"),
        json.dumps(body).encode(), {"Content-Type": "application/json"})
    if key is not None:
        request.add_header("Authorization", key)
    try:
        with urllib.request.urlopen(request, timeout=3) as reply:
            return reply.status, reply.read()
    except TimeoutError:
        return 0, b""
    except urllib.error.HTTPError as error:
        return error.code, error.read()


@pytest.mark.parametrize("key", [
    None, "X-Dovecot-API ", "X-Dovecot-API d3Jvbmc=", "Basic ZG92ZWFkbTo=",
    "X-Dovecot-API !", "Bearer stack-doveadm-key",
    "X-Dovecot-API stack-doveadm-key", "Basic Ym9iOmJvYi1zZWNyZXQtMQ=="],
    ids=["none", "empty", "wrong", "basic", "no-base64", "bearer", "plain",
         "password-of-bob"])
def test_http_key(stack, theirs, key):
    """Q12: without the right key the HTTP API does and says nothing"""
    before = state(stack, "bob")
    status, text = http(stack, key)
    assert status in (0, 400, 401, 403), (status, text)
    assert SECRET.encode() not in text and b"bob@" not in text
    assert state(stack, "bob") == before


def test_http_right_key(stack, theirs):
    """Q12: the same request with the right key finds bob's mail"""
    key = base64.b64encode(b"stack-doveadm-key").decode()
    status, text = http(stack, "X-Dovecot-API " + key)
    assert status == 200 and b"mailbox-guid" in text, text


# -- sockets of Dovecot's ------------------------------------------------------

def test_lmtp_socket(stack, theirs):
    """Q1: a process of a user can hand nothing over to LMTP, held or not"""
    path = stack.env["LMTP_SOCKET"]
    assert not stat.S_IMODE(os.stat(path).st_mode) & stat.S_IRWXO
    for user in "games", "nobody", "www-data":
        result = subprocess.run(
            ["setpriv", "--reuid", user, "--regid", "nogroup",
             "--clear-groups", "/usr/bin/python3", "-c",
             "import socket; socket.socket(socket.AF_UNIX).connect(%r)" %
             path], cwd="/", text=True, stderr=subprocess.PIPE, check=False)
        assert "PermissionError" in result.stderr, result.stderr
    with socket.socket(socket.AF_UNIX) as sock:
        sock.connect(path)      # it is there
