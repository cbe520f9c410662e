"""Mail that a rule holds, on its way from Exim into the quarantine (Q1)."""
import contextlib
import os
import pwd
import re
import shutil
import signal
import smtplib
import stat
import subprocess
import threading
import time

import pytest

from exims import OtherExim
from holding import (Held, LosingProxy, as_administrator, held, hold_rule,
                     lmtp, lmtp_log, messages, original, unfolded)
from mails import EICAR, mail
from quarantine import Quarantine
from reading import STAMP, attachments, fields, own, parsed, subject, text
from running import add_rules, new_id, rule, wait_until
from test_entrances import bdat

RULES = (
    hold_rule("own-hold", "all") +
    hold_rule("own-bob", "three", '<recipient like="bob@*"/>',
              '<tag-subject text="[TAG]"/><stamp text="Stamped."/>') +
    hold_rule("own-alice", "three", '<recipient like="alice@*"/>') +
    hold_rule("own-carol", "three", '<recipient like="carol@*"/>',
              "<delete/>") +
    hold_rule("own-virus", "virus", '<virus/><recipient like="alice*"/>',
              rule_class="virus") +
    rule("own-japanese", '<header name="X-Hold" pattern="^ja"/>',
         "<quarantine/>").replace("<name>own-japanese<",
                                  "<name>危険な添付ファイル; rule=R1<"))


@pytest.fixture(name="rules", scope="module", autouse=True)
def rules_that_hold(stack):
    with stack.policy(lambda text: add_rules(text, RULES)):
        yield


def in_inbox(stack, user, message_id):
    return stack.search(user, "HEADER", "Message-ID", message_id)


def suppressed(function, *arguments):
    """Its value, or None when the connection was lost."""
    with contextlib.suppress(OSError, smtplib.SMTPException):
        return function(*arguments)


def restart(stack, *daemons):
    for daemon in daemons:
        stack.stop(daemon)
    for daemon in reversed(daemons):
        stack.start(daemon)


# -- the original, with its reason --------------------------------------------

HEAD = (b"Received: from a by b;\r\n\tTue, 24 Nov 2026 09:00:00 +0900\r\n"
        b"From: <sender@partner.test>\r\nMessage-ID: %s\r\nX-Hold: all\r\n")
ODD = {
    "plain": b"Subject: x\r\n\r\nText\r\n",
    "no-subject": b"\r\nText\r\n",
    "no-body": b"Subject: x\r\n\r\n",
    "no-newline": b"Subject: x\r\n\r\nText",
    "dots": b"Subject: x\r\n\r\n.\r\n..\r\n.a\r\n",
    "eight-bit": b"SUBJECT : \x93\xfa\x96{\r\nX-Odd:\r\n\r\n\xff\xfe\x80\r\n",
    "long-line": b"Subject: x\r\n\r\n" + b"0123456789" * 700 + b"\r\n",
    "field-in-body": b"Subject: x\r\n\r\nX-Sekisho-Held: v=1\r\n\r\nText\r\n",
    "folded": b"Subject: a\r\n b\r\n\tc\r\nX-A:  two  blanks  \r\n\r\nText\r\n",
}


@pytest.mark.parametrize("kind", ODD)
def test_q1_bytes(stack, kind):
    """Q1: held mail is the original, byte for byte"""
    # complaint D2
    message_id = new_id()
    sent = HEAD % message_id.encode() + ODD[kind]
    stack.send(sent, "alice+%s@example.test" % kind)
    data, _ = held(stack, "alice", message_id)
    # SMTP ends the last line of a mail that does not.
    if not sent.endswith(b"\r\n"):
        sent += b"\r\n"
    assert original(data).endswith(sent)
    stack.settled()
    assert not in_inbox(stack, "alice", message_id)


def test_q1_big(stack):
    """Q1: a mail of 8 MiB is held as it is"""
    # complaint R-Q1
    message = mail(X_Hold="all", files=[("big.bin", os.urandom(6 << 20))])
    stack.send(message, "bob+big@example.test")
    data, _ = held(stack, "bob", message["Message-ID"])
    assert original(data).endswith(message.as_bytes())


