"""A mail site of several machines for tests: what Stack is for one.

Sockets are made inside the namespace of the machine that a client runs on; a
socket stays where it was made.
"""
import contextlib
import glob
import os
import re
import signal
import smtplib
import subprocess
import sys

from rawimap import Session
from running import TOP, add_rules, wait_until

for folder in "stack", "machines":
    sys.path.append(os.path.join(TOP, "tests", folder))

# pylint: disable=wrong-import-position
from layout import ADDRESSES, DIRECTORIES, GATEWAYS, STORES  # noqa: E402
from machinery import (Site, boot, down, end, kill, revive,  # noqa: E402
                       up)


@contextlib.contextmanager
def environment(**settings):
    """Settings are read from the environment; other tests have their own."""
    before = dict(os.environ)
    os.environ.update(settings)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


class Machines:
    """Use it in a with statement."""

    def __init__(self, directory, **settings):
        with environment(STACK_DIR=directory, **settings):
            self.site = Site()
        self.network = self.site.network

    @property
    def missing(self):
        """Why there can be no machines here, or None."""
        return self.network.missing()

    def __enter__(self):
        up(self.site)
        return self

    def __exit__(self, *_):
        down(self.site)

    def add_rules(self, rules):
        """To the policy of both gateways."""
        for name in GATEWAYS:
            with open(self.values(name)["POLICY"], "r+",
                      encoding="utf-8") as file:
                text = add_rules(file.read(), rules)
                file.seek(0)
                file.write(text)
            daemon = self.daemon(name, "sekishod")
            os.kill(daemon.pid(), signal.SIGHUP)
            wait_until(lambda log=daemon.log: self.lines(
                "generation 2: ", [log]), "the new policy of " + name)

    def values(self, name):
        return self.site.machines[name].values

    # -- power and cables --------------------------------------------------

    def kill(self, name):
        kill(self.site, name)

    def boot(self, name):
        boot(self.site, name)

    def daemon(self, name, daemon):
        found, = [one for one in self.site.daemons(name)
                  if one.name == daemon]
        return found

    def kill_daemon(self, name, daemon):
        end(self.daemon(name, daemon))

    def revive(self, name, daemon):
        revive(self.daemon(name, daemon))

    def plug(self, name, state):
        self.network.plug(name, state)

    # -- clients, on the machine outside -----------------------------------

    def smtp(self, gateway, port=25, timeout=90):
        with self.network.inside("outside"):
            smtp = smtplib.SMTP(ADDRESSES[gateway], port, timeout=timeout)
        smtp.ehlo("client.partner.test")
        return smtp

    def send(self, gateway, mail, recipients, sender="sender@partner.test"):
        with self.smtp(gateway) as smtp:
            return smtp.sendmail(sender, recipients, mail.as_bytes(),
                                 ["BODY=8BITMIME"])

    def imap(self, store, user, timeout=120):
        with self.network.inside("outside"):
            return Session(int(self.values(store)["IMAP_PORT"]), user,
                           timeout=timeout, host=ADDRESSES[store])

    def run(self, name, command, **how):
        """A command on a machine."""
        return subprocess.run(self.network.command(name, command), text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              check=how.pop("check", True), **how).stdout

    def doveadm(self, store, *arguments):
        return subprocess.run(self.network.command(store, [
            "doveadm", "-c", self.values(store)["DOVECOT_CONFIG"],
            *arguments]), check=False, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL).stdout

    # -- what is there -----------------------------------------------------

    def uids(self, store, user, folder, message_id):
        with self.imap(store, user) as imap:
            imap.select(folder)
            return imap.uids("HEADER Message-ID", '"%s"' % message_id)

    def arrived(self, store, user, folder, message_id, seconds=60):
        """The one mail with that Message-ID, as bytes."""
        uids = wait_until(
            lambda: self.uids(store, user, folder, message_id),
            "%s in %s of %s" % (message_id, folder, user), seconds)
        assert len(uids) == 1, "%d copies of %s" % (len(uids), message_id)
        with self.imap(store, user) as imap:
            imap.select(folder)
            return imap.body(uids[0])

    def queue(self):
        """Exim's ids of what waits; a -D alone was never accepted."""
        return [os.path.basename(path)[:-2] for name in GATEWAYS
                for path in glob.glob(self.values(name)["EXIM_SPOOL"] +
                                      "/input/**/*-H", recursive=True)]

    # -- logs --------------------------------------------------------------

    def logs(self, names, daemon):
        """All that a daemon has written, in all of its lives."""
        return [path for name in names for path in
                glob.glob(self.daemon(name, daemon).log + "*")]

    def exim_logs(self):
        return [self.values(name)["EXIM_LOG"] for name in GATEWAYS
                if os.path.exists(self.values(name)["EXIM_LOG"])]

    def lines(self, pattern, paths):
        found = []
        for path in paths:
            with open(path, encoding="utf-8", errors="replace") as file:
                found += [line.rstrip("\n") for line in file
                          if re.search(pattern, line)]
        return found

    def reconcile(self):
        tool = os.path.join(os.path.dirname(
            self.values("gw-a")["SEKISHOD"]), "sekisho")
        return self.run("gw-a", [tool, "reconcile", *self.exim_logs(),
                                 *self.logs(STORES, "dovecot")], check=False)
