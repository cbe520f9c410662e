"""All machines together: up, down, the power of one of them."""
import os
import secrets
import shutil
import signal

from certificates import make_authority
from layout import ADDRESSES, default_directory
from machine import Machine
from network import Network
from page import firewalls
from process import session_members
from roles import wanted
from settings import TOP, Refused
from starting import start, wait


class Site:
    def __init__(self):
        os.environ.setdefault("STACK_DIR", default_directory(TOP))
        self.dir = os.path.abspath(os.environ["STACK_DIR"])
        self.network = Network(self.dir)
        self.machines = {name: Machine(name, self.network)
                         for name in ADDRESSES}
        self.dir = self.machines["outside"].site

    def daemons(self, name):
        return wanted(self.machines[name])


def share(site):
    """What an administrator makes once and copies to the machines."""
    for name in (*site.machines, "mail"):
        shutil.rmtree(os.path.join(site.dir, name), ignore_errors=True)
    for machine in site.machines.values():
        for folder in ("run", "log"):
            os.makedirs(machine.path(folder))
    make_authority(site.dir)
    key = os.path.join(site.dir, "held.key")
    descriptor = os.open(key, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with open(descriptor, "w", encoding="ascii") as file:
        file.write(secrets.token_hex(32) + "\n")


def up(site):
    """Starts all; leaves nothing when one fails."""
    if os.geteuid() != 0:
        raise Refused("machines need root")
    down(site)
    reason = site.network.missing()
    if reason is not None:
        raise Refused(reason)
    os.umask(0o022)
    share(site)
    try:
        site.network.up(ADDRESSES)
        for name, text in firewalls().items():
            site.network.protect(name, text)
        # The first directory is ready before the second copies it.
        for names in (("ldap-a",), ("ldap-b",), (
                "behind", "outside", "store-a", "store-b", "gw-a", "gw-b")):
            begin(site, names)
    except BaseException:
        down(site)
        raise
    return 0


def begin(site, names):
    """Starts all daemons of these machines at once, then waits for them."""
    daemons = [daemon for name in names for daemon in site.daemons(name)]
    for daemon in daemons:
        daemon.prepare()
    children = [start(daemon) for daemon in daemons]
    for daemon, child in zip(daemons, children):
        wait(daemon, child)
        daemon.finish()
        print("  %-8s %s" % (daemon.settings.name, daemon.name), flush=True)


def down(site):
    for name in reversed(ADDRESSES):
        for daemon in reversed(site.daemons(name)):
            daemon.stop()
    site.network.down()
    return 0


def end(daemon):
    """SIGKILL for all processes of a daemon, those in a jail as well."""
    pid = daemon.pid()
    while pid is not None and (pids := session_members(pid)):
        for one in pids:
            try:
                os.kill(one, signal.SIGKILL)
            except ProcessLookupError:
                pass


def kill(site, name):
    """The power of a machine fails: all of its processes end."""
    site.network.plug(name, "down")
    for daemon in site.daemons(name):
        end(daemon)
    site.network.kill(name)


def boot(site, name):
    """It starts again, with what is on its disk; daemons in their order."""
    site.network.plug(name, "up")
    for daemon in site.daemons(name):
        revive(daemon)


def revive(daemon):
    wait(daemon, start(daemon))
