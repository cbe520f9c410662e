"""What a stranger sends to get past Sekisho, or into its logs, notices and
stamps. None of it has an effect (docs/security.md).

What else is tried: forged and replayed seals by LMTP in test_hold.py, line ends
in encoded words in test_notices.py, forged log lines in test_log.py, mail that
breaks the rules in tests/unit/test-evasion.c.
"""
import contextlib
import glob
import os
import re
import smtplib
import time

import pytest

from holding import Held, held, hold_rule, messages, unfolded
from mails import EICAR, ENCRYPTED_ZIP, mail, zip_of
from reading import attachments, fields, parsed, subject
from running import add_rules, new_id, rule

BOMB = "^(a+)+$"
RULES = (hold_rule("own-hold", "all") +
         rule("own-bomb", '<header name="X-Bomb" pattern="%s"/>' % BOMB,
              "<delete/>"))


@pytest.fixture(name="rules", scope="module", autouse=True)
def rules_of_this_file(stack):
    with stack.policy(lambda text: add_rules(text, RULES)):
        yield


def head(data):
    return data.split(b"\r\n\r\n", 1)[0]


def in_folder(stack, user, folder, message_id):
    return messages(stack, user, folder, "HEADER", "Message-ID",
                    '"%s"' % message_id)


# -- header fields that are ours ----------------------------------------------

FORMS = {"plain": "X-Sekisho-Held: %s", "blank": "X-Sekisho-Held : %s",
         "case": "x-SEKISHO-heLD:%s", "folded": "X-Sekisho-Held:\r\n\t%s",
         "twice": "X-Sekisho-Held: %s\r\nX-Sekisho-Held: %s"}


@pytest.fixture(name="true_field", scope="module")
def field_of_a_held_mail(stack):
    """The field of a mail that is held for bob, as he can copy it."""
    message = mail(X_Hold="all")
    stack.send(message, "bob@example.test")
    data, _ = held(stack, "bob", message["Message-ID"])
    return unfolded(fields(data, "X-Sekisho-Held")[0])


def way(name):
    return {"user": "alice", "sender": "alice@example.test"} \
        if name == "inside" else {}


@pytest.mark.parametrize("side", ["outside", "inside"])
@pytest.mark.parametrize("form", FORMS)
def test_replayed(stack, true_field, form, side):
    """Q1: the true field of a held mail, sent with another one, means nothing
    """
    line = FORMS[form].replace("%s", true_field)
    message = mail(to="bob@example.test")
    raw = line.encode() + b"\r\n" + message.as_bytes()
    stack.send(raw, "bob@example.test", **way(side))
    data = stack.arrived("bob", message["Message-ID"])
    assert b"x-sekisho" not in head(data).lower()
    assert not in_folder(stack, "bob", "Quarantine", message["Message-ID"])


@pytest.mark.parametrize("side", ["outside", "inside"])
def test_other_fields(stack, side):
    """R1, Q10: fields that say a mail was released, approved or scanned do not
    save a virus, nor do they come in as ours"""
    value = Held("bob@example.test").sealed(stack)
    message = mail(to="bob@example.test", files=[("a.com", EICAR),
                                                 ("b.txt", b"fine")],
                   X_Sekisho_Released="id=%s; by=admin" % value[8:20],
                   X_Sekisho_Reason="None", X_Sekisho_Approved="yes",
                   X_Sekisho="deliver", X_Virus_Scanned="clean")
    stack.send(message, "bob@example.test", **way(side))
    stack.settled()
    for data in stack.search("bob", "HEADER", "Message-ID",
                             message["Message-ID"]):
        assert EICAR not in [content for _, content in attachments(data)]
        assert not fields(data, "X-Sekisho-Released")
        assert not fields(data, "X-Sekisho-Reason")
    assert not stack.exim_log("reason=released.*" + re.escape(
        message["Message-ID"].strip("<>")))
    exim_id = stack.exim_id(message["Message-ID"])
    assert stack.sekishod_log("id=%s .*rules=R[12]" % exim_id)


# -- expansions ----------------------------------------------------------------

# Each would leave a file or a word of expanded(), if anybody believed it.
def spells(marker):
    return ["${run{/usr/bin/touch %s}}" % marker, "$(touch %s)" % marker,
            "`touch %s`" % marker, "${lookup{root}lsearch{/etc/passwd}}",
            "${uc:spelt}", "a${eval:271*829}", "%{uc:spelt}"]


