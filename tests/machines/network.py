"""Machines as network namespaces: each has an address on one wire, a bridge
that has a namespace of its own. Nothing of this is in the network of the
machine that all of it runs on.

Namespaces are known by their names, which begin with a number made of the
site's folder; processes in them by the namespace they are in.
"""
import contextlib
import ctypes
import os
import signal
import subprocess
import zlib

RUN = "/run/netns"
# Daemons are started as the users they run as. Who waits for an answer of a
# machine that has died is told in a quarter of a minute.
SYSCTL = ("net.ipv4.ip_unprivileged_port_start=0",
          "net.ipv4.tcp_keepalive_time=5", "net.ipv4.tcp_keepalive_intvl=2",
          "net.ipv4.tcp_keepalive_probes=3")
NEW_NETWORK = 0x40000000        # CLONE_NEWNET
LIBC = ctypes.CDLL(None, use_errno=True)


def ip(*arguments):
    subprocess.run(["ip", *arguments], check=True, text=True,
                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def enter(descriptor):
    """This thread, and what it starts, is in that network from now on."""
    if LIBC.setns(descriptor, NEW_NETWORK) != 0:
        raise OSError(ctypes.get_errno(), "setns")


class Network:
    def __init__(self, directory):
        self.prefix = "sekisho-%08x-" % zlib.crc32(directory.encode())

    def path(self, machine):
        return os.path.join(RUN, self.prefix + machine)

    def missing(self):
        """Why this machine cannot have any, or None."""
        try:
            self.down()
            self.up({"probe": "192.0.2.99"})
        except (OSError, subprocess.CalledProcessError) as error:
            return "this machine refuses network namespaces: %s" % (
                getattr(error, "stderr", None) or error)
        finally:
            with contextlib.suppress(OSError):
                self.down()
        return None

    def up(self, addresses):
        """addresses: name of a machine -> its address."""
        wire = self.prefix + "wire"
        ip("netns", "add", wire)
        ip("-n", wire, "link", "add", "wire", "type", "bridge")
        ip("-n", wire, "link", "set", "wire", "up")
        for name, address in addresses.items():
            machine = self.prefix + name
            ip("netns", "add", machine)
            ip("-n", wire, "link", "add", name, "type", "veth", "peer",
               "name", "eth0", "netns", machine)
            ip("-n", wire, "link", "set", name, "master", "wire", "up")
            ip("-n", machine, "addr", "add", address + "/24", "dev", "eth0")
            ip("-n", machine, "link", "set", "lo", "up")
            ip("netns", "exec", machine, "sysctl", "-qw", *SYSCTL)
            ip("-n", machine, "link", "set", "eth0", "up")

    def down(self):
        if not os.path.isdir(RUN):
            return
        for name in os.listdir(RUN):
            if name.startswith(self.prefix):
                ip("netns", "del", name)

    def plug(self, machine, state):
        """Its cable: "up" or "down"."""
        ip("-n", self.prefix + "wire", "link", "set", machine, state)

    def protect(self, machine, rules):
        """Sets its firewall, text for nft(8)."""
        subprocess.run(self.command(machine, ["nft", "-f", "-"]), check=True,
                       input=rules, text=True)

    def command(self, machine, command):
        return ["nsenter", "--net=" + self.path(machine), "--", *command]

    @contextlib.contextmanager
    def inside(self, machine):
        """This thread is on that machine, as far as the network goes."""
        home = os.open("/proc/thread-self/ns/net", os.O_RDONLY | os.O_CLOEXEC)
        there = os.open(self.path(machine), os.O_RDONLY | os.O_CLOEXEC)
        try:
            enter(there)
            yield
        finally:
            enter(home)
            os.close(home)
            os.close(there)

    def processes(self, machine):
        """Whoever is in its network, but for this process."""
        number = os.stat(self.path(machine)).st_ino
        found = []
        for name in os.listdir("/proc"):
            if name.isdigit() and int(name) != os.getpid():
                with contextlib.suppress(OSError):
                    if os.stat("/proc/%s/ns/net" % name).st_ino == number:
                        found.append(int(name))
        return found

    def kill(self, machine):
        """SIGKILL for all of them, until nobody is left."""
        while pids := self.processes(machine):
            for pid in pids:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
