"""`sekisho check`: every mistake of docs/install.md is made here, by its step,
and is found with the line that mends it.

A mistake is a copy of a configuration that differs, or something that is
changed on the stack and changed back. The check runs in a mount namespace,
where /etc is as on a site that has what `make install` puts there.
"""
import contextlib
import os
import re
import shutil
import socket
import subprocess
import time

import pytest

from checking import Site
from running import TOP, wait_until
from test_mistakes import build_module

INCLUDE = r"\.include \S*/sekisho\.%s\n"


@pytest.fixture(scope="module")
def site(start_stack):
    if subprocess.run(["unshare", "-m", "true"], check=False,
                      stderr=subprocess.DEVNULL).returncode != 0:
        pytest.skip("this machine refuses mount namespaces")
    return Site(start_stack("check", STACK_DOVECOT="mail_fsync = optimized"))


def test_right(site):
    """O2: a right site: nothing is wrong, and only RAR may be skipped"""
    log = len(site.stack.exim_log(""))
    status, output = site.check()
    assert [line for line in output.splitlines()
            if not line.startswith("ok ") and "RAR" not in line] == [], output
    assert status == 0 and output.count("\n") > 30
    assert len(site.stack.exim_log("")) == log


def test_usage(site):
    """sekisho check: wrong usage"""
    result = subprocess.run([site.stack.tool, "check", "--bogus"],
                            check=False, stderr=subprocess.PIPE)
    assert result.returncode == 64


def test_not_root(site):
    """sekisho check: who is not root is told so"""
    result = subprocess.run(
        ["setpriv", "--reuid", "mail", "--clear-groups", site.stack.tool,
         "check"], check=False, stderr=subprocess.PIPE)
    assert result.returncode == 77


def test_elsewhere(site):
    """sekisho check: what is on another host is skipped, not wrong"""
    status, output = site.check("--exim", "none", "--doveconf", "none")
    assert status == 0, output
    for area in "Exim", "mail", "Dovecot", "users":
        assert "\nskipped: %s: " % area in output


# -- wrong configurations ---------------------------------------------------

SEKISHOD = {
    # step 1: install
    "schema": ({"policy_schema": "/nonexistent"}, "/nonexistent",
               "sekishod -n"),
    "templates": ({"templates": "/nonexistent"},
                  "cannot read the templates of notices in /nonexistent",
                  "make install"),
    # step 2: a user
    "user": ({"user": "nosuchuser"}, 'there is no user "nosuchuser"',
             "correct this line"),
    # step 3: signatures
    "signatures": ({"signatures": "/nonexistent"}, "/nonexistent: No such",
                   "apt-get install clamav-freshclam"),
    # step 4: policy, configuration
    "name": ({"clarks": "4"}, 'unknown parameter "clarks"',
             "correct this line"),
    "policy": ({"policy": "/nonexistent.xml"}, "/nonexistent.xml",
               "correct it"),
    # step 5: directory
    "uri": ({"ldap_uri": "ldap://127.0.0.1:9"}, "contact LDAP server",
            "systemctl start slapd"),
    "base": ({"ldap_base": "ou=nobody,dc=example,dc=test",
              "account_base": "ou=nobody,dc=example,dc=test"},
             "ldap-base ou=nobody,dc=example,dc=test is not in",
             "correct ldap-base"),
    "no base": ({"ldap_base": None}, "needs ldap-base", "correct this line"),
    "bind dn": ({"ldap_bind_dn": "cn=nobody,dc=example,dc=test"},
                "Invalid credentials", "ldap-schema/install -b"),
    "nobody": ({"ldap_bind_dn": None, "ldap_bind_password_file": None},
               "may not search|may not see it", "ldap-schema/install -b"),
    "password file": ({"ldap_bind_password_file": "/nonexistent"},
                      "/nonexistent: no password to read",
                      "makes the password"),
    "certificate": ({"ldap_ca_file": "/etc/hostname"}, "no TLS|ldap-ca-file",
                    "ldap-ca-file"),
    "account base": ({"account_base": "ou=none,dc=example,dc=test"},
                     "account-base ou=none,dc=example,dc=test is not",
                     "ldapadd"),
    # step 6: start
    "not started": ({"run_dir": "/run/nothing-here"}, "does not run",
                    "systemctl enable --now sekishod"),
    "state": ({"state_dir": "/"}, "state-dir / does not belong",
              "chown sekisho"),
    "key": ({"held_key_file": "/nonexistent"}, "held-key-file /nonexistent",
            "restart sekishod"),
    # step 9: Exim
    "mta-user": ({"mta_user": "games"}, "mta-user is games",
                 "mta-user = Exim's user"),
    "deadline": ({"deadline": "80"}, "not more than deadline",
                 "SEKISHO_DEADLINE = 60"),
    # step 8: Dovecot
    "control-users": ({"control_users": None}, "mail is not in control-users",
                      "control-users = mail"),
    "no scanner": ({"inspectors": "0"}, "nothing can be released",
                   "sekisho_rescan = off"),
}


