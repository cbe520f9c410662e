"""A bare Debian in namespaces of its own, for tests/packages, tests/from-source
and tests/other-release. It is a Debian 12 (bookworm), or what DEBIAN_RELEASE
says.

It has processes, mounts and a network of its own, so its Exim may listen on
port 25; apt alone is let out into the machine's network. debootstrap's work and
the packages that apt downloaded are kept below build/.
"""
import ctypes
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
RELEASE = os.environ.get("DEBIAN_RELEASE", "bookworm")
BASE = os.path.join(TOP, "build", RELEASE)
ARCHIVES = BASE + "-archives"
# Where this tree is built and tested as /src, and its build/ there.
BUILDER = BASE + "-tests"
BUILD = BASE + "-build"
SOURCE = ((TOP, "/src"), (BUILD, "/src/build"))
# The packages of a site that has mail and no Sekisho.
SITE = ("exim4-daemon-heavy", "dovecot-imapd", "dovecot-lmtpd", "slapd",
        "ldap-utils", "roundcube-core", "roundcube-sqlite3", "php-cli",
        "logrotate", "cron", "systemd")
MIRROR = os.environ.get("DEBIAN_MIRROR", "http://deb.debian.org/debian")

SOURCES = """\
deb %(mirror)s %(release)s main
deb %(mirror)s %(release)s-updates main
deb http://deb.debian.org/debian-security %(release)s-security main
"""
APT = """\
APT::Get::Assume-Yes "true";
Binary::apt::APT::Keep-Downloaded-Packages "true";
Acquire::Retries "3";
"""
CLONE_NEWNET = 0x40000000

# What process 1 does before it sleeps and, since it ignores SIGCHLD, lets the
# kernel reap what daemons leave behind.
FIRST = """
mount --make-rprivate /
mount --bind %(root)s %(root)s
mount -t proc proc %(root)s/proc
mount -t tmpfs tmpfs %(root)s/run
mkdir -m 1777 %(root)s/run/lock
mount --rbind /dev %(root)s/dev
mount --bind %(archives)s %(root)s/var/cache/apt/archives
%(mounts)s
ip link set lo up
ip address add 192.0.2.1/24 dev lo
ip address add 192.0.2.9/24 dev lo
touch %(root)s/run/first
exec env --ignore-signal=CHLD sleep infinity
"""


class Missing(Exception):
    """Why there can be no such Debian here."""


def listed(*lists, without=()):
    """The packages of these lists of tests/stack, without those of parts."""
    text = ""
    for name in lists:
        with open("%s/tests/stack/%s" % (TOP, name), encoding="ascii") as file:
            text += file.read() + "\n"
    for part in without:
        text = re.sub(r"(?ms)^# %s.*?\n\n" % re.escape(part), "", text)
    return re.findall(r"(?m)^([a-z]\S*) ", text)


def attempt(command, reason):
    """Its processes and mounts end with it, also when it is cut off."""
    result = subprocess.run(["unshare", "--mount", "--pid", "--fork",
                             "--kill-child"] + command, check=False,
                            stdout=subprocess.PIPE,
                            stderr=subprocess.STDOUT, text=True)
    if result.returncode != 0:
        raise Missing("%s: %s" % (reason, result.stdout.strip()[-200:]))


def make_base(packages, base=BASE):
    """A Debian with these packages, unless it is there."""
    mark = base + "/packages"
    wanted = " ".join(packages)
    if os.path.exists(mark):
        with open(mark, encoding="ascii") as file:
            if file.read() == wanted:
                return
    if shutil.which("debootstrap") is None:
        raise Missing("there is no debootstrap")
    shutil.rmtree(base, ignore_errors=True)
    os.makedirs(ARCHIVES + "/partial", exist_ok=True)
    attempt(["debootstrap", "--variant=minbase",
             "--include=ca-certificates,iproute2", RELEASE, base, MIRROR],
            "debootstrap")
    settle(base)
    with Chroot(base) as root:
        root.apt("apt-get update; apt-get install --no-install-recommends " +
                 wanted, seconds=3600)
    with open(mark, "w", encoding="ascii") as file:
        file.write(wanted)


def make_builder():
    """A Debian that builds this tree and its packages, and runs all tests."""
    make_base(listed("packages-build", "packages", "packages-debian"),
              BUILDER)


def settle(root):
    """apt's files; and nothing of its packages starts by itself."""
    def write(path, text, mode=0o644):
        with open(root + path, "w", encoding="ascii") as file:
            file.write(text)
        os.chmod(root + path, mode)

    write("/etc/apt/sources.list",
          SOURCES % {"mirror": MIRROR, "release": RELEASE})
    # What the power may take away is made again.
    write("/etc/dpkg/dpkg.cfg.d/99test", "force-unsafe-io\n")
    write("/etc/apt/apt.conf.d/99test", APT)
    write("/usr/sbin/policy-rc.d", "#!/bin/sh\nexit 101\n", 0o755)
    if os.path.exists(root + "/etc/apt/apt.conf.d/docker-clean"):
        os.unlink(root + "/etc/apt/apt.conf.d/docker-clean")


