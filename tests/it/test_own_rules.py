"""Rules of an administrator: R11 and R12."""
import re
import smtplib

import pytest

from mails import EICAR, ENCRYPTED_ZIP, mail, zip_of
from reading import attachments, fields, own, parsed, subject, text
from running import add_rules, new_id, rule

# Each rule fires for mails with its name in X-Test, or for what it is about.
RULES = [
    ("reject", "", '<reject text="5.7.1 Not from there"/>'),
    ("reject-bob", '<recipient like="bob@*"/>',
     '<reject text="5.7.1 Bob does not want it"/>'),
    ("header", "", '<add-header name="X-Site" value="a: b"/>'),
    ("tell", "", '<notify who="administrator" template="violation"/>'),
    ("remove", '<file-name like="*.mp3"/>',
     '<remove-attachment text="{FILENAME} was removed."/>'),
    ("log", "", "<log/>"),
    ("stamp", "", '<stamp text="This mail comes from outside."/>'),
    ("tag", "", '<tag-subject text="[OUTSIDE]"/>'),
    ("keep", "<virus/>", '<add-header name="X-Kept" value="yes"/>'),
    ("drop", "", "<delete/>"),
    ("drop-spam", "", "<delete/>"),
]
# What Exim says of a mail: condition, mail that meets it, mail that does not.
FACTS = {
    "client": '<client address="192.168.7.0/24"/>',
    "local-client": '<not><client address="0.0.0.0/0"/></not>'
                    '<not><client address="::/0"/></not>'
                    '<header name="X-Test" pattern="^facts$"/>',
    "sender": '<sender like="fact-*@partner.test"/>',
    "recipient": '<recipient like="alice+fact@*"/>',
    "domain": '<domain like="gateway.test"/>',
    "recipients": '<recipients over="3"/>',
    "size": '<size over="200K"/>',
    "header": '<header name="Subject" pattern="^件名\\s"/>',
    "type": '<file-type like="application/pdf"/>',
    "outbound": '<direction is="outbound"/>'
                '<header name="X-Test" pattern="^facts$"/>',
    "local": '<direction is="local"/>'
             '<header name="X-Test" pattern="^facts$"/>',
}
DOMAIN = """
<domain name="gateway.test">
<spam-score spam="3.0" suspected="2.0"/>
<status rule="R5" value="on"/>
%s</domain>
""" % rule("gateway-only", '<header name="X-Test" pattern="^domain$"/>',
           '<add-header name="X-Gateway" value="yes"/>')


def when(name, more):
    return '<header name="X-Test" pattern="^%s$"/>%s' % (name, more)


@pytest.fixture(scope="module", autouse=True)
def own_rules(stack):
    def change(policy):
        rules = "".join(rule(name, when(name, more), then,
                             "spam" if name == "drop-spam" else "content")
                        for name, more, then in RULES)
        rules += "".join(rule("fact-" + name, condition,
                              '<add-header name="X-Fact" value="%s"/>' % name)
                         for name, condition in FACTS.items())
        policy = policy.replace('administrator=""',
                                'administrator="carol@example.test"')
        policy = policy.replace("</protected>",
                                "<domain>gateway.test</domain></protected>")
        return add_rules(policy, rules + DOMAIN)
    with stack.policy(change):
        yield


def refused(stack, *arguments, **how):
    """The SMTP answer that a mail gets."""
    with pytest.raises(smtplib.SMTPDataError) as error:
        stack.send(*arguments, **how)
    return error.value.smtp_code, error.value.smtp_error.decode()


def test_reject(stack):
    """R11: a mail is refused at SMTP time with the text of the rule"""
    message = mail(X_Test="reject")
    assert refused(stack, message, ["alice@example.test",
                                    "bob@example.test"]) == (
        550, "5.7.1 Not from there")
    assert not stack.queue()
    assert stack.exim_log(" F=sender@partner.test .* rejected by local_scan"
                          r"\(\): 5.7.1 Not from there$")