@pytest.mark.parametrize("name", SEKISHOD)
def test_sekishod(site, name):
    """R13: a mistake in sekishod.conf is found, and what mends it"""
    settings, wrong, mend = SEKISHOD[name]
    site.found(wrong, mend, *site.sekishod(**settings))


ACL = r"^acl_smtp_data = .*"
EXIM = {
    # step 9: the pieces and their places
    "no main": (INCLUDE % "main", "", "does not take its configuration.*"
                "sekisho.main has to be included before", "exim4 -bV"),
    "nothing": (INCLUDE % "(main|acl|routers|transports)|"
                r"^  warn condition = \$\{if !?def:h_X-Stack-Spam-Score:\}\n"
                r"       acl = .*\n(       set .*\n)?"
                r"|^  require acl = .*\n|^  warn condition = .*"
                r"X-Stack-Results:\}\n       acl = .*\n", "",
                "sekisho.main is not included", r"sekisho-exim\(8\)"),
    "no routers": (INCLUDE % "routers", "", "routers do not begin with ours",
                   "first in the routers section"),
    "no routers, mail": (INCLUDE % "routers", "", "would get a 451: .*the "
                         "Sekisho routers are missing", "first in the rout"),
    "other router": (r"^begin routers\n", "begin routers\n\nfirst:\n"
                     "  driver = redirect\n  domains = first.test\n"
                     "  data = :blackhole:\n\n", "instead of sekisho_probe "
                     "comes first", "first in the routers section"),
    "no acl piece": (INCLUDE % "acl", "", "sekisho.acl is not included",
                     "conf.d/acl/50_sekisho"),
    "no acl": (ACL, "", "acl_smtp_data is not set", "warn acl = acl_sekisho"),
    "acl too late": (r"^acl_data:\n", "acl_data:\n  accept\n", "would get a "
                     "451: .*ACL did not run", "before its first accept"),
    "other acl": (ACL, "acl_smtp_data = acl_rcpt", "the ACL acl_rcpt of "
                  "acl_smtp_data does not call", "before its last accept"),
    "rcpt": (r"^  require acl = acl_sekisho_rcpt\n", "", "acl_smtp_rcpt does "
             "not call acl_sekisho_rcpt", "require acl = acl_sekisho_rcpt"),
    "not smtp": (r"\A", "SEKISHO_OWN_NOT_SMTP = yes\n", "acl_not_smtp is not "
                 "set", "warn acl = acl_sekisho_not_smtp"),
    "module": (r"^SEKISHO_MODULE = .*", "SEKISHO_MODULE = /nonexistent.so",
               "the module /nonexistent.so is not there", "make install"),
    "no module": (r"^SEKISHO_MODULE = .*", "SEKISHO_MODULE = /bin/true",
                  "cannot use the module", "exim4-dev"),
    "compiled in": (r"\A", "SEKISHO_COMPILED_IN = yes\n",
                    "mail passes without being looked at",
                    "without SEKISHO_COMPILED_IN"),
    "socket": (r"^SEKISHO_SOCKET = .*", "SEKISHO_SOCKET = /nonexistent",
               "Exim asks at /nonexistent", "SEKISHO_SOCKET = .*scan.sock"),
    "deadline": (r"\A", "SEKISHO_DEADLINE = 100\n",
                 "not less than local_scan_timeout", "SEKISHO_DEADLINE = 60"),
    "programs": (r"^SEKISHO_VARIANT = .*", "SEKISHO_VARIANT = /nonexistent",
                 "cannot run /nonexistent", "make install"),
    "cutthrough": (r"^acl_rcpt:\n", "acl_rcpt:\n  warn hosts = 10.1.1.1\n"
                   "       control = cutthrough_delivery\n",
                   "hands mail on before it is scanned", "take control"),
    "retry": (r"^\* \* F,1h.*\n", "", "no retry rule", r"\* \* F,2h"),
    "spam filter": (r"^spamd_address = .*", "spamd_address = 127.0.0.1 9",
                    "the spam filter does not answer", "spamd_address"),
    "release port": (r"^SEKISHO_RELEASE_PORT = .*",
                     "SEKISHO_RELEASE_PORT = 9", "SEKISHO_RELEASE_PORT",
                     "daemon_smtp_ports"),
    # step 8
    "lmtp": (r"^SEKISHO_QUARANTINE_SOCKET = .*",
             "SEKISHO_QUARANTINE_SOCKET = /nonexistent",
             "held mail goes to /nonexistent", "SEKISHO_QUARANTINE_SOCKET ="),
}


