"""Users ask the administrator for held mail that they may not release
themselves (issue 10.9, Q9)."""
import re

import pytest

from doveadm import Doveadm
from holding import Held
from mails import EICAR, mail
from protocol import call
from quarantine import Quarantine, new_held_id
from reading import parsed
from running import wait_until

FOLDER = '"Quarantine/Request Release"'
DONE = "NO [CANNOT] Done: the administrator was asked to release the " \
    "message; it stays here until he has decided"


@pytest.fixture(name="policy", scope="module", autouse=True)
def alice_is_the_administrator(stack):
    """By her alias."""
    with stack.policy(lambda text: text.replace(
            'administrator=""', 'administrator="postmaster@example.test"')):
        yield


@pytest.fixture(name="bob")
def bobs_quarantine(stack):
    quarantine = Quarantine(stack, "bob")
    quarantine.empty()
    # What was counted in this hour is forgotten.
    stack.stop("sekishod")
    stack.start("sekishod")
    return quarantine


def ask(quarantine, *ids, command="MOVE", folder=FOLDER):
    with quarantine.session() as imap:
        imap.select("Quarantine")
        uids = ",".join(str(quarantine.uid(imap, held)) for held in ids)
        reply = imap.command("UID %s %s %s" % (command, uids, folder))
        imap.must("NOOP")
        assert all(quarantine.uid(imap, held) for held in ids)
        return reply


def requests(stack, held, count=1):
    """The mails to the administrator about it."""
    def found():
        mails = stack.search("alice", "FROM", "NoReply@mail-abuse.org",
                             "BODY", held)
        return mails if len(mails) >= count else None
    mails = wait_until(found, "a request for " + held) if count else \
        (stack.settled(), stack.search("alice", "BODY", held))[1]
    assert len(mails) == count, mails
    return mails


def lines_of(message):
    return message.get_content().replace("\r\n", "\n")


def virus(quarantine, **how):
    return quarantine.hold(mail(files=[("a.com", EICAR)], **how), "virus",
                           reason="Inbound virus: Eicar-Test-Signature")


def flags(quarantine, held):
    with quarantine.session() as imap:
        imap.select("Quarantine")
        return repr(imap.must("UID FETCH %d (FLAGS)" %
                              quarantine.uid(imap, held)))


@pytest.mark.parametrize("command", ["MOVE", "COPY"])
def test_request(stack, bob, command):
    """issue 10.9: the administrator is told all, and can release it"""
    held = virus(bob, subject="=?utf-8?b?6KuL5rGC5pu4?= 5",
                 sender="Anna <anna@shop.test>")
    assert ask(bob, held, command=command).line.startswith(DONE)
    request = parsed(requests(stack, held)[0])
    assert request["Subject"] == "Release requested: 請求書 5"
    text = lines_of(request)
    for line in ("bob@example.test asks for a held mail",
                 "Envelope sender: sender@partner.test\n",
                 "Reason: Inbound virus: Eicar-Test-Signature (rule own)\n",
                 "doveadm sekisho quarantine show -u bob id %s\n" % held,
                 "doveadm sekisho quarantine delete -u bob id %s\n" % held):
        assert line in text, text
    assert "$SekishoRequested" in flags(bob, held)
    assert bob.log(held) == [
        "id=%s user=bob@example.test action=request result=ok" % held]
    words = re.search("doveadm sekisho (quarantine deliver .*)", text)[1]
    row, = Doveadm(stack).json("quarantine", "show", "-u", "bob", "id", held)
    assert row["state"] == "held, its user asks for it"
    Doveadm(stack).run(*words.split())
    assert bob.count(held, "INBOX") == 1 and bob.count(held, "Quarantine") == 0


def test_japanese(stack, bob):
    """N3, issue 10.9: in Japanese"""
    with stack.policy(lambda text: text.replace('language="en"',
                                                'language="ja"')):
        held = virus(bob)
        ask(bob, held)
        text = parsed(requests(stack, held)[0]).get_content()
    assert "bob@example.test から、管理者だけが配信できる隔離メールの配信依頼" \
        "がありました" in text


def test_of_the_domain(stack, bob):
    """issue 10.9: the administrator of the user's domain is asked"""
    with stack.policy(lambda text: text.replace(
            "postmaster@example.test", "nobody@example.test").replace(
            "</policy>", '<domain name="example.test"><notices '
            'administrator="alice@example.test"/></domain></policy>')):
        held = virus(bob)
        assert ask(bob, held).line.startswith(DONE)
    data, = requests(stack, held)
    assert parsed(data)["To"] == "alice@example.test"


