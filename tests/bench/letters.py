"""The mails of the benchmark, made at run time and the same in every run.

Each is what a client sends after 354. Twelve "@" stand where smtpload writes
something new into each mail (in Base64 letters, so that it may lie inside an
encoded file): no verdict can come from a cache.
"""
import base64
import io
import random
import zipfile
import zlib

MARK = b"@" * 12
HEAD = """From: Sender <sender@partner.test>
To: alice@example.test
Subject: Monthly figures
Message-ID: <%s@partner.test>
Date: Tue, 24 Nov 2026 09:00:00 +0900
MIME-Version: 1.0
""" % MARK.decode()


def words(random_, size):
    """Lines of text of about that many bytes, with a new word in front."""
    known = ["".join(random_.choice("abcdefghijklmnopqrstuvwxyz")
                     for _ in range(random_.randint(2, 10)))
             for _ in range(2000)]
    text = [MARK.decode()]
    length = 0
    while length < size:
        line = " ".join(random_.choice(known) for _ in range(11))
        length += len(line) + 2
        text.append(line)
    return "\n".join(text) + "\n"


def wire(text):
    """LF to CRLF, dots doubled, a dot at the end (RFC 5321)."""
    lines = text.split("\n")
    return "\r\n".join("." + line if line.startswith(".") else line
                       for line in lines).encode() + b".\r\n"


def text(random_, kb):
    return HEAD + "Content-Type: text/plain; charset=utf-8\n\n" + \
        words(random_, kb << 10)


def html(random_, kb):
    rows = []
    for line in words(random_, kb << 9).splitlines():
        rows.append('<tr><td class="c%d"><a href="http://shop.partner.test/%s'
                    '">%s</a></td></tr>' % (len(line) % 7, line[:3], line))
    return HEAD + "Content-Type: text/html; charset=utf-8\n\n<html><body>" \
        "<table>\n" + "\n".join(rows) + "\n</table></body></html>\n"


def attached(random_, name, type_, data):
    """A short letter with one file."""
    lines = base64.encodebytes(data).decode()
    # Over whole groups of four letters: the length of the file stays.
    at = lines.index("\n", len(lines) * 3 // 4) + 1
    lines = lines[:at] + MARK.decode() + lines[at + len(MARK):]
    return HEAD + """Content-Type: multipart/mixed; boundary="=_bench"

--=_bench
Content-Type: text/plain; charset=utf-8

%s
--=_bench
Content-Type: %s
Content-Disposition: attachment; filename="%s"
Content-Transfer-Encoding: base64

%s--=_bench--
""" % (words(random_, 1024), type_, name, lines)


def zipped(random_, kb):
    """Text, pictures, and one stored member that gets the new bytes (and so a
    wrong CRC, at which no scanner looks). 1000 KB with its Base64."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(9):
            archive.writestr(zipfile.ZipInfo("text%d.txt" % number),
                             words(random_, 90 * kb), zipfile.ZIP_DEFLATED)
            archive.writestr(zipfile.ZipInfo("image%d.dat" % number),
                             random_.randbytes(30 * kb), zipfile.ZIP_DEFLATED)
        archive.writestr(zipfile.ZipInfo("notes.dat"),
                         random_.randbytes(300 * kb), zipfile.ZIP_STORED)
    return attached(random_, "figures.zip", "application/zip", out.getvalue())


def pdf(random_, kb):
    """Objects with compressed text, some with bytes as a picture has them."""
    out = io.BytesIO(b"%PDF-1.4\n")
    out.seek(0, io.SEEK_END)
    offsets = []

    def add(body):
        offsets.append(out.tell())
        out.write(b"%d 0 obj\n%s\nendobj\n" % (len(offsets), body))

    def stream(data, entries=b""):
        return b"<< /Length %d %s>>\nstream\n%s\nendstream" % (
            len(data), entries, data)

    add(b"<< /Type /Catalog /Pages 2 0 R >>")
    add(b"<< /Type /Pages /Kids [] /Count 0 >>")
    for _ in range(30):
        add(stream(zlib.compress(words(random_, 10 * kb).encode()),
                   b"/Filter /FlateDecode "))
    for _ in range(8):
        add(stream(random_.randbytes(80 * kb),
                   b"/Type /XObject /Subtype /Image "))
    start = out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(offsets) + 1))
    out.writelines(b"%010d 00000 n \n" % offset for offset in offsets)
    out.write(b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n"
              % (len(offsets) + 1, start))
    return attached(random_, "figures.pdf", "application/pdf", out.getvalue())
