"""A site for test_check.py: a stack that is right, and copies of what it is
made of with a mistake in them."""
import os
import re
import shutil
import subprocess

from running import TOP


class Site:
    """A stack that is right, and wrong copies of what it is made of."""

    def __init__(self, stack):
        self.stack = stack
        self.folder = os.path.join(stack.env["STACK_DIR"], "check")
        os.makedirs(self.folder + "/cron.d")
        os.makedirs(self.folder + "/systemd")
        for name in ("sekisho-expire", "sekisho-rescan", "sekisho-digest",
                     "sekisho-learn"):
            shutil.copy("%s/dovecot-plugin/%s.cron" % (TOP, name),
                        "%s/cron.d/%s" % (self.folder, name))
        self.copies = 0

    # -- configurations ----------------------------------------------------

    def copy(self, name, change):
        with open(self.stack.env[name], encoding="utf-8") as file:
            old = file.read()
        new = change(old)
        assert new != old, "nothing has changed"
        return self.file("%s" % name.lower(), new)

    def file(self, name, text, mode=0o644):
        self.copies += 1
        path = "%s/%d-%s" % (self.folder, self.copies, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(path, mode)
        return path

    def sekishod(self, **settings):
        """sekishod.conf with other settings; None: without it."""
        def change(text):
            for name, value in settings.items():
                name = name.replace("_", "-")
                text = re.sub("(?m)^%s = .*\n" % name, "", text)
                if value is not None:
                    text += "%s = %s\n" % (name, value)
            return text
        return ["-c", self.copy("SEKISHOD_CONFIG", change)]

    def exim(self, old, new=""):
        return ["--exim-config", self.copy("EXIM_CONFIG", lambda text: re.sub(
            "(?m)" + old, lambda _: new, text))]

    def dovecot(self, old, new=""):
        return ["--dovecot-config",
                self.copy("DOVECOT_CONFIG", lambda text: re.sub(
                    "(?m)" + old, lambda _: new, text, count=1))]

    # -- the check ---------------------------------------------------------

    def script(self, folder, name, text):
        """A program of that name; the folder it is in."""
        path = "%s/%s" % (self.folder, folder)
        os.makedirs(path, exist_ok=True)
        with open("%s/%s" % (path, name), "w", encoding="ascii") as file:
            file.write("#!/bin/sh\n" + text)
        os.chmod(file.name, 0o755)
        return path

    def check(self, *arguments, mounts=(), path=""):
        """Exit status and output; programs are looked for in path first."""
        given = {"-c": self.stack.env["SEKISHOD_CONFIG"],
                 "--exim": self.stack.env["EXIM"],
                 "--exim-config": self.stack.env["EXIM_CONFIG"],
                 "--dovecot-config": self.stack.env["DOVECOT_CONFIG"]}
        given.update(zip(arguments[::2], arguments[1::2]))
        mounts = {"/etc/cron.d": self.folder + "/cron.d", **dict(mounts)}
        if os.path.isdir("/run/systemd") and "/run" not in mounts:
            mounts["/run/systemd"] = self.folder + "/systemd"
        script = "".join("mount --bind %s %s\n" % (source, target)
                         for target, source in mounts.items())
        result = subprocess.run(
            ["unshare", "-m", "sh", "-ec", script + 'exec "$@"', "sh",
             self.stack.tool, "check", "-v",
             *(word for pair in given.items() for word in pair)],
            check=False, text=True, timeout=300, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=dict(os.environ, PATH=path + ":" + os.environ["PATH"]))
        return result.returncode, result.stdout

    def found(self, wrong, mend, *arguments, **how):
        """There is a line that is wrong, and below it one that mends it."""
        status, output = self.check(*arguments, **how)
        assert re.search("(?m)^wrong: [A-Za-z]+: .*%s.*\n    mend: .*%s" % (
            wrong, mend), output), output
        assert status == 1
