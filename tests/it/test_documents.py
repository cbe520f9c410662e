"""The commands of README.md and docs/operate.md, run as they stand on a stack
that looks like an installed site (installed.py)."""
import gzip
import os
import re
import subprocess
import sys

import pytest

from conftest import DIRECTORY, PORT_BASE
from installed import Installed
from mails import mail
from quarantine import Quarantine
from running import TOP, add_rules, rule, wait_until

sys.path.append(os.path.join(TOP, "tests"))
import documents  # noqa: E402

HELD = rule("own-hold", '<header name="X-Hold" pattern="^yes"/>',
            "<quarantine/>")
# grep has found nothing, which is what an administrator wants to see.
STATUSES = {"grep": (0, 1)}


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


def test_q12_quarantine(site, stack, held):
    """Q12: docs/operate.md, a mail is held and should not be"""
    text = documents.block("docs/operate.md", "quarantine")
    known = re.search(r"id (\S+)", text)[1]
    said = site.run(text.replace(known, held))
    assert held in said and "own-hold" in said, said
    assert held not in site.run("doveadm sekisho quarantine list -u alice")


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
