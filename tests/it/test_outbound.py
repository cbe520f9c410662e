"""Mail to outside that a rule holds for the administrators, and that one of
them sends on to its recipients (issue 10.9)."""
import hashlib
import hmac
import os
import re
import subprocess
import threading
import time

import pytest

import preload
from crashing import CrashingDovecot
from doveadm import Doveadm
from holding import Held, key_name, keys, lmtp, messages
from mails import EICAR, mail
from protocol import call
from quarantine import Quarantine
from reading import fields, own, parsed
from running import add_rules, rule, wait_until
from test_quarantine_crash import again, start_afresh

STRIDE = 1 if os.environ.get("LONG_TESTS") else 6
OUTSIDE = '<direction is="outbound"/><not><recipient ' \
    'like="*@example.test"/></not><header name="X-Out" pattern="^%s"/>'
RULES = rule("out", OUTSIDE % "hold", "<quarantine/>") + \
    rule("out-virus", OUTSIDE % "virus", "<quarantine/>", "virus")
ONWARD = "NO [CANNOT] This mail goes to outside; move it to " \
    "Quarantine/Deliver to send it on"


@pytest.fixture(name="rules", scope="module", autouse=True)
def erin_keeps_what_is_held(stack):
    def change(text):
        text = add_rules(
            text, '<outbound-quarantine address="erin@example.test"/>',
            "<high-risk>")
        # R2 would delete a virus before anybody can hold it.
        return add_rules(text.replace('id="R2" class="virus" status="on"',
                                      'id="R2" class="virus" status="off"'),
                         RULES)
    with stack.policy(change):
        yield


@pytest.fixture(name="erin")
def erins_quarantine(stack):
    quarantine = Quarantine(stack, "erin")
    quarantine.empty()
    return quarantine


@pytest.fixture(name="doveadm")
def doveadm_of_the_stack(stack):
    class Tool(Doveadm):
        def run(self, *words, **how):
            """What it logs goes to the log that the tests read."""
            return super().run("quarantine", *words, options=[
                "-o", "log_path=%s/log/dovecot.log" % stack.env["STACK_DIR"]],
                **how)
    return Tool(stack)


def submit(stack, recipients, value="hold", **how):
    """Alice sends it; returns the message and Exim's id."""
    message = mail(sender="Alice <alice@example.test>", X_Out=value,
                   to="friend@partner.test", **how)
    stack.send(message, recipients, user="alice", sender="alice@example.test")
    return message, stack.exim_id(message["Message-ID"])


def held_for_erin(stack, quarantine, recipients="friend@partner.test",
                  value="hold", **how):
    message, held = submit(stack, recipients, value, **how)
    wait_until(lambda: quarantine.count(held, "Quarantine"), "a held mail")
    stack.settled()
    assert not stack.sunk(message["Message-ID"])
    return message, held


def release(quarantine, held, folder="Quarantine/Deliver", command="MOVE"):
    with quarantine.session() as imap:
        imap.select("Quarantine")
        return imap.command('UID %s %d "%s"' % (
            command, quarantine.uid(imap, held), folder))


def went_out(stack, message, *recipients):
    """It is outside as it came, once, for these; nothing of ours is in it."""
    data = stack.left(message["Message-ID"])
    stack.settled()
    assert len(stack.sunk(message["Message-ID"])) == 1
    assert [field.split(b": ")[1].strip().decode()
            for field in fields(data, "X-Sink-To")] == list(recipients)
    assert b"X-Sink-From: alice@example.test\r\n" in data
    assert own(data) == message.as_bytes()
    assert b"ekisho-" not in data.replace(b"sekishod.", b"")
    assert b"erin" not in data and b"LMTP" not in data
    return data


# -- into the quarantine -------------------------------------------------------

def test_held_once(stack, erin):
    """issue 10.9: mail to outside is held once for all its recipients"""
    people = ["a@partner.test", '"x, y"@other.test', "b@partner.test"]
    message, held = submit(stack, people + ["bob@example.test"])
    stack.arrived("bob", message["Message-ID"])
    stack.settled()
    assert erin.count(held, "Quarantine") == 1
    assert not stack.sunk(message["Message-ID"])
    (data, flags), = messages(stack, "erin", "Quarantine", "ALL")
    assert parsed(data)["X-Sekisho-Reason"] == \
        "out (out); from alice@example.test, of this site; sent by " \
        "alice@example.test; to a@partner.test and 2 others outside"
    assert "$SekishoContent" in flags and data.endswith(message.as_bytes())
    line, = stack.sekishod_log("id=%s " % held)
    assert 'hold="out in erin@example.test to a@partner.test,' in line
    assert len(stack.exim_log("%s => erin <.*R=sekisho_hold_for_administrators"
                              % held)) == 3