def test_q1_trace(stack):
    """Q1: before the original stand its trace, the reason and the seal only"""
    message = mail(X_Hold="all")
    stack.send(message, "erin+trace@example.test")
    data, _ = held(stack, "erin", message["Message-ID"])
    lines = original(data)
    assert own(lines) == message.as_bytes()
    trace = lines[:-len(message.as_bytes())]
    assert [name for name in ("Return-Path", "Delivered-To", "Received")
            for _ in fields(trace, name)] == [
        "Return-Path", "Delivered-To", "Received", "Received"]


def test_q1_reason(stack):
    """Q1: a held mail says why, in a field of its own and in a keyword"""
    message = mail(X_Hold="ja", X_Stack_Authentication="spf=none")
    stack.send(message, "alice+ja@example.test", sender="a%b'c@partner.test")
    data, flags = held(stack, "alice", message["Message-ID"])
    reason, = fields(data, "X-Sekisho-Reason")
    assert all(byte < 128 for byte in reason)
    field, = fields(data, "X-Sekisho-Held")
    values = unfolded(field).replace("\t", " ")
    exim_id = stack.exim_id(message["Message-ID"])
    assert values.startswith("v=2; id=%s; time=" % exim_id)
    assert "class=content; rule=own-japanese; reason=%E5%8D%B1" in \
        values.replace("  ", " ")
    assert "sender=a%25b%27c@partner.test; from=sender@partner.test; " \
        "proof=none; recipient=alice+ja@example.test" in values.replace(
            "  ", " ")
    assert "$SekishoContent" in flags
    assert parsed(data)["X-Sekisho-Reason"] == \
        "危険な添付ファイル; rule=R1 (own-japanese); from " \
        "sender@partner.test, not proved; sent by a%b'c@partner.test"


def test_q9_class(stack):
    """Q9: what a virus rule holds is held as a virus, and says which"""
    message = mail(X_Hold="virus", files=[("a.com", EICAR)])
    stack.send(message, "alice+virus@example.test")
    data, flags = held(stack, "alice", message["Message-ID"])
    assert "$SekishoVirus" in flags
    assert message.as_bytes().replace(b"\r\n", b"\n") in as_administrator(
        stack, "alice", message["Message-ID"])
    assert parsed(data)["X-Sekisho-Reason"].startswith(
        "own-virus: Eicar-Test-Signature (own-virus); from ")


def test_o1_log(stack):
    """O1: each program has one line about a held mail, with its id"""
    message = mail(X_Hold="all")
    stack.send(message, "erin+log@example.test")
    held(stack, "erin", message["Message-ID"])
    exim_id = stack.exim_id(message["Message-ID"])
    line, = stack.exim_log("sekisho: id=%s .* hold=1" % exim_id)
    line, = stack.sekishod_log("id=%s .* hold=.*own-hold to "
                               "erin\\+log@example.test" % exim_id)
    assert lmtp_log(stack, exim_id) == [
        "id=%s user=erin+log@example.test action=hold rule=own-hold "
        "class=content result=ok" % exim_id]


@pytest.mark.parametrize("how", ["host", "wire"])
def test_q1_other_exim(stack, how):
    """Q1: held byte for byte by TCP, and out of a spool in wire format"""
    def host(text):
        return re.sub(r"(?m)^SEKISHO_QUARANTINE_SOCKET = .*",
                      "SEKISHO_QUARANTINE_HOST = 127.0.0.1\n"
                      "SEKISHO_QUARANTINE_PORT = %d" % stack.port("LMTP"),
                      text)

    exim = OtherExim(stack, how, host if how == "host" else
                     lambda text: text.replace("spool_wireformat = false",
                                               "spool_wireformat = true"))
    message_id = new_id()
    sent = HEAD % message_id.encode() + ODD["long-line"]
    with exim.session() as smtp:
        assert bdat(smtp, ["alice+%s@example.test" % how, "list@example.test"],
                    sent, 1000)[0] == 250
    wait_until(lambda: len(messages(stack, "alice", "Quarantine", "HEADER",
                                    "Message-ID", '"%s"' % message_id)) == 2,
               "two held mails of alice", 60)
    for data, _ in messages(stack, "alice", "Quarantine", "HEADER",
                            "Message-ID", '"%s"' % message_id):
        assert original(data).endswith(sent)
    data, _ = held(stack, "bob", message_id)
    assert original(data).endswith(sent)


