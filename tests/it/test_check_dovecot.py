"""sekisho check (R13): mistakes in the configuration of Dovecot 2.3 or 2.4."""
import re

import pytest

from checking import Site
from dovecots import OLD

QUARANTINE = r"^namespace quarantine \{\n(.*\n)*?\}\n"
# What is replaced, by what; what is wrong, what mends it.
EVERYWHERE = {
    "other directory": ("^mail_plugin_dir = .*", "mail_plugin_dir = /usr/lib/"
                        "dovecot", "the plug-in .* is not in",
                        "make install"),
    "no namespace": (QUARANTINE, "", "no namespace for Quarantine",
                     "prefix = Quarantine/"),
    "no folder": (r'^  mailbox Deliver \{\n    auto = create\n  \}\n', "",
                  'no folder "Deliver"', 'mailbox "Deliver"'),
    "no approve": (r'^  mailbox "Deliver and Approve" \{\n    auto = create\n'
                   r'  \}\n', "", 'no folder "Deliver and Approve"',
                   'mailbox "Deliver and Approve"'),
    "no request": (r'^  mailbox "Request Release" \{\n    auto = create\n'
                   r'  \}\n', "", 'no folder "Request Release"',
                   'mailbox "Request Release"'),
    "no quarantine": (r'^  mailbox "" \{\n    auto = create\n  \}\n', "",
                      'no folder ""', 'mailbox ""'),
    "no approved senders": (
        r"^namespace approved \{\n(.*\n)*?\}\n", "",
        "no namespace for Approved Senders",
        "namespace approved .* prefix = Approved Senders/"),
    "no blocked senders": (
        r"(^  prefix = Blocked Senders/\n(.*\n)*?)  mailbox .*\n.*\n  \}\n",
        "  prefix = Blocked Senders/\n  separator = /\n",
        'Blocked Senders has no folder ""', "in namespace blocked"),
    "not hidden": (r"^  hidden = yes\n", "", "Quarantine is told to clients",
                   "namespace quarantine .*hidden = yes"),
    "all are administrators": (
        r"^( *)sekisho_socket", "sekisho_administrator = x\nsekisho_socket",
        "every user may release viruses", "take out sekisho_administrator"),
    "no choice": (r"^  imap_metadata = yes\n", "", "imap_metadata is off",
                  "imap_metadata = yes"),
    "no learner": (r"^( *)sekisho_socket", "sekisho_learn = /nonexistent\n"
                   "sekisho_socket", "sekisho_learn = /nonexistent is no "
                   "program", "learn-rspamd"),
    "separator": (r"^  prefix = Quarantine/\n  separator = /\n",
                  "  prefix = Quarantine.\n  separator = .\n",
                  "no session of alice: .*separator", "doveadm reload"),
    "socket": (r"^( *)sekisho_socket = .*", "sekisho_socket = /nonexistent",
               "Dovecot asks at /nonexistent", "sekisho_socket = .*control"),
    "fsync": ("^mail_fsync = optimized", "mail_fsync = never",
              "mail_fsync is never", "mail_fsync = optimized"),
    "broken": ("^mail_uid = mail", "mail_uidd = mail", "does not take its "
               "configuration", "doveconf -n"),
}
NO_PLUGIN = "the plug-in sekisho is not in mail_plugins for IMAP"
NO_LMTP = "sekisho_lmtp is not in mail_plugins for LMTP"
MISTAKES = EVERYWHERE | ({
    "no plug-in": ("^mail_plugins = sekisho$", "mail_plugins =", NO_PLUGIN,
                   r"\$mail_plugins sekisho"),
    "no lmtp plug-in": (" sieve sekisho_lmtp", " sieve", NO_LMTP,
                        r"protocol lmtp { }: mail_plugins = \$mail_plugins "
                        "sekisho_lmtp"),
    "not for IMAP": (r"\Z", "protocol imap {\n  mail_plugins = acl\n}\n",
                     NO_PLUGIN, "in protocol imap { }: mail_plugins"),
    "location": (r"^  location = mdbox:~/quarantine\n", "",
                 "no location of its own", "mdbox:~/quarantine"),
    "quota": ("^mail_plugins = sekisho$", "mail_plugins = quota sekisho",
              "counts for the quota", "quota_rule2 = Quarantine:ignore"),
} if OLD else {
    "no plug-in": ("^  sekisho = yes\n", "", NO_PLUGIN,
                   "mail_plugins { sekisho = yes }"),
    "not for IMAP": (r"\Z", "protocol imap {\n  mail_plugins {\n"
                     "    sekisho = no\n  }\n}\n", NO_PLUGIN,
                     "mail_plugins { sekisho = yes }"),
    "no lmtp plug-in": ("^    sekisho_lmtp = yes\n", "", NO_LMTP,
                        "protocol lmtp { }: mail_plugins { sekisho_lmtp"),
    "another list": (r"^  mail_plugins \{\n    sieve = yes\n.*\n  \}\n",
                     "  mail_plugins = sieve sekisho_lmtp\n", "sekisho is not "
                     "in mail_plugins for LMTP", "{ sekisho = yes }"),
    "location": (r"^  mail_path = ~/quarantine\n", "",
                 "no location of its own", "mail_path = ~/quarantine"),
    "quota": ("^  sekisho = yes\n", "  sekisho = yes\n  quota = yes\n",
              "counts for the quota", "quota_ignore = yes"),
})