@pytest.mark.parametrize("language, words", [
    ("en", "Your mail has not been sent on yet"),
    ("ja", "送信されたメールは、このサイトのルールにより保留されています")])
def test_n3_sender_is_told(stack, erin, language, words):
    """N3, issue 10.9: the sender is told, in the language of the site"""
    told = rule("told", OUTSIDE % "told",
                '<quarantine/><notify who="sender" template="held"/>')
    with stack.policy(lambda text: add_rules(
            text, told).replace('language="en"', 'language="%s"' % language)):
        message, held = held_for_erin(stack, erin, value="told")
    data, = wait_until(lambda: stack.search(
        "alice", "HEADER", "Message-ID", held + "."), "a notice")
    text = parsed(data).get_content()
    assert words in text and message["Message-ID"] in text
    assert "friend@partner.test" in text


def test_keeper_is_a_recipient(stack, erin):
    """issue 10.9: what goes to outside and to its keeper is both"""
    message, held = submit(stack, ["erin@example.test", "a@partner.test"])
    stack.arrived("erin", message["Message-ID"])
    wait_until(lambda: erin.count(held, "Quarantine"), "a held mail")
    assert release(erin, held).ok
    went_out(stack, message, "a@partner.test")


def test_not_at_home(stack):
    """issue 10.9: a keeper without a mailbox: the sender is told"""
    with stack.policy(lambda text: text.replace(
            'address="erin@', 'address="nobody@')):
        message, held = submit(stack, "a@partner.test")
        bounce = wait_until(lambda: stack.search(
            "alice", "TEXT", held, "FROM", "Mailer-Daemon"), "a bounce")[0]
    assert b"a@partner.test" in bounce
    assert not stack.sunk(message["Message-ID"])


def test_while_dovecot_is_away(stack, erin):
    """issue 10.9: while Dovecot is away, it waits in Exim's queue"""
    stack.stop("dovecot")
    try:
        message = mail(sender="alice@example.test", X_Out="hold")
        stack.local(message, "a@partner.test", options=[
            "-f", "alice@example.test"])
        held = stack.exim_id(message["Message-ID"])
        wait_until(lambda: stack.exim_log(held + " == .*for_admin"), "defer")
    finally:
        stack.start("dovecot")
    wait_until(lambda: erin.count(held, "Quarantine"), "a held mail")
    assert not stack.sunk(message["Message-ID"])


# -- out of it -----------------------------------------------------------------

def test_release(stack, erin):
    """issue 10.9: Deliver sends it on as it came, with its envelope"""
    people = ["a@partner.test", '"x, y"@other.test']
    message, held = held_for_erin(stack, erin, people, text="a\n.b\n\xe9\n" +
                                  "long " * 500 + "\n")
    assert release(erin, held).ok
    went_out(stack, message, *people)
    assert erin.count(held, "Quarantine") == 0
    assert erin.log(held) == [
        "id=%s user=erin@example.test action=deliver server=outside "
        "rescan=clean result=ok" % held]
    line, = stack.exim_log("reason=released was=%s " % held)
    assert "direction=outbound" in line and "deliver=2" in line


def test_release_big(stack, erin):
    """issue 10.9: a mail of 8 MiB goes on as it came"""
    message, held = held_for_erin(
        stack, erin, files=[("big.bin", bytes(range(256)) * (6 << 12))])
    assert release(erin, held).ok
    went_out(stack, message, "friend@partner.test")


def test_doveadm(stack, erin, doveadm):
    """issue 10.9: doveadm shows to whom it goes, delivers, deletes"""
    message, held = held_for_erin(stack, erin, ["a@partner.test",
                                                "b@partner.test"])
    row, = doveadm.json("list", "-u", "erin", "id", held)
    assert row["reason"] == "out; to a@partner.test and 1 other outside"
    row, = doveadm.json("show", "-u", "erin", "id", held)
    assert row["recipient"] == "a@partner.test,b@partner.test"
    doveadm.run("deliver", "-u", "erin", "id", held)
    went_out(stack, message, "a@partner.test", "b@partner.test")
    assert "by=administrator action=deliver server=outside" in \
        erin.log(held)[0]
    message, held = held_for_erin(stack, erin)
    doveadm.run("delete", "-u", "erin", "id", held)
    stack.settled()
    assert not stack.sunk(message["Message-ID"])