# -- who gets what ------------------------------------------------------------

def test_r12_three_outcomes(stack):
    """Q1, R12: held for one, tagged and stamped for another, deleted for a
    third"""
    message = mail(X_Hold="three")
    stack.send(message, ["alice@example.test", "bob@example.test",
                         "carol@example.test"])
    data, _ = held(stack, "alice", message["Message-ID"])
    assert original(data).endswith(message.as_bytes())
    other = stack.arrived("bob", message["Message-ID"])
    assert subject(other) == "[TAG] A letter"
    assert text(other).startswith("Stamped.")
    assert not fields(other, "X-Sekisho-Held")
    assert not fields(other, "X-Sekisho-Reason")
    stack.settled()
    assert not in_inbox(stack, "alice", message["Message-ID"])
    assert not in_inbox(stack, "carol", message["Message-ID"])
    assert not messages(stack, "carol", "Quarantine", "HEADER", "Message-ID",
                        '"%s"' % message["Message-ID"])


def test_r1_cleaned_beside(stack):
    """Q1, R1: held with its virus for one, cleaned for another"""
    message = mail(X_Hold="virus", files=[("a.com", EICAR), ("b", b"fine")])
    stack.send(message, ["alice+beside@example.test", "bob@example.test"])
    held(stack, "alice", message["Message-ID"])
    assert message.as_bytes().replace(b"\r\n", b"\n") in as_administrator(
        stack, "alice", message["Message-ID"])
    other = stack.arrived("bob", message["Message-ID"])
    assert EICAR not in [content for _, content in attachments(other)]


def test_q1_alias(stack):
    """Q1: what is held for an alias is held for everybody behind it"""
    message = mail(X_Hold="all")
    stack.send(message, ["list@example.test", "erin+list@example.test"])
    for user in "alice", "bob", "erin":
        data, _ = held(stack, user, message["Message-ID"])
        assert original(data).endswith(message.as_bytes())
        assert not in_inbox(stack, user, message["Message-ID"])


@pytest.mark.parametrize("recipient", [
    '"alice"', '"al\\ice"', '"alice+a"', '"alice+a b"', '"list"'])
def test_q1_quoted(stack, recipient):
    """Q1, R11: quotes around a local part change nothing"""
    message = mail(X_Hold="all")
    stack.send(message, recipient + "@example.test")
    held(stack, "alice", message["Message-ID"])
    stack.settled()
    assert not in_inbox(stack, "alice", message["Message-ID"])


def test_q1_alias_outside(stack):
    """Q1: held mail does not leave the site by way of an alias"""
    message = mail(X_Hold="all")
    stack.send(message, "away@example.test")
    bounce = stack.left(message["Message-ID"])
    assert b"held mail does not leave this site" in bounce
    stack.settled()
    assert not [data for data in stack.sunk(message["Message-ID"])
                if b"X-Sink-To: away@partner.test" in data]


def test_q1_outside(stack):
    """Q1: nobody outside has a quarantine: such mail is refused"""
    message = mail(X_Hold="all", sender="alice@example.test")
    with pytest.raises(Exception, match="Refused by the policy"):
        stack.send(message, "friend@partner.test", user="alice",
                   sender="alice@example.test")


def test_q1_many(stack):
    """Q1: a mail for 100 recipients is held 100 times"""
    message = mail(X_Hold="all")
    stack.send(message, ["dave+many%d@example.test" % n for n in range(100)])
    found = wait_until(lambda: len(messages(
        stack, "dave", "Quarantine", "HEADER", "Message-ID",
        '"%s"' % message["Message-ID"])) == 100, "100 held mails", 120)
    assert found


def test_r10_everybody(stack):
    """R10, Q1: mail is held for users with an account and without"""
    for user in "alice", "dave", "erin":
        message = mail(X_Hold="all")
        stack.send(message, user + "@example.test")
        held(stack, user, message["Message-ID"])


