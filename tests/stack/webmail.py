"""The stack's webmail: Debian's Roundcube with our plug-in, a private tree."""
import glob
import os
import shutil
import subprocess

from daemons import Daemon, answers
from settings import TOP

SHARE = "/usr/share/roundcube"


class Webmail(Daemon):
    name = "webmail"
    package = "roundcube-core, php-cli"
    user = "www-data"

    def prepare(self):
        root = self.folder("webmail")
        for name in ("program", "SQL", "index.php"):
            self._link(os.path.join(SHARE, name), os.path.join(root, name))
        for name in ("config", "public_html"):
            self.folder("webmail/" + name)
        for name in ("logs", "temp", "db", "sessions"):
            self.folder("webmail/" + name, self.user, 0o700)
        self._copy_plugin()
        public = os.path.join(root, "public_html")
        for name in ("plugins", "skins"):
            self._link(os.path.join(root, name), os.path.join(public, name))
        self.folder("webmail/public_html/program")
        self._link(os.path.join(SHARE, "program/js"),
                   os.path.join(public, "program/js"))
        self._link(os.path.join(SHARE, "program/resources"),
                   os.path.join(public, "program/resources"))
        # Not a link: it finds the rest from where it lies.
        shutil.copy("/var/lib/roundcube/public_html/index.php", public)
        for name in ("defaults.inc.php", "mimetypes.php"):
            self._link(os.path.join("/etc/roundcube", name),
                       os.path.join(root, "config", name))
        self.write("webmail/config/config.inc.php",
                   self.fill("roundcube.inc.php"), self.user, 0o640)
        self._make_database()

    @staticmethod
    def _link(target, path):
        if os.path.lexists(path):
            os.unlink(path)
        os.symlink(target, path)

    def _copy_plugin(self):
        """Ours beside Debian's; skins as they are."""
        plugins = self.folder("webmail/plugins")
        for path in glob.glob(os.path.join(SHARE, "plugins/*")):
            self._link(path, os.path.join(plugins, os.path.basename(path)))
        own = os.path.join(plugins, "sekisho")
        shutil.rmtree(own, ignore_errors=True)
        shutil.copytree(os.path.join(TOP, "webmail-plugin/sekisho"), own)
        self.write("webmail/plugins/sekisho/config.inc.php",
                   self.fill("sekisho-roundcube.inc.php"))
        skins = self.settings.path("webmail/skins")
        self._link("/var/lib/roundcube/skins", skins)

    def _make_database(self):
        path = self.settings.path("webmail/db/roundcube.db")
        if os.path.exists(path):
            return
        with open(os.path.join(SHARE, "SQL/sqlite.initial.sql"),
                  encoding="utf-8") as file:
            code = ("import sqlite3, sys; "
                    "sqlite3.connect(sys.argv[1]).executescript("
                    "sys.stdin.read())")
            subprocess.run(self.as_user(self.user, [
                "/usr/bin/python3", "-c", code, path]), stdin=file, check=True)

    def command(self):
        # What a test changes in its settings counts at once.
        return self.as_user(self.user, [
            "env", "PHP_CLI_SERVER_WORKERS=4", "/usr/bin/php",
            "-d", "opcache.revalidate_freq=0",
            "-d", "session.save_path=" + self.settings.path(
                "webmail/sessions"),
            "-d", "error_log=" + self.settings.path("webmail/logs/php.log"),
            "-S", "127.0.0.1:" + self.values["WEB_PORT"],
            "-t", self.settings.path("webmail/public_html")])

    def probe(self):
        return answers(self.values["WEB_PORT"])

    def where(self):
        return self.values["WEB_URL"]
