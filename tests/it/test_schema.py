"""ldap-schema/: install, its undo, what the server allows and refuses (C8), and
the commands of docs/directory.md."""
import base64
import os
import re
import shutil
import subprocess
import sys

import pytest

from conftest import PORT_BASE
from running import TOP

sys.path += [os.path.join(TOP, "tests"), os.path.join(TOP, "tests/stack")]
import documents                # noqa: E402
from scratch import Scratch     # noqa: E402

SUFFIX = Scratch.suffix
HANA = "uid=hana,ou=people," + SUFFIX
PEOPLE = """\
dn: uid=hana,ou=people,dc=example,dc=com
objectClass: inetOrgPerson
objectClass: sekishoAccount
uid: hana
cn: Hana
sn: Sato
mail: hana@example.com
sekishoStatus: active
sekishoApprovedSender: friend@partner.example
userPassword: hana-secret-1

dn: uid=taro,ou=people,dc=example,dc=com
objectClass: inetOrgPerson
uid: taro
cn: Taro
sn: Yamada
mail: taro@example.com
userPassword: taro-secret-1
"""


@pytest.fixture(scope="module", name="slapd")
def installed():
    """Debian's slapd with Sekisho; hana has an account, taro has none."""
    with Scratch("/var/tmp/sekisho-scratch-%d" % PORT_BASE,
                 PORT_BASE + 950) as slapd:
        slapd.before = slapd.config()
        slapd.script("install")
        slapd.root("ldapadd", input=PEOPLE)
        yield slapd


def modify(what, values, dn=HANA):
    """LDIF of one change."""
    name = values[0].partition(":")[0] if values else ""
    return "dn: %s\nchangetype: modify\n%s: %s\n%s" % (
        dn, what, name, "".join(value + "\n" for value in values))


def senders(count):
    return ["sekishoApprovedSender: u%d@partner.example" % i
            for i in range(count)]


def test_twice(slapd):
    """C8: install can be run twice"""
    once = slapd.config()
    said = slapd.script("install").stdout
    assert slapd.config() == once
    assert "  schema      is there already\n" in said


def test_upgrade(slapd, tmp_path):
    """C8: install brings a schema without blocked senders up to date"""
    old = tmp_path / "old"
    shutil.copytree(TOP + "/ldap-schema", old)
    for name in "sekisho.ldif", "access.in", "install":
        path = old / name
        text = re.sub(r"olcAttributeTypes: \( sekishoAttribute:11.*\n(  .*\n)*",
                      "", path.read_text(encoding="utf-8"))
        text = re.sub(r'to [^\n]* attrs=sekishoBlockedSender\n(  .*\n)*', "",
                      text.replace(" $ sekishoBlockedSender", ""))
        path.write_text(re.sub(r"\t\tsekishoBlockedSender.*\n", "", text),
                        encoding="utf-8")
    block = modify("add", ["sekishoBlockedSender: nagger@shop.example"])
    once = slapd.config()
    slapd.script("uninstall", "-A")
    slapd.run(str(old / "install"), "-H", slapd.ldapi, "-d", slapd.secrets)
    slapd.root("ldapmodify", input=modify("add", [
        "objectClass: sekishoAccount\n-\nadd: sekishoStatus\n"
        "sekishoStatus: active\n-\nadd: sekishoApprovedSender\n"
        "sekishoApprovedSender: friend@partner.example"]))
    assert slapd.root("ldapmodify", input=block, check=False).returncode == 17
    said = slapd.script("install").stdout
    assert "  schema      brought up to date\n" in said
    slapd.stop()
    slapd.start()
    assert sorted(slapd.config().split("\n")) == sorted(once.split("\n"))
    slapd.service("sekishod", "ldapmodify", input=block)
    assert slapd.service("sekishod", "ldapsearch", "-LLL", "-b", SUFFIX,
                         "(sekishoBlockedSender=NAGGER@shop.example)",
                         "dn").stdout.strip() == "dn: " + HANA
    slapd.service("sekishod", "ldapmodify", input=modify("delete", [
        "sekishoBlockedSender: nagger@shop.example"]))


def test_another_limit(slapd):
    """A2: install -m sets another limit"""
    slapd.script("install", "-m", "3")
    try:
        result = slapd.root("ldapmodify", input=modify("replace", senders(4)),
                            check=False)
        assert result.returncode == 19
    finally:
        slapd.script("install")


def replicated(slapd):
    """All that another slapd sees of Hana."""
    return slapd.service("replicator", "ldapsearch", "-LLL", "-b", HANA,
                         "*", "+", check=False).stdout


