"""One more Exim beside the stack's, with a configuration that differs.

It is started for one SMTP session, as inetd would, shares the stack's spool
and mailboxes, and logs into files of its own.
"""
import os
import re
import smtplib
import socket
import subprocess


class OtherExim:
    def __init__(self, stack, name, change):
        """change(text) makes its configuration of the stack's."""
        self.stack = stack
        self.folder = os.path.join(stack.env["STACK_DIR"], "exim", name)
        self.config = os.path.join(self.folder, "exim.conf")
        with open(stack.env["EXIM_CONFIG"], encoding="utf-8") as file:
            old = file.read()
        # The resolver of this machine knows no block list of ours.
        old = re.sub("(?m)^SEKISHO_REPUTATION_.*\n", "", old)
        new = change(old)
        assert new != old, "the configuration did not change"
        os.makedirs(self.folder, exist_ok=True)
        with open(self.config, "w", encoding="utf-8") as file:
            file.write(re.sub("(?m)^log_file_path = .*", "log_file_path = %s"
                              "/%%slog" % self.folder, new))
        subprocess.run(["chown", "-R", stack.env["MTA_USER"], self.folder],
                       check=True)

    def session(self, client="192.0.2.1"):
        """An SMTP session from outside."""
        ours, theirs = socket.socketpair()
        user = self.stack.env["MTA_USER"]
        subprocess.Popen([
            "setpriv", "--reuid", user, "--regid", user, "--init-groups",
            self.stack.env["EXIM"], "-C", self.config, "-bs", "-oMa", client],
            stdin=theirs, stdout=theirs)
        theirs.close()
        return PairSMTP(ours)

    def log(self, kind="main"):
        path = os.path.join(self.folder, kind + "log")
        if not os.path.exists(path):
            return []
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read().splitlines()


class PairSMTP(smtplib.SMTP):
    """An SMTP client on a socket that is connected already."""

    def __init__(self, sock):
        self._pair = sock
        sock.settimeout(90)
        super().__init__("exim", 25)
        self.ehlo("client.partner.test")

    def _get_socket(self, host, port, timeout):
        return self._pair
