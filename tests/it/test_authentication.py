"""A8: an approval counts for a sender that is proved, or that publishes nothing
that could prove it."""
import subprocess

import dkim
import pytest

from mails import mail
from reading import fields, subject
from running import TOOL, new_id

TAGGED = "[MEIWAKU!!!] Cheap watches"
PLAIN = "Cheap watches"
FRIEND = "friend@partner.test"      # alice approves it
PROVED = "192.0.2.1"                # proved.test says: it sends for us


@pytest.fixture(scope="module", name="signer", autouse=True)
def approving_proved(stack):
    """Alice approves proved.test and soft.test too; a signer of the first."""
    from test_approved_list import modify
    change = ("dn: uid=alice,ou=people,%s\nchangetype: modify\n%%s: "
              "sekishoApprovedSender\nsekishoApprovedSender: *@proved.test\n"
              "sekishoApprovedSender: *@soft.test\n" % stack.env["LDAP_BASE"])
    modify(stack, change % "add")
    with open(stack.env["SECRETS_DIR"] + "/dkim.pem", "rb") as file:
        key = file.read()
    yield lambda data: dkim.sign(
        data, b"stack", b"proved.test", key,
        include_headers=[b"From", b"Subject", b"Message-ID"]) + data
    modify(stack, change % "delete")


def arrives(stack, data, message_id, sender, **how):
    stack.send(data, "alice@example.test", sender=sender, **how)
    return subject(stack.arrived("alice", message_id))


def result(stack, found, from_field=FRIEND, sender=FRIEND):
    message = mail(sender=from_field, subject=PLAIN, X_Stack_Spam_Score="90",
                   X_Stack_Authentication=found)
    return arrives(stack, message.as_bytes(), message["Message-ID"], sender)


@pytest.mark.parametrize("found, expected", [
    ("spf=none", PLAIN),
    ("spf=pass", PLAIN),
    ("spf=fail", TAGGED),
    ("spf=softfail", TAGGED),
    ('dkim="partner.test=pass" spf=fail', PLAIN),
    ('dkim="mail.partner.test=pass"', PLAIN),
    ('dkim="partner.test=fail"', TAGGED),
    ('dkim="evil.test=pass" published="spf dmarc"', TAGGED),
    ('dkim="evil.test=pass partner.test=pass"', PLAIN),
    ('dkim="partner.test=pass" dmarc=reject', TAGGED),
    ("dmarc=accept", PLAIN),
    ("published=dmarc", TAGGED)],
    ids=lambda value: None if "watches" in value else value)
def test_a8(stack, found, expected):
    """A8: what DKIM, SPF and DMARC found decides whether an approval counts"""
    # complaints A1, A2
    assert result(stack, found) == expected


def test_a8_other_envelope(stack):
    """A8: a proof of the envelope sender proves nothing about From"""
    for found, expected in (("spf=pass published=spf", TAGGED),
                            ("spf=pass", PLAIN)):
        assert result(stack, found, sender="evil@evil.test") == expected


def test_a8_forged_from(stack):
    """A8: an approved envelope sender does not help a forged From"""
    # complaint A1
    assert result(stack, "spf=pass published=dmarc",
                  from_field="boss@bank.test") == TAGGED
    assert result(stack, "spf=pass", from_field="boss@bank.test") == PLAIN


def test_a8_own_domain(stack):
    """A8: a colleague in From, sent from outside, is not believed unproved"""
    # complaint A3
    from test_approved_list import modify
    colleague = "carol@example.test"
    change = ("dn: uid=alice,ou=people,%s\nchangetype: modify\n%%s: "
              "sekishoApprovedSender\nsekishoApprovedSender: %s\n" % (
                  stack.env["LDAP_BASE"], colleague))
    modify(stack, change % "add")
    try:
        for sender in (colleague, "evil@evil.test"):
            assert result(stack, "spf=none", colleague, sender) == TAGGED
        assert result(stack, 'dkim="example.test=pass"', colleague,
                      colleague) == PLAIN
        # Nor as the sender of the envelope alone.
        assert result(stack, "spf=none", "a@evil.test", colleague) == TAGGED
    finally:
        modify(stack, change % "delete")


def test_a8_inside(stack):
    """A8: mail that was submitted by this site needs no proof"""
    message = mail(sender=FRIEND, subject=PLAIN, X_Stack_Spam_Score="90",
                   X_Stack_Authentication="spf=fail dmarc=reject")
    stack.send(message, "alice@example.test", sender=FRIEND, user="bob")
    data = stack.arrived("alice", message["Message-ID"])
    assert subject(data) == PLAIN


@pytest.mark.parametrize("mode, found, expected", [
    ("strict", "spf=none", TAGGED), ("strict", "spf=pass", PLAIN),
    ("off", "spf=fail dmarc=reject", PLAIN)])
def test_a8_modes(stack, mode, found, expected):
    """A8: approved-authentication is strict or off"""
    path = stack.env["SEKISHOD_CONFIG"]
    with open(path, encoding="utf-8") as file:
        old = file.read()
    try:
        with open(path, "a", encoding="utf-8") as file:
            file.write("approved-authentication = %s\n" % mode)
        stack.reload()
        assert result(stack, found) == expected
    finally:
        with open(path, "w", encoding="utf-8") as file:
            file.write(old)
        stack.reload()