def test_reject_one(stack):
    """R11: refused for one of two, the other gets it and a bounce goes out"""
    message = mail(X_Test="reject-bob")
    stack.send(message, ["alice@example.test", "bob@example.test"])
    data = stack.arrived("alice", message["Message-ID"])
    assert own(data) == message.as_bytes()
    bounce = stack.left(message["Message-ID"])
    assert b"5.7.1 Bob does not want it" in bounce
    assert not stack.search("bob", "HEADER", "Message-ID",
                            message["Message-ID"])


def test_add_header(stack):
    """R11: a header is added, nothing else changes"""
    # complaint D6
    message = mail(X_Test="header")
    stack.send(message, "alice@example.test")
    data = own(stack.arrived("alice", message["Message-ID"]))
    assert data == message.as_bytes().replace(
        b"\r\n\r\n", b"\r\nX-Site: a: b\r\n\r\n", 1)


def test_tell_administrator(stack):
    """R11: the administrator is told, the mail passes"""
    message = mail(X_Test="tell", subject="To be told")
    stack.send(message, "alice@example.test")
    assert own(stack.arrived("alice", message["Message-ID"])) == \
        message.as_bytes()
    notice = stack.notices("carol", "carol@example.test")[-1]
    assert "\nSubject: To be told\n" in text(notice)


def test_remove(stack):
    """R11: the attachments that the rule means are removed"""
    message = mail(X_Test="remove", files=[
        ("song.mp3", b"ID3"), ("list.txt", b"a b c")])
    stack.send(message, "alice@example.test")
    data = stack.arrived("alice", message["Message-ID"])
    assert ("list.txt", b"a b c") in attachments(data)
    assert b"song.mp3 was removed." in data
    assert b"SUQz" not in data


def test_log_only(stack):
    """R11: a rule that only logs leaves a line and no trace in the mail"""
    message = mail(X_Test="log")
    stack.send(message, "alice@example.test")
    assert own(stack.arrived("alice", message["Message-ID"])) == \
        message.as_bytes()
    exim_id = stack.exim_id(message["Message-ID"])
    for line in (stack.sekishod_log("id=" + exim_id) +
                 stack.exim_log("sekisho: id=" + exim_id)):
        assert " rules=log " in line


def test_monitor(stack):
    """R13: a rule that monitors is in the log, and does nothing"""
    message = mail(X_Test="reject")
    with stack.policy(lambda text: re.sub(
            r'(id="reject"[^>]* status=")on"', r'\1monitor"', text)):
        stack.send(message, ["alice@example.test", "bob@example.test"])
        for user in "alice", "bob":
            data = stack.arrived(user, message["Message-ID"])
            assert own(data) == message.as_bytes()
    line, = stack.sekishod_log("id=" + stack.exim_id(message["Message-ID"]))
    both = "alice@example.test,bob@example.test"
    assert ' rules=none deliver="none to %s" monitor="reject to %s" ' % (
        both, both) in line


def test_stamp_and_tag(stack):
    """R11: a stamp and a tag of the administrator's own"""
    for name in "stamp", "tag":
        message = mail(X_Test=name)
        stack.send(message, "alice@example.test")
        data = stack.arrived("alice", message["Message-ID"])
        if name == "stamp":
            assert text(data) == \
                "This mail comes from outside.\n\nGood morning.\n"
        else:
            assert subject(data) == "[OUTSIDE] A letter"


