"""Approved senders A1 to A5, and outcomes that differ between recipients."""
import smtplib
import subprocess

import pytest

from mails import EICAR, mail
from reading import attachments, own, subject
from running import add_rules, rule

TAGGED = "[MEIWAKU!!!] Cheap watches"
LISTED = "192.168.1.1"      # on the stack's block list


def spam(sender, **more):
    return mail(sender=sender, subject="Cheap watches",
                X_Stack_Spam_Score="90", **more)


def ldapmodify(stack, changes):
    """Changes the directory, as an administrator of it would."""
    with open(stack.env["SECRETS_DIR"] + "/ldap-admin",
              encoding="ascii") as file:
        password = file.read().strip()
    subprocess.run(["ldapmodify", "-x", "-H", stack.env["LDAP_URI"],
                    "-D", "cn=admin," + stack.env["LDAP_BASE"],
                    "-w", password], input=changes, text=True, check=True,
                   stdout=subprocess.DEVNULL)


@pytest.mark.parametrize("user, sender, expected", [
    ("alice", "friend@partner.test", "Cheap watches"),
    ("alice", "FRIEND@Partner.TEST", "Cheap watches"),
    ("alice", '"friend"@partner.test', "Cheap watches"),
    ('"alice"', "friend@partner.test", "Cheap watches"),
    ("alice", "friends@partner.test", TAGGED),
    ("alice", "friend@sub.partner.test", TAGGED),
    ("alice", "anybody@approved.test", "Cheap watches"),
    ("alice", "anybody@sub.approved.test", TAGGED),
    ("alice", "*@approved.test", "Cheap watches"),
    ("alice", "*@partner.test", TAGGED),
    ("bob", "friend@partner.test", TAGGED),
    ("dave", "friend@partner.test", TAGGED),
    ("erin", "friend@partner.test", TAGGED)],
    ids=lambda value: None if " " in value else value)
def test_a1(stack, user, sender, expected):
    """A1: an entry is an address or a domain, of an active account"""
    message = spam("S <%s>" % sender)
    stack.send(message, user + "@example.test", sender=sender)
    data = stack.arrived(user.strip('"'), message["Message-ID"])
    assert subject(data) == expected


def test_a1_from(stack):
    """A1: the sender is the one of the envelope or the one in From"""
    message = spam("Friend <friend@partner.test>")
    stack.send(message, "alice@example.test", sender="bounces@lists.test")
    data = stack.arrived("alice", message["Message-ID"])
    assert subject(data) == "Cheap watches"


def test_a1_filter(stack):
    """A1: no sender address can play with the search of the directory"""
    sender = "*)(mail=*@partner.test"
    message = spam("evil@partner.test")
    stack.send(message, "alice@example.test", sender='"%s"@partner.test' %
               sender.split("@", maxsplit=1)[0])
    data = stack.arrived("alice", message["Message-ID"])
    assert subject(data) == TAGGED


def test_a3_virus(stack):
    """A3: an approved sender is not exempt from virus rules"""
    # complaint A10
    message = spam("friend@partner.test", files=[("a.com", EICAR)])
    stack.send(message, "alice@example.test", sender="friend@partner.test")
    data = stack.arrived("alice", message["Message-ID"])
    assert subject(data) == "Cheap watches"
    assert EICAR not in [content for _, content in attachments(data)]


def test_a3_content(stack):
    """A3: an approved sender is not exempt from content rules"""
    # complaint A10
    message = mail(sender="friend@partner.test", files=[("a.mp3", b"ID3")])
    own_rule = rule("no-music", '<file-name like="*.mp3"/>',
                    '<reject text="5.7.1 No music"/>')
    with stack.policy(lambda policy: add_rules(policy, own_rule)):
        with pytest.raises(smtplib.SMTPDataError) as error:
            stack.send(message, "alice@example.test",
                       sender="friend@partner.test")
    assert error.value.smtp_code == 550