@pytest.mark.parametrize("name", EXIM)
def test_exim(site, name):
    """R13: a mistake in Exim's configuration is found, and what mends it"""
    old, new, wrong, mend = EXIM[name]
    site.found(wrong, mend, *site.exim(old, new))


@pytest.mark.parametrize("form, chapter", [
    ("true", "Split configuration"), ("false", "Unsplit configuration")])
def test_nothing_in_exim(site, form, chapter):
    """R13: step 9: not begun: one line says which commands are for this site"""
    mounts = {"/etc/exim4/update-exim4.conf.conf": site.file(
        "conf", "dc_use_split_config='%s'\n" % form)}
    output = site.check(*site.exim(*EXIM["nothing"][:2]),
                        mounts=mounts.items())[1]
    assert output.count("wrong: Exim: ") == 1, output
    assert "sekisho-exim(8), %s; service" % chapter in output, output


# -- other mistakes ---------------------------------------------------------

def test_no_config(site):
    """R13: step 1: sekishod.conf is not there"""
    site.found("/nonexistent.conf: cannot read", "make install",
               "-c", "/nonexistent.conf")


def test_no_guess(site):
    """O2: what could not be looked at is not said to be right"""
    output = site.check("-c", "/nonexistent.conf")[1]
    assert not re.search("(?m)^ok (sekishod|signatures|directory|mail): ",
                         output), output
    output = site.check(*site.sekishod(run_dir="/run/nothing-here"))[1]
    assert output.count("\nok sekishod: ") + output.startswith("ok ") == 4, \
        output


def test_no_user(site):
    """R13: step 2: there is no user sekisho"""
    with open("/etc/passwd", encoding="utf-8") as file:
        users = re.sub("(?m)^sekisho:.*\n", "", file.read())
    site.found('there is no user "sekisho"', "adduser --system --group",
               mounts={"/etc/passwd": site.file("passwd", users)}.items())


def test_module_rights(site):
    """R13: step 1: the module is not for Exim's user to read"""
    copy = site.file("sekisho.so", "")
    shutil.copy(TOP + "/build/sekisho-localscan.so", copy)
    os.chmod(copy, 0o600)
    site.found("user Debian-exim cannot read the module", "chmod 0644",
               *site.exim("^SEKISHO_MODULE = .*", "SEKISHO_MODULE = " + copy))


@pytest.mark.parametrize("old, new, wrong", [
    ("(MESSAGE_ID_LENGTH+3)", "(MESSAGE_ID_LENGTH+10)",
     "built for another Exim"),
    ("VERSION_MAJOR 6", "VERSION_MAJOR 5", "recompile your module")],
    ids=["offset", "abi"])
def test_other_exim(site, request, old, new, wrong):
    """R13: step 1: the module is one for another Exim"""
    name = "check-" + request.node.callspec.id
    exim = build_module(site.stack, name, old, new)
    with open(exim.config, encoding="utf-8") as file:
        config = site.file(name, file.read())
    site.found(wrong, "exim4-dev", "--exim-config", config)


