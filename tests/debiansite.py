"""A site of a bare Debian: Exim, Dovecot and a user, for tests/packages.

Its methods are what its administrator, its user and strangers do.
"""
import imaplib
import re
import smtplib
import socket
import time

from chroot import RELEASE
from mails import mail

ME = "alice@example.test"
# What the site has besides: users of its own, and where their mail goes.
ROUTER = """\
site_dovecot:
  driver = accept
  domains = +local_domains
  transport = site_dovecot
site_outside:
  driver = manualroute
  domains = ! +local_domains
  route_list = * 192.0.2.250
  transport = remote_smtp
"""
TRANSPORT = """\
site_dovecot:
  driver = lmtp
  socket = /run/dovecot/lmtp
  return_path_add
"""
DOVECOT_2_3 = """\
log_path = /var/log/dovecot.log
mail_location = maildir:~/Maildir
auth_username_format = %Ln
namespace inbox {
  inbox = yes
}
passdb {
  driver = passwd-file
  args = /etc/dovecot/users
}
userdb {
  driver = passwd-file
  args = /etc/dovecot/users
  override_fields = uid=vmail gid=vmail home=/var/vmail/%n
}
service lmtp {
  unix_listener lmtp {
    mode = 0600
    user = Debian-exim
  }
}
"""
DOVECOT_2_4 = """\
log_path = /var/log/dovecot.log
mail_driver = maildir
mail_path = ~/Maildir
mail_inbox_path =
auth_username_format = %{user | username | lower}
namespace inbox {
  inbox = yes
  separator = /
}
passdb passwd-file {
  passwd_file_path = /etc/dovecot/users
}
userdb passwd-file {
  passwd_file_path = /etc/dovecot/users
  fields {
    uid = vmail
    gid = vmail
    home = /var/vmail/%{user | username}
  }
}
service lmtp {
  unix_listener lmtp {
    mode = 0600
    user = Debian-exim
  }
}
"""
# By release: Dovecot's file; sekisho_address in docs/install.md; and what
# stands between folders, with Maildir and no setting, or with one.
DOVECOT = {"bookworm": (DOVECOT_2_3, "%n@example.test", "."),
           "trixie": (DOVECOT_2_4, "%{user | username}@example.test",
                      "/")}[RELEASE]
# There is no syslog.
SEKISHOD = "log = /var/log/sekishod.log\n"
# What the documents ask of systemd, where none runs.
SYSTEMCTL = """
systemctl() {
    case $1 in
    enable) shift 2; command systemctl enable "$@" ;;
    reload) kill -HUP $(grep -lx 'PPid:.0' $(grep -lx 'Name:.sekishod' \
        /proc/[0-9]*/status) | sed 's,[^0-9],,g') ;;
    esac
}
"""


def wait_until(function, what, seconds=30):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if function():
            return
        time.sleep(0.2)
    raise AssertionError("not within %d s: %s" % (seconds, what))


def deliver(message, sender, recipient, server, client):
    """By SMTP, between two addresses."""
    with smtplib.SMTP(server, 25, "client.partner.test", 60,
                      (client, 0)) as session:
        session.sendmail(sender, [recipient], message.as_bytes())


def move(folder):
    """The user moves what is held for her there, as any mail program does."""
    with imaplib.IMAP4("127.0.0.1") as client:
        client.login("alice", "secret")
        assert client.select("Quarantine")[1] != [b"0"]
        kind, answer = client.uid("MOVE", "1:*", '"%s"' % folder)
        assert kind == "OK", answer


def spam_filter():
    """Answers as rspamd does: the score is a field of the mail."""
    with socket.create_server(("127.0.0.1", 11333)) as server:
        while True:
            client, _ = server.accept()
            with client, client.makefile("rb") as file:
                head = b"".join(iter(file.readline, b"\r\n"))
                size = int(re.search(rb"(?i)content-length: (\d+)", head)[1])
                found = re.search(rb"X-Score: (\d+)", file.read(size))
                client.sendall(b"RSPAMD/1.3 0 EX_OK\r\nMetric: default; False; "
                               b"%s.0 / 15.0 / 0.0\r\nAction: no action\r\n\r\n"
                               % (found[1] if found else b"0"))


class Unit:
    """sekishod as its unit starts it, as far as that goes without systemd."""

    def __init__(self, root):
        self.text = root.read("/usr/lib/systemd/system/sekishod.service")

    def values(self, key):
        return " ".join(re.findall("(?m)^%s=(.*)$" % key, self.text)).split()

    def script(self):
        capabilities = ",".join("+" + name.removeprefix("CAP_").lower() for
                                name in self.values("CapabilityBoundingSet"))
        writable = " ".join(self.values("ReadWritePaths"))
        assert self.values("ProtectSystem") == ["strict"] and writable
        return """
            for path in %s /tmp; do mount --bind $path $path; done
            mount -o remount,bind,ro /
            for path in %s /tmp; do mount -o remount,bind,rw $path; done
            ! touch /etc/file 2>/dev/null
            exec setpriv --no-new-privs --bounding-set -all,%s %s""" % (
                writable, writable, capabilities,
                " ".join(self.values("ExecStart")))


