"""Tags and stamps that break nothing: R14, R15."""
import base64
import quopri
import re

import pytest

from mails import ENCRYPTED_ZIP, mail, new_id
from reading import STAMP, fields, own, parsed, subject, text

ALREADY = base64.b64encode("[MEIWAKU!!!] 日本語".encode()).decode()
JIS = "=?iso-2022-jp?b?" + base64.b64encode(
    "会議のご案内".encode("iso-2022-jp")).decode() + "?="
SJIS = "=?Shift_JIS?Q?=89=EF=8Bc?="


def tagged(stack, subject_line):
    """The Subject field of spam that was sent with these bytes."""
    message_id = new_id()
    raw = mail(message_id=message_id, subject=None,
               X_Stack_Spam_Score="90").as_bytes()
    stack.send(subject_line.encode() + raw, "bob@example.test")
    data = own(stack.arrived("bob", message_id))
    # Without tag and test header nothing else differs.
    for field in fields(data, "Subject"):
        data = data.replace(field, b"")
    assert data == raw.replace(b"X-Stack-Spam-Score: 90\r\n", b"")
    field, = fields(stack.arrived("bob", message_id), "Subject")
    return field.decode()


@pytest.mark.parametrize("line", [
    "Subject: [MEIWAKU!!!] Cheap watches\r\n",
    "Subject: =?utf-8?b?%s?=\r\n" % ALREADY,
    "Subject: Re: [MEIWAKU!!!] Cheap watches\r\n",
    "SUBJECT:[MEIWAKU!!!]\r\n"], ids=["plain", "encoded", "answer", "alone"])
def test_r14_once(stack, line):
    """R14: a tag that is there is not put on again, in any encoding"""
    # complaint D3
    assert tagged(stack, line) == line


@pytest.mark.parametrize("line", [
    JIS, JIS + "\r\n " + JIS, JIS + " (Re: " + SJIS + ")", "a\r\n b",
    "=?utf-8?q?broken"],
    ids=["jis", "folded-jis", "mixed", "folded", "broken"])
def test_r14_encoded_words(stack, line):
    """R14: encoded words behind the tag stay as they are"""
    # complaint D3
    field = tagged(stack, "Subject: %s\r\n" % line)
    # A long line may be folded behind the tag.
    assert field.replace("]\r\n ", "] ") == \
        "Subject: [MEIWAKU!!!] %s\r\n" % line


def test_r14_no_subject(stack):
    """R14: a mail without a Subject gets one"""
    assert tagged(stack, "") == "Subject: [MEIWAKU!!!]\r\n"


def test_r14_through_twice(stack):
    """R14: a tagged mail that comes in again is not tagged again"""
    # complaint D3
    message = mail(subject="Cheap watches", X_Stack_Spam_Score="90")
    stack.send(message, "bob@example.test")
    data = own(stack.arrived("bob", message["Message-ID"]))
    again = new_id()
    stack.send(b"X-Stack-Spam-Score: 90\r\n" + data.replace(
        message["Message-ID"].encode(), again.encode()), "bob@example.test")
    assert subject(stack.arrived("bob", again)) == \
        "[MEIWAKU!!!] Cheap watches"


def raw_mail(message_id, body):
    return ("From: sender@partner.test\nTo: alice@example.test\n"
            "Message-ID: %s\nMIME-Version: 1.0\nSubject: x\n%s" %
            (message_id, body)).replace("\n", "\r\n").encode()


ZIP = """Content-Type: application/zip
Content-Transfer-Encoding: base64
Content-Disposition: attachment; filename="c.zip"

%s""" % base64.encodebytes(ENCRYPTED_ZIP).decode()

ALTERNATIVE = """Content-Type: multipart/mixed; boundary=A

--A
Content-Type: multipart/alternative; boundary=B

--B
Content-Type: text/plain; charset=iso-2022-jp

\x1b$B$3$s$K$A$O\x1b(B
--B
Content-Type: text/html; charset=Shift_JIS
Content-Transfer-Encoding: quoted-printable

<html><body class=3D"x"><p>=82=B1=82=F1</p></body></html>
--B--

--A
""" + ZIP + """--A--
"""


def test_r15_alternative(stack):
    """R15: the stamp stands first in plain text and in HTML"""
    message_id = new_id()
    stack.send(raw_mail(message_id, ALTERNATIVE), "alice@example.test")
    data = own(stack.arrived("alice", message_id))
    stamp = STAMP % "c.zip"
    assert text(data) == stamp + "\n\nこんにちは"
    html = text(data, "html")
    assert html.count(stamp) == 1 and html.index(stamp) < html.index("こん")
    assert html.startswith('<html><body class="x">')
    # ISO-2022-JP stays ISO-2022-JP, the attachment as it was.
    assert b"\x1b$B$3$s$K$A$O\x1b(B" in data
    assert ZIP.replace("\n", "\r\n").encode() in data
    assert b"charset=iso-2022-jp" in data and b"charset=Shift_JIS" in data


SIGNED = """Content-Type: multipart/signed; boundary=S;
\tprotocol="application/pgp-signature"; micalg=pgp-sha256

--S
Content-Type: multipart/mixed; boundary=A

--A
Content-Type: text/plain

Signed words.
--A
""" + ZIP + """--A--

--S
Content-Type: application/pgp-signature

-----BEGIN PGP SIGNATURE-----
AAAA
-----END PGP SIGNATURE-----
--S--
"""