@pytest.mark.parametrize("name, sent", [
    ("client", {"client": "192.168.7.9"}),
    ("sender", {"sender": "fact-1@partner.test"}),
    ("recipient", {"to": ["alice+fact@example.test"]}),
    ("recipients", {"to": ["alice+%d@example.test" % n for n in range(4)]}),
    ("size", {"text": "0123456789\n" * 20000}),
    ("header", {"subject": "件名 一"}),
    ("type", {"files": [("a.txt", b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")]}),
    ("local", {"user": "bob", "sender": "bob@example.test",
               "X_Test": "facts"}),
    ("domain", {"to": ["user@gateway.test"]}),
    ("outbound", {"user": "bob", "sender": "bob@example.test",
                  "to": ["friend@partner.test"], "X_Test": "facts"}),
], ids=lambda value: value if isinstance(value, str) else value.get("", ""))
def test_facts(stack, name, sent):
    """R11: a condition about what Exim knows of a mail"""
    sent = dict(sent)
    to = sent.pop("to", ["alice@example.test"])
    how = {key: sent.pop(key) for key in ("client", "sender", "user")
           if key in sent}
    message = mail(**sent)
    stack.send(message, to, **how)
    facts = {"local": ["local", "outbound"]}.get(name, [name])
    if to[0].endswith("example.test"):
        mails = [wait_for(stack, message, len(to))[0]]
    else:
        mails = [stack.left(message["Message-ID"])]
    assert sorted(field.strip().split(b": ")[1].decode()
                  for field in fields(mails[0], "X-Fact")) == facts


def wait_for(stack, message, count):
    """alice's copies of a mail that she got at several addresses."""
    stack.settled()
    found = stack.search("alice", "HEADER", "Message-ID",
                         message["Message-ID"])
    assert len(found) == count
    return found


def test_facts_local(stack):
    """R11: a mail that was made on the server has no client"""
    message_id = new_id()
    stack.local(mail(message_id=message_id, X_Test="facts"),
                "friend@partner.test")
    values = [field.strip().split(b": ")[1] for field in
              fields(stack.left(message_id), "X-Fact")]
    assert sorted(values) == [b"local-client", b"outbound"]


@pytest.mark.parametrize("to, score, expected", [
    ("user@gateway.test", "30", "[MEIWAKU!!!] A letter"),
    ("user@gateway.test", "20", "[SPAM!!!] A letter"),
    ("bob@example.test", "30", "A letter")],
    ids=["spam", "suspected", "other"])
def test_domain(stack, to, score, expected):
    """R11, R13: a section for one domain has its own levels and switches"""
    message = mail(X_Stack_Spam_Score=score)
    stack.send(message, to)
    data = stack.left(message["Message-ID"]) if "gateway" in to else \
        stack.arrived("bob", message["Message-ID"])
    assert subject(data) == expected


def test_domain_rule(stack):
    """R11: a rule of one domain applies to its recipients only"""
    message = mail(X_Test="domain")
    stack.send(message, ["user@gateway.test", "alice@example.test"])
    assert parsed(stack.left(message["Message-ID"]))["X-Gateway"] == "yes"
    assert own(stack.arrived("alice", message["Message-ID"])) == \
        message.as_bytes()


def test_r12_virus_before_content(stack):
    """R12: what was cleaned is delivered even if a content rule deletes"""
    message = mail(X_Test="drop", files=[("a.com", EICAR)])
    stack.send(message, "alice+r12@example.test")
    data = stack.arrived("alice", message["Message-ID"])
    assert b"The attachment a.com was removed" in data


def test_r12_encrypted_before_spam(stack):
    """R12: a password-protected file passes even if a spam rule deletes"""
    message = mail(X_Test="drop-spam", files=[("c.zip", ENCRYPTED_ZIP)])
    stack.send(message, "alice@example.test")
    data = stack.arrived("alice", message["Message-ID"])
    assert "password protected" in text(data)


def test_r12_all_effects(stack):
    """R12: the headers of every matching rule are put on what is delivered"""
    message = mail(X_Test="keep", files=[("b.zip", zip_of(
        ("a.com", EICAR), ("b.txt", b"fine")))])
    stack.send(message, "alice+r12@example.test")
    data = stack.arrived("alice", message["Message-ID"])
    assert parsed(data)["X-Kept"] == "yes"
