"""Administrators of one domain (issue 10.9): members of a group in the
directory, who log in for a user of that domain, see his held mail and nothing
else, and may release what he may not."""
import subprocess

import pytest

from approving import Approving
from dovecots import OLD
from mails import EICAR, mail
from rawimap import Session
from running import wait_until

# As sekisho-dovecot(8) has it, "Administrators of one domain", "Dovecot 2.4".
SLAPD = """
dn: cn=module{{0}},cn=config
changetype: modify
add: olcModuleLoad
olcModuleLoad: memberof

dn: olcOverlay=memberof,olcDatabase={{1}}mdb,cn=config
changetype: add
objectClass: olcOverlayConfig
objectClass: olcMemberOf
olcOverlay: memberof

dn: olcDatabase={{1}}mdb,cn=config
changetype: modify
add: olcAccess
olcAccess: {{0}}to attrs=memberOf by dn.exact="cn=mta,ou=services,{base}" read
  by * break
"""
GROUPS = """
dn: ou=domains,{base}
changetype: add
objectClass: organizationalUnit

dn: cn=example.test,ou=domains,{base}
changetype: add
objectClass: groupOfNames
member: uid=alice,ou=people,{base}

dn: cn=other.test,ou=domains,{base}
changetype: add
objectClass: groupOfNames
member: uid=carol,ou=people,{base}
"""
DOVECOT_23 = """
auth_username_format = %Lu
auth_master_user_separator = *
passdb {{
  driver = ldap
  master = yes
  args = {folder}/administrators.conf.ext
}}
"""
LDAP_23 = """
uris = {uri}
dn = cn=mta,ou=services,{base}
dnpass = {secret}
base = ou=people,{base}
auth_bind = yes
pass_filter = (&(sekishoStatus=active)(mail=%u)\
(memberOf=cn=%{{login_domain}},ou=domains,{base}))
pass_attrs = =userdb_uid=mail, =userdb_gid=mail, \
=userdb_home={mail}/%{{login_username}}, \
=userdb_mail_plugins=sekisho acl, =userdb_acl=vfile:{folder}/sekisho-acl, \
=userdb_acl_user=%{{login_user}}, \
=userdb_sekisho_administrator=%u
"""
DOVECOT_24 = """
auth_username_format = %{{user | lower}}
auth_master_user_separator = *
!include {folder}/administrators.conf.ext
"""
# The server and how to bind to it are those of the passdb that is there.
LDAP_24 = """
passdb administrators {{
  driver = ldap
  master = yes
  ldap_base = ou=people,{base}
  ldap_bind = yes
  ldap_filter = (&(sekishoStatus=active)(mail=%{{user}})\
(memberOf=cn=%{{login_user | domain}},ou=domains,{base}))
  fields {{
    userdb_uid = mail
    userdb_gid = mail
    userdb_home = {mail}/%{{login_user | username}}
    userdb_mail_plugins = sekisho acl
    userdb_acl_driver = vfile
    userdb_acl_global_path = {folder}/sekisho-acl
    userdb_acl_user = %{{login_user}}
    userdb_sekisho_administrator = %{{user}}
  }}
}}
"""
DOVECOT, LDAP = (DOVECOT_23, LDAP_23) if OLD else (DOVECOT_24, LDAP_24)


def root(stack, changes):
    subprocess.run(["ldapmodify", "-Q", "-Y", "EXTERNAL", "-H",
                    stack.env["LDAPI_URI"]], text=True, check=True,
                   input=changes.format(base=stack.env["LDAP_BASE"]),
                   stdout=subprocess.DEVNULL)