# -- forged and replayed ------------------------------------------------------

def test_q1_from_outside(stack):
    """Q1: fields that say a mail is held do not come in from outside"""
    value = Held("bob@example.test").sealed(stack)
    message = mail(X_Sekisho_Held=value, X_Sekisho_Reason="None")
    stack.send(message, "bob@example.test")
    data = stack.arrived("bob", message["Message-ID"])
    assert not fields(data, "X-Sekisho-Held")
    assert not fields(data, "X-Sekisho-Reason")
    assert own(data) == message.as_bytes().replace(
        fields(message.as_bytes(), "X-Sekisho-Held")[0], b"").replace(
        fields(message.as_bytes(), "X-Sekisho-Reason")[0], b"")


def test_q1_held_with_such_fields(stack):
    """Q1: a held mail that came with such fields has ours only"""
    value = Held("bob@example.test", reason="Theirs").sealed(stack)
    message = mail(X_Hold="all", x_sekisho_held=value,
                   X_Sekisho_Reason="Theirs")
    stack.send(message, "bob@example.test")
    data, _ = held(stack, "bob", message["Message-ID"])
    assert b"Theirs" not in data
    original(data)


def test_q1_sealed_here(stack):
    """Q1: a field sealed as held.h and sekishod.conf(5) say is true"""
    field = Held("erin@example.test", reason="Sealed in Python 封")
    message = mail()
    assert lmtp(stack, "erin@example.test", message,
                field.sealed(stack))[0] == 250
    data, flags = held(stack, "erin", message["Message-ID"])
    assert original(data).endswith(message.as_bytes())
    assert "$SekishoSpam" in flags


def ignored(stack, recipient, reason, *values):
    """The mail is delivered as any other, and the log says why."""
    before = len(lmtp_log(stack, "result=ignored"))
    message = mail()
    assert lmtp(stack, recipient, message, *values)[0] == 250
    user = recipient.split("@")[0]
    assert in_inbox(stack, user, message["Message-ID"])
    assert not messages(stack, user, "Quarantine", "HEADER", "Message-ID",
                        '"%s"' % message["Message-ID"])
    line, = lmtp_log(stack, "result=ignored")[before:]
    assert " user=%s " % recipient in line
    assert line.endswith(' text="%s"' % reason)


def test_q1_replayed(stack):
    """Q1: what is held for one user is not delivered to another instead"""
    message = mail(X_Hold="all")
    stack.send(message, "alice@example.test")
    data, _ = held(stack, "alice", message["Message-ID"])
    value = unfolded(fields(data, "X-Sekisho-Held")[0])
    deferred(stack, "bob@example.test", "held for alice@example.test, not "
             "for bob@example.test", value)


def test_q1_forged(stack):
    """Q1: a field with a false seal means nothing"""
    value = Held("bob@example.test").sealed(stack)
    ignored(stack, "bob@example.test", "the seal is false",
            value.replace("class=spam", "class=virus"))
    ignored(stack, "bob@example.test", "the seal is false",
            value.replace("reason=A", "reason=B"))


def test_q1_malformed(stack):
    """Q1: a field that sekishod does not write means nothing, nor do two"""
    value = Held("bob@example.test").sealed(stack)
    ignored(stack, "bob@example.test",
            "X-Sekisho-Held: not as sekishod writes it", value + ";")
    ignored(stack, "bob@example.test",
            "X-Sekisho-Held: not as sekishod writes it", "yes")
    ignored(stack, "bob@example.test", "more than one X-Sekisho-Held",
            value, value)


def deferred(stack, recipient, reason, *values):
    """Exim has to come again; nothing was stored anywhere."""
    before = len(lmtp_log(stack, "result=defer"))
    message = mail()
    code, answer = lmtp(stack, recipient, message, *values)
    assert code == 451
    assert b"The quarantine is not available, please try again" in answer
    line, = wait_until(lambda: lmtp_log(stack, "result=defer")[before:],
                       "a line in Dovecot's log")
    assert reason in line
    user = recipient.split("@")[0]
    assert not in_inbox(stack, user, message["Message-ID"])
    return message