def test_replicator(slapd):
    """C8: install -r: another slapd can copy everything; it stays so"""
    assert not os.path.exists(slapd.secrets + "/ldap-replicator")
    assert "replicator" not in slapd.config()
    slapd.script("install", "-r")
    slapd.root("ldapmodify", input=modify(
        "add", ["sekishoAnswerHash: secret-hash"]))
    for options in ["-r"], []:
        before = slapd.config()
        slapd.script("install", *options)
        assert slapd.config() == before
        said = replicated(slapd)
        for name in ("userPassword:", "sekishoAnswerHash: secret-hash",
                     "sekishoApprovedSender:", "entryCSN", "entryUUID"):
            assert name in said, said
    assert 'dn.exact="cn=replicator,ou=services,%s" size=unlimited' % SUFFIX \
        in slapd.config()
    change = "dn: %s\nchangetype: modify\ndelete: sekishoAnswerHash\n" % HANA
    assert slapd.service("replicator", "ldapmodify", input=change,
                         check=False).returncode == 50
    slapd.root("ldapmodify", input=change)


def test_wrong_use(slapd):
    """C8: what install cannot do it says, and changes nothing"""
    once = slapd.config()
    for options, reason in (
            (["-b", "dc=other"], "no database of this slapd has dc=other"),
            (["-m", "many"], "-m many: is not a number above 0"),
            (["-H", "ldapi://%2fnowhere"], "does it listen there?"),
            (["-x"], "usage: install")):
        result = slapd.script("install", *options, check=False)
        assert result.returncode != 0
        assert reason in result.stdout
    assert slapd.config() == once


@pytest.mark.parametrize("change, code, says", [
    (modify("replace", senders(50)), 0, ""),
    (modify("replace", senders(51)), 19, "sekishoApprovedSender"),
    *[(modify("replace", ["sekishoApprovedSender: " + entry]), 19,
       "sekishoApprovedSender")
      for entry in ("*", "*@*", "*@com", "a*@b.c", "a b@c.d", "foo", "@b.c",
                    "a@b@c.d", "a" * 320 + "@b.c")],
    (modify("add", ["sekishoApprovedSender: FRIEND@PARTNER.EXAMPLE"]), 20,
     "already exists"),
    (modify("replace", ["sekishoStatus: on"]), 19, "sekishoStatus"),
    (modify("replace", ["sekishoStatus: LOCKED"]), 19, "sekishoStatus"),
    (modify("delete", ["sekishoStatus: active"]), 65, "requires attribute"),
    (modify("replace", ["sekishoTokenPurpose: steal"]), 19,
     "sekishoTokenPurpose"),
    (modify("replace", ["sekishoTokenHash: abc"]), 19, "sekishoTokenHash"),
    (modify("replace", ["userPassword: 7-bytes"]), 19, "quality checking"),
    (modify("replace", ["userPassword: " + "x" * 33]), 19,
     "quality checking"),
    (modify("replace", ["userPassword: 8--bytes"]), 0, ""),
    (modify("replace", ["userPassword: " + "x" * 32]), 0, ""),
    (modify("replace", ["userPassword: {SSHA}x"]), 19, "quality checking"),
    (modify("add", ["objectClass: sekishoAccount"],
            "uid=taro,ou=people," + SUFFIX), 65, "requires attribute")],
    ids=lambda value: value.split("\n")[3][:50]
    if isinstance(value, str) and value.startswith("dn") else None)
def test_refused(slapd, change, code, says):
    """C8: the server itself refuses what the rules forbid"""
    slapd.root("ldapmodify", input=modify("replace", [
        "sekishoApprovedSender: friend@partner.example"]))
    result = slapd.root("ldapmodify", input=change, check=False)
    assert result.returncode == code, result.stdout
    assert says in result.stdout


def test_second_account(slapd):
    """C8: a second account with an address of another is refused"""
    account = PEOPLE.split("\n\n", maxsplit=1)[0].replace("hana", "hanako")
    for mail in "hana@example.com", "HANA@Example.com":
        result = slapd.root("ldapadd", check=False, input=account.replace(
            "hanako@example.com", mail) + "\n")
        assert result.returncode == 19 and "non-unique" in result.stdout
    taro = "uid=taro,ou=people," + SUFFIX
    result = slapd.root("ldapmodify", check=False, input=(
        "dn: %s\nchangetype: modify\nadd: objectClass\nobjectClass: "
        "sekishoAccount\n-\nadd: sekishoStatus\nsekishoStatus: active\n-\n"
        "replace: mail\nmail: hana@example.com\n" % taro))
    assert result.returncode == 19 and "non-unique" in result.stdout


def test_hash(slapd):
    """C7: passwords are stored as Argon2, at the stated cost"""
    slapd.root("ldapmodify", input=modify("replace", [
        "userPassword: hana-secret-1"]))
    said = slapd.root("ldapsearch", "-LLL", "-o", "ldif-wrap=no", "-b", HANA,
                      "userPassword").stdout
    stored = base64.b64decode(re.search("userPassword:: (.*)", said)[1])
    assert stored.startswith(b"{ARGON2}$argon2")
    assert b"$m=19456,t=2,p=1$" in stored