@pytest.fixture(name="bob", scope="module")
def bob_of_a_site_with_administrators(start_stack):
    stack = start_stack("domain-administrators", STACK_RSPAMD="0")
    root(stack, SLAPD)
    root(stack, GROUPS)
    folder = stack.env["STACK_DIR"] + "/dovecot"
    with open(folder + "/administrators.conf.ext", "w",
              encoding="utf-8") as file:
        file.write(LDAP.format(
            uri=stack.env["LDAP_URI"], base=stack.env["LDAP_BASE"],
            secret="mta-secret-1", folder=folder,
            mail=stack.env["STACK_DIR"] + "/mail"))
    with open(stack.env["DOVECOT_CONFIG"], "a", encoding="utf-8") as file:
        file.write(DOVECOT.format(folder=folder))
    stack.stop("dovecot")
    stack.start("dovecot")
    return Approving(stack, "bob")


def log_in(bob, user, administrator, password=None):
    """The answer to LOGIN."""
    with Session(bob.stack.port("IMAP"), None) as imap:
        return imap.command("LOGIN %s*%s %s" % (
            user, administrator, password or
            administrator.split("@")[0] + "-secret-1"))


@pytest.fixture(name="alice")
def alice_for_bob(bob):
    bob.empty()
    with Session(bob.stack.port("IMAP"), None) as imap:
        imap.must("LOGIN bob@example.test*alice@example.test alice-secret-1")
        yield imap


def test_login(bob):
    """10.9: for users of the domain only, with the administrator's password"""
    assert log_in(bob, "bob@example.test", "alice@example.test").ok
    for user, administrator, password in (
            ("bob@example.test", "carol@example.test", None),
            ("bob@other.test", "alice@example.test", None),
            ("bob", "alice@example.test", None),
            ("bob@example.test", "alice@example.test", "bob-secret-1"),
            ("bob@example.test", "*", "alice-secret-1"),
            ("bob@example.test,ou=domains", "alice@example.test", None)):
        assert not log_in(bob, user, administrator, password).ok, user


def test_view(bob, alice):
    """10.9: she sees held mail and lists of senders, and no other mail"""
    with bob.session() as own:
        own.must("APPEND INBOX", mail().as_bytes())
    lines = "\n".join(alice.must('LIST "" *').untagged)
    for name in ("Quarantine", "Quarantine/Deliver", '"Approved Senders"'):
        assert ' "/" %s\n' % name in lines + "\n", lines
    assert "Trash" not in lines
    for folder in "INBOX", "Trash", "Junk":
        assert not alice.command("SELECT %s" % folder).ok


def test_release_virus(bob, alice):
    """10.9: she releases what its user may not, and the log has her name"""
    held = bob.hold(mail(files=[("game.com", EICAR)]), "virus",
                    reason="Inbound virus: Eicar")
    with bob.session() as own:
        own.select("Quarantine")
        reply = own.command("UID MOVE %d Quarantine/Deliver" %
                            bob.uid(own, held))
        assert "only an administrator can release it" in reply.text
    alice.select("Quarantine")
    alice.must("UID MOVE %d Quarantine/Deliver" % bob.uid(alice, held))
    assert bob.count(held, "INBOX") == 1
    assert bob.count(held, "Quarantine") == 0
    lines = wait_until(lambda: [
        line for line in bob.log_lines("id=%s .*by=" % held)
        if "by=alice@example.test" in line], "her line")
    assert "action=deliver" in lines[-1] and "result=ok" in lines[-1]


def test_delete(bob, alice):
    """10.9: and deletes"""
    held = bob.hold()
    alice.select("Quarantine")
    alice.must("UID STORE %d +FLAGS (\\Deleted)" % bob.uid(alice, held))
    alice.must("EXPUNGE")
    assert bob.count(held, "Quarantine") == 0


def test_masked(bob, alice):
    """10.9 Q9: a virus is stars to her as well: mail programs run things"""
    held = bob.hold(mail(files=[("game.com", EICAR)]), "virus")
    alice.select("Quarantine")
    assert EICAR not in alice.body(bob.uid(alice, held))


def test_no_more(bob):
    """10.9: who leaves the group has no say from then on"""
    root(bob.stack, """
dn: cn=example.test,ou=domains,{base}
changetype: modify
add: member
member: uid=dave,ou=people,{base}
-
delete: member
member: uid=alice,ou=people,{base}
""")
    assert not log_in(bob, "bob@example.test", "alice@example.test").ok