class Site:
    """The site, and what an administrator does there."""

    def __init__(self, root):
        self.root = root
        self.run = root.run
        self.daemon = None
        self.kept = {}

    # -- the site before ---------------------------------------------------

    def prepare(self):
        """Exim, Dovecot and a user, who gets mail."""
        self.run(r"""useradd -r -m -d /var/vmail vmail
            sed -i -e "s/^\(dc_use_split_config\)=.*/\1='true'/" \
                -e "s/^\(dc_eximconfig_configtype\)=.*/\1='internet'/" \
                -e "s/^\(dc_other_hostnames\)=.*/\1='example.test'/" \
                -e "s/^\(dc_local_interfaces\)=.*/\1=''/" \
                /etc/exim4/update-exim4.conf.conf
            echo 'MAIN_HARDCODE_PRIMARY_HOSTNAME = mx.example.test
            REMOTE_SMTP_HELO_DATA = mx.example.test' \
                >/etc/exim4/conf.d/main/01_site
            echo 'alice:{PLAIN}secret::::::' >/etc/dovecot/users
            sed -i 's/^!include auth-system/#&/' \
                /etc/dovecot/conf.d/10-auth.conf
            update-exim4.conf 2>/dev/null || true""")
        self.root.write("/etc/exim4/conf.d/router/180_site", ROUTER)
        self.root.write("/etc/exim4/conf.d/transport/40_site", TRANSPORT)
        self.root.write("/etc/dovecot/conf.d/10-site.conf", DOVECOT[0])
        self.run("update-exim4.conf; service dovecot start;"
                 "service exim4 start")
        self.mail_works("before")

    def configuration(self):
        """What Exim and Dovecot make of their files."""
        return self.run("exim4 -bP config; doveconf -n")

    # -- mail --------------------------------------------------------------

    def send(self, subject, **fields):
        """From outside, to the user."""
        message = mail(subject=subject, **fields)
        self.root.in_network(deliver, message, "friend@partner.test", ME,
                             "192.0.2.1", "192.0.2.9")
        return message

    def send_out(self, subject, html=None, **fields):
        """From the user, to outside."""
        message = mail(subject=subject, sender=ME, **fields)
        if html:
            message.set_content(html, subtype="html")
        self.root.in_network(deliver, message, ME, "friend@partner.test",
                             "127.0.0.1", "127.0.0.1")
        return message

    def fate(self, message):
        """What Exim's log says of it."""
        log = self.root.read("/var/log/exim4/mainlog")
        found = re.search(r" (\S+) <= .* id=%s" % re.escape(
            message["Message-ID"].strip("<>")), log)
        return "\n".join(line for line in log.splitlines()
                         if found[1] in line)

    def deleted(self, message, rule_id):
        """Accepted and thrown away, because of that rule."""
        wait_until(lambda: "Completed" in self.fate(message), "its end")
        fate = self.fate(message)
        assert "rules=%s " % rule_id in fate, fate
        assert "=> :blackhole:" in fate, fate

    def inbox(self, subject):
        return self.run("doveadm fetch -u alice text mailbox INBOX "
                        "header Subject '%s'" % subject)

    def arrives(self, subject):
        try:
            wait_until(lambda: self.inbox(subject), subject)
        except AssertionError:
            print("# " + self.run("tail -n 5 /var/log/exim4/mainlog "
                                  "/var/log/*.log").replace("\n", "\n# "))
            raise
        return self.inbox(subject)

    def mail_works(self, subject):
        self.send(subject)
        self.arrives(subject)

    # -- slapd -------------------------------------------------------------

    def slapd(self):
        """Starts it; returns its suffix. Its init script does not wait."""
        def suffix():
            return re.findall("(?m)^namingContexts: (.*)", self.run(
                "ldapsearch -LLL -o ldif-wrap=no -x -H ldapi:/// -s base "
                "-b '' namingContexts || true"))
        self.run("service slapd start")
        wait_until(suffix, "slapd")
        return suffix()[0]

    # -- sekishod ----------------------------------------------------------

    def start(self):
        """Starts sekishod, and waits until it is ready."""
        self.run("[ ! -e /var/log/sekishod.log ] || "
                 "mv /var/log/sekishod.log /var/log/sekishod.log.1")
        self.daemon = self.root.start(
            "exec unshare -m sh -ec '%s'" % Unit(self.root).script().replace(
                "'", "'\\''"), self.root.root + "-sekishod")
        wait_until(lambda: "is ready" in self.run(
            "cat /var/log/sekishod.log 2>/dev/null || true"), "sekishod")

    def stop(self):
        """Ends the master, which has no parent inside."""
        self.run("kill $(grep -lx 'PPid:.0' $(grep -lx 'Name:.sekishod' "
                 "/proc/[0-9]*/status) | sed 's,[^0-9],,g')")
        self.daemon.wait(60)