SECRET = ["userPassword", "sekishoAnswerHash", "sekishoTokenHash",
          "sekishoPendingPassword"]
SECRETS = ("sekishoAnswerHash: $argon2id$x\n-\nreplace: sekishoTokenHash\n"
           "sekishoTokenHash: %s\n-\nreplace: sekishoTokenPurpose\n"
           "sekishoTokenPurpose: reset\n-\nreplace: sekishoPendingPassword\n"
           "sekishoPendingPassword: x" % ("a" * 64))


@pytest.fixture(name="full")
def with_secrets(slapd):
    slapd.root("ldapmodify", input=modify("replace", [SECRETS]))
    return slapd


def attributes(result):
    return set(re.findall(r"^([A-Za-z]+)::? ", result.stdout, re.M))


def read(slapd, who, *names):
    """Which attributes of hana's entry does that identity see?"""
    arguments = "ldapsearch", "-LLL", "-b", HANA, "-s", "base", *names
    if who in ("sekishod", "mta"):
        return attributes(slapd.service(who, *arguments, check=False))
    if who == "anonymous":
        return attributes(slapd.run(arguments[0], "-x", "-H", slapd.uri,
                                    *arguments[1:], check=False))
    return attributes(slapd.person(who, *arguments, check=False))


def test_reading(full):
    """C8: who sees what"""
    everything = {"mail", "sekishoStatus", "sekishoApprovedSender"}
    assert everything <= read(full, "sekishod")
    assert {"sekishoAnswerHash", "sekishoTokenHash"} <= read(full, "sekishod")
    assert "userPassword" not in read(full, "sekishod")
    assert everything <= read(full, "mta")
    assert not read(full, "mta") & {*SECRET, "sekishoTokenPurpose"}
    assert everything | {"sekishoTokenPurpose"} <= read(full, "hana")
    assert not read(full, "hana") & set(SECRET)
    for other in "taro", "anonymous":
        # What Debian lets everybody read, and nothing of ours.
        assert not any(name.startswith("sekisho")
                       for name in read(full, other))
        assert not read(full, other) & set(SECRET)


def test_searching(full):
    """C8: nobody finds out a token by searching for it"""
    for who in "mta", "hana", "taro":
        search = ("ldapsearch", "-LLL", "-b", SUFFIX,
                  "(sekishoTokenHash=%s)" % ("a" * 64), "dn")
        result = (full.service if who == "mta" else full.person)(
            who, *search, check=False)
        assert "dn:" not in result.stdout


@pytest.mark.parametrize("who, change, allowed", [
    ("sekishod", ["sekishoStatus: active"], True),
    ("sekishod", ["sekishoApprovedSender: a@b.test"], True),
    ("sekishod", ["sekishoBlockedSender: *@b.test"], True),
    ("sekishod", ["userPassword: hana-secret-1"], True),
    ("sekishod", ["sn: Sato"], True),
    ("sekishod", ["description: x"], False),
    ("mta", ["sekishoApprovedSender: a@b.test"], False),
    ("mta", ["sekishoBlockedSender: a@b.test"], False),
    ("mta", ["sekishoStatus: active"], False),
    ("mta", ["userPassword: hana-secret-1"], False),
    ("hana", ["sekishoApprovedSender: a@b.test"], True),
    ("hana", ["sekishoBlockedSender: a@b.test"], True),
    ("hana", ["userPassword: hana-secret-1"], True),
    ("hana", ["sekishoStatus: active"], False),
    ("hana", ["mail: taro@example.com"], False),
    ("hana", ["sekishoQuestion: x"], False),
    ("hana", ["sekishoAnswerHash: x"], False),
    ("taro", ["sekishoApprovedSender: a@b.test"], False),
    ("taro", ["sekishoBlockedSender: a@b.test"], False),
    ("taro", ["userPassword: hana-secret-1"], False)],
    ids=lambda value: value[0] if isinstance(value, list) else None)
def test_writing(slapd, who, change, allowed):
    """C8: who changes what of an account"""
    do = slapd.service if who in ("sekishod", "mta") else slapd.person
    result = do(who, "ldapmodify", input=modify("replace", change),
                check=False)
    assert result.returncode == (0 if allowed else 50), result.stdout


