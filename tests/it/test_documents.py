"""The commands of README.md, docs/operate.md and docs/migration.md, run as they
stand on a stack that looks like an installed site (installed.py)."""
import gzip
import os
import re
import subprocess
import sys

import pytest

from conftest import DIRECTORY, PORT_BASE
from installed import Installed
from mails import EICAR, mail
from quarantine import Quarantine
from reading import own
from running import TOP, add_rules, rule, wait_until

sys.path.append(os.path.join(TOP, "tests"))
import documents  # noqa: E402

HELD = rule("own-hold", '<header name="X-Hold" pattern="^yes"/>',
            "<quarantine/>")
# grep has found nothing, which is what an administrator wants to see.
STATUSES = {"grep": (0, 1)}


@pytest.fixture(scope="module", name="stack")
def stack_of_its_own(start_stack):
    """What commands say of all logs is about no other file's mails."""
    return start_stack("documents")


@pytest.fixture(scope="module", name="site")
def installed_site(stack):
    if subprocess.run(["unshare", "-m", "true"], check=False,
                      stderr=subprocess.DEVNULL).returncode != 0:
        pytest.skip("this machine refuses mount namespaces")
    with stack.policy(lambda text: add_rules(text, HELD)):
        site = Installed(stack)
        try:
            yield site
        finally:
            site.close()


@pytest.fixture(scope="module", name="held")
def held_mail(stack, site):
    """The id of a mail that is held for alice; it lies in mail.eml, too."""
    Quarantine(stack, "alice").empty()
    message = mail(X_Hold="yes", X_Stack_Spam_Score="95",
                   sender="friend@partner.test")
    site.write("mail.eml", message)
    stack.send(message, "alice@example.test", sender="friend@partner.test")
    exim_id = stack.exim_id(message["Message-ID"])
    wait_until(lambda: exim_id in site.run(
        "doveadm sekisho quarantine list -u alice"), "the held mail")
    return exim_id


def as_installed(page):
    """The inline commands of a page but for those that only systemd knows;
    tests/packages runs them."""
    return [command for command in documents.inline(page)
            if not command.startswith("systemctl")]


@pytest.mark.parametrize("command", as_installed("docs/operate.md"))
def test_o1_inline(site, held, command):
    """O1: a command in the text of docs/operate.md"""
    site.run(command, STATUSES.get(command.split()[0], (0,)))


def test_o5_trace(site, stack, held):
    """O5: docs/operate.md, why was this mail held"""
    text = documents.block("docs/operate.md", "trace").replace("ID", held)
    said = site.run(text)
    assert "held in the quarantine for alice@example.test" in said, said
    with open(stack.env["EXIM_LOG"], "rb") as log, gzip.open(
            site.directory + "/log/exim4/mainlog.2.gz", "wb") as file:
        file.write(log.read())
    said = site.run(documents.block("docs/operate.md", "older").replace(
        "ID", held))
    assert "held in the quarantine for alice@example.test" in said, said


def test_o3_explain(site, held):
    """O3: docs/operate.md, why did a rule fire, or why not"""
    said = site.run(documents.block("docs/operate.md", "why"))
    assert "own-hold" in said and "score" in said, said
    said = site.run(documents.block("docs/operate.md", "held").replace(
        "-u bob", "-u alice").replace("ID", held))
    assert "own-hold" in said, said


def test_o1_reconcile(site, stack):
    """O1: docs/operate.md, is everything accounted for"""
    stack.settled()
    assert "law holds" in site.run(documents.block("docs/operate.md",
                                                   "reconcile"))


def test_o3_report(site):
    """O3: docs/operate.md, the last days as a page"""
    site.run(documents.block("docs/operate.md", "report"))
    with open("/tmp/report.html", encoding="utf-8") as file:
        assert file.read().startswith("<!DOCTYPE html>")
    os.unlink("/tmp/report.html")


def test_o2_reload(site, stack):
    """O2: docs/operate.md, changing something"""
    before = len(stack.sekishod_log("generation .* signatures"))
    site.run(documents.block("docs/operate.md", "reload"))
    wait_until(lambda: len(stack.sekishod_log(
        "generation .* signatures")) > before, "the reload")


def test_o2_try(site, stack, held):
    """O2: docs/operate.md, a policy is tried before it counts"""
    with open(stack.env["POLICY"], "rb") as file:
        site.write("new.xml", file.read().replace(b"own-hold", b"own-new"))
    said = site.run(documents.block("docs/operate.md", "try"))
    assert "own-new" in said and "own-hold" not in said, said


def test_o2_policy_try(site, stack, held):
    """O2: docs/operate.md, a policy is tried on what the log tells"""
    with open(stack.env["POLICY"], "rb") as file:
        site.write("new.xml", file.read().replace(b"own-hold", b"own-new"))
    said = site.run(documents.block("docs/operate.md", "policy-try"))
    assert "no longer by own-hold; now by own-new" in said, said
    assert held in said, said


