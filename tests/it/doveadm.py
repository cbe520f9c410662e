"""An administrator: doveadm sekisho on the command line, over doveadm-server
and over Dovecot's HTTP API."""
import base64
import json
import subprocess
import urllib.request

import pytest


def in_days(days):
    """Words before a command that let it live in so many days; Dovecot's
    programs would take the variables out of their environment."""
    return ["env", "LD_PRELOAD=/usr/$LIB/faketime/libfaketime.so.1",
            "FAKETIME=%+dd" % days,
            "DOVECOT_PRESERVE_ENVS=HOME USER LD_PRELOAD FAKETIME"]


class Doveadm:
    def __init__(self, stack):
        self.stack = stack
        if stack.env["NAMESPACES"] != "1":
            pytest.skip("this machine refuses mount namespaces")
        with open(stack.env["STACK_DIR"] + "/run/dovecot.pid",
                  encoding="ascii") as file:
            self.pid = file.read().strip()

    def command(self, *arguments, form="flow", options=(), before=()):
        """In the mount namespace where Dovecot finds our module; before is
        put before the command."""
        return ["nsenter", "-t", self.pid, "-m", "-r", "-w", *before,
                "doveadm", *options, "-c", self.stack.env["DOVECOT_CONFIG"],
                "-f", form, "sekisho", *arguments]

    def run(self, *arguments, check=True, **how):
        result = subprocess.run(self.command(*arguments, **how), check=False,
                                text=True, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE)
        assert not check or result.returncode == 0, result.stderr
        return result

    def json(self, *arguments, **how):
        """What it prints, as a list of dictionaries."""
        return json.loads(self.run(*arguments, form="json", **how).stdout)

    def http(self, command, **parameters):
        body = json.dumps([[command, parameters, "tag"]]).encode()
        key = base64.b64encode(b"stack-doveadm-key").decode()
        request = urllib.request.Request(
            "http://127.0.0.1:%d/doveadm/v1" % self.stack.port("DOVEADM"),
            body, {"Authorization": "X-Dovecot-API " + key,
                   "Content-Type": "application/json"})
        with urllib.request.urlopen(request) as reply:
            return json.load(reply)[0]
