"""sekisho-exim(8) taken at its word, with the Exim that Debian installs."""
import re
import subprocess

import pytest

from debian import Debian, display
from mails import EICAR, ENCRYPTED_ZIP, mail
from reading import STAMP, attachments, subject, text
from running import wait_until

HERE, THERE = "games@example.test", "friend@partner.test"


@pytest.fixture(scope="module", params=["split", "unsplit", "hand"])
def debian(request, stack):
    if subprocess.run(["unshare", "-m", "true"], check=False,
                      stderr=subprocess.DEVNULL).returncode != 0:
        pytest.skip("this machine refuses mount namespaces")
    debian = Debian(stack, request.param)
    try:
        debian.configure()
        yield debian
    finally:
        debian.close()


def arrived(debian, title):
    return wait_until(lambda: [m for m in debian.mailbox()
                               if subject(m) == title], title)[0]


def test_accepted(debian):
    """the commands of the manual make a configuration that Exim takes"""
    debian.run("exim4 -bV")
    names = debian.run(display("check")).split()
    assert "sekisho_probe" in names and "sekisho_end" in names
    assert all(name.startswith("sekisho_") for name in names)


def test_check(debian, stack):
    """R13: sekisho check misses nothing but daemons, which do not run here"""
    output = debian.run("%s check -c %s --doveconf none || true" % (
        stack.tool, stack.env["SEKISHOD_CONFIG"]))
    assert re.findall("wrong: (.*?)[,\n]", output) == [
        "Exim: held mail goes to /run/dovecot/lmtp",
        "Exim: no daemon of Exim runs"], output


@pytest.mark.parametrize("part", ["acl", "routers"])
def test_half(debian, part):
    """half a configuration is refused: it would scan nothing"""
    debian.write("/etc/exim4/half." + part, "keep_environment =\nbegin %s\n"
                 ".include /etc/exim4/sekisho/sekisho.%s\n" % (part, part))
    output = debian.run("exim4 -C /etc/exim4/half.%s -bV 2>&1 || true" % part)
    assert "sekisho.main has to be included before sekisho." + part in output


def test_address(debian):
    """the routers of the site still route"""
    output = debian.run("exim4 -bt %s %s" % (HERE, THERE))
    assert "router = site_outside, transport = site_outside" in output
    assert "router = site_here" in output or "router = local_user" in output


def test_clean(debian):
    """a clean mail from outside arrives"""
    title = "clean " + debian.way
    answers = debian.send(mail(subject=title), [HERE], THERE, "10.9.8.7")
    assert answers[-2].startswith("250 OK"), debian.log()
    assert text(arrived(debian, title)) == "Good morning.\n"


def test_relay(debian):
    """nobody outside can relay"""
    answers = debian.send(mail(), [THERE], THERE, "10.9.8.7")
    assert "550 relay not permitted" in answers


def test_r1(debian):
    """R1 N1: a virus from outside is taken out, the recipient is told"""
    title = "virus " + debian.way
    debian.send(mail(subject=title, files=[("a.com", EICAR),
                                           ("b.txt", b"fine")]),
                [HERE], THERE, "10.9.8.7")
    contents = attachments(arrived(debian, title))
    assert ("b.txt", b"fine") in contents
    assert EICAR not in [content for _, content in contents]
    arrived(debian, "Virus Eicar-Test-Signature detected")


def test_r2(debian):
    """R2 N2: a virus from a user is deleted, the sender is told"""
    debian.send(mail(sender=HERE, files=[("a.com", EICAR)]), [THERE], HERE)
    arrived(debian, "Security settings violation")
    assert "=> :blackhole: <%s> R=sekisho_delete" % THERE in debian.log()


def test_two_bodies(debian, stack):
    """R3: one mail from inside, a stamp for the colleague, none for outside"""
    title = "sealed " + debian.way
    message = mail(sender=HERE, subject=title,
                   files=[("s.zip", ENCRYPTED_ZIP)])
    debian.send(message, [HERE, THERE], HERE)
    assert text(arrived(debian, title)) == \
        STAMP % "s.zip" + "\n\nGood morning.\n"
    assert text(stack.left(message["Message-ID"])) == "Good morning.\n"


@pytest.mark.parametrize("user", ["games", "uucp"])
@pytest.mark.parametrize("protocol", ["sekisho-notice", "sekisho-variant"])
def test_forged_protocol(debian, user, protocol):
    """a user, trusted by Exim or not, cannot pass mail off as a notice"""
    message = mail(subject="forged by %s as %s" % (user, protocol),
                   files=[("a.com", EICAR)])
    debian.run("setpriv --reuid %s --regid %s --clear-groups exim4 -odb -oi "
               "-oMr %s -f noreply@example.test %s" % (
                   user, user, protocol, HERE), message.as_bytes())
    found = re.search("(\\S+) <= .* id=" + re.escape(
        message["Message-ID"].strip("<>")), debian.log())
    assert found, debian.log()
    assert re.search("sekisho: id=%s .*rules=R" % found[1], debian.log())
    wait_until(lambda: "%s => :blackhole: " % found[1] in debian.log(),
               "the end of a virus")
