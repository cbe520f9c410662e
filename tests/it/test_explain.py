"""`sekisho explain`: O2."""
import json
import os
import re
import subprocess

import pytest

from holding import as_administrator, held, hold_rule
from mails import EICAR, ENCRYPTED_ZIP, mail, zip_of
from reading import STAMP, subject
from running import add_rules

OPTIONS = ["--sender", "friend@partner.test", "--recipient",
           "alice@example.test", "--recipient", "bob@example.test"]


@pytest.fixture(scope="module")
def message(stack):
    """A mail with something for most rules."""
    made = mail(sender="Friend <friend@partner.test>", to="alice@example.test",
                subject="見積", files=[
                    ("c.zip", ENCRYPTED_ZIP),
                    ("two.zip", zip_of(("a.com", EICAR), ("b.txt", b"b")))])
    path = os.path.join(stack.env["STACK_DIR"], "message.eml")
    with open(path, "wb") as file:
        file.write(made.as_bytes())
    return path


def explain(stack, *arguments, status=0, **how):
    """Exit status, output and complaints of `sekisho explain`."""
    result = subprocess.run(
        [stack.tool, "explain", "-c", stack.env["SEKISHOD_CONFIG"],
         *arguments], check=False, text=True, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, **how)
    assert result.returncode == status, result.stderr
    return result.stdout if status == 0 else result.stderr


EXPLAINED = """\
message size=%(size)d sender=friend@partner.test from=friend@partner.test \
subject=見積 submitted=outside spam-score=95
part path=TEXT type=multipart/mixed true-type="" size=%(body)d file=""
part path=1 type=text/plain true-type=text/plain size=14 file=""
part path=2 type=application/octet-stream true-type=application/zip \
size=%(c)d file=c.zip
part path=3 type=application/octet-stream true-type=application/zip \
size=%(two)d file=two.zip
finding kind=password-protected name=Heuristics.Encrypted.Zip part=2 \
file=c.zip member="" cleanable=no
finding kind=virus name=Eicar-Test-Signature part=3 file=two.zip \
member=a.com cleanable=yes
sender address=friend@partner.test counts=yes \
reason="it publishes nothing that could prove it"
approved alice@example.test yes
blocked alice@example.test no
approved bob@example.test no
blocked bob@example.test no
rule R1 alice@example.test fired
rule R2 alice@example.test not because direction is inbound, not outbound
rule R3 alice@example.test fired
rule B1 alice@example.test not because the recipient has not blocked the sender
rule R4 alice@example.test not because the sender is approved by the recipient
rule R5 alice@example.test not because it is off
rule R6 alice@example.test not because it is off
rule R7 alice@example.test not because it is off
rule R8 alice@example.test not because it is off
rule U1 alice@example.test not because all of it could be scanned
rule U2 alice@example.test not because all of it could be scanned
rule R1 bob@example.test fired
rule R2 bob@example.test not because direction is inbound, not outbound
rule R3 bob@example.test fired
rule B1 bob@example.test not because the recipient has not blocked the sender
rule R4 bob@example.test fired
rule R5 bob@example.test not because it is off
rule R6 bob@example.test not because it is off
rule R7 bob@example.test not because it is off
rule R8 bob@example.test not because it is off
rule U1 bob@example.test not because all of it could be scanned
rule U2 bob@example.test not because all of it could be scanned
plan alice@example.test deliver rule=R1 rule=R3 \
clean="The attachment two.zip was removed because it contained the virus \
Eicar-Test-Signature." stamp="%(stamp)s"
plan bob@example.test deliver rule=R1 rule=R3 rule=R4 tag=[MEIWAKU!!!] \
clean="The attachment two.zip was removed because it contained the virus \
Eicar-Test-Signature." stamp="%(stamp)s"
notice alice@example.test template=virus rule=R1
notice bob@example.test template=virus rule=R1
"""


@pytest.mark.parametrize("how", [[], ["--standalone"]],
                         ids=["daemon", "standalone"])
def test_text(stack, message, how):
    """O2: lines that scripts can rely on, from the daemon or without it"""
    with open(message, "rb") as file:
        data = file.read()
    data = data.replace(b"\r\n", b"\n")
    expected = EXPLAINED % {
        "size": len(data), "body": len(data.split(b"\n\n", 1)[1]),
        "c": len(ENCRYPTED_ZIP),
        "two": len(zip_of(("a.com", EICAR), ("b.txt", b"b"))),
        "stamp": STAMP % "c.zip"}
    assert explain(stack, *OPTIONS, "--spam-score", "95", *how,
                   message) == expected


@pytest.mark.parametrize("how", [[], ["--standalone"]],
                         ids=["daemon", "standalone"])