def test_q12_quarantine(site, stack, held):
    """Q12: docs/operate.md, a mail is held and should not be"""
    text = documents.block("docs/operate.md", "quarantine")
    known = re.search(r"id (\S+)", text)[1]
    said = site.run(text.replace(known, held))
    assert held in said and "own-hold" in said, said
    assert held not in site.run("doveadm sekisho quarantine list -u alice")


# -- docs/migration.md -----------------------------------------------------

def migrate(site, name):
    return site.run(documents.block("docs/migration.md", name))


@pytest.fixture(name="watching")
def policy_that_watches(site, stack):
    """The site as docs/migration.md has it before the switch."""
    before = len(stack.sekishod_log("generation .* signatures"))
    migrate(site, "watch")
    wait_until(lambda: len(stack.sekishod_log(
        "generation .* signatures")) > before, "the reload")
    yield before
    if "monitor" in site.run("cat /etc/sekisho/policy.xml"):
        migrate(site, "switch")
        stack.reload()


def test_migration_watch(site, stack, watching):
    """R13: docs/migration.md: all watches, until the switch"""
    message = mail(files=[("a.com", EICAR)])
    stack.send(message, "bob@example.test")
    assert own(stack.arrived("bob", message["Message-ID"])) == \
        message.as_bytes()
    said = migrate(site, "watched")
    assert re.search(r'(?m)^ +\d+ monitor="R1$', said), said
    assert stack.exim_id(message["Message-ID"]) in said
    migrate(site, "switch")
    wait_until(lambda: len(stack.sekishod_log(
        "generation .* signatures")) > watching + 1, "the reload")
    message = mail(files=[("a.com", EICAR)])
    stack.send(message, "bob@example.test")
    assert EICAR not in stack.arrived("bob", message["Message-ID"])


def test_migration_rules(site, stack, held):
    """R13: docs/migration.md: its rules are what sekishod takes"""
    with open(stack.env["POLICY"], encoding="utf-8") as file:
        site.write("new.xml", add_rules(file.read(), documents.block(
            "docs/migration.md", "rules")).encode())
    said = site.run(documents.block("docs/operate.md", "try"))
    assert "hold-spam" in said and "no-programs" in said, said


def test_migration_import(site, stack):
    """Q1 R13: docs/migration.md: what an old quarantine had is held again"""
    rule_text = documents.block("docs/migration.md", "import-rule")
    os.makedirs(site.directory + "/root/old", exist_ok=True)
    names = [mail(subject="Old %d" % i, X_Envelope_From="<s@partner.test>",
                  X_Envelope_To="<carol@example.test>, <bob@example.test>")
             for i in range(2)]
    for i, message in enumerate(names):
        data = message.as_bytes().replace(b"\r\n", b"\n")
        site.write("old/%d" % i, b"From s Tue Nov 24\n" * i + data)
    with stack.policy(lambda text: add_rules(text, rule_text)):
        migrate(site, "import")
        wait_until(lambda: site.run(
            "doveadm sekisho quarantine list -u carol").count(" Old ") == 2,
            "two mails in the quarantine")
        said = site.run("doveadm sekisho quarantine show -u carol ALL")
    assert said.count("s@partner.test") == 2 and "old-quarantine" in said
    site.run("doveadm sekisho quarantine delete -u carol ALL")


def test_migration_lists(site):
    """A2 R13: docs/migration.md: white lists become approved senders"""
    os.makedirs(site.directory + "/etc/MailScanner/rules")
    site.run("""cat >/etc/MailScanner/rules/spam.whitelist.rules <<END
# From: not@this.test and To: alice@example.test yes
From:\t*@old.test and To:\talice\tyes
From:\tboss@old.test\tand\tTo:\talice\tno
FromOrTo:\tdefault\tno
END
""")
    migrate(site, "mailscanner-list")
    assert site.run("cat list") == "alice *@old.test\n"
    site.write("ldif", b"dn: uid=alice\namavisWhitelistSender: a@old.test\n"
               b"amavisWhitelistSender: @older.test\nmail: alice\n"
               b"amavisWhitelistSender: @.test\n\n")
    site.run("ldapsearch() { cat ldif; }; " + documents.block(
        "docs/migration.md", "amavis-list"))
    assert site.run("cat list") == \
        "alice a@old.test\nalice *@older.test\nalice *@test\n"
    migrate(site, "approve")
    assert site.run("cat list.refused") == "alice: *@test\n"
    said = site.run("doveadm sekisho sender list -u alice")
    assert "*@older.test" in said and "a@old.test" in said
    site.run("doveadm sekisho sender remove -u alice a@old.test '*@older.test'")


def test_readme_demo():
    """README.md: make demo shows mail and says what was done with it"""
    command, test = documents.block("README.md", "two").splitlines()
    assert test.startswith("make test ")     # which is what runs this
    env = dict(os.environ, STACK_DIR=DIRECTORY + "-demo",
               PORT_BASE=str(PORT_BASE + 800))
    try:
        said = subprocess.run(["sh", "-ec", command], cwd=TOP, env=env,
                              check=True, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True).stdout
    finally:
        subprocess.run(["make", "stack-down"], cwd=TOP, env=env, check=True,
                       stdout=subprocess.DEVNULL)
    assert "virus removed, the rest delivered" in said, said