@pytest.fixture(name="site", scope="module")
def right_site(start_stack):
    return Site(start_stack("check-dovecot", STACK_RSPAMD="0",
                            STACK_DOVECOT="mail_fsync = optimized"))


@pytest.mark.parametrize("name", MISTAKES)
def test_mistake(site, name):
    """R13: a mistake in Dovecot's configuration is found, and what mends it"""
    old, new, wrong, mend = MISTAKES[name]
    site.found(wrong, mend, *site.dovecot(old, new))


def test_nothing(site):
    """R13: step 8: not begun: one line says what to copy"""
    folder = site.script("bin-nothing", "doveconf",
                         '/usr/bin/doveconf "$@" | sed /sekisho/d\n')
    output = site.check("--doveconf", folder + "/doveconf")[1]
    assert re.search("(?m)^wrong: Dovecot: its configuration knows nothing.*\n"
                     "    mend: cp .*11-sekisho.conf ", output), output
    assert output.count("wrong: Dovecot: ") == 1, output


def test_separator(site):
    """R13: step 8: of another separator, when no user is known to try it"""
    folder = site.script("bin-separator", "doveconf", """
/usr/bin/doveconf "$@" | sed -e "s|separator = /|separator = .|" \
    -e "s|^  prefix = Quarantine/|  prefix = Quarantine.|" \
    -e "s|^  inbox = yes|&\\n  separator = /|"
""")
    site.script("bin-separator", "doveadm", "exit 0\n")
    site.found("the separator of Quarantine is [.], that of other namespaces /",
               r"sed -i .*separator = /s\|\[/.\]\|/\|",
               "--doveconf", folder + "/doveconf")


def test_not_restarted(site):
    """R13: step 8: the Dovecot that runs has no quarantine yet"""
    folder = site.script("bin-before", "doveconf",
                         'exec /usr/bin/doveconf "$@"\n')
    site.script("bin-before", "doveadm", """
case "$*" in
*"mailbox list"*) echo INBOX ;;
*) exec /usr/bin/doveadm "$@" ;;
esac
""")
    site.found("alice has no folder Quarantine, so held mail comes into INBOX",
               "service dovecot restart",
               "--doveconf", folder + "/doveconf")


def test_users_without_domain(site):
    """R13: step 8: users have no domain, and nothing gives them one"""
    site.found("sekisho_address adds none", "sekisho_address = %n@" if OLD else
               r"sekisho_address = %{user \| username}@",
               *site.dovecot(r"^ *sekisho_address = .*\n"))


def test_users_of_the_system(site):
    """R13: step 8: the system's users are not found by their addresses"""
    folder = site.script("bin-passwd", "doveconf", r"""
exec /usr/bin/doveconf "$@" | sed \
    -e '/^userdb/,/^}/s/driver = .*/driver = passwd/' \
    -e 's/^userdb static {/userdb passwd {/' -e 's/^%{user | username/%{user/'
""")
    site.script("bin-passwd", "doveadm", """
case "$*" in
*'user *') echo alice ;;
*@*) exit 67 ;;
esac
""")
    site.found("held mail comes with the whole address",
               "auth_username_format = %Ln" if OLD else
               r"auth_username_format = %{user \| username \| lower}",
               "--doveconf", folder + "/doveconf")


def test_outbound_quarantine(site):
    """R13, issue 10.9: mail to outside is held for a mailbox that is none"""
    def policy(user):
        return site.copy("POLICY", lambda text: text.replace(
            "<high-risk>", '<outbound-quarantine address="%s@example.test"/>'
            "<high-risk>" % user))
    site.found("does not know the user nobody@example.test", "make this "
               "mailbox", *site.sekishod(policy=policy("nobody")))
    assert "does not know the user" not in site.check(
        *site.sekishod(policy=policy("erin")))[1]


def test_digest_links(site):
    """R13: digests are on, and their links lead nowhere"""
    config = site.copy("DOVECOT_CONFIG", lambda text: re.sub(
        r"(?m)^( *)sekisho_socket", "sekisho_digest = 1d\nsekisho_socket",
        text).replace("service sekisho-digest {", "service other {"))
    site.found("links of digests do nothing", "service sekisho-digest",
               "--dovecot-config", config)
    site.found("account-url is not set", "account-url = ",
               *site.sekishod(account_url=None))


def test_gateway(site):
    """R13: as a gateway: what is released would be held again"""
    site.found("would be held again", "SEKISHO_RELEASE_HOSTS", *site.dovecot(
        r"^ *sekisho_socket", "sekisho_submission = 127.0.0.1:10025\n"
        "sekisho_socket"), *site.exim("^SEKISHO_RELEASE_HOSTS = .*\n"))


def test_afterwards(site):
    """R13: after all these mistakes the site is right again"""
    status, output = site.check()
    assert status == 0, output
