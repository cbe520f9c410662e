"""The systems that are compared: each a whole stack of its own, and what the
kernel says about its processes."""
import json
import os
import shutil
import smtplib
import subprocess
import sys

TOP = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
sys.path[:0] = [os.path.join(TOP, "tests", "it"),
                os.path.join(TOP, "tests", "stack")]

from process import session_members, stat_fields  # noqa: E402
from running import Stack, wait_until  # noqa: E402

SCANLOOP = os.path.join(TOP, "build", "tests", "bench", "scanloop")
LOAD = os.path.join(TOP, "build", "tests", "bench", "smtpload")
TICKS = os.sysconf("SC_CLK_TCK")

# Name in the report, key, STACK_MODULE; the first is what ratios refer to.
SYSTEMS = {
    "plain": ("plain Exim", "0"),
    "sekisho": ("Exim + Sekisho", "1"),
    "clamd": ("Exim + clamd (`malware=`)", "malware"),
}


class BenchError(Exception):
    """Why there are no figures."""


class System:
    """One stack that takes mail and delivers none."""

    def __init__(self, key, directory, port_base):
        self.name, module = SYSTEMS[key]
        self.key = key
        self.folder = os.path.join(directory, key)
        self.stack = Stack(self.folder, port_base,
                           STACK_MODULE=module, STACK_RSPAMD="0",
                           STACK_REPUTATION="0", STACK_QUEUE_ONLY="1")

    def up(self):
        """Starts it, with nothing of an earlier run."""
        self.stack.down()
        shutil.rmtree(os.path.realpath(self.folder), ignore_errors=True)
        try:
            self.stack.up()
        except subprocess.CalledProcessError as error:
            raise BenchError("the stack of %s does not start" %
                             self.name) from error

    def down(self):
        self.stack.down()

    @property
    def directory(self):
        return self.stack.env["STACK_DIR"]

    # -- processes ---------------------------------------------------------

    def leader(self, daemon):
        path = os.path.join(self.directory, "run", daemon + ".pid")
        with open(path, encoding="ascii") as file:
            return int(file.read())

    def processes(self):
        """All running processes of the stack."""
        found = []
        for name in os.listdir(os.path.join(self.directory, "run")):
            daemon, _, ending = name.rpartition(".")
            if ending == "pid":
                found += session_members(self.leader(daemon))
        return found

    def cpu_seconds(self):
        """What its processes used, with their children that have ended."""
        total = 0
        for pid in self.processes():
            fields = stat_fields(pid)
            if fields is not None:
                total += sum(int(number) for number in fields[11:15])
        return total / TICKS

    # -- load --------------------------------------------------------------

    def settle(self):
        """Waits for the last SMTP process: then all its time is known."""
        daemon = self.leader("exim")
        wait_until(lambda: session_members(daemon) == [daemon],
                   "an idle Exim", 60)

    def empty_spool(self):
        """Queued mail is no load, but a directory of 100,000 files is."""
        for name in ("input", "msglog"):
            folder = os.path.join(self.stack.env["EXIM_SPOOL"], name)
            for path in os.scandir(folder) if os.path.isdir(folder) else ():
                if path.is_dir():
                    shutil.rmtree(path.path)
                else:
                    os.unlink(path.path)

    def load(self, shape, count, letter_file):
        """Sends count mails. Seconds, CPU seconds and all latencies (ms)."""
        cpu = self.cpu_seconds()
        result = subprocess.run(
            [LOAD, str(self.stack.port("SMTP")), *map(str, shape), str(count),
             letter_file], check=False, text=True, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE)
        if result.returncode != 0:
            raise BenchError("%s: %s" % (self.name, result.stderr.strip()))
        said = json.loads(result.stdout)
        self.settle()
        cpu = self.cpu_seconds() - cpu
        self.empty_spool()
        return Sample(count, said["seconds"], cpu,
                      [us / 1000 for us in said["latency_us"]])


def scan_floor(system, count, letter_file):
    """CPU ms of a bare libclamav for that mail, with the same signatures."""
    result = subprocess.run(
        [SCANLOOP, system.stack.env["SIGNATURES"], str(count), letter_file],
        check=False, text=True, stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL, env=dict(os.environ, TMPDIR="/dev/shm"
                                            if os.path.isdir("/dev/shm")
                                            else "/tmp"))
    if result.returncode != 0:
        raise BenchError("scanloop does not scan %s" % letter_file)
    return json.loads(result.stdout)["cpu_ms"]


class Sample:
    """One measurement."""

    def __init__(self, count, seconds, cpu, latencies):
        self.rate = count / seconds
        self.cpu_ms = cpu * 1000 / count
        self.latencies = latencies


# -- memory ----------------------------------------------------------------

def rollup(pid):
    """/proc/PID/smaps_rollup in KB: Rss, Pss, Private_Dirty ..."""
    values = {}
    with open("/proc/%d/smaps_rollup" % pid, encoding="ascii") as file:
        for line in file:
            name, _, value = line.partition(":")
            if value.endswith(" kB\n"):
                values[name] = int(value.split()[0])
    return values


def private(pid):
    values = rollup(pid)
    return values["Private_Dirty"] + values["Private_Clean"]


def smtp_process_memory(system, letter, mails=10):
    """Private KB of the Exim process behind a connection that sent mails."""
    daemon = system.leader("exim")
    before = set(session_members(daemon))
    with smtplib.SMTP("127.0.0.1", system.stack.port("SMTP"),
                      timeout=120) as smtp:
        smtp.ehlo("client.partner.test")
        for _ in range(mails):
            smtp.sendmail("sender@partner.test", ["alice@example.test"],
                          letter)
        (child,) = set(session_members(daemon)) - before
        memory = private(child)
    system.empty_spool()
    return memory


def parent(pid):
    return int(stat_fields(pid)[1])


def command_line(pid):
    with open("/proc/%d/cmdline" % pid, "rb") as file:
        return file.read().decode().split("\0")


def sekishod_memory(system):
    """Rows of (what, how many, Rss KB of one, Pss KB of all)."""
    master = system.leader("sekishod")
    children = [pid for pid in session_members(master) if pid != master]
    loaders = [pid for pid in children if parent(pid) == master and
               "-g" in command_line(pid)]
    inspectors = [pid for pid in children if parent(pid) in loaders]
    clerks = [pid for pid in children
              if pid not in loaders and pid not in inspectors]
    rows = []
    for what, pids in (("master", [master]), ("clerk", clerks),
                       ("generation (loads the engine)", loaders),
                       ("inspector", inspectors)):
        memory = [rollup(pid) for pid in pids]
        rows.append((what, len(pids), max(m["Rss"] for m in memory),
                     sum(m["Pss"] for m in memory),
                     max(m["Private_Dirty"] for m in memory)))
    return rows
