"""A second Dovecot over the mail of the stack, whose IMAP processes end with
SIGKILL when they are told to (kill.c)."""
import glob
import os
import re
import shutil
import socket
import subprocess

import preload
from dovecots import plugin_block
from rawimap import Session
from running import wait_until

HERE = os.path.dirname(os.path.abspath(__file__))


def free_port():
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


class CrashingDovecot:
    """Use it in a with statement."""

    def __init__(self, stack, *settings):
        """settings: more lines of ours."""
        self.top = stack.env["STACK_DIR"] + "/crashing"
        shutil.rmtree(self.top, ignore_errors=True)
        os.makedirs(self.top + "/run")
        self.port = free_port()
        self.kill_file = self.top + "/kill"
        self._write(stack, settings)
        self.process = None

    def _write(self, stack, settings):
        library = preload.build(HERE + "/kill.c", self.top)
        with open(self.top + "/imap", "w", encoding="ascii") as file:
            file.write("#!/bin/sh\nexport LD_PRELOAD=%s KILL_FILE=%s\n"
                       "exec /usr/lib/dovecot/imap \"$@\"\n" % (
                           library, self.kill_file))
        os.chmod(self.top + "/imap", 0o755)
        with open(stack.env["DOVECOT_CONFIG"], encoding="utf-8") as file:
            text = file.read()
        text = re.sub(r"(?m)^base_dir = .*$", "base_dir = %s/run" % self.top,
                      text)
        text = re.sub(r"(?m)^(protocols = .*) lmtp", r"\1", text)
        text = re.sub(r"(?m)^( *port =) .*$", r"\1 0", text)
        text += "service imap-login {\n  inet_listener imap {\n" \
                "    port = %d\n  }\n}\n" % self.port
        text += "service imap {\n  executable = %s/imap\n}\n" % self.top
        text += plugin_block(settings)
        with open(self.top + "/dovecot.conf", "w", encoding="utf-8") as file:
            file.write(text)

    def __enter__(self):
        log = open(self.top + "/log", "ab")
        self.process = subprocess.Popen(
            ["dovecot", "-F", "-c", self.top + "/dovecot.conf"],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        wait_until(self._answers, "another Dovecot")
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()

    def _answers(self):
        try:
            socket.create_connection(("127.0.0.1", self.port)).close()
            return True
        except ConnectionRefusedError:
            return False

    def run(self, user, folder, command, step):
        """Sends a command - command(imap) returns its parts - in a session
        that is killed at that step. Returns the reply, or None."""
        with Session(self.port, user, timeout=600) as imap:
            imap.select(folder)
            parts = command(imap)
            with open(self.kill_file, "w", encoding="ascii") as file:
                file.write(str(step))
            try:
                return imap.command(*parts)
            except ConnectionError:
                self.break_locks(user)
                return None
            finally:
                os.unlink(self.kill_file)

    def break_locks(self, user):
        """A lock file that does not say yet whose it is, is left by a killed
        process; Dovecot removes it as well, but only after minutes."""
        for path in glob.glob("%s/mail/%s/**/*lock" % (
                os.path.dirname(self.top), user), recursive=True):
            os.unlink(path)
