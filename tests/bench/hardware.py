"""Where the figures come from: the machine, its programs and its load."""
import datetime
import os
import platform
import re
import subprocess

PACKAGES = ("exim4-daemon-heavy", "clamav-daemon", "libclamav11",
            "libclamav12", "libgmime-3.0-0", "slapd", "rspamd",
            "amavisd-new", "dovecot-core")


def filesystem(path):
    """Type of the file system that path is on."""
    best = ("", "?")
    with open("/proc/self/mounts", encoding="utf-8") as file:
        for line in file:
            _, where, kind = line.split()[:3]
            if os.path.commonpath((where, path)) == where:
                best = max(best, (where, kind))
    return best[1]


def cpu_name():
    with open("/proc/cpuinfo", encoding="ascii", errors="replace") as file:
        match = re.search(r"model name\s*: (.*)", file.read())
    return match[1] if match else platform.machine()


def output(command, directory="/"):
    return subprocess.run(command, check=False, text=True, cwd=directory,
                          stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL).stdout.strip()


def machine(top):
    """Lines of text."""
    with open("/proc/meminfo", encoding="ascii") as file:
        memory = int(re.search(r"MemTotal:\s*(\d+)", file.read())[1])
    versions = output(["dpkg-query", "-W", "-f",
                       "${db:Status-Status} ${Package} ${Version}\n",
                       *PACKAGES])
    with open("/proc/loadavg", encoding="ascii") as file:
        load = file.read().split()[0]
    return [
        "%s, commit %s" % (datetime.date.today(), output(
            ["git", "describe", "--always", "--dirty"], top) or "unknown"),
        "%d × %s, %.0f GB, Linux %s; load %s at the end" % (
            os.cpu_count(), cpu_name(), memory / 2**20, platform.release(),
            load),
        ", ".join(line.split(" ", 1)[1] for line in versions.splitlines()
                  if line.startswith("installed ")),
    ]