def test_q1_key_file(stack):
    """Q1: the key file that the first start made is sekishod's alone"""
    status = os.stat(stack.env["STACK_DIR"] + "/sekishod/held.key")
    assert stat.S_IMODE(status.st_mode) == 0o600
    assert status.st_uid == pwd.getpwnam("sekisho").pw_uid


def test_q1_unknown_key(stack):
    """Q1, O4: held on a host with another key file: 451, not delivered"""
    field = Held("erin@example.test")
    deferred(stack, "erin@example.test", "copy that file from the host where "
             "Exim runs", field.value(b"k" * 32))


def test_q1_key_rotation(stack):
    """Q1: a new key seals, an old one still verifies"""
    path = stack.env["STACK_DIR"] + "/sekishod/held.key"
    with open(path, encoding="ascii") as file:
        old = file.read()
    field = Held("erin@example.test").sealed(stack)
    try:
        with open(path, "w", encoding="ascii") as file:
            file.write("# new\n%s\n%s" % ("5a" * 32, old))
        stack.reload()
        assert lmtp(stack, "erin@example.test", mail(), field)[0] == 250
        message = mail(X_Hold="all")
        stack.send(message, "erin@example.test")
        data, _ = held(stack, "erin", message["Message-ID"])
        new = Held("erin@example.test").sealed(stack)
        key = new.split("key=")[1][:8]
        assert "key=" + key in unfolded(fields(data, "X-Sekisho-Held")[0])
    finally:
        with open(path, "w", encoding="ascii") as file:
            file.write(old)
        stack.reload()


# -- once, and never lost -----------------------------------------------------

def test_q1_twice(stack):
    """Q1: the same mail delivered again is filed once"""
    field = Held("erin@example.test").sealed(stack)
    message = mail()
    for _ in range(3):
        assert lmtp(stack, "erin@example.test", message, field)[0] == 250
    held(stack, "erin", message["Message-ID"])


@pytest.mark.parametrize("hours", [-240, 0, 25])
def test_q1_twice_clock(stack, hours):
    """Q1: once, too, when it was held by a clock that is wrong"""
    seconds = str(int(time.time()) + 3600 * hours)
    field = Held("erin@example.test", time=seconds).sealed(stack)
    message = mail()
    for _ in range(2):
        assert lmtp(stack, "erin@example.test", message, field)[0] == 250
    held(stack, "erin", message["Message-ID"])