def test_r15_signed(stack):
    """R15: a signed mail becomes a part of a new one, byte for byte"""
    # complaint D4
    message_id = new_id()
    stack.send(raw_mail(message_id, SIGNED), "alice@example.test")
    data = own(stack.arrived("alice", message_id))
    message = parsed(data)
    assert message.get_content_type() == "multipart/mixed"
    first, second = message.iter_parts()
    assert first.get_content().strip() == STAMP % "c.zip"
    assert second.get_content_type() == "multipart/signed"
    assert SIGNED.strip().replace("\n", "\r\n").encode() in data


def test_r15_japanese_name(stack):
    """R15: a file name in Japanese fits into the charset of its text"""
    message_id = new_id()
    body = ALTERNATIVE.replace(
        'filename="c.zip"', "filename*=utf-8''%E8%AB%8B%E6%B1%82.zip")
    stack.send(raw_mail(message_id, body), "alice@example.test")
    data = own(stack.arrived("alice", message_id))
    stamp = STAMP % "請求.zip"
    assert text(data) == stamp + "\n\nこんにちは"
    assert stamp in text(data, "html")
    assert stamp.encode("iso-2022-jp") in data


WORDS = "お世話になっております。\n添付をご確認ください。表示ソ能\n"


def encoded(charset, encoding):
    """WORDS as the lines of a body."""
    data = WORDS.encode(charset)
    if encoding == "base64":
        return base64.encodebytes(data)
    return quopri.encodestring(data) if encoding == "quoted-printable" else data


@pytest.mark.parametrize("charset", ["iso-2022-jp", "shift_jis", "euc-jp",
                                     "utf-8"])
@pytest.mark.parametrize("encoding", ["base64", "quoted-printable", "8bit"])
def test_r15_japanese(stack, charset, encoding):
    """R14, R15, R3: tag and stamp in every Japanese charset and encoding"""
    subject_word = "=?%s?b?%s?=" % (charset, base64.b64encode(
        "見積書".encode(charset)).decode())
    message_id = new_id()
    body = (b"Content-Type: multipart/mixed; boundary=A\n\n--A\n"
            b"Content-Type: text/plain; charset=%s; format=flowed\n"
            b"Content-Transfer-Encoding: %s\n\n%s\n--A\n%s--A--\n" % (
                charset.encode(), encoding.encode(),
                encoded(charset, encoding), ZIP.replace(
                    'filename="c.zip"',
                    "filename*=utf-8''%E8%AB%8B%E6%B1%82.zip").encode()))
    head = raw_mail(message_id, "X-Stack-Spam-Score: 90\n").replace(
        b"Subject: x", b"Subject: " + subject_word.encode())
    stack.send(head + body.replace(b"\n", b"\r\n"), "alice@example.test")
    data = own(stack.arrived("alice", message_id))
    # The stamp is in front, and the words are as they were.
    # Base 64 may need one or two more line ends; blanks would join lines.
    assert re.sub("\n\n+", "\n\n", text(data)).strip() == \
        STAMP % "請求.zip" + "\n\n" + WORDS.strip()
    part = parsed(data).get_body(("plain",))
    assert part.get_content_charset() == charset
    assert part.get_param("format") == "flowed"
    assert fields(data, "Subject") == [
        b"Subject: [MEIWAKU!!!] %s\r\n" % subject_word.encode()]
    assert subject(data) == "[MEIWAKU!!!] 見積書"


def test_r15_other_script(stack):
    """R15: where the charset cannot hold a name, the part gets one that can"""
    message = mail(text="Bonjour, c'est moi - é\n", files=[])
    message.set_content("Bonjour, c'est moi - é\n", charset="iso-8859-1")
    message.add_attachment(ENCRYPTED_ZIP, maintype="application",
                           subtype="zip", filename="請求.zip")
    stack.send(message, "alice@example.test")
    data = stack.arrived("alice", message["Message-ID"])
    assert text(data) == STAMP % "請求.zip" + "\n\nBonjour, c'est moi - é\n"


def test_r15_html_only(stack):
    """R15: a mail that has only HTML"""
    message = mail()
    message.set_content("<p>Hello <b>there</b></p>\n", subtype="html")
    message.add_attachment(ENCRYPTED_ZIP, maintype="application",
                           subtype="zip", filename="<b>&c.zip")
    stack.send(message, "alice@example.test")
    html = text(stack.arrived("alice", message["Message-ID"]), "html")
    assert "&lt;b&gt;&amp;c.zip" in html and "<b>&c" not in html
    assert "<p>Hello <b>there</b></p>" in html


def test_r15_no_text(stack):
    """R15: a mail without any text gets one for the stamp"""
    message = mail()
    message.clear_content()
    message.set_content(ENCRYPTED_ZIP, "application", "zip",
                        filename="c.zip")
    stack.send(message, "alice@example.test")
    data = stack.arrived("alice", message["Message-ID"])
    assert text(data).strip() == STAMP % "c.zip"
    assert [part.get_payload(decode=True) for part in
            parsed(data).iter_attachments()] == [ENCRYPTED_ZIP]