class Chroot:
    """Runs what it is told in a tree, until it is closed."""

    def __init__(self, root, mounts=()):
        """mounts: folders outside, and where they are inside."""
        self.root = root
        for _, inside in mounts:
            os.makedirs(root + inside, exist_ok=True)
        first = FIRST % {"root": root, "archives": ARCHIVES,
                         "mounts": "\n".join(
            "mount --bind '%s' '%s'" % (outside, root + inside)
            for outside, inside in mounts)}
        self.holder = subprocess.Popen(
            ["unshare", "--mount", "--pid", "--net", "--fork", "--kill-child",
             "sh", "-ec", first], stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        self.children = []
        try:
            self.first = self._wait_for_first()
            shutil.copy("/etc/resolv.conf", root + "/etc/resolv.conf")
        except BaseException:
            self.close()
            raise

    def _wait_for_first(self):
        """The number of its process 1."""
        path = "/proc/%d/task/%d/children" % ((self.holder.pid,) * 2)
        for _ in range(200):
            if self.holder.poll() is not None:
                raise Missing("no namespaces here: " +
                              self.holder.stderr.read().strip())
            with open(path, encoding="ascii") as file:
                children = file.read().split()
            if children and os.path.exists("/proc/%s/root%s/run/first" % (
                    children[0], self.root)):
                return int(children[0])
            time.sleep(0.05)
        raise Missing("the namespaces are not ready")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        """Ends all of its processes: --kill-child kills its process 1."""
        self.holder.kill()
        self.holder.wait()
        for child in self.children:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)

    def command(self, script, outside=False):
        enter = ["nsenter", "-t", str(self.first), "-m", "-p"]
        return enter + ([] if outside else ["-n"]) + [
            "chroot", self.root, "env", "-i", "LC_ALL=C.UTF-8", "HOME=/root",
            "PATH=/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin",
            "DEBIAN_FRONTEND=noninteractive", "sh", "-ec", script]

    def run(self, script, fails=False, outside=False, seconds=300):
        """Runs a script; returns what it printed. With fails, it has to."""
        # Not a pipe, which would end with the last daemon that is started.
        with tempfile.TemporaryFile() as file:
            result = subprocess.run(self.command(script, outside), check=False,
                                    stdin=subprocess.DEVNULL, stdout=file,
                                    stderr=subprocess.STDOUT,
                                    timeout=seconds)
            file.seek(0)
            output = file.read().decode("utf-8", "replace")
        assert (result.returncode != 0) == fails, "%s\nexit status %d\n%s" % (
            script, result.returncode, output[-3000:])
        return output

    def apt(self, script, fails=False, seconds=300):
        """The same, with the machine's network."""
        return self.run(script, fails, outside=True, seconds=seconds)

    def start(self, script, log):
        """Starts a process that stays; what it says goes to that file."""
        with open(log, "wb") as file:
            return subprocess.Popen(self.command(script), stdout=file,
                                    stdin=subprocess.DEVNULL,
                                    stderr=subprocess.STDOUT)

    def write(self, path, text, mode=0o644):
        with open(self.root + path, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(self.root + path, mode)

    def read(self, path):
        with open(self.root + path, encoding="utf-8") as file:
            return file.read()

    def in_network(self, function, *arguments):
        """Calls a function with its network: a child goes there."""
        child = self._fork(function, arguments)
        assert os.waitpid(child, 0)[1] == 0, "see above"

    def stays_in_network(self, function, *arguments):
        """The same with a function that goes on until all is closed."""
        self.children.append(self._fork(function, arguments))

    def _fork(self, function, arguments):
        child = os.fork()
        if child == 0:
            status = 1
            try:
                self._join_network()
                function(*arguments)
                status = 0
            except Exception as error:
                print("# %r" % error, flush=True)
            finally:
                os._exit(status)
        return child

    def _join_network(self):
        with open("/proc/%d/ns/net" % self.first, "rb") as file:
            if ctypes.CDLL(None).setns(file.fileno(), CLONE_NEWNET) != 0:
                raise OSError("setns")


# -- with systemd ----------------------------------------------------------

BOOT_UNIT = """[Service]
Type=oneshot
ExecStart=-/bin/sh -x /root/booted
ExecStart=systemctl poweroff -f
StandardOutput=append:/root/said
StandardError=inherit
"""
MASKED = ("exim4", "dovecot", "slapd", "apache2", "freshclam",
          "clamav-freshclam", "cron", "systemd-networkd", "systemd-resolved")


def boot(root, copy, script, services=()):
    """Boots systemd in a copy of a tree, with these of the services that are in
    MASKED; returns what a script said there."""
    subprocess.run(["rm", "-rf", copy], check=True)
    subprocess.run(["cp", "-a", "--reflink=auto", root, copy], check=True)
    units = copy + "/etc/systemd/system"
    os.makedirs(units + "/multi-user.target.wants", exist_ok=True)
    for path, text in ((units + "/booted.service", BOOT_UNIT),
                       (copy + "/root/booted", script)):
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
    os.symlink("../booted.service",
               units + "/multi-user.target.wants/booted.service")
    for name in set(MASKED) - set(services):
        path = "%s/%s.service" % (units, name)
        if os.path.lexists(path):
            os.unlink(path)
        os.symlink("/dev/null", path)
    try:
        subprocess.run(["systemd-nspawn", "-q", "-D", copy, "--register=no",
                        "--keep-unit", "--private-network", "-b"],
                       check=False, timeout=180, stdin=subprocess.DEVNULL,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        with open(copy + "/root/said", encoding="utf-8") as file:
            return file.read()
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Missing("no systemd boots here: %s" % error) from error
