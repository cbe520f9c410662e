"""The stack as an installed site: a mount namespace where its files are at the
paths that the documents name, so that their commands run as they stand.

/etc is a copy, /var/log has the stack's logs and /var/mail nothing; programs of
this build come first in PATH. Where no systemd runs, `systemctl reload` and
`restart` of sekishod send it SIGHUP.
"""
import os
import shutil
import subprocess

from running import wait_until

SYSTEMCTL = """#!/bin/sh
[ "$2" = sekishod ] && kill -HUP %d
"""


class Installed:
    def __init__(self, stack):
        self.stack = stack
        self.directory = stack.env["STACK_DIR"] + "/installed"
        shutil.rmtree(self.directory, ignore_errors=True)
        os.makedirs(self.directory)
        subprocess.run(["cp", "-a", "/etc", self.directory + "/etc"],
                       check=True)
        for name in "log", "root", "bin":
            os.mkdir(self.directory + "/" + name)
        self.programs()
        # A copy of Dovecot's own, where doveadm finds our module.
        with open(stack.env["STACK_DIR"] + "/run/dovecot.pid",
                  encoding="ascii") as file:
            dovecot = file.read().strip()
        self.holder = subprocess.Popen(
            ["nsenter", "-m", "-r", "-w", "-t", dovecot, "unshare", "-m",
             "sleep", "1800"], stdin=subprocess.DEVNULL)
        wait_until(lambda: os.readlink("/proc/%d/ns/mnt" % self.holder.pid)
                   not in (os.readlink("/proc/self/ns/mnt"), os.readlink(
                       "/proc/%s/ns/mnt" % dovecot)), "a mount namespace")
        self.mount()

    def close(self):
        self.holder.kill()
        self.holder.wait()

    def programs(self):
        for name in "sekisho", "sekishod":
            os.symlink(os.path.join(os.path.dirname(self.stack.tool), name),
                       self.directory + "/bin/" + name)
        path = self.directory + "/bin/systemctl"
        with open(path, "w", encoding="ascii") as file:
            file.write(SYSTEMCTL % self.stack.sekishod_pid())
        os.chmod(path, 0o755)

    def mount(self):
        env = self.stack.env
        etc, log = self.directory + "/etc", self.directory + "/log"
        os.makedirs(etc + "/sekisho", exist_ok=True)
        os.makedirs(etc + "/dovecot", exist_ok=True)
        os.makedirs(etc + "/exim4", exist_ok=True)
        os.makedirs(log + "/exim4")
        for path in (etc + "/exim4/exim4.conf", etc + "/dovecot/dovecot.conf",
                     log + "/exim4/mainlog", log + "/sekishod.log",
                     log + "/mail.log"):
            with open(path, "a", encoding="ascii"):
                pass
        folder = env["STACK_DIR"]
        for source, target in (
                (folder + "/sekishod", etc + "/sekisho"),
                (env["EXIM_CONFIG"], etc + "/exim4/exim4.conf"),
                (env["DOVECOT_CONFIG"], etc + "/dovecot/dovecot.conf"),
                (env["EXIM_LOG"], log + "/exim4/mainlog"),
                (env["SEKISHOD_LOG"], log + "/sekishod.log"),
                (folder + "/log/dovecot.log", log + "/mail.log"),
                (etc, "/etc"), (log, "/var/log"),
                (self.directory + "/root", "/root")):
            self.enter("mount --rbind %s %s" % (source, target))

    def enter(self, script):
        """Exit status and output of a script there."""
        path = "%s/bin:%s" % (self.directory, os.environ["PATH"])
        result = subprocess.run(
            ["nsenter", "-m", "-r", "-w", "-t", str(self.holder.pid), "env",
             "-i", "PATH=" + path, "HOME=/root", "LC_ALL=C.UTF-8",
             "sh", "-ec", "cd /root; " + script], check=False, text=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, timeout=300)
        return result.returncode, result.stdout

    def run(self, script, statuses=(0,)):
        """What it printed; it has to end with one of these statuses."""
        status, output = self.enter(script)
        assert status in statuses, "%s\nexit status %d\n%s" % (
            script, status, output)
        return output

    def write(self, name, data):
        """A file in root's home there."""
        with open(self.directory + "/root/" + name, "wb") as file:
            file.write(data if isinstance(data, bytes) else data.as_bytes())