# -- found out by Exim itself ----------------------------------------------

def spam(sender, from_field=None):
    message_id = new_id()
    return message_id, (
        "From: %s\r\nTo: alice@example.test\r\nSubject: %s\r\n"
        "Message-ID: %s\r\nX-Stack-Spam-Score: 90\r\n\r\nBuy!\r\n" % (
            from_field or sender, PLAIN, message_id)).encode()


@pytest.fixture(name="named")
def with_names(stack):
    if stack.env["REPUTATION"] != "1":
        pytest.skip("this machine refuses mount namespaces")
    return stack


@pytest.mark.parametrize("sender, client, expected", [
    ("a@proved.test", PROVED, PLAIN),
    ("a@proved.test", "192.0.2.2", TAGGED),
    ("a@soft.test", "192.0.2.2", TAGGED),
    ("a@approved.test", "192.0.2.2", PLAIN)])
def test_a8_spf(named, sender, client, expected):
    """A8: SPF as Exim finds it in DNS"""
    message_id, data = spam(sender)
    assert arrives(named, data, message_id, sender, client=client) == expected


def test_a8_published(named):
    """A8: a From domain that publishes SPF needs it, whatever the envelope"""
    for from_field, expected in (("a@proved.test", TAGGED),
                                 ("a@soft.test", TAGGED),
                                 ("A <a@approved.test>", PLAIN)):
        message_id, data = spam("x@evil.test", from_field)
        assert arrives(named, data, message_id, "x@evil.test") == expected


def test_a8_dkim(named, signer):
    """A8: DKIM as Exim verifies it"""
    # complaint A1
    message_id, data = spam("a@proved.test")
    assert arrives(named, signer(data), message_id, "x@evil.test") == PLAIN
    message_id, data = spam("a@proved.test")
    broken = signer(data).replace(b"Buy!", b"Buy!!")
    assert arrives(named, broken, message_id, "x@evil.test") == TAGGED


def test_results(named, signer):
    """R4: the DKIM verdict is taken before the tag breaks the signature"""
    # complaint D1
    message_id, data = spam("a@proved.test")
    signed = signer(data)
    named.send(b"X-Stack-Results: yes\r\nAuthentication-Results: "
               b"mx.example.test; dkim=pass header.d=bank.test\r\n" + signed,
               "bob@example.test", sender="x@evil.test")
    arrived = named.arrived("bob", message_id)
    assert subject(arrived) == TAGGED
    found, = fields(arrived, "Authentication-Results")
    assert b"mx.example.test" in found and b"dkim=pass" in found
    assert b"header.d=proved.test" in found and b"bank.test" not in found
    # The signature stays as it was, for who wants to see what it said.
    assert fields(arrived, "DKIM-Signature") == fields(signed,
                                                       "DKIM-Signature")


def test_a8_dkim_pose(named, signer):
    """A8: a signer's name cannot pose as two results"""
    message_id, data = spam("a@proved.test")
    forged = (b"DKIM-Signature: v=1; a=rsa-sha256; d=x proved.test=pass y; "
              b"s=stack; h=From; bh=AAAA; b=AAAA\r\n" + data)
    assert arrives(named, forged, message_id, "x@evil.test") == TAGGED


def test_a8_nasty_from(named):
    """A8: nothing in a From field makes Exim's lookups fail the mail"""
    for from_field in ("${lookup{x}}@a", "a@x,y=z:w", "a@" + "b" * 300,
                       "a@例え.jp", "<>", "a@b, c@d", "a@*)(uid=*"):
        message_id, data = spam("x@evil.test", None)
        data = data.replace(b"From: x@evil.test",
                            b"From: " + from_field.encode())
        assert arrives(named, data, message_id, "x@evil.test") == TAGGED


def test_a5_forged(named):
    """A5, A8: a sender that SPF calls forged does not pass the block"""
    listed = "192.168.1.1"
    with named.outside(listed) as smtp:
        smtp.mail("a@proved.test")
        assert smtp.rcpt("alice@example.test")[0] == 550
    with named.outside(listed) as smtp:
        smtp.mail("a@approved.test")
        assert smtp.rcpt("alice@example.test")[0] == 250


@pytest.mark.parametrize("options, line", [
    (["--spf", "fail"], 'counts=no reason="SPF does not pass"'),
    (["--dkim", "partner.test=pass"],
     'counts=yes reason="aligned DKIM passes"'),
    (["--publishes", "dmarc"], 'counts=no reason="it publishes DMARC, but '
     'neither DKIM nor SPF passes for it"'),
    ([], 'counts=yes reason="it publishes nothing that could prove it"')])
def test_o2(stack, tmp_path, options, line):
    """O2, A8: explain says whether an approval of the sender counts, and why"""
    # complaint A5
    file = tmp_path / "mail.eml"
    file.write_bytes(mail(sender=FRIEND).as_bytes())
    said = subprocess.run(
        [TOOL, "explain", "-c",
         stack.env["SEKISHOD_CONFIG"], "--spam-score", "90", *options,
         "--sender", FRIEND, "--recipient", "alice@example.test", file],
        check=True, text=True, stdout=subprocess.PIPE).stdout
    assert "sender address=%s %s\n" % (FRIEND, line) in said
    assert "approved alice@example.test %s\n" % (
        "yes" if "=yes" in line else "no") in said