def test_q1_at_once(stack):
    """Q1: the same mail on ten connections at once is filed once"""
    for _ in range(10):
        field = Held("erin@example.test").sealed(stack)
        message, codes = mail(), []
        threads = [threading.Thread(target=lambda: codes.append(
            lmtp(stack, "erin@example.test", message, field)[0]))
            for _ in range(10)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert codes == [250] * 10
        held(stack, "erin", message["Message-ID"])


def test_q1_answer_lost(stack):
    """Q1: Dovecot's answer is lost, Exim comes again: filed once"""
    message = mail(X_Hold="all")
    proxy = LosingProxy(stack.env["LMTP_SOCKET"], lose=2)
    with proxy.standing(pwd.getpwnam(stack.env["MTA_USER"]).pw_uid):
        stack.send(message, "erin+lost@example.test")
        stack.settled()
    assert proxy.lost == 2
    held(stack, "erin", message["Message-ID"])
    exim_id = stack.exim_id(message["Message-ID"])
    assert [line.rsplit(" ", 1)[1] for line in lmtp_log(stack, exim_id)] == [
        "result=ok", "result=there-already", "result=there-already"]


def lmtp_processes(stack):
    """Process ids of this stack's lmtp."""
    with open(stack.env["STACK_DIR"] + "/run/dovecot.pid",
              encoding="ascii") as file:
        out = subprocess.run(["ps", "-o", "pid=,comm=", "--ppid",
                              file.read().strip()], check=True, text=True,
                             stdout=subprocess.PIPE).stdout
    return [int(line.split()[0]) for line in out.splitlines()
            if line.split()[1] == "lmtp"]


def test_q1_killed(stack):
    """Q1: LMTP is killed at any moment, Exim comes again: filed once"""
    message = mail(files=[("big.bin", os.urandom(1 << 20))])
    for turn in range(20):
        field = Held("erin@example.test").sealed(stack)
        client = threading.Thread(target=suppressed, args=(
            lmtp, stack, "erin@example.test", message, field))
        client.start()
        time.sleep(turn * 0.01)
        for pid in lmtp_processes(stack):
            os.kill(pid, signal.SIGKILL)
        client.join()
        wait_until(lambda: suppressed(
            lmtp, stack, "erin@example.test", message, field) == (250, b""),
            "the second try")
    found = messages(stack, "erin", "Quarantine", "HEADER", "Message-ID",
                     '"%s"' % message["Message-ID"])
    assert len(found) == 20
    for data, _ in found:
        assert original(data).endswith(message.as_bytes())


def test_o4_dovecot_down(stack):
    """O4, Q1: without Dovecot held mail waits in Exim's queue"""
    stack.stop("dovecot")
    try:
        message = mail(X_Hold="all")
        stack.send(message, ["erin+down@example.test", "list@example.test"])
        exim_id = stack.exim_id(message["Message-ID"])
        wait_until(lambda: stack.exim_log(
            exim_id + " == erin.* T=sekisho_hold defer"), "a deferral", 60)
        assert stack.queue()
    finally:
        stack.start("dovecot")
    for user in "alice", "bob", "erin":
        data, _ = held(stack, user, message["Message-ID"])
        assert original(data).endswith(message.as_bytes())
    stack.settled()
    assert not in_inbox(stack, "erin", message["Message-ID"])


def test_o4_sekishod_down(stack):
    """O4, Q1: without sekishod LMTP says 451 to held mail, to no other"""
    field = Held("erin@example.test").sealed(stack)
    stack.stop("sekishod")
    try:
        message = deferred(stack, "erin@example.test", "control.sock", field)
        plain = mail()
        assert lmtp(stack, "erin@example.test", plain)[0] == 250
    finally:
        stack.start("sekishod")
    assert in_inbox(stack, "erin", plain["Message-ID"])
    assert lmtp(stack, "erin@example.test", message, field)[0] == 250
    held(stack, "erin", message["Message-ID"])


def test_o4_sekishod_down_alias(stack):
    """O4, Q1: what is held for an alias waits for sekishod in the queue"""
    message = mail(X_Hold="all")
    socket = stack.env["LMTP_SOCKET"]
    os.rename(socket, socket + ".away")
    try:
        stack.send(message, "list@example.test")
        exim_id = stack.exim_id(message["Message-ID"])
        wait_until(lambda: stack.exim_log(exim_id + " == alice.* defer"),
                   "a deferral", 60)
        stack.stop("sekishod")
    finally:
        os.rename(socket + ".away", socket)
    before = len(stack.exim_log(exim_id + " == alice.* defer"))
    wait_until(lambda: len(stack.exim_log(
        exim_id + " == alice.* defer")) > before, "one more deferral", 60)
    for user in "alice", "bob":
        assert not in_inbox(stack, user, message["Message-ID"])
    stack.start("sekishod")
    for user in "alice", "bob":
        held(stack, user, message["Message-ID"])
        assert not in_inbox(stack, user, message["Message-ID"])


def test_q1_cannot_write(stack):
    """Q1: a quarantine that cannot be written is a 451, never INBOX"""
    # complaints R-Q1, G4
    home = stack.env["STACK_DIR"] + "/mail/carol"
    lmtp(stack, "carol@example.test", mail())
    path = home + "/quarantine"
    shutil.rmtree(path, ignore_errors=True)
    with open(path, "w", encoding="ascii"):
        pass
    field = Held("carol@example.test").sealed(stack)
    try:
        message = deferred(stack, "carol@example.test",
                           "cannot open Quarantine", field)
    finally:
        os.unlink(path)
    assert lmtp(stack, "carol@example.test", message, field)[0] == 250
    held(stack, "carol", message["Message-ID"])


# -- Sieve --------------------------------------------------------------------

@pytest.fixture(name="sieve")
def carols_script(stack):
    path = stack.env["STACK_DIR"] + "/mail/carol/.dovecot.sieve"

    def write(script):
        lmtp(stack, "carol@example.test", mail())
        with open(path, "w", encoding="ascii") as file:
            file.write(script)
        shutil.chown(path, "mail", "mail")

    yield write
    if os.path.exists(path):
        os.unlink(path)


def test_q1_before_sieve(stack, sieve):
    """Q1, R16: a user's Sieve script sees ordinary mail and no held mail"""
    sieve('require ["vacation", "copy", "fileinto", "mailbox"];\n'
          'vacation "I am away.";\n'
          'redirect :copy "carol@partner.test";\n'
          'fileinto :create "Sorted";\n')
    plain = mail(to="carol@example.test", X_Hold="no")
    message = mail(to="carol@example.test", X_Hold="all")
    stack.send(message, "carol@example.test", sender="s1@partner.test")
    held(stack, "carol", message["Message-ID"])
    stack.send(plain, "carol@example.test", sender="s2@partner.test")
    copy = stack.left(plain["Message-ID"])
    assert b"X-Sink-To: " in copy
    wait_until(lambda: len(stack.sunk(plain["Message-ID"])) == 2,
               "a redirected mail and an answer")
    assert messages(stack, "carol", "Sorted", "HEADER", "Message-ID",
                    '"%s"' % plain["Message-ID"])
    stack.settled()
    assert not stack.sunk(message["Message-ID"])
    assert not messages(stack, "carol", "Sorted", "HEADER", "Message-ID",
                        '"%s"' % message["Message-ID"])


def test_q8_fileinto(stack, sieve):
    """Q8: a Sieve script cannot file mail into the quarantine"""
    sieve('require "fileinto";\nfileinto "Quarantine";\n')
    message = mail()
    stack.send(message, "carol@example.test")
    stack.arrived("carol", message["Message-ID"], 60)
    assert not messages(stack, "carol", "Quarantine", "HEADER", "Message-ID",
                        '"%s"' % message["Message-ID"])


# -- settings -----------------------------------------------------------------

@pytest.fixture(name="dovecot")
def dovecot_with_other_settings(stack):
    path = stack.env["DOVECOT_CONFIG"]
    with open(path, encoding="utf-8") as file:
        text = file.read()

    def write(*changes):
        changed = text
        for old, new in changes:
            assert old in changed, old
            changed = changed.replace(old, new)
        with open(path, "w", encoding="utf-8") as file:
            file.write(changed)
        restart(stack, "dovecot")

    yield write
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    restart(stack, "dovecot")


def test_q2_name(stack, dovecot):
    """Q2: the quarantine may be called 隔離"""
    dovecot(("prefix = Quarantine/", "prefix = 隔離/"),
            ("sekisho_quarantine = Quarantine", "sekisho_quarantine = 隔離"))
    message = mail(X_Hold="all")
    stack.send(message, "erin@example.test")
    data, _ = held(stack, "erin", message["Message-ID"], "&lpSW4g-")
    assert original(data).endswith(message.as_bytes())
    assert Quarantine(stack, "erin").session().must('LIST "" *').untagged


def test_q1_no_namespace(stack, dovecot):
    """Q1: a quarantine without a namespace of its own takes no mail: 451"""
    dovecot(("sekisho_quarantine = Quarantine",
             "sekisho_quarantine = Elsewhere"))
    field = Held("erin@example.test").sealed(stack)
    deferred(stack, "erin@example.test", "there is no namespace with the "
             "prefix Elsewhere/ for sekisho_quarantine", field)


def test_q2_first(stack):
    """Q2: with a user's first held mail his action folders are there, which
    clients would otherwise make at once"""
    erin = Quarantine(stack, "erin")
    store = os.path.join(stack.env["STACK_DIR"], "mail/erin/quarantine")
    shutil.rmtree(store, ignore_errors=True)
    erin.hold()
    assert {"Deliver", "Deliver and Approve"} < set(os.listdir(
        os.path.join(store, "mailboxes")))
    assert not erin.log_lines("Panic")