def expanded(text):
    return [word for word in ("SPELT", "224659", ":/root:") if word in text]


def everything(stack, users=("alice", "bob")):
    """All logs, and all mails of these users, as one text."""
    texts = []
    for path in glob.glob(stack.env["STACK_DIR"] + "/log/*") + [
            stack.env["EXIM_LOG"], stack.env["SEKISHOD_LOG"]]:
        if os.path.isfile(path):
            with open(path, encoding="utf-8", errors="replace") as file:
                texts.append(file.read())
    for user in users:
        texts += [data.decode("utf-8", "replace")
                  for folder in ("INBOX", "Quarantine")
                  for data in stack.search(user, "ALL", folder=folder)]
    return "\n".join(texts)


@pytest.mark.parametrize("hold", [False, True], ids=["notice", "held"])
def test_expansion(stack, hold):
    """R1, N3, Q1: what looks like an expansion is text, wherever it stands"""
    marker = os.path.join(stack.env["STACK_DIR"], "spell-marker")
    for number, spell in enumerate(spells(marker)):
        quoted = '"%s"' % spell.replace("\\", "\\\\").replace('"', '\\"')
        message = mail(subject=spell, files=[("%s.com" % spell, EICAR)],
                       sender='"%s" <%s@partner.test>' % (spell, "a"),
                       X_Odd=spell, **({"X_Hold": "all"} if hold else {}))
        smtp = stack.outside()
        with smtp:
            smtp.ehlo(spell.replace(" ", ""))
            for sender in quoted + "@partner.test", "a@partner.test":
                with contextlib.suppress(smtplib.SMTPException):
                    smtp.sendmail(sender, ["alice+x%d@example.test" % number,
                                           "bob+%s@example.test" %
                                           spell.replace(" ", ""),
                                           quoted + "@example.test"],
                                  message.as_bytes())
                with contextlib.suppress(smtplib.SMTPException):
                    smtp.ehlo("client.partner.test")
        assert stack.exim_id(message["Message-ID"])
    stack.settled()
    assert not os.path.exists(marker)
    assert not expanded(everything(stack))
    assert not os.path.exists(os.path.dirname(stack.env["EXIM_LOG"]) +
                              "/paniclog")


# -- line ends -----------------------------------------------------------------

NAMES = {
    "rfc2231": b"filename*=utf-8''a%0D%0AX-Evil:%201%0D%0A%0D%0Aevil.zip",
    "pieces": b"filename*0*=utf-8''a%0D; filename*1*=%0AX-Evil:%201.zip",
    "encoded": b'filename="=?utf-8?q?a=0D=0AX-Evil:_1.zip?="',
    "escape": b"filename*=utf-8''a%1B%5D0;evil%07%C2%9B31m%E2%80%A8.zip",
    "quoted": b'filename="a\\\r\n X-Evil: 1.zip"',
}


@pytest.mark.parametrize("name", NAMES)
def test_stamp_line_ends(stack, name):
    """R3, O1: a file name with line ends or escapes injects nothing into the
    stamp of the mail nor into a log"""
    message = mail(files=[("NAME.zip", ENCRYPTED_ZIP)])
    raw = message.as_bytes().replace(b'filename="NAME.zip"', NAMES[name])
    assert NAMES[name] in raw
    stack.send(raw, "alice@example.test")
    data = stack.arrived("alice", message["Message-ID"])
    assert not re.search(rb"(?im)^X-Evil", data.replace(NAMES[name], b""))
    text = parsed(data).get_body(("plain",)).get_content()
    assert "could not be scanned for viruses" in text
    assert not re.search("[\x00-\x09\x0b\x0c\x0e-\x1f\x7f-\x9f]", text)
    check_logs(stack)