def signatures(site, name, data, age):
    folder = site.file("signatures", "") + ".d"
    os.mkdir(folder)
    with open("%s/%s" % (folder, name), "wb") as file:
        file.write(data)
    when = time.time() - age
    os.utime(file.name, (when, when))
    return site.sekishod(signatures=folder)


def header(seconds):
    """The first bytes of a database of ClamAV."""
    return (b"ClamAV-VDB:29 Nov 2026 10-00 +0000:27000:2000000:90:x:x:x:%d" %
            seconds).ljust(512)


def test_signatures_none(site):
    """R13: step 3: there are no signatures"""
    site.found("there are none in", "clamav-freshclam",
               *signatures(site, "README", b"", 0))


def test_signatures_old(site):
    """R13: step 3: the signatures are old, by the file's time"""
    site.found("x.ndb, is 4 days old", "freshclam",
               *signatures(site, "x.ndb", b"", 4.5 * 86400))


def test_signatures_database(site):
    """R13: step 3: they are old by what the database itself says"""
    old = header(time.time() - 10.5 * 86400)
    site.found("daily.cvd, is 10 days old", "freshclam",
               *signatures(site, "daily.cvd", old, 0))


def test_clock(site):
    """R13: the clock of this machine is older than the signatures"""
    site.found("daily.cvd is newer than that", "timedatectl",
               *signatures(site, "daily.cvd", header(time.time() + 9e5), 0))


def test_no_unrar(site):
    """R13: step 3: libclamunrar is not there"""
    if not site.stack.sekishod_log("warning: RAR archives cannot be scanned"):
        pytest.skip("libclamunrar is installed")
    status, output = site.check()
    assert status == 0
    assert re.search("(?m)^skipped: sekishod: RAR archives are not looked "
                     "into.*: apt-get install libclamunrar", output), output


def test_example_domain(site):
    """R13: step 4: the domains of the site are not in the policy"""
    with open(TOP + "/core/sekishod/policy.xml", encoding="utf-8") as file:
        policy = site.file("policy.xml", file.read())
    site.found("protects none of Exim's domains, such as example.test",
               "<domain>example.test</domain>",
               *site.sekishod(policy=policy))
    # Exim's "@" is the name of the host, seldom one of mail.
    site.found("protects none of Exim's domains, such as example.test",
               "<domain>example.test</domain>",
               *site.sekishod(policy=policy),
               *site.exim("^domainlist local_domains = ",
                          "domainlist local_domains = @ : "))


def test_broken_policy(site):
    """R13: step 4: a policy that cannot be read"""
    policy = site.copy("POLICY", lambda text: text.replace(
        "</protected>", ""))
    site.found(re.escape(policy) + ":[0-9]+: ", "sekishod -n",
               *site.sekishod(policy=policy))


def test_not_reloaded(site):
    """R13: step 4: the policy was changed, and sekishod not told"""
    policy = site.stack.env["POLICY"]
    before = os.stat(policy)
    os.utime(policy, (time.time() + 60, time.time() + 60))
    try:
        site.found("works with what was in .*policy.xml before",
                   "systemctl reload sekishod")
    finally:
        os.utime(policy, (before.st_atime, before.st_mtime))


def test_password(site):
    """R13: step 5: the password is not the one the directory knows"""
    password = site.file("password", "wrong\n")
    site.found("Invalid credentials", "copy the password to",
               *site.sekishod(ldap_bind_password_file=password))


BARE = """\
include /etc/ldap/schema/core.schema
modulepath /usr/lib/ldap
moduleload back_mdb
database mdb
directory %s
suffix "dc=example,dc=test"
rootdn "cn=admin,dc=example,dc=test"
rootpw secret
"""


