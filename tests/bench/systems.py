"""The systems that are compared: each a whole stack of its own."""
import json
import os
import re
import shutil
import subprocess
import sys
import time

TOP = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
sys.path[:0] = [os.path.join(TOP, "tests", "it"),
                os.path.join(TOP, "tests", "stack")]

from process import session_members, stat_fields  # noqa: E402
from running import Stack, wait_until  # noqa: E402

LOAD = os.path.join(TOP, "build", "tests", "bench", "smtpload")
TICKS = os.sysconf("SC_CLK_TCK")

# Key: name in the report, STACK_MODULE, STACK_RSPAMD.
SYSTEMS = {
    "plain": ("plain Exim", "0", "0"),
    "sekisho": ("Exim + Sekisho", "1", "0"),
    "clamd": ("Exim + clamd (`malware=`)", "malware", "0"),
    "rspamd": ("Exim + clamd + rspamd (`spam=`)", "malware", "1"),
    "sekisho-rspamd": ("Exim + Sekisho + rspamd", "1", "1"),
    "amavis": ("Exim + amavisd-new + clamd", "amavis", "0"),
}


class BenchError(Exception):
    """Why there are no figures."""


class Sample:
    """One measurement; latencies in ms."""

    def __init__(self, count, seconds, cpu, latencies):
        self.rate = count / seconds
        self.cpu_ms = cpu * 1000 / count
        self.latencies = latencies

    def values(self):
        """For JSON."""
        return {"rate": round(self.rate, 3), "cpu_ms": round(self.cpu_ms, 4),
                "ms": [round(ms, 2) for ms in self.latencies]}


class System:
    """One stack that takes mail and delivers none."""

    rounds = sys.maxsize    # in how many it takes part

    def __init__(self, key, directory, port_base, **settings):
        self.name, module, rspamd = SYSTEMS[key]
        self.key = key
        self.folder = os.path.join(directory, key)
        self.stack = Stack(self.folder, port_base, STACK_MODULE=module,
                           STACK_RSPAMD=rspamd, STACK_REPUTATION="0",
                           STACK_QUEUE_ONLY=self.queue_only, **settings)

    queue_only = "1"

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
        shutil.rmtree(os.path.realpath(self.folder), ignore_errors=True)

    @property
    def directory(self):
        return self.stack.env["STACK_DIR"]

    @property
    def signatures(self):
        return self.stack.env["SIGNATURES"]

    # -- processes ---------------------------------------------------------

    def leader(self, daemon):
        path = os.path.join(self.directory, "run", daemon + ".pid")
        with open(path, encoding="ascii") as file:
            return int(file.read())

    def daemons(self):
        """The names of its daemons."""
        return sorted(name[:-len(".pid")] for name in os.listdir(
            os.path.join(self.directory, "run")) if name.endswith(".pid"))

    def cpu_seconds(self):
        """What its processes used, with their children that have ended."""
        total = 0
        for daemon in self.daemons():
            for pid in session_members(self.leader(daemon)):
                fields = stat_fields(pid)
                if fields is not None:
                    total += sum(int(number) for number in fields[11:15])
        return total / TICKS

    # -- load --------------------------------------------------------------

    def count(self, shape, wanted):
        """How many mails a measurement takes: whole shapes."""
        return max(shape[0], wanted)

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

    def send(self, shape, count, letter_files, options=()):
        """Runs smtpload; seconds and latencies in ms."""
        result = subprocess.run(
            [LOAD, *options, str(self.stack.port("SMTP")), *map(str, shape),
             str(count), *letter_files], check=False, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        if result.returncode != 0:
            raise BenchError("%s: %s" % (self.name, result.stderr.strip()))
        said = json.loads(result.stdout)
        return said["seconds"], [us / 1000 for us in said["latency_us"]]

    def load(self, shape, count, letter_files, options=()):
        """Sends count mails; a Sample."""
        cpu = self.cpu_seconds()
        seconds, latencies = self.send(shape, count, letter_files, options)
        self.settle()
        cpu = self.cpu_seconds() - cpu
        self.empty_spool()
        return Sample(count, seconds, cpu, latencies)


class ContentFilter(System):
    """Exim that sends all to amavisd and gets it back: a mail is done when its
    second Exim has it. Until then the first one's queue holds it, so no client
    waits; the rate is that of mails that are through, and a latency is the time
    from the first byte until amavisd's 250, which comes after the second
    Exim's. Exim's deliveries are no children that it waits for: their CPU is
    not in the figures."""

    rounds = 2
    queue_only = "0"

    def count(self, shape, wanted):
        """It takes ten times as long: a part of the mails, but whole
        connections."""
        return max(shape[0] * shape[1], wanted // 4)

    def settle(self):
        """amavisd keeps its connections to Exim."""

    def send(self, shape, count, letter_files, options=()):
        with open(self.stack.env["EXIM_LOG"], "ab+") as log:
            begin = time.monotonic()
            super().send(shape, count, letter_files, options)
            through, rest = [], b""
            while len(through) < count:
                if time.monotonic() - begin > 900:
                    raise BenchError("amavisd: %d of %d mails are back" %
                                     (len(through), count))
                time.sleep(0.005)
                rest += log.read()
                lines, _, rest = rest.rpartition(b"\n")
                through += re.findall(rb" => .* T=amavis .*QT=(\S+)", lines)
            seconds = time.monotonic() - begin
        return seconds, [1000 * exim_seconds(text) for text in through]


def exim_seconds(text):
    """Of Exim's notation, 1m2.345s."""
    units = {b"d": 86400, b"h": 3600, b"m": 60, b"s": 1}
    return sum(float(number) * units[unit] for number, unit in
               re.findall(rb"([0-9.]+)([dhms])", text))


def systems(directory, port_base, keys=tuple(SYSTEMS), **settings):
    """One of each, a hundred ports apart."""
    return [(ContentFilter if key == "amavis" else System)(
        key, directory, port_base + 100 * number, **settings)
        for number, key in enumerate(keys)]