def check_logs(stack):
    """No line begins as none of ours does, no control is in any."""
    for path in stack.env["EXIM_LOG"], stack.env["SEKISHOD_LOG"]:
        with open(path, "rb") as file:
            data = file.read()
        assert not re.search(rb"(?m)^(X-Evil|evil)", data), path
        assert not re.search(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", data), path
        assert b"\xc2\x9b" not in data, path


@pytest.mark.parametrize("evil", [
    "\x1b]0;evil\x07", "\u009b31m", "\u2028evil", "\revil", "\u202eevil"],
    ids=["escape", "csi", "separator", "return", "override"])
def test_log_controls(stack, evil):
    """O1: what would move a terminal's cursor or begin a line reaches no log
    """
    coded = "=?utf-8?q?%s?=" % "".join(
        "=%02X" % byte for byte in evil.encode())
    message = mail(subject="SUBJECT", files=[("FILE.com", EICAR)])
    raw = message.as_bytes().replace(b"SUBJECT", coded.encode()).replace(
        b"FILE", coded.encode())
    with stack.outside() as smtp:
        with contextlib.suppress(smtplib.SMTPException):
            smtp.sock.sendall(b"EHLO a%s\r\n" % evil.encode())
            smtp.getreply()
        smtp.ehlo("client.partner.test")
        smtp.sendmail("sender@partner.test", ["alice@example.test"], raw)
    stack.arrived("alice", message["Message-ID"])
    check_logs(stack)
    for line in stack.sekishod_log("id=" + stack.exim_id(
            message["Message-ID"])):
        assert "\u2028" not in line and "\u202e" not in line


# -- the directory -------------------------------------------------------------

@pytest.mark.parametrize("local", [
    "*)(mail=*", "*", "*)(objectClass=*))(|(mail=*", r"\2a",
    "*)(sekishoApprovedSender=*"])
def test_filter(stack, local):
    """A3: an envelope that is a piece of an LDAP filter approves nobody"""
    quoted = '"%s"@partner.test' % local.replace("\\", "\\\\")
    message = mail(X_Stack_Spam_Score="75", sender=quoted)
    stack.send(message, "alice@example.test", sender=quoted)
    assert subject(stack.arrived("alice", message["Message-ID"])).startswith(
        "[MEIWAKU!!!]")
    with contextlib.suppress(smtplib.SMTPRecipientsRefused):
        message = mail(X_Stack_Spam_Score="75")
        stack.send(message, '"%s"@example.test' % local.replace("\\", "\\\\"))
    assert not stack.sekishod_log("[Bb]ad search filter|error: .*filter")


# -- bombs ---------------------------------------------------------------------

def refused(stack, raw, recipient="alice@example.test"):
    """The answer to a mail that is not taken, and how long it took."""
    begin = time.monotonic()
    with pytest.raises(smtplib.SMTPDataError) as caught:
        stack.send(raw, recipient)
    return caught.value, time.monotonic() - begin


def test_header_bomb(stack):
    """R11: 300,000 parameters in a part's header are refused at once"""
    message_id = new_id()
    raw = (b"From: a@partner.test\r\nMessage-ID: %s\r\nMIME-Version: 1.0\r\n"
           b"Content-Type: multipart/mixed; boundary=X\r\n\r\n--X\r\n"
           b"Content-Disposition: attachment" % message_id.encode() +
           b";\r\n a=b" * 300000 + b"\r\n\r\nhello\r\n--X--\r\n")
    error, _ = refused(stack, raw)
    assert error.smtp_code == 550
    stack.send(mail(), "alice@example.test")
    assert not stack.sekishod_log("took longer than scan-seconds")


def test_header_flood(stack):
    """O4: 50 MB of header lines are refused, and others are served meanwhile
    """
    raw = b"X-A: " + b"a" * 72 + b"\r\n"
    with pytest.raises((smtplib.SMTPException, OSError)):
        stack.send(raw * ((50 << 20) // len(raw)) + b"\r\nhello\r\n",
                   "alice@example.test")
    message = mail()
    stack.send(message, "alice@example.test")
    stack.arrived("alice", message["Message-ID"])


def test_zip_bomb(stack):
    """R11: 1 GB of zeros that were packed to 1 MB is refused"""
    bomb = zip_of(("zeros.bin", bytes(1 << 30)))
    assert len(bomb) < 2 << 20
    error, _ = refused(stack, mail(files=[("a.zip", bomb)]).as_bytes())
    assert error.smtp_code == 550
    stack.send(mail(), "alice@example.test")


def test_regex_bomb(stack):
    """R11: texts over which a pattern of the policy could sit for hours: as
    sekisho-policy(5) says it then does not match, and soon"""
    message = mail()
    raw = b"".join(b"X-Bomb: %s!\r\n" % (b"a" * 900) for _ in range(800)) + \
        message.as_bytes()
    begin = time.monotonic()
    stack.send(raw, ["alice+%d@example.test" % n for n in range(50)])
    assert time.monotonic() - begin < 30
    stack.settled()
    assert stack.search("alice", "HEADER", "Message-ID", message["Message-ID"])