def test_a4_three_outcomes(stack):
    """A4, R11: one message, one tagged, one not because approved, one gone"""
    message = spam("friend@partner.test", X_Test="three")
    own_rule = rule("not-carol", '<header name="X-Test" pattern="^three$"/>'
                    '<recipient like="carol@*"/>', "<delete/>")
    with stack.policy(lambda policy: add_rules(policy, own_rule)):
        stack.send(message, ["alice@example.test", "bob@example.test",
                             "carol@example.test"],
                   sender="friend@partner.test")
        alice = own(stack.arrived("alice", message["Message-ID"]))
        bob = own(stack.arrived("bob", message["Message-ID"]))
        stack.settled()
    del message["X-Stack-Spam-Score"]
    assert alice == message.as_bytes()
    assert bob == message.as_bytes().replace(
        b"Subject: Cheap watches\r\n", b"").replace(
        b"\r\n\r\n", b"\r\nSubject: " + TAGGED.encode() + b"\r\n\r\n", 1)
    assert not stack.search("carol", "HEADER", "Message-ID",
                            message["Message-ID"])
    exim_id = stack.exim_id(message["Message-ID"])
    assert stack.exim_log(exim_id + " => :blackhole: <carol@example.test>")
    line, = stack.sekishod_log("id=" + exim_id)
    assert ' approved=alice@example.test' in line
    assert ' deliver="none to alice@example.test"' in line
    assert ' deliver="R4 tag [MEIWAKU!!!] to bob@example.test"' in line
    assert ' delete="R4,not-carol to carol@example.test"' in line


@pytest.fixture(name="blocking")
def with_block_list(stack):
    if stack.env["REPUTATION"] != "1":
        pytest.skip("this machine refuses mount namespaces")
    return stack


def test_a5_block(blocking):
    """A5: a client with a bad reputation is refused at RCPT time, in words"""
    with blocking.outside(LISTED) as smtp:
        smtp.mail("sender@partner.test")
        assert smtp.rcpt("alice@example.test") == (
            550, b"Mail from 192.168.1.1 blocked using "
            b"Sekisho test database.")


def test_a5_other_client(stack):
    """A5: any other client is not"""
    with stack.outside("192.168.1.2") as smtp:
        smtp.mail("sender@partner.test")
        assert smtp.rcpt("alice@example.test")[0] == 250


@pytest.mark.parametrize("sender", ["friend@partner.test",
                                    "anybody@approved.test"])
def test_a5_approved(blocking, sender):
    """A5: an approved sender passes the block, for who approved him only"""
    message = mail(sender=sender)
    with blocking.outside(LISTED) as smtp:
        refused = smtp.sendmail(sender, ["alice@example.test",
                                         "bob@example.test"],
                                message.as_bytes())
    assert list(refused) == ["bob@example.test"]
    data = blocking.arrived("alice", message["Message-ID"])
    assert own(data) == message.as_bytes()


def test_a5_bounce(blocking):
    """A5: the empty sender is nobody's approved sender"""
    with blocking.outside(LISTED) as smtp:
        smtp.mail("")
        assert smtp.rcpt("alice@example.test")[0] == 550


def test_a5_pending(blocking):
    """A5: an entry of an account that is not active does not count"""
    with blocking.outside(LISTED) as smtp:
        smtp.mail("friend@partner.test")
        assert smtp.rcpt("dave@example.test")[0] == 550


def test_a9(stack):
    """A9: a change in the directory is effective for the next message"""
    # complaint A6
    change = ("dn: uid=bob,ou=people,%s\nchangetype: modify\n%%s: "
              "sekishoApprovedSender\nsekishoApprovedSender: new@partner.test"
              "\n" % stack.env["LDAP_BASE"])
    for kind, expected in ("add", "Cheap watches"), ("delete", TAGGED):
        ldapmodify(stack, change % kind)
        message = spam("new@partner.test")
        stack.send(message, "bob@example.test", sender="new@partner.test")
        data = stack.arrived("bob", message["Message-ID"])
        assert subject(data) == expected