def test_wrong_ways(stack, erin):
    """issue 10.9: it leaves by Deliver only: neither by INBOX nor approved"""
    message, held = held_for_erin(stack, erin)
    inbound = erin.hold()
    with erin.session() as imap:
        imap.select("Quarantine")
        uid = erin.uid(imap, held)
        for folder in "INBOX", "Junk2":
            imap.command("CREATE %s" % folder)
            assert imap.command("UID MOVE %d %s" % (uid, folder)).line \
                .startswith(ONWARD)
        reply = imap.command(
            'UID MOVE %d "Quarantine/Deliver and Approve"' % uid)
        assert "there is nobody to approve" in reply.line
        reply = imap.command("UID MOVE %d,%d Quarantine/Deliver" % (
            uid, erin.uid(imap, inbound)))
        assert "cannot go in one command" in reply.line
        assert erin.uid(imap, held) == uid and erin.uid(imap, inbound)
    stack.settled()
    assert not stack.sunk(message["Message-ID"])


def test_refused_uncopied(stack, erin, doveadm, tmp_path):
    """issue 10.9: whether it may go this way is asked before it is copied"""
    _, held = held_for_erin(stack, erin, text="A large mail\r\n" * 30000)
    source = tmp_path / "no-copy.c"
    source.write_text("#include <errno.h>\nint memfd_create(const char *name, "
                      "unsigned int flags) { errno = EMFILE; return -1; }\n")
    library = preload.build(str(source), str(tmp_path))
    for verb, reason in (("deliver", "cannot be read"),
                         ("approve", "there is nobody to approve")):
        result = doveadm.run(
            verb, "-u", "erin", "id", held, check=False,
            before=["env", "LD_PRELOAD=" + library,
                    "DOVECOT_PRESERVE_ENVS=HOME USER LD_PRELOAD"])
        assert result.returncode != 0 and reason in result.stderr, result
    assert erin.count(held, "Quarantine") == 1


