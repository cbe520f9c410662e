"""What an administrator is told when something is set up wrong."""
import os
import re
import smtplib
import subprocess

import pytest

from exims import OtherExim
from mails import mail
from reading import own
from running import TOP

DEFERRED = b"4.3.0 Temporary failure of the mail scanner, please try again"
ROUTERS = re.compile(r"\.include \S*/sekisho\.routers\n")


def write(stack, name, change):
    """A changed copy of sekishod.conf."""
    with open(stack.env["SEKISHOD_CONFIG"], encoding="utf-8") as file:
        text = change(file.read())
    path = os.path.join(stack.env["STACK_DIR"], name)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    return path


def sekishod(stack, *arguments):
    """Exit status and what was said."""
    result = subprocess.run(
        [stack.env["SEKISHOD"], *arguments], check=False, timeout=60,
        text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return result.returncode, result.stdout


@pytest.mark.parametrize("old, new, said", [
    ("user = sekisho", "user = nosuchuser",
     ': user: there is no user "nosuchuser" on this machine'),
    ("clerks = 4", "clerks = four",
     ': clerks: "four" is not a number from 1 to 256'),
    ("clerks = 4", "clarks = 4", ': unknown parameter "clarks"'),
    ("clerks = 4", "clerks 4", ': no "=" in this line'),
    ("ldap-base = ", "#", ": ldap-uri: needs ldap-base, which is not set"),
    ("jail = best-effort", "jail = open",
     ': jail: "open" is neither required nor best-effort')],
    ids=["user", "number", "name", "equals", "base", "jail"])
def test_config(stack, old, new, said):
    """R13: sekishod -n, a wrong setting: one sentence with file and line"""
    path = write(stack, "wrong.conf", lambda text: re.sub(
        "(?m)^" + old, new, text, count=1))
    with open(path, encoding="utf-8") as file:
        lines = file.read().splitlines()
    about = new if not new.startswith("#") else "ldap-uri"
    line, = [number for number, line in enumerate(lines, 1)
             if line.startswith(about)]
    assert sekishod(stack, "-n", "-c", path) == (
        78, "sekishod: %s:%d%s\n" % (path, line, said))


def test_right(stack):
    """R13: sekishod -n has nothing to say about what is right"""
    assert sekishod(stack, "-n", "-c", stack.env["SEKISHOD_CONFIG"]) == (0, "")


@pytest.mark.parametrize("old, new, said", [
    ('id="R4" class="spam"', 'id="R4" class="spma"',
     "rule 'R4': unknown class 'spma' (it is virus, spam or content)"),
    ('<spam level="spam"/>', '<spam level="much"/>', "'much'"),
    ("<delete/>", "<quarantin/>", "unknown action 'quarantin'")],
    ids=["class", "value", "action"])
def test_policy(stack, old, new, said):
    """R13: sekishod -n, a wrong policy: one sentence with file and line"""
    with open(stack.env["POLICY"], encoding="utf-8") as file:
        policy = file.read()
    assert old in policy
    path = os.path.join(stack.env["STACK_DIR"], "wrong.xml")
    with open(path, "w", encoding="utf-8") as file:
        file.write(policy.replace(old, new, 1))
    config = write(stack, "wrong.conf", lambda text: text.replace(
        stack.env["POLICY"], path))
    status, output = sekishod(stack, "-n", "-c", config)
    line = policy[:policy.index(old)].count("\n") + 1
    assert status == 78 and output.count("\n") == 1
    assert output.startswith("sekishod: %s:%d: " % (path, line))
    assert said in output


def test_second(stack):
    """O4: a second sekishod does not take the socket from the first"""
    status, output = sekishod(stack, "-c", stack.env["SEKISHOD_CONFIG"])
    assert status == 78
    assert "another sekishod is running in %s/sekishod/run; " % \
        stack.env["STACK_DIR"] in output
    message = mail()
    stack.send(message, "alice@example.test")
    stack.arrived("alice", message["Message-ID"])


@pytest.mark.parametrize("folder, said", [
    ("/nonexistent", "/nonexistent: No such file or directory; set "
     "signatures to a directory of ClamAV signatures"),
    ("empty", "no signatures found; run freshclam or set signatures to a "
     "directory that has some")], ids=["missing", "empty"])
def test_no_signatures(stack, folder, said):
    """O4: without signatures sekishod does not start, and says why"""
    folder = os.path.join(stack.env["STACK_DIR"], folder)
    if folder != "/nonexistent":
        os.makedirs(folder, exist_ok=True)
    config = write(stack, "wrong.conf", lambda text: text.replace(
        "signatures = " + stack.env["SIGNATURES"],
        "signatures = " + folder).replace("/sekishod/run", "/run2"))
    status, output = sekishod(stack, "-c", config)
    assert status == 78
    assert said in output
    assert output.endswith(
        "the scanner did not start; the line above says why\n")


def deferred(exim):
    """The mail gets a 451; the reason is the only thing said in the log."""
    before = len(exim.log())
    with exim.session() as smtp:
        with pytest.raises(smtplib.SMTPDataError) as error:
            smtp.sendmail("sender@partner.test", ["alice@example.test"],
                          mail().as_bytes())
    assert error.value.smtp_code == 451
    assert error.value.smtp_error == DEFERRED
    reason, = re.findall("sekisho: id=[^ ]+ action=defer error=\"(.*)\"\n",
                         "\n".join(exim.log()[before:]) + "\n")
    return reason


def test_routers_missing(stack):
    """O4: without the routers every mail is deferred, a sentence says why"""
    exim = OtherExim(stack, "norouters", lambda text: ROUTERS.sub("", text))
    assert deferred(exim) == (
        "the Sekisho routers are missing: include sekisho.routers first in "
        "the routers section")


def test_routers_late(stack):
    """O4: the same when other routers come before them"""
    def change(text):
        include = ROUTERS.search(text)[0]
        return text.replace(include, "").replace(
            "unknown:\n  driver", include + "unknown:\n  driver")
    assert "include sekisho.routers first" in \
        deferred(OtherExim(stack, "laterouters", change))


def test_acl_missing(stack):
    """O4: the same when the ACL is not called"""
    exim = OtherExim(stack, "noacl", lambda text: re.sub(
        "(?m)^acl_smtp_data = .*\n", "", text))
    assert deferred(exim) == (
        "the Sekisho ACL did not run: call acl_sekisho_data from "
        "acl_smtp_data (sekisho-exim(8))")


def test_socket_wrong(stack):
    """O4: a socket that is not there"""
    exim = OtherExim(stack, "nosocket", lambda text: re.sub(
        "(?m)^SEKISHO_SOCKET = .*", "SEKISHO_SOCKET = /nonexistent", text))
    assert deferred(exim).startswith(
        "cannot connect to /nonexistent: No such file or directory; is "
        "sekishod running")


def test_socket_rights(stack):
    """O4: a socket that Exim's user may not open"""
    socket = stack.env["SCAN_SOCKET"]
    before = os.stat(socket)
    os.chown(socket, 0, 0)
    try:
        with pytest.raises(smtplib.SMTPDataError):
            stack.send(mail(), "alice@example.test")
    finally:
        os.chown(socket, before.st_uid, before.st_gid)
    line = stack.exim_log("action=defer")[-1]
    assert "cannot connect to %s: Permission denied; " % socket in line
    assert line.endswith('only root and mta-user of sekishod.conf may ask"')


def test_not_the_mta(stack):
    """O4: who is not the mta-user may not ask, even where he can connect"""
    socket = stack.env["SCAN_SOCKET"]
    before = os.stat(socket)
    config = write(stack, "open.conf", lambda text: re.sub(
        "(?m)^(ldap|account)-.*\n", "", text))
    os.chmod(socket, 0o666)
    path = os.path.join(stack.env["STACK_DIR"], "mail.eml")
    with open(path, "wb") as file:
        file.write(mail().as_bytes())
    os.chmod(path, 0o644)
    try:
        result = subprocess.run(
            ["setpriv", "--reuid", "mail", "--clear-groups", stack.tool,
             "explain", "-c", config, "--sender", "a@b",
             "--recipient", "alice@example.test", path], check=False,
            text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    finally:
        os.chmod(socket, before.st_mode & 0o777)
    assert result.returncode == 69
    assert re.fullmatch("sekisho explain: (the other side|sekishod) closed .*"
                        ": its log says why\n", result.stderr)
    assert stack.sekishod_log("warning: scan.sock: user [0-9]+ may not ask; "
                              "mta-user names who may$")


def build_module(stack, name, old, new):
    """The module, built against a local_scan.h of another Exim."""
    folder = os.path.join(stack.env["STACK_DIR"], name)
    os.makedirs(folder, exist_ok=True)
    with open("/usr/include/exim4/local_scan.h", encoding="utf-8") as file:
        text = file.read()
    assert old in text
    with open(folder + "/local_scan.h", "w", encoding="utf-8") as file:
        file.write(text.replace(old, new))
    module = folder + "/sekisho.so"
    subprocess.run(
        ["gcc", "-std=gnu11", "-shared", "-fPIC", "-w", "-DLOCAL_SCAN",
         "-DDLOPEN_LOCAL_SCAN", "-I" + folder, "-I/usr/include/exim4",
         "-I" + TOP + "/core/lib", "-I" + TOP + "/exim-localscan", "-o",
         module, TOP + "/exim-localscan/unity.c"], check=True)
    return OtherExim(stack, name, lambda text: re.sub(
        "(?m)^SEKISHO_MODULE = .*", "SEKISHO_MODULE = " + module, text))


def test_other_offset(stack):
    """O4: a module for an Exim whose spool looks different touches nothing"""
    exim = build_module(stack, "offset", "(MESSAGE_ID_LENGTH+3)",
                        "(MESSAGE_ID_LENGTH+10)")
    assert deferred(exim) == (
        "this module was built for another Exim: rebuild it against your "
        "exim4-dev")


def test_other_abi(stack):
    """O4: a module for another ABI is not loaded, Exim says so"""
    # complaint R-PKG1
    exim = build_module(stack, "abi", "VERSION_MAJOR 6", "VERSION_MAJOR 5")
    with exim.session() as smtp:
        with pytest.raises(smtplib.SMTPDataError) as error:
            smtp.sendmail("sender@partner.test", ["alice@example.test"],
                          mail().as_bytes())
    # Debian's Exim crashes after it has said why.
    assert error.value.smtp_code in (421, 451)
    assert [line for line in exim.log()
            if "you need to recompile your module for this version" in line]


def test_afterwards(stack):
    """O4: after all these mistakes mail still flows"""
    message = mail()
    stack.send(message, "alice@example.test")
    assert own(stack.arrived("alice", message["Message-ID"])) == \
        message.as_bytes()
    assert not stack.spool_files()
