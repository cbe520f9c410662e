"""Debian's own Exim, in a mount namespace where its directories are copies.

There the real exim4, update-exim4.conf and the commands of sekisho-exim(8) run
as an administrator would run them, and the machine's own Exim stays as it is.
sekishod and the sink are those of the stack.
"""
import os
import re
import shutil
import subprocess

from running import TOP

COPIED = ("/etc/exim4", "/var/lib/exim4")
EMPTY = ("/var/spool/exim4", "/var/log/exim4", "/var/mail")

SETTINGS = """\
MAIN_HARDCODE_PRIMARY_HOSTNAME = mx.example.test
SEKISHO_MODULE = %(stage)s/usr/lib/exim4/local_scan/sekisho.so
SEKISHO_VARIANT = %(stage)s/usr/lib/exim4/local_scan/sekisho-variant
SEKISHO_SEAL = %(stage)s/usr/lib/exim4/local_scan/sekisho-seal
SEKISHO_SOCKET = %(socket)s
"""

# What a site has besides Debian's: here, a way out that ends in the sink.
ROUTER = """\
site_outside:
  driver = manualroute
  domains = ! +local_domains
  route_list = * 127.0.0.1
  self = send
  transport = site_outside
"""
TRANSPORT = """\
site_outside:
  driver = smtp
  port = %(sink)s
  allow_localhost
"""

# ... and what the configuration written by hand leaves to it.
HAND_ROUTER = ROUTER + """
site_here:
  driver = accept
  domains = +local_domains
  local_parts = games
  transport = site_here
"""
HAND_TRANSPORT = TRANSPORT + """
site_here:
  driver = appendfile
  file = /var/mail/$local_part_data
  user = mail
"""


def display(name):
    """A display of sekisho-exim(8), as a reader has it before him."""
    with open(os.path.join(TOP, "docs/man/sekisho-exim.8"),
              encoding="utf-8") as file:
        text = re.search(r'\.\\" doctest %s\n\.Bd -literal\n(.*?)\.Ed\n' %
                         name, file.read(), re.S)[1]
    return text.replace("\\&", "").replace("\\e", "\\")


class Debian:
    """One such namespace, with Exim configured in one of three ways."""

    def __init__(self, stack, way):
        self.way = way
        self.directory = stack.env["STACK_DIR"] + "/debian-" + way
        self.values = {"stage": self.directory + "/stage",
                       "socket": stack.env["SCAN_SOCKET"],
                       "sink": stack.port("SINK")}
        shutil.rmtree(self.directory, ignore_errors=True)
        os.makedirs(self.directory)
        self.holder = subprocess.Popen(["unshare", "-m", "sleep", "1800"],
                                       stdin=subprocess.DEVNULL)

    def close(self):
        self.holder.kill()
        self.holder.wait()

    def run(self, script, data=b""):
        """Runs a script in the namespace; returns what it printed."""
        result = subprocess.run(
            ["nsenter", "-m", "-r", "-w", "-t", str(self.holder.pid),
             "sh", "-ec", script],
            input=data, check=False, cwd="/", stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT)
        output = result.stdout.decode("utf-8", "replace")
        assert result.returncode == 0, "%s\n%s" % (script, output)
        return output

    def write(self, path, text):
        self.run("cat >>" + path, (text % self.values).encode())

    # -- configuration -----------------------------------------------------

    def configure(self):
        """Copies, then what the site has, then what the manual says."""
        for path in COPIED + EMPTY:
            self._mount(path)
        subprocess.run(["make", "-s", "-C", TOP, "install-localscan",
                        "DESTDIR=" + self.values["stage"]], check=True,
                       stdout=subprocess.DEVNULL)
        self.run("rm -rf /etc/exim4/sekisho /etc/exim4/conf.d/*/*_sekisho;"
                 "cp -r %(stage)s/etc/exim4/sekisho /etc/exim4" % self.values)
        getattr(self, "_configure_" + self.way)()

    def _mount(self, path):
        copy = self.directory + path
        os.makedirs(os.path.dirname(copy), exist_ok=True)
        if path in COPIED:
            subprocess.run(["cp", "-a", path, copy], check=True)
        else:
            owner = os.stat(path)
            os.mkdir(copy)
            os.chown(copy, owner.st_uid, owner.st_gid)
            shutil.copymode(path, copy)
        self.run("mount --bind %s %s" % (copy, path))

    def _answer_debconf(self, split):
        self.run(r"""sed -i \
            -e "s/^\(dc_use_split_config\)=.*/\1='%s'/" \
            -e "s/^\(dc_eximconfig_configtype\)=.*/\1='internet'/" \
            -e "s/^\(dc_other_hostnames\)=.*/\1='example.test'/" \
            /etc/exim4/update-exim4.conf.conf""" % split)

    def _configure_split(self):
        self._answer_debconf("true")
        self.write("/etc/exim4/conf.d/main/04_sekisho", SETTINGS)
        self.write("/etc/exim4/conf.d/router/180_site", ROUTER)
        self.write("/etc/exim4/conf.d/transport/40_site", TRANSPORT)
        self.run(display("split"))

    def _configure_unsplit(self):
        self._answer_debconf("false")
        self.write("/etc/exim4/exim4.conf.localmacros", SETTINGS)
        for part, text in (("routers", ROUTER), ("transports", TRANSPORT)):
            self.write("/etc/exim4/site." + part, text)
            self.run("sed -i '/^begin %s/a .include /etc/exim4/site.%s' "
                     "/etc/exim4/exim4.conf.template" % (part, part))
        self.run(display("unsplit"))

    def _configure_hand(self):
        text = display("hand").replace("= example.com", "= example.test")
        for part, own in (("routers", HAND_ROUTER),
                          ("transports", HAND_TRANSPORT)):
            line = ".include /etc/exim4/sekisho/sekisho.%s\n" % part
            assert line in text
            text = text.replace(line, line + "\n" + own)
        self.write("/etc/exim4/exim4.conf", SETTINGS.replace(
            "MAIN_HARDCODE_PRIMARY_HOSTNAME", "primary_hostname") +
            "keep_environment =\nhost_lookup =\n" + text)

    # -- mail --------------------------------------------------------------

    def send(self, mail, recipients, sender, client=""):
        """By SMTP on Exim's standard input, from that address or from here;
        returns the answers."""
        lines = ["EHLO client.partner.test", "MAIL FROM:<%s>" % sender,
                 *("RCPT TO:<%s>" % address for address in recipients),
                 "DATA"]
        output = self.run("exim4 -odb %s -bs" % (client and "-oMa " + client),
                          "\r\n".join(lines).encode() + b"\r\n" +
                          mail.as_bytes() + b".\r\nQUIT\r\n")
        return [line for line in output.splitlines()
                if re.match("[2-5][0-9][0-9] ", line)]

    def mailbox(self):
        """The mails of games, as bytes with CRLF."""
        data = self.run("cat /var/mail/games 2>/dev/null || true")
        return [part.removesuffix("\n").replace("\n", "\r\n").encode()
                for part in re.split(r"(?m)^From .*\n", data)[1:]]

    def log(self):
        return self.run("cat /var/log/exim4/mainlog")