@pytest.fixture(scope="module")
def bare_slapd(site):
    """A directory that nobody has prepared; its URI."""
    folder = site.folder + "/slapd"
    os.mkdir(folder)
    uri = "ldap://127.0.0.1:%d" % (int(site.stack.env["PORT_BASE"]) + 77)
    with open(folder + ".conf", "w", encoding="ascii") as file:
        file.write(BARE % folder)
    slapd = subprocess.Popen(["slapd", "-d", "0", "-f", folder + ".conf",
                              "-h", uri], stderr=subprocess.DEVNULL)
    wait_until(lambda: subprocess.run(
        ["ldapsearch", "-x", "-H", uri, "-b", "", "-s", "base"], check=False,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0,
               "slapd")
    yield uri
    slapd.kill()
    slapd.wait()


def test_no_schema(site, bare_slapd):
    """R13: step 5: the directory does not know our schema"""
    password = site.file("password", "secret\n")
    site.found("does not know sekishoAccount", "ldap-schema/install -b",
               *site.sekishod(ldap_uri=bare_slapd, ldap_start_tls="no",
                              ldap_bind_dn="cn=admin,dc=example,dc=test",
                              ldap_bind_password_file=password))


def test_no_account(site):
    """R13: step 8: the directory has no account yet: told, not wrong"""
    base = "ou=sekisho," + site.stack.env["LDAP_BASE"]
    output = site.check(*site.sekishod(ldap_base=base))[1]
    assert re.search("(?m)^skipped: directory: nobody has an account yet.*: "
                     "doveadm sekisho account create$", output), output
    assert "wrong: directory" not in output, output


def over_ldapi(site, **more):
    return site.sekishod(ldap_uri=site.stack.env["LDAPI_URI"],
                         ldap_start_tls="no", **more)


@pytest.mark.parametrize("how", ["simple", "external"])
def test_right_ldapi(site, how):
    """O2: a directory that is right, over ldapi:///"""
    output = site.check(*over_ldapi(site, ldap_bind=how))[1]
    assert "ok directory: it answers" in output, output


@pytest.mark.parametrize("dn, attribute, wrong", [
    ("olcDatabase={1}mdb,cn=config", "olcDbIndex", "no index of mail")],
    ids=["index"])
def test_slapd_config(site, dn, attribute, wrong):
    """R13: step 5: slapd was not prepared, as its cn=config says"""
    def ldap(command, *arguments, data=""):
        return subprocess.run(
            [command, "-Q", "-Y", "EXTERNAL", "-H",
             site.stack.env["LDAPI_URI"], *arguments], check=True, text=True,
            input=data, stdout=subprocess.PIPE).stdout
    old = re.findall("(?m)^%s: .*\n" % attribute, ldap(
        "ldapsearch", "-LLL", "-o", "ldif-wrap=no", "-b", dn, "-s", "base",
        attribute))
    change = "dn: %s\nchangetype: modify\nreplace: %s\n" % (dn, attribute)
    ldap("ldapmodify", data=change)
    try:
        site.found(wrong, "ldap-schema/install -b", *over_ldapi(site))
    finally:
        ldap("ldapmodify", data=change + "".join(old))


@contextlib.contextmanager
def stopped(site, daemon):
    site.stack.stop(daemon)
    try:
        yield
    finally:
        site.stack.start(daemon)


def test_slapd_down(site):
    """R13: step 5: the directory is down"""
    with stopped(site, "slapd"):
        site.found("contact LDAP server", "systemctl start slapd")


def test_sekishod_down(site):
    """R13: step 6: sekishod does not run"""
    with stopped(site, "sekishod"):
        site.found("sekishod does not run|is sekishod running",
                   "systemctl (enable --now|restart) sekishod")


def test_stale_socket(site):
    """R13: step 6: there is a socket, and nobody behind it"""
    run = site.folder + "/run"
    os.mkdir(run)
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(run + "/scan.sock")
    site.found("scan.sock: Connection refused", "systemctl restart sekishod",
               *site.sekishod(run_dir=run))


@pytest.mark.parametrize("name, mode", [
    ("SCAN_SOCKET", 0o600), ("CONTROL_SOCKET", 0o660)])
def test_socket_mode(site, name, mode):
    """R13: step 6: a socket that somebody has changed"""
    path = site.stack.env[name]
    before = os.stat(path).st_mode & 0o777
    os.chmod(path, mode)
    try:
        site.found("mode %04o, which should be" % mode, "restart sekishod")
    finally:
        os.chmod(path, before)


def test_closed_directory(site):
    """R13: step 6: a directory above the socket that Exim cannot enter"""
    path = os.path.dirname(site.stack.env["SCAN_SOCKET"])
    os.chmod(path, 0o700)
    try:
        site.found("user Debian-exim cannot open .*scan.sock", "chmod a.x")
    finally:
        os.chmod(path, 0o755)


def test_key_rights(site):
    """R13: a key file that others can read"""
    key = site.stack.env["STACK_DIR"] + "/sekishod/held.key"
    os.chmod(key, 0o644)
    try:
        site.found("is not of user sekisho alone", "chmod 0600")
    finally:
        os.chmod(key, 0o600)


def test_exim_not_restarted(site):
    """R13: step 9: Exim's daemon has the configuration from before"""
    pid_file = site.file("exim.pid", "%d\n" % os.getpid())
    hour_ago = time.time() - 3600
    os.utime(pid_file, (hour_ago, hour_ago))
    site.found("with what was in .* before", "service exim4 restart",
               *site.exim("^pid_file_path = .*",
                          "pid_file_path = " + pid_file))


def test_exim_down(site):
    """R13: step 9: Exim's daemon does not run"""
    with stopped(site, "exim"):
        site.found("no daemon", "service exim4 restart")


def test_spool(site):
    """R13: step 9: bodies cannot be written"""
    path = site.stack.env["EXIM_SPOOL"] + "/sekisho"
    there = os.path.isdir(path)
    os.makedirs(path, exist_ok=True)
    before = os.stat(path)
    os.chown(path, 0, 0)
    os.chmod(path, 0o700)
    try:
        site.found("cannot write into .*/sekisho", "chown Debian-exim")
    finally:
        os.chown(path, before.st_uid, before.st_gid)
        if not there:
            os.rmdir(path)


def test_dovecot_down(site):
    """R13: step 8: Dovecot does not run"""
    with stopped(site, "dovecot"):
        site.found("Dovecot does not run", "service dovecot start")


def test_lmtp_rights(site):
    """R13: step 8: Exim cannot hand held mail over"""
    path = site.stack.env["LMTP_SOCKET"]
    before = os.stat(path)
    os.chown(path, 0, 0)
    try:
        site.found("cannot open Dovecot's socket", "unix_listener lmtp")
    finally:
        os.chown(path, before.st_uid, before.st_gid)


def test_no_quarantine(site):
    """O2: without Dovecot, and without a rule that holds mail: not wrong"""
    policy = site.copy("POLICY", lambda text: text.replace(
        "<quarantine/>", "<reject/>"))
    output = site.check(
        *site.sekishod(policy=policy), *site.exim(*EXIM["lmtp"][:2]))[1]
    assert "held mail goes to" not in output


def test_no_timer(site):
    """R13: step 8: nothing deletes old held mail"""
    empty = site.folder + "/no-cron"
    os.makedirs(empty, exist_ok=True)
    for wrong in ("nothing deletes old held mail",
                  "held mail is not scanned with new signatures",
                  "no digest is sent"):
        site.found(wrong, "make install",
                   mounts={"/etc/cron.d": empty}.items())


@pytest.mark.parametrize("state", ["enabled", "disabled"])
def test_systemd_timer(site, state):
    """R13: step 8: the timer of systemd, a stand-in of which answers"""
    os.makedirs(site.folder + "/run-systemd/systemd/system", exist_ok=True)
    how = {"mounts": {"/run": site.folder + "/run-systemd"}.items(),
           "path": site.script("bin-" + state, "systemctl",
                               "echo %s; test %s = enabled" % (state, state))}
    if state == "disabled":
        for timer in ("sekisho-expire.timer", "sekisho-rescan.timer",
                      "sekisho-digest.timer"):
            site.found(timer + " is disabled",
                       "systemctl enable --now " + timer, **how)
    else:
        assert "ok users: timers are set" in site.check(**how)[1]


def test_no_users(site):
    """R13: step 8: doveadm shows no users"""
    folder = site.script("bin", "doveconf", 'exec /usr/bin/doveconf "$@"\n')
    site.script("bin", "doveadm", "exit 0\n")
    site.found("doveadm knows no users", "iterate_filter",
               "--doveconf", folder + "/doveconf")


def test_afterwards(site):
    """R13: after all these mistakes the site is right again"""
    status, output = site.check()
    assert status == 0, output