def test_json(stack, message, how):
    """O2: the same facts as JSON"""
    result = json.loads(explain(stack, *OPTIONS, "--spam-score", "95",
                                "--json", *how, message))
    assert result["sender"] == "friend@partner.test"
    assert result["subject"] == "見積" and result["inside"] is False
    assert [part["path"] for part in result["parts"]] == [
        "TEXT", "1", "2", "3"]
    assert [(finding["kind"], finding["part"], finding["member"],
             finding["cleanable"]) for finding in result["findings"]] == [
        ("password-protected", "2", "", False), ("virus", "3", "a.com", True)]
    assert [(rule["rule"], rule["recipient"]) for rule in result["rules"]
            if rule["fired"]] == [
        ("R1", "alice@example.test"), ("R3", "alice@example.test"),
        ("R1", "bob@example.test"), ("R3", "bob@example.test"),
        ("R4", "bob@example.test")]
    assert [(plan["recipient"], plan["approved"], plan["fate"], plan["tags"])
            for plan in result["plans"]] == [
        ("alice@example.test", True, "deliver", []),
        ("bob@example.test", False, "deliver", ["[MEIWAKU!!!]"])]
    assert [notice["to"] for notice in result["notices"]] == [
        "alice@example.test", "bob@example.test"]


def test_nothing_happens(stack, message):
    """O2: nothing is delivered, sent or logged"""
    before = stack.sekishod_log(""), stack.exim_log("")
    explain(stack, *OPTIONS, message)
    assert (stack.sekishod_log(""), stack.exim_log("")) == before


def test_inside(stack, message):
    """O2: what would happen to it as mail from inside, and from where"""
    out = explain(stack, "--from", "inside", "--client", "127.0.0.2",
                  "--sender", "alice@example.test", "--recipient",
                  "friend@partner.test", message)
    assert "\nrule R2 friend@partner.test fired\n" in out
    assert "\nplan friend@partner.test delete rule=R2\n" in out
    assert "\nnotice alice@example.test template=violation rule=R2\n" in out


def test_same_as_the_road(stack):
    """O2: a mail fares as explain says"""
    made = mail(subject="Cheap watches")
    path = os.path.join(stack.env["STACK_DIR"], "road.eml")
    with open(path, "wb") as file:
        file.write(made.as_bytes())
    out = explain(stack, *OPTIONS, "--spam-score", "60", path)
    made["X-Stack-Spam-Score"] = "60"
    stack.send(made, ["alice@example.test", "bob@example.test"],
               sender="friend@partner.test")
    for user in "alice", "bob":
        plan, = [line for line in out.splitlines()
                 if line.startswith("plan %s@example.test deliver" % user)]
        seen = subject(stack.arrived(user, made["Message-ID"]))
        assert seen.startswith("[MEIWAKU!!!]") == ("tag=" in plan)
    line, = stack.sekishod_log("id=" + stack.exim_id(made["Message-ID"]))
    assert ' deliver="none to alice@example.test"' in line
    assert ' deliver="R4 tag [MEIWAKU!!!] to bob@example.test"' in line


def test_held(stack, tmp_path):
    """O2: of a held mail, which rule held it and what would happen today"""
    made = mail(X_Hold="all", files=[("a.zip", ENCRYPTED_ZIP)])
    with stack.policy(lambda text: add_rules(text, hold_rule(
            "own-hold", "all"))):
        stack.send(made, ["bob@example.test", "alice@example.test"])
        held(stack, "bob", made["Message-ID"])
        path = tmp_path / "held"
        path.write_bytes(as_administrator(stack, "bob", made["Message-ID"]))
        lines = explain(stack, "--held", str(path)).splitlines()
        assert re.fullmatch(
            "held id=%s since=\"[-0-9]{10} [0-9:]{8}\" rule=own-hold "
            "class=content reason=.*" % stack.exim_id(made["Message-ID"]),
            lines[0])
        assert " sender=sender@partner.test from=" in lines[1]
        assert "rule own-hold bob@example.test fired" in lines
        assert any(line.startswith("plan bob@example.test hold ")
                   for line in lines)
    # The rule is gone; and doveadm may be at the other end of a pipe.
    out = explain(stack, "--held", "-", stdin=open(path, encoding="latin-1"))
    assert "own-hold bob" not in out and "alice@example.test" not in out
    assert "\nplan bob@example.test deliver rule=R3 " in out
    json.loads(explain(stack, "--held", "--json", str(path)))


def test_held_mistakes(stack, message):
    """O2: a mail that is not held, and options that it does not need"""
    said = explain(stack, "--held", message, status=69)
    assert said == "sekisho explain: this is no held mail: it has no field " \
        "X-Sekisho-Held\n"
    explain(stack, "--held", *OPTIONS, message, status=64)


@pytest.mark.parametrize("arguments, status, expected", [
    (["missing.eml"], 69,
     "sekisho explain: missing.eml: cannot read: No such file or directory\n"),
    (["--from", "nowhere", "x"], 64, "usage: sekisho explain "),
    (["-c", "/nonexistent.conf", "x"], 69,
     "sekisho explain: /nonexistent.conf: cannot read: ")],
    ids=["file", "usage", "config"])
def test_mistakes(stack, arguments, status, expected):
    """O2: a mistake is one sentence"""
    said = explain(stack, *OPTIONS, *arguments, status=status)
    assert said.startswith(expected)


def test_no_daemon(stack, message):
    """O2: without a daemon it says what to do, --standalone still works"""
    stack.stop("sekishod")
    try:
        said = explain(stack, *OPTIONS, message, status=69)
        assert said.startswith("sekisho explain: cannot connect to ")
        assert "is sekishod running" in said
        assert "\nplan " in explain(stack, *OPTIONS, "--standalone", message)
    finally:
        stack.start("sekishod")
