"""Who else looks at mail behind Exim: clamd, and amavisd with it. For the
benchmark only."""
import os

from daemons import Daemon, Signatures, answers, socket_answers

DEBIAN_AMAVIS = ("/usr/share/amavis/conf.d/10-debian_scripts",
                 "/usr/share/amavis/conf.d/20-package",
                 "/etc/amavis/conf.d/01-debian",
                 "/etc/amavis/conf.d/20-debian_defaults")


class Clamd(Signatures):
    name = "clamd"
    package = "clamav-daemon"

    def prepare(self):
        super().prepare()
        self.folder("clamd", self.values["MTA_USER"])
        self.write("clamd/clamd.conf", self.fill("clamd.conf"))

    def command(self):
        return ["/usr/sbin/clamd", "-c",
                self.settings.path("clamd/clamd.conf")]

    def probe(self):
        return socket_answers(self.settings.path("clamd/clamd.sock"))

    def where(self):
        return "a socket, for Exim's malware condition or for amavisd"


class Amavisd(Daemon):
    """Exim sends all mail there, and gets it back on RELEASE_PORT."""
    name = "amavisd"
    package = "amavisd-new (tests/stack/install packages-bench)"

    def prepare(self):
        user = self.values["MTA_USER"]
        self.folder("amavis")       # amavisd believes no file it may change
        for name in ("home", "home/tmp", "home/db", "home/virusmails"):
            self.folder("amavis/" + name, user, 0o750)
        self.write("amavis/amavis.conf", self.fill("amavis.conf"))

    def command(self):
        own = self.settings.path("amavis/amavis.conf")
        return ["/usr/sbin/amavisd",
                *(word for path in (*DEBIAN_AMAVIS, own) if
                  os.path.exists(path) for word in ("-c", path)),
                "foreground"]

    def probe(self):
        return answers(self.values["AMAVIS_PORT"], b"220")

    def where(self):
        return "port %s, back to Exim's %s" % (self.values["AMAVIS_PORT"],
                                               self.values["RELEASE_PORT"])