def test_twice(stack, bob):
    """issue 10.9: who asks again is told, and nobody else is"""
    held = virus(bob)
    ask(bob, held)
    for command in "MOVE", "COPY":
        reply = ask(bob, held, command=command)
        assert "was asked before" in reply.line, reply
    requests(stack, held)
    with bob.session() as imap:
        imap.select("Quarantine")
        uid = bob.uid(imap, held)
        imap.command("UID STORE %d -FLAGS ($SekishoRequested)" % uid)
        imap.command("UID STORE %d FLAGS (\\Seen)" % uid)
    assert "$SekishoRequested" in flags(bob, held)


def test_several(stack, bob):
    """issue 10.9: several in one command: one mail for each"""
    ids = [virus(bob) for _ in range(3)]
    assert "asked to release 3 messages; they stay" in ask(bob, *ids).line
    for held in ids:
        requests(stack, held)
    assert bob.count_all("Quarantine") == 3


def test_own_to_release(stack, bob):
    """issue 10.9: nobody is asked for what the user may release"""
    held = bob.hold()
    reply = ask(bob, held)
    assert "Nobody has to be asked for this message; move it to " \
        "Quarantine/Deliver" in reply.line
    requests(stack, held, 0)


def test_other_mail(stack, bob):
    """issue 10.9: nothing else can be put there"""
    message = mail(to="bob@example.test")
    stack.send(message, "bob@example.test")
    stack.arrived("bob", message["Message-ID"])
    with bob.session() as imap:
        imap.select("INBOX")
        reply = imap.command("UID MOVE %d %s" % (imap.uids()[0], FOLDER))
        assert "nothing else can be put here" in reply.line
    imap = stack.mailbox("bob")
    status, text = imap.append(FOLDER, None, None, message.as_bytes())
    imap.logout()
    assert status == "NO" and b"nothing else can be put here" in text[0]
    with bob.session() as imap:
        imap.select("Quarantine/Request Release")
        assert not imap.uids()


def test_nobody_to_ask(stack, bob):
    """issue 10.9: without an administrator in the policy it says so"""
    with stack.policy(lambda text: text.replace("postmaster@example.test",
                                                "")):
        held = virus(bob)
        reply = ask(bob, held)
    assert "has named no administrator" in reply.line
    assert "$SekishoRequested" not in flags(bob, held)


@pytest.mark.parametrize("daemon", ["sekishod", "exim"])
def test_outage(stack, bob, daemon):
    """issue 10.9: who could not be asked, can be asked again"""
    held = virus(bob)
    stack.stop(daemon)
    try:
        reply = ask(bob, held)
        assert reply.line.startswith("NO [UNAVAILABLE] The administrator "
                                     "could not be asked; try again later")
    finally:
        stack.start(daemon)
    assert "$SekishoRequested" not in flags(bob, held)
    assert ask(bob, held).line.startswith(DONE)
    requests(stack, held)


def test_limit(stack, bob):
    """issue 10.9: an administrator is asked ten times in an hour by one"""
    ids = [virus(bob) for _ in range(11)]
    for held in ids[:10]:
        assert ask(bob, held).line.startswith(DONE)
    reply = ask(bob, ids[10])
    assert reply.line.startswith("NO [LIMIT] ") and "too often" in reply.line
    requests(stack, ids[10], 0)
    carol = Quarantine(stack, "carol")
    held = virus(carol)
    assert ask(carol, held).line.startswith(DONE)


def test_forged(stack):
    """issue 10.9: nobody asks for another's mail, or for none"""
    def answer(user, header):
        return call(stack.env["CONTROL_SOCKET"], "request-release", {
            "user": user, "login": "x", "header": header})
    value = Held("bob@example.test", new_held_id()).sealed(stack)
    assert answer("carol@example.test", value).status == "invalid"
    forged = value[:-4] + ("0000" if value[-4:] != "0000" else "1111")
    assert answer("bob@example.test", forged).status == "refused"
    assert answer("bob@example.test", "").status == "refused"


def test_login_is_quoted(stack, bob):
    """issue 10.9: what a login holds means nothing to a shell"""
    held = new_held_id()
    value = Held(bob.user + "@example.test", held).sealed(stack)
    assert call(stack.env["CONTROL_SOCKET"], "request-release", {
        "user": "bob@example.test", "login": "b'; rm -rf $HOME #",
        "header": value, "subject": "x\r\nBcc: a@b.test"}).status == "ok"
    data, = requests(stack, held)
    assert "-u 'b'\\''; rm -rf $HOME #' id %s\n" % held in \
        lines_of(parsed(data))
    assert parsed(data)["Bcc"] is None