def test_twice(stack, erin):
    """issue 10.9: it is sent once, by whomever and however often"""
    message, held = held_for_erin(stack, erin)
    assert release(erin, held, command="COPY").ok
    reply = release(erin, held, command="COPY")
    assert "delivered before" in reply.line
    assert release(erin, held).ok
    went_out(stack, message, "friend@partner.test")
    message, held = held_for_erin(stack, erin)
    with erin.session() as imap:
        imap.select("Quarantine")
        uid = erin.uid(imap, held)
    replies = []

    def move():
        with erin.session() as imap:
            imap.select("Quarantine")
            replies.append(imap.command(
                "UID MOVE %d Quarantine/Deliver" % uid))

    threads = [threading.Thread(target=move) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(replies) == 6
    went_out(stack, message, "friend@partner.test")


def test_next_recipient(stack, erin):
    """issue 10.9: Exim brings it for another recipient when it has left"""
    first, second = [held_for_erin(stack, erin) for _ in range(2)]
    copies = {held: data for data, _ in messages(stack, "erin", "Quarantine",
                                                 "ALL")
              for _, held in (first, second) if held.encode() in data}
    for message, held in first, second:
        assert release(erin, held).ok
        went_out(stack, message, "friend@partner.test")
    for message, held in second, first:
        erin.file(copies[held])
        assert erin.count(held, "Quarantine") == 0
        assert len(stack.sunk(message["Message-ID"])) == 1
        assert erin.log_lines(held + " .*action=hold .*=there-already$")


def test_next_recipient_deleted(stack, erin, doveadm):
    """issue 10.9: what was deleted, and not sent on, is held once more"""
    _, held = held_for_erin(stack, erin)
    (data, _), = messages(stack, "erin", "Quarantine", "ALL")
    doveadm.run("delete", "-u", "erin", "id", held)
    erin.file(data)
    assert erin.count(held, "Quarantine") == 1


def test_crash(stack, erin):
    """issue 10.9: a kill at any step loses none, and doubles what it may"""

    def sent(message):
        stack.settled()
        return len(stack.sunk(message["Message-ID"]))

    def rebuilt(crashing):
        """How often Dovecot made an index anew, which knows less then."""
        count = len(erin.log_lines("rebuilding indexes"))
        with open(crashing.top + "/log", encoding="utf-8") as file:
            return count + file.read().count("rebuilding indexes")

    with CrashingDovecot(stack) as crashing:
        step, reply, doubled = 1, None, 0
        while reply is None:
            start_afresh(erin)
            before = rebuilt(crashing)
            message, held = held_for_erin(stack, erin)
            (stored, _), = messages(stack, "erin", "Quarantine", "ALL")

            def command(imap):
                return ["UID MOVE %d Quarantine/Deliver" % erin.uid(imap,
                                                                    held)]

            reply = crashing.run("erin", "Quarantine", command, step)
            assert reply is None or reply.ok, reply
            first = sent(message)
            assert first in (0, 1) and \
                first + erin.count(held, "Quarantine") >= 1, step
            again(erin, held, command, crashing.port)
            assert sent(message) in (1, 1 + first), step
            erin.file(stored)   # for another recipient
            assert erin.count(held, "Quarantine") == 0 or \
                rebuilt(crashing) > before, step
            doubled += sent(message) == 2
            step += STRIDE
        assert step > 20
        print("# %d kills, sent twice after %d" % (step // STRIDE, doubled))


def test_restart(stack, erin):
    """issue 10.9: a restart of all daemons in between changes nothing"""
    message, held = held_for_erin(stack, erin)
    for daemon in "exim", "dovecot", "sekishod":
        stack.stop(daemon)
    for daemon in "sekishod", "dovecot", "exim":
        stack.start(daemon)
    assert release(erin, held).ok
    went_out(stack, message, "friend@partner.test")


@pytest.mark.parametrize("daemon", ["exim", "sekishod"])
def test_outage(stack, erin, daemon):
    """issue 10.9: when it cannot be sent on, it stays, and the client says"""
    message, held = held_for_erin(stack, erin)
    stack.stop(daemon)
    try:
        reply = release(erin, held)
        assert reply.line.startswith("NO [UNAVAILABLE] "), reply
        assert "stays" in reply.line and "try again later" in reply.line
        assert erin.count(held, "Quarantine") == 1
    finally:
        stack.start(daemon)
    assert release(erin, held).ok
    went_out(stack, message, "friend@partner.test")


def test_without_directory(stack, erin):
    """issue 10.9: a release asks nothing of the directory"""
    message, held = held_for_erin(stack, erin)
    stack.stop("slapd")
    try:
        with erin.session("sekisho_rescan=required") as imap:
            imap.select("Quarantine")
            assert imap.command("UID MOVE %d Quarantine/Deliver" %
                                erin.uid(imap, held)).ok
        went_out(stack, message, "friend@partner.test")
    finally:
        stack.start("slapd")


def test_bounce(stack, erin):
    """issue 10.9: a bounce of what was released goes to its sender"""
    _, held = held_for_erin(stack, erin, "fail-550@partner.test")
    assert release(erin, held).ok
    line, = wait_until(lambda: stack.exim_log("was=%s " % held), "a release")
    new = re.search(r"id=(\S+) ", line)[1]
    wait_until(lambda: stack.search("alice", "TEXT", "fail-550@partner.test",
                                    "FROM", "Mailer-Daemon"), "a bounce")
    assert stack.exim_log(r"%s \*\* fail-550@partner.test" % new)


def test_q9_virus(stack, erin, doveadm):
    """Q9, issue 10.9: of a virus the content is hidden, doveadm releases it"""
    message, held = held_for_erin(stack, erin, value="virus",
                                  files=[("a.com", EICAR)])
    (data, flags), = messages(stack, "erin", "Quarantine", "ALL")
    assert "$SekishoVirus" in flags and b"Good morning" not in data
    reply = release(erin, held)
    assert "held because of a virus; only doveadm can release it" in reply.line
    assert erin.count(held, "Quarantine") == 1
    doveadm.run("deliver", "-u", "erin", "id", held)
    went_out(stack, message, "friend@partner.test")
    assert "rescan=refused result=ok" in erin.log(held)[-1]


def test_new_virus(stack, erin):
    """Q9, issue 10.9: it is scanned again before it is sent on"""
    with stack.policy(lambda text: text.replace(
            '<rule id="out-virus"', '<rule id="late" class="content" '
            'status="on"><name>late</name><when>' + OUTSIDE % "late" +
            '</when><then><quarantine/></then></rule><rule id="out-virus"')):
        message, held = held_for_erin(stack, erin, value="late")
    uid = erin.uid_of(held)
    stored, _ = messages(stack, "erin", "Quarantine", "UID", str(uid))[0]
    erin.empty()
    # The same seal in front of a virus: as if signatures had learned it.
    changed = stored.replace(b"Good morning.\r\n", EICAR + b"\r\n")
    erin.file(changed)
    reply = release(erin, held)
    assert "Today's scan found" in reply.line, reply
    assert not stack.sunk(message["Message-ID"])


# -- forged --------------------------------------------------------------------

def sealed_release(stack, message, recipients, held="t1", key=None, when=None):
    """The field as release.c makes it; key: another one than sekishod's."""
    key = key or keys(stack)[0]
    head = "id=%s; time=%d; key=%s" % (held, when or time.time(),
                                       key_name(key))
    derived = hmac.new(key, b"sekisho: mail to outside is released",
                       hashlib.sha256).digest()
    body = message.as_bytes().split(b"\r\n\r\n", 1)[1].replace(b"\r", b"")
    sealed = b"".join(text.lower().encode() + b"\0" for text in
                      [head, "alice@example.test", *recipients])
    sealed += hashlib.sha256(body.rstrip(b"\n")).digest()
    return head + "; seal=" + hmac.new(derived, sealed,
                                       hashlib.sha256).hexdigest()


def submit_released(stack, message, recipients, field):
    data = b"X-Sekisho-Released: " + field.encode() + b"\r\n" + \
        message.as_bytes()
    stack.send(data, recipients, user="alice", sender="alice@example.test")
    return stack.exim_id(message["Message-ID"])


def test_seal_of_protocol(stack):
    """issue 10.9: the seal is the one of sekisho-protocol(7)"""
    message = mail(sender="alice@example.test", X_Out="hold")
    people = ["a@partner.test", "b@partner.test"]
    held = submit_released(stack, message, people,
                           sealed_release(stack, message, people))
    went_out(stack, message, *people)
    assert stack.exim_log("%s sekisho: .* reason=released was=t1 " % held)


@pytest.mark.parametrize("forgery", ["none", "key", "others", "more", "body",
                                     "old", "early", "nonsense"])
def test_forged(stack, erin, forgery):
    """issue 10.9: nobody else can let a mail pass; the field is taken out"""
    message = mail(sender="alice@example.test", X_Out="hold")
    people = ["a@partner.test"]
    field = {
        "none": lambda: "id=t1; by=administrator; now",
        "nonsense": lambda: "id=t1; time=99999999999999999999; key=" + "f" *
        3000,
        "key": lambda: sealed_release(stack, message, people, key=b"x" * 32),
        "others": lambda: sealed_release(stack, message, ["b@partner.test"]),
        "more": lambda: sealed_release(stack, message,
                                       people + ["b@partner.test"]),
        "body": lambda: sealed_release(stack, mail("Another.\n"), people),
        "old": lambda: sealed_release(stack, message, people,
                                      when=time.time() - 4000),
        "early": lambda: sealed_release(stack, message, people,
                                        when=time.time() + 4000),
    }[forgery]()
    held = submit_released(stack, message, people, field)
    wait_until(lambda: erin.count(held, "Quarantine"), "a held mail")
    stack.settled()
    assert not stack.sunk(message["Message-ID"])
    (data, _), = messages(stack, "erin", "Quarantine", "HEADER", "Message-ID",
                          '"%s"' % message["Message-ID"])
    assert b"X-Sekisho-Released" not in data


def test_forged_field_goes_out(stack):
    """issue 10.9: no such field leaves the site or comes in"""
    message = mail(sender="alice@example.test")
    submit_released(stack, message, ["a@partner.test"], "id=t1; by=user; now")
    assert b"Sekisho-Released" not in stack.left(message["Message-ID"])


def test_another_user(stack, erin):
    """issue 10.9: what is held for erin does not get into bob's mailbox"""
    message, held = held_for_erin(stack, erin)
    (data, _), = messages(stack, "erin", "Quarantine", "ALL")
    value = re.sub(rb"\r\n\s*", b" ", fields(data, "X-Sekisho-Held")[0]) \
        .split(b":", 1)[1].strip().decode()
    assert lmtp(stack, "bob@example.test", message, value)[0] == 451
    # Bob's client says that it was his, and uploads it.
    bob = Quarantine(stack, "bob")
    imap = stack.mailbox("bob")
    status, text = imap.append("Quarantine/Deliver", None, None, data)
    imap.logout()
    assert status == "NO" and b"cannot be sent on" in text[0], text
    assert not bob.count(held, "INBOX")
    stack.settled()
    assert not stack.sunk(message["Message-ID"])


def test_inbound_is_not_sent(stack):
    """issue 10.9: sekishod sends nothing on that was held for a user"""
    answer = call(stack.env["CONTROL_SOCKET"], "release", {
        "header": Held("bob@example.test").sealed(stack)})
    assert answer.status == "invalid" and "bob@example.test" in answer.text
    answer = call(stack.env["CONTROL_SOCKET"], "release", {
        "header": Held("a@partner.test").value(b"x" * 32)})
    assert answer.status == "unavailable"


# -- told ----------------------------------------------------------------------

def test_o1_trace(stack, erin):
    """O1, issue 10.9: trace tells the whole way"""
    message, held = held_for_erin(stack, erin, ["a@partner.test",
                                                "b@partner.test"])
    assert release(erin, held).ok
    went_out(stack, message, "a@partner.test", "b@partner.test")
    out = subprocess.run(
        [stack.tool, "trace", held, stack.env["EXIM_LOG"],
         stack.env["SEKISHOD_LOG"], erin.log_path], check=True, text=True,
        stdout=subprocess.PIPE).stdout
    assert "for a@partner.test, b@partner.test, in that of " \
        "erin@example.test, by rule out\n" in out
    assert out.count("erin@example.test: is in the quarantine, held by rule "
                     "out (content), on its way to outside for 2 "
                     "recipients\n") == 1
    assert "Exim came again" not in out
    assert "Sekisho let it pass, as it was released from the quarantine" in out
    assert "erin@example.test delivered it from the quarantine, it was sent " \
        "on to outside (scanned again: clean)\n" in out


def test_o5_law(stack, erin):
    """O5, issue 10.9: what was held for the administrators is accounted for"""
    message, held = submit(stack, ["a@partner.test", "b@partner.test",
                                   "erin@example.test"])
    wait_until(lambda: erin.count(held, "Quarantine"), "a held mail")
    assert release(erin, held).ok
    went_out(stack, message, "a@partner.test", "b@partner.test")
    out = subprocess.run(
        [stack.tool, "reconcile", stack.env["EXIM_LOG"], erin.log_path],
        check=False, text=True, stdout=subprocess.PIPE).stdout
    assert held not in out


def test_o2_explain(stack):
    """O2, issue 10.9: explain says in whose quarantine"""
    path = stack.env["STACK_DIR"] + "/outbound.eml"
    with open(path, "wb") as file:
        file.write(mail(X_Out="hold").as_bytes())
    out = subprocess.run(
        [stack.tool, "explain", "-c", stack.env["SEKISHOD_CONFIG"],
         "--from", "inside", "--sender", "alice@example.test",
         "--recipient", "a@partner.test", path], check=True, text=True,
        stdout=subprocess.PIPE).stdout
    assert "plan a@partner.test hold rule=out quarantine=erin@example.test" \
        in out


def test_o2_explain_held(stack, erin):
    """O2, issue 10.9: explain --held asks for all recipients outside"""
    message, _ = held_for_erin(stack, erin, ["a@partner.test",
                                             '"x, y"@other.test'])
    (data, _), = messages(stack, "erin", "Quarantine", "HEADER", "Message-ID",
                          '"%s"' % message["Message-ID"])
    out = subprocess.run(
        [stack.tool, "explain", "-c", stack.env["SEKISHOD_CONFIG"], "--held",
         "-"], input=data, check=True, stdout=subprocess.PIPE).stdout.decode()
    for address in "a@partner.test", '"x, y"@other.test':
        assert "plan %s hold rule=out quarantine=erin@example.test" % \
            address in out
