"""sekisho policy try: what another policy would have done (O2, R11)."""
import subprocess

import pytest

from mails import EICAR, mail
from running import TOOL, add_rules, new_id, rule, wait_until

SENDER = new_id()[1:12] + "@partner.test"


class Attempt:
    """A log of some mails, and policies to try on it."""

    def __init__(self, stack, directory):
        self.stack, self.directory = stack, str(directory)
        with open(stack.env["POLICY"], encoding="utf-8") as file:
            self.policy = file.read()

    def log(self):
        """The lines of this test's mails, in a file."""
        path = self.directory + "/log"
        with open(path, "w", encoding="utf-8") as file:
            file.write("\n".join(self.stack.sekishod_log(
                "sender=%s " % SENDER)) + "\n")
        return path

    def run(self, policy, *options, log=None, status=0):
        """What it prints; with an error, what it says of that."""
        path = self.directory + "/new.xml"
        with open(path, "w", encoding="utf-8") as file:
            file.write(policy)
        result = subprocess.run(
            [TOOL, "policy", "try", "-c",
             self.stack.env["SEKISHOD_CONFIG"], *options, path,
             log or self.log()], check=False, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        assert result.returncode == status, result
        return result.stderr if status else result.stdout


@pytest.fixture(name="attempt", scope="module")
def an_attempt(stack, tmp_path_factory):
    """Three mails: ordinary, spam for two, a virus."""
    for message, to in (
            (mail(), ["alice"]),
            (mail(X_Stack_Spam_Score="65"), ["alice", "bob"]),
            (mail(files=[("a.com", EICAR)]), ["carol"])):
        stack.send(message, [name + "@example.test" for name in to],
                   sender=SENDER)
    wait_until(lambda: len(stack.sekishod_log("sender=%s " % SENDER)) == 3,
               "three lines")
    return Attempt(stack, tmp_path_factory.mktemp("try"))


def test_same(attempt):
    """R11: the policy of today makes no difference"""
    assert attempt.run(attempt.policy) == \
        "mails=3 recipients=4 same=4 different=0 unsure=0\n"


def test_score(attempt):
    """R4: another limit for spam is told with the mails that it concerns"""
    said = attempt.run(attempt.policy.replace('spam="6.0"', 'spam="9.0"'))
    assert said.startswith(
        "mails=3 recipients=4 same=2 different=2 unsure=0\n\n"
        "2: without tag [MEIWAKU!!!]; no longer by R4\n    1x")
    assert " alice@example.test\n" in said and " bob@example.test\n" in said


def test_fate(attempt):
    """R11: a new rule, and another fate"""
    said = attempt.run(add_rules(attempt.policy, rule(
        "new", '<recipient like="bob@*"/><spam level="spam"/>',
        "<quarantine/>", "spam")))
    assert "\n1: deliver -> hold; " in said and "now by new\n" in said


def test_off(attempt):
    """R1: a rule that is switched off"""
    said = attempt.run(attempt.policy.replace(
        'id="R1" class="virus" status="on"',
        'id="R1" class="virus" status="off"'))
    assert "different=1" in said and "no longer by R1\n" in said


def test_unlogged(attempt):
    """R11: what the log does not tell is said to be unsure"""
    said = attempt.run(add_rules(attempt.policy, rule(
        "new", '<file-name like="*.pdf"/>', "<quarantine/>", "content")))
    assert "same=0 different=0 unsure=4\n" in said
    assert "the same, or perhaps: deliver -> hold; now by new\n" in said
    said = attempt.run(add_rules(attempt.policy, rule(
        "new", '<not><header name="X-A" pattern="."/></not>'
        '<recipient like="nobody@*"/>', "<quarantine/>", "content")))
    assert "same=4 different=0 unsure=0\n" in said


def test_unlogged_and_old(attempt):
    """R11: for a rule that was there the log's word counts"""
    old = rule("old", '<header name="X-A" pattern="."/>', "<quarantine/>",
               "content")
    with attempt.stack.policy(lambda text: add_rules(text, old)):
        said = attempt.run(add_rules(attempt.policy, old).replace(
            'spam="6.0"', 'spam="9.0"'))
        assert "same=2 different=2 unsure=0\n" in said


def test_since(attempt):
    """O2: only the mails of the last days"""
    lines = attempt.log()
    with open(lines, encoding="utf-8") as file:
        text = file.read()
    old = attempt.directory + "/old"
    with open(old, "w", encoding="utf-8") as file:
        for line in text.splitlines():
            file.write("2020-01-01" + line[10:] + "\n")
        file.write(text)
    assert attempt.run(attempt.policy, log=old).startswith("mails=6 ")
    for since in "1d", "2w", "90m":
        assert attempt.run(attempt.policy, "--since", since,
                           log=old).startswith("mails=3 ")


def test_all(attempt):
    """O2: three mails are named, or all"""
    lines = attempt.log()
    many = attempt.directory + "/many"
    with open(lines, encoding="utf-8") as file:
        text = file.read()
    with open(many, "w", encoding="utf-8") as file:
        file.write(text * 10)
    policy = attempt.policy.replace('spam="6.0"', 'spam="9.0"')
    assert attempt.run(policy, log=many).count("\n    1x") == 3
    assert attempt.run(policy, "--all", log=many).count("\n    1x") == 20


@pytest.mark.parametrize("options, log, status, said", [
    (["--since", "yesterday"], None, 64, "usage: sekisho policy try"),
    (["--since", "0d"], None, 64, "usage: sekisho policy try"),
    (["-x"], None, 64, "usage: sekisho policy try"),
    (["-c", "/nowhere"], None, 78, "/nowhere"),
    ([], "/nowhere", 66, "/nowhere")])
def test_wrong(attempt, options, log, status, said):
    """O2: what is wrong is named"""
    assert said in attempt.run(attempt.policy, *options, log=log,
                               status=status)


def test_wrong_policy(attempt):
    """R13: a new policy that is wrong is named with file and line"""
    said = attempt.run(attempt.policy.replace("<protected>", "<protect>"),
                       status=65)
    assert "new.xml:" in said


def test_hostile(attempt):
    """O2: bytes of strangers are made visible"""
    path = attempt.directory + "/hostile"
    with open(path, "wb") as file:
        file.write(b"2026-11-30 00:00:00 sekishod[1]: id=1xXpL0-0005dz-06 "
                   b"sender=a@b client=local size=1 direction=inbound "
                   b"findings=none spam-score=65 rules=none "
                   b'deliver="none to \x1b[2Jalice@example.test"\n')
    said = attempt.run(attempt.policy.replace('spam="6.0"', 'spam="9.0"'),
                       log=path)
    assert "\x1b" not in said
