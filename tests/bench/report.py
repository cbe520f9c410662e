"""The report: figures of all rounds as Markdown, ratios first."""
import datetime
import os
import platform
import re
import statistics
import subprocess

from systems import SYSTEMS

# What is wanted: of which letters, at which shapes, against which system.
GOALS = (
    ("plain", ("4 KB text",), ("1x1", "8x1"), 0.80),
    ("clamd", None, None, 1.00),
    ("clamd", ("4 KB text",), ("48x10",), 1.50),
)
PACKAGES = ("exim4-daemon-heavy", "clamav-daemon", "libclamav11",
            "libclamav12", "libgmime-3.0-0", "slapd")


def quantile(values, share):
    values = sorted(values)
    return values[min(len(values) - 1, int(len(values) * share))]


def spread(values, digits):
    """Median and the quarters around it."""
    if len(values) == 1:
        return "%.*f" % (digits, values[0])
    low, middle, high = statistics.quantiles(values, n=4, method="inclusive")
    return "%.*f [%.*f-%.*f]" % (digits, middle, digits, low, digits, high)


def goal(other, letter, shape):
    """The highest goal that applies, or None."""
    found = [value for system, letters, shapes, value in GOALS
             if system == other and (letters is None or letter in letters) and
             (shapes is None or shape in shapes)]
    return max(found, default=None)


def table(head, rows):
    lines = ["| " + " | ".join(head) + " |",
             "|" + "---|" * len(head)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows])


def ratios(results, others, value):
    """Sekisho against the others, round by round."""
    rows = []
    for (medium, letter, shape), samples in results.items():
        row = [medium, letter, shape]
        for other in others:
            row.append(spread([value(ours) / value(theirs)
                               for ours, theirs in zip(samples["sekisho"],
                                                       samples[other])], 2))
        rows.append(row)
    return rows


def rate_table(results):
    others = [key for key in SYSTEMS if key != "sekisho"]
    head = ["spool on", "mail", "shape"]
    for other in others:
        head += ["rate : " + SYSTEMS[other][0], "goal"]
    rows = []
    for row in ratios(results, others, lambda sample: sample.rate):
        out = row[:3]
        for other, text in zip(others, row[3:]):
            wanted = goal(other, row[1], row[2])
            met = wanted is not None and float(text.split()[0]) >= wanted
            out += [text, "" if wanted is None else "%.2f %s" % (
                wanted, "met" if met else "**missed**")]
        rows.append(out)
    return table(head, rows)


def figure_table(results):
    rows = []
    for (medium, letter, shape), systems in results.items():
        for key, samples in systems.items():
            latencies = [ms for sample in samples for ms in sample.latencies]
            rows.append([medium, letter, shape, SYSTEMS[key][0],
                         spread([sample.rate for sample in samples], 0),
                         spread([sample.cpu_ms for sample in samples], 2),
                         "%.1f" % quantile(latencies, 0.50),
                         "%.1f" % quantile(latencies, 0.99)])
    return table(["spool on", "mail", "shape", "system", "mails/s",
                  "CPU ms/mail", "p50 ms", "p99 ms"], rows)


def memory_text(memory):
    module = memory["sekisho"] - memory["plain"]
    text = ("An Exim process that took ten mails has %d KB of its own; with "
            "the module %d KB: **%d KB more** (goal: below 300, %s).\n\n" % (
                memory["plain"], memory["sekisho"], module,
                "met" if module < 300 else "**missed**"))
    rows = [[what, str(count), "%.1f" % (rss / 1024), "%.1f" % (pss / 1024),
             "%.1f" % (dirty / 1024)]
            for what, count, rss, pss, dirty in memory["sekishod"]]
    return text + table(["sekishod's processes", "number", "RSS of one, MB",
                         "PSS of all, MB", "private of one, MB"], rows)


def cpu_name():
    with open("/proc/cpuinfo", encoding="ascii", errors="replace") as file:
        match = re.search(r"model name\s*: (.*)", file.read())
    return match[1] if match else platform.machine()


def machine_text(media):
    with open("/proc/meminfo", encoding="ascii") as file:
        memory = int(re.search(r"MemTotal:\s*(\d+)", file.read())[1])
    versions = subprocess.run(
        ["dpkg-query", "-W", "-f", "${db:Status-Status} ${Package} ${Version}"
         "\n", *PACKAGES], check=False, text=True, stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL).stdout
    installed = [line.split(" ", 1)[1] for line in versions.splitlines()
                 if line.startswith("installed ")]
    with open("/proc/loadavg", encoding="ascii") as file:
        load = file.read().split()[0]
    commit = subprocess.run(["git", "describe", "--always", "--dirty"],
                            check=False, text=True, stdout=subprocess.PIPE,
                            cwd=os.path.dirname(__file__)).stdout.strip()
    return "\n".join((
        "- %s, commit %s" % (datetime.date.today(), commit or "unknown"),
        "- %d × %s, %.0f GB, Linux %s; load %s at the end" % (
            os.cpu_count(), cpu_name(), memory / 2**20, platform.release(),
            load),
        "- " + ", ".join(installed),
        "- spools: " + ", ".join("%s (%s)" % item for item in media.items()),
    ))


def floor_text(floor):
    return table(["mail", "CPU ms/mail"],
                 [[letter, spread(values, 2)]
                  for letter, values in floor.items()])


def report(results, floor, memory, media, took):
    rounds = " and ".join(str(len(samples["plain"]))
                          for (_, letter, shape), samples in results.items()
                          if (letter, shape) == ("4 KB text", "1x1"))
    others = [key for key in SYSTEMS if key != "sekisho"]
    cpu = table(["spool on", "mail", "shape"] +
                [SYSTEMS[key][0] for key in others],
                ratios(results, others,
                       lambda sample: max(sample.cpu_ms, 0.001)))
    return """# Benchmarks

Written by `tests/bench/run`; `make bench` shows the figures of your machine.
In each of %s rounds (on each medium) every system got the same mails, one
system after the other in changing order. A ratio is taken within a round; what
is shown is the median of the rounds and the quarters around it. Shape CxM: C
connections at any time, M mails on each. Exim queues and delivers nothing
(`queue_only`); no mail is like another one, so no cache helps. The shipped
policy, a directory (asked only when a rule of class spam fires, which none
does here), a few test signatures, no DNS: SPF, DMARC and the block list are
off. CPU is that of all processes of the system, without the client. What the
time is spent on: `docs/performance.md`.

%s

## Rate of Exim + Sekisho compared with the others

%s

## CPU per mail of Exim + Sekisho compared with the others

%s

## The floor

What libclamav alone takes for a scan, in a loop in one process, with the same
signatures. Nobody who scans every mail with it can be faster.

%s

## Memory

%s

## Figures

Latency is from the first byte (of the connection, for its first mail) to the
answer to the mail, over all rounds.

%s

This took %d minutes.
""" % (rounds, machine_text(media), rate_table(results), cpu,
       floor_text(floor), memory_text(memory), figure_table(results),
       round(took / 60))