def test_writing_persons(slapd):
    """C8: the service has no power over people who have no account"""
    taro = "uid=taro,ou=people," + SUFFIX
    for change in ["userPassword: stolen-one"], ["sn: X"], ["mail: x@y.test"]:
        result = slapd.service("sekishod", "ldapmodify", check=False,
                               input=modify("replace", change, taro))
        assert result.returncode == 50, result.stdout
    result = slapd.service("sekishod", "ldapdelete", taro, check=False)
    assert result.returncode == 50
    result = slapd.service("sekishod", "ldappasswd", "-s", "stolen-one", taro,
                           check=False)
    assert "Insufficient access (50)" in result.stdout


def test_lockout(slapd):
    """C7: ten wrong passwords lock the user, nobody can lock the service"""
    for _ in range(11):
        slapd.run("ldapwhoami", "-x", "-H", slapd.uri, "-D", HANA, "-w",
                  "wrong", check=False)
        slapd.run("ldapwhoami", "-x", "-H", slapd.uri, "-D",
                  "cn=sekishod,ou=services," + SUFFIX, "-w", "wrong",
                  check=False)
    assert slapd.person("hana", "ldapwhoami", check=False).returncode == 49
    assert slapd.service("sekishod", "ldapwhoami").returncode == 0
    slapd.service("sekishod", "ldapmodify", input=modify("replace", [
        "userPassword: hana-secret-1"]))
    assert slapd.person("hana", "ldapwhoami").returncode == 0


def test_uninstall(slapd):
    """C8: uninstall leaves what was there before, and install works again"""
    result = slapd.script("uninstall", check=False)
    assert result.returncode == 1
    assert "there are 1 accounts in dc=example,dc=com; -A" in result.stdout
    slapd.script("uninstall", "-A")
    assert stable(slapd.config()) == stable(slapd.before)
    assert "sekisho" not in slapd.root(
        "ldapsearch", "-LLL", "-b", "cn=subschema", "-s", "base",
        "attributeTypes", "objectClasses").stdout
    assert read(slapd, "hana") >= {"mail", "cn"}
    slapd.stop()
    slapd.start()
    assert stable(slapd.config()) == stable(slapd.before)
    slapd.script("uninstall")
    slapd.script("install")
    slapd.root("ldapmodify", input=modify("add", [
        "objectClass: sekishoAccount\n-\nadd: sekishoStatus\n"
        "sekishoStatus: active"]))
    assert "sekishoStatus" in read(slapd, "mta")


def stable(config):
    """cn=config without what uninstall says that it leaves."""
    return sorted(line for line in config.split("\n") if not re.match(
        r"olcModuleLoad: |olcPasswordHash: |olcDbIndex: mail eq$", line))


# -- docs/directory.md -----------------------------------------------------

def test_page(slapd, tmp_path):
    """C8: the commands of docs/directory.md do what the page says"""
    slapd.root("ldapdelete", HANA)
    slapd.root("ldapmodify", input="dn: uid=taro,ou=people,%s\nchangetype: "
               "modify\nreplace: mail\nmail: taro@example.com\n" % SUFFIX)
    (tmp_path / ".ldaprc").write_text("URI %s\nBASE %s\n" % (slapd.uri,
                                                            SUFFIX))
    (tmp_path / ".ldap-password").write_text("helpdesk-secret-1")
    (tmp_path / ".ldap-password").chmod(0o600)
    settings = ""
    count = 0
    for kind, text, expected in documents.session("docs/directory.md"):
        if text.startswith("ME="):
            settings = text
            continue
        text = text.replace("-H ldapi:///", "-H " + slapd.ldapi)
        result = subprocess.run(
            ["sh", "-euc", settings + text], cwd=tmp_path, text=True,
            env={"PATH": os.environ["PATH"], "HOME": str(tmp_path)},
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        assert result.returncode == 0, (kind, text, result.stdout)
        if expected:    # entries and values come in any order
            assert (sorted(result.stdout.split("\n")) ==
                    sorted([*expected.split("\n"), ""]))
        count += 1
    assert count == 14


def test_sample(slapd):
    """C8: sample.ldif is accepted as it is"""
    slapd.root("ldapadd", "-f", os.path.join(TOP, "ldap-schema/sample.ldif"))
    found = slapd.service("mta", "ldapsearch", "-LLL", "-b", SUFFIX,
                          "(sekishoStatus=active)", "mail").stdout
    assert found.count("dn:") == 3


def test_readme(slapd):
    """C8: the commands of ldap-schema/README.md, said twice, and undone"""
    # There are accounts by now.
    text = documents.block("ldap-schema/README.md", "install").replace(
        "\n", " -H %s -d %s\n" % (slapd.ldapi, slapd.secrets)).replace(
        "    # can be run again", "").replace(
            "   # takes it out again", "").replace(
                "./uninstall", "./uninstall -A")
    for _ in range(2):
        for line in text.splitlines():
            slapd.run("sh", "-ec", line, cwd=TOP + "/ldap-schema")
