"""What the logs say of a mail (O1), and other filters behind us (R16)."""
import os
import re
import shutil
import smtplib

import pytest

from mails import EICAR, ENCRYPTED_ZIP, mail, only
from running import add_rules, rule, wait_until

PAIR = re.compile(r'([a-z_-]+)=("(?:[^"\\]|\\.)*"|[^ "]+)(?: |$)')


def pairs(line):
    """The keys and values of a line, which has nothing else in it."""
    values, at = [], 0
    while at < len(line):
        match = PAIR.match(line, at)
        assert match, "no key=value at: " + line[at:]
        values.append((match[1], match[2].strip('"')))
        at = match.end()
    return values


def lines(stack, message):
    """Of a mail that Exim took: what Exim's log and sekishod's say of it."""
    exim_id = stack.exim_id(message["Message-ID"])
    exim, = stack.exim_log(" sekisho: .*%s" % exim_id)
    sekishod, = stack.sekishod_log("id=%s " % exim_id)
    found = (pairs(exim.split(" sekisho: ", 1)[1]),
             pairs(sekishod.split("]: ", 1)[1]))
    for line in found:
        assert line[0] == ("id", exim_id)
    return found


def values(line, key):
    return [value for name, value in line if name == key]


@pytest.mark.parametrize("message, to, how, said", [
    (mail(), ["alice"], {}, {
        "direction": ["inbound"], "findings": ["none"], "rules": ["none"],
        "deliver": ["none to alice@example.test"]}),
    (mail(files=[("a.com", EICAR)]), ["alice+o1"], {}, {
        "direction": ["inbound"], "rules": ["R1"],
        "findings": ["virus:Eicar-Test-Signature(2 a.com)"],
        "deliver": ["R1 changes 1 to alice+o1@example.test"],
        "notice": ["alice+o1@example.test"]}),
    (only("a.com", EICAR), ["alice+o1"], {}, {
        "rules": ["R1"], "delete": ["R1 to alice+o1@example.test"]}),
    (mail(sender="bob@example.test", files=[("c.zip", ENCRYPTED_ZIP)]),
     ["alice", "bob"], {"user": "bob", "sender": "bob@example.test"}, {
         "direction": ["local"], "user": ["bob"], "rules": ["R3"],
         "findings": ["password-protected:Heuristics.Encrypted.Zip"
                      "(2 c.zip)"],
         "deliver": ["R3 changes 1 to alice@example.test,bob@example.test"]}),
    (mail(X_Stack_Spam_Score="75"), ["bob"], {"client": "192.0.2.9"}, {
        "client": ["192.0.2.9"], "spam-score": ["75"], "rules": ["R4"],
        "deliver": ["R4 tag [MEIWAKU!!!] to bob@example.test"]}),
], ids=["clean", "cleaned", "deleted", "stamped", "tagged"])
def test_line(stack, message, to, how, said):
    """O1: one line for each message and program, what was done to whom"""
    stack.send(message, [name + "@example.test" for name in to], **how)
    exim, sekishod = lines(stack, message)
    for key, value in said.items():
        assert values(sekishod, key) == value
        if key in ("direction", "findings", "rules"):
            assert values(exim, key) == value
    fates = {key: len(value[0].split(",")) for key, value in said.items()
             if key in ("deliver", "delete")}
    for fate, count in fates.items():
        assert values(exim, fate) == [str(count)]


def test_injection(stack):
    """O1: what a stranger wrote cannot fake a line, a key or a value"""
    evil = 'a" rules=none deliver="none to x@y'
    message = mail(files=[("NAME.com", EICAR)], subject=evil)
    # Quotes and a line end, hidden in an encoded word.
    name = b"=?utf-8?q?" + b"".join(
        b"=%02X" % byte for byte in (evil + "\n2026-11-24 id=0 x=1.com")
        .encode()) + b"?="
    stack.send(message.as_bytes().replace(b"NAME.com", name),
               "alice+o1evil@example.test",
               sender='"a\\" rules=none b"@partner.test')
    exim, sekishod = lines(stack, message)
    for line in exim, sekishod:
        assert values(line, "rules") == ["R1"]
        assert len(values(line, "deliver")) == 1
    assert not stack.sekishod_log("^2026-11-24 id=0 ")


def test_refused(stack):
    """O1: a mail that was refused has its lines, too"""
    message = mail(X_Test="refuse")
    refuse = rule("refuse", '<header name="X-Test" pattern="^refuse$"/>',
                  '<reject text="5.7.1 No"/>')
    with stack.policy(lambda policy: add_rules(policy, refuse)):
        with pytest.raises(smtplib.SMTPDataError):
            stack.send(message, "alice@example.test")
        line = stack.sekishod_log("rules=refuse ")[-1]
    exim_id = dict(pairs(line.split("]: ", 1)[1]))["id"]
    line, = stack.exim_log(" sekisho: id=%s .* reject=1$" % exim_id)
    assert pairs(line.split(" sekisho: ", 1)[1])
    assert stack.exim_log(exim_id + " .*rejected by local_scan")


def test_deferred(stack):
    """O1: a mail that got a 451 has its line, with a reason in one value"""
    deadline = 'soon" rules="none'
    with pytest.raises(smtplib.SMTPDataError):
        stack.send(mail(X_Stack_Deadline=deadline), "alice@example.test")
    line = stack.exim_log(" sekisho: .* action=defer ")[-1]
    said = pairs(line.split(" sekisho: ", 1)[1])
    assert [key for key, _ in said] == ["id", "action", "error"]
    assert "is not a number of seconds" in said[2][1]


def test_sieve(stack):
    """R16: a user's Sieve script acts on the tag; the log says it passed"""
    # complaint D6
    home = os.path.join(stack.env["STACK_DIR"], "mail", "carol")
    os.makedirs(home, exist_ok=True)
    script = os.path.join(home, ".dovecot.sieve")
    with open(script, "w", encoding="utf-8") as file:
        file.write('require "fileinto";\nif header :contains "Subject" '
                   '"[MEIWAKU!!!]" { fileinto "Junk"; }\n')
    for path in home, script:
        shutil.chown(path, "mail", "mail")
    spam, ham = mail(X_Stack_Spam_Score="90"), mail()
    try:
        for message in spam, ham:
            stack.send(message, "carol@example.test")
        stack.arrived("carol", ham["Message-ID"])
        wait_until(lambda: stack.search(
            "carol", "HEADER", "Message-ID", spam["Message-ID"],
            folder="Junk"), "the spam in Junk")
    finally:
        os.unlink(script)
    assert not stack.search("carol", "HEADER", "Message-ID",
                            spam["Message-ID"])
    exim, sekishod = lines(stack, spam)
    assert values(exim, "deliver") == ["1"]
    assert values(sekishod, "deliver") == [
        "R4 tag [MEIWAKU!!!] to carol@example.test"]


def test_no_panic(stack):
    """O4: Exim has never panicked"""
    path = os.path.join(os.path.dirname(stack.env["EXIM_LOG"]), "paniclog")
    assert not os.path.exists(path)
