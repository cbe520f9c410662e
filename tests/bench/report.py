"""The report: one run's figures as Markdown, ratios first."""
from figures import Matrix, quantile, spread, table
from goals import again_share, again_times, goal_table
from mix import __doc__ as MIX
from plans import SHAPES
from systems import SYSTEMS

OURS = {"plain": "sekisho", "clamd": "sekisho", "rspamd": "sekisho-rspamd",
        "amavis": "sekisho"}


def ratio_table(matrix, name, digits=2):
    """Each of the others against ours; with rspamd where it has one."""
    head = ["spool on", "signatures", "mail", "shape"] + [
        SYSTEMS[key][0] for key in OURS]
    rows = []
    for group in matrix.groups:
        row = list(group)
        for other, ours in OURS.items():
            values = matrix.ratios(group, ours, other, name)
            row.append(spread(values, digits) if values else "")
        rows.append(row)
    return table(head, rows)


def figure_table(matrix):
    rows = []
    for group, systems in matrix.groups.items():
        for key in SYSTEMS:
            samples = systems.get(key, ())
            latencies = [ms for sample in samples for ms in sample["ms"]]
            if not latencies:
                continue
            rows.append([*group, SYSTEMS[key][0],
                         spread([sample["rate"] for sample in samples], 1),
                         ("≥ " if key == "amavis" else "") + spread(
                             [sample["cpu_ms"] for sample in samples], 2),
                         "%.1f" % quantile(latencies, 0.50),
                         "%.1f" % quantile(latencies, 0.99)])
    return table(["spool on", "signatures", "mail", "shape", "system",
                  "mails/s", "CPU ms/mail", "p50 ms", "p99 ms"], rows)


def floor_table(run):
    found = {}
    for row in run["floor"]:
        found.setdefault((row["signatures"], row["mail"]),
                         []).append((row["cpu_ms"], row["engine_mb"]))
    return table(["signatures", "mail", "CPU ms/mail", "engine, MB"],
                 [[*key, spread([cpu for cpu, _ in values], 2),
                   "%.0f" % max(size for _, size in values)]
                  for key, values in found.items()])


def again_table(run):
    rows = [[mail, *("%.1f" % ms for ms in times), "%.2f" % (
        times[1] / times[2]), "%.2f" % again_share(*times)]
        for mail, times in again_times(run).items()]
    return table(["mail", "plain Exim, ms", "new, ms", "again, ms",
                  "new : again", "the same without plain Exim's part"], rows)


def busy_text(run):
    if "busy" not in run:
        return "Not measured."
    rows = []
    for key, rounds in run["busy"]["ms"].items():
        rows.append([SYSTEMS[key][0], *(spread(
            [quantile(ms, share) for ms in rounds], 1)
            for share in (0.5, 0.9, 0.99))])
    return """4 KB text comes by chance (Poisson), %.0f mails a second: 70 %% of
what Exim + Sekisho takes with 8 connections (%.0f a second). Both get the same
arrivals. A latency counts from the arrival.

%s""" % (run["busy"]["rate"], run["busy"]["capacity"],
         table(["system", "p50 ms", "p90 ms", "p99 ms"], rows))


def memory_table(run):
    daemons = {}
    for row in run["daemons"]:
        daemons.setdefault(row["system"], {})[row["signatures"]] = row["mb"]
    sets = list(dict.fromkeys(row["signatures"] for row in run["daemons"]))
    rows = []
    for key, by_set in daemons.items():
        rows.append([SYSTEMS[key][0], *("%.0f MB: %s" % (
            sum(by_set[name].values()), ", ".join(
                "%s %.0f" % item for item in by_set[name].items()))
            if name in by_set else "" for name in sets)])
    return table(["system"] + ["%s signatures" % name for name in sets], rows)


def process_table(run):
    return table(["sekishod's processes, few signatures", "number",
                  "RSS of one, MB", "PSS of all, MB", "private of one, MB"],
                 [[what, str(count), *("%.1f" % mb for mb in sizes)]
                  for what, count, *sizes in run.get("sekishod", ())])


def rate_bars(matrix):
    """(label, rate of ours : theirs) for the chart: the middle shape."""
    rows = []
    for group in matrix.groups:
        if group[3] != "8x1":
            continue
        for other, ours in OURS.items():
            if other == "amavis":
                continue    # would make the others too small to see
            ratio = matrix.ratio(group, ours, other)
            if ratio is not None:
                rows.append(("%s, %s, %s : %s" % (
                    group[2], group[0], group[1], other), ratio))
    return rows


def rounds_text(matrix):
    counts = [len(systems["sekisho"]) for systems in matrix.groups.values()]
    return "%d to %d" % (min(counts), max(counts))


TEXT = """# Benchmarks

Written by `tests/bench/write` from what `tests/bench/run {plan}` measured in
{minutes} minutes; `make bench` shows the figures of your machine.

{machine}

## Goals

{goals}

## How it is measured

In each round every system got the same mails, one system after the other in
changing order; there were {rounds} rounds, for amavisd at most two. A ratio is
taken within a round; what is shown is the median of the rounds and the
quarters around it. Shape CxM: C connections at any time, M mails on each
({shapes}). Exim queues and delivers nothing (`queue_only`); no mail is like
another one, so no cache helps but clamd's, which knows most members of the
zip. The shipped policy, a directory (asked once for each mail, for B1: who has
blocked the sender?), no DNS: SPF, DMARC and the block list are off. "few"
signatures are those of the tests; to 250,000 more nothing is similar. clamd,
rspamd (two workers) and amavisd-new (8 children, Debian's defaults, virus
checks on, no SpamAssassin) are Debian's. CPU is that of all processes of the
system, without the client.

amavisd is behind the queue: Exim accepts, sends to amavisd, and amavisd sends
to a second port of Exim. There the mail is where those of the other systems
are, so its rate is that of mails that got there, and its latency the time from
the first byte until then. Its clients have their answer sooner, and so all of
its mails are soon in the first queue, whatever the shape. The CPU of Exim's
delivery processes is not in its figures.

{mix}
## Rate of Exim + Sekisho compared with the others

Above 1: more mails a second than the other one. Against Exim + clamd + rspamd
it is Sekisho with rspamd.

![rates, 8 connections](pictures/benchmarks-rate.svg)

{rates}

## CPU per mail of Exim + Sekisho compared with the others

Below 1: less than the other one.

{cpu}

## The floor

What libclamav alone takes for a scan, in a loop in one process, with the same
signatures. Nobody who scans every mail with it can be faster.

{floor}

## The same mail again

One connection of one mail at a time; medians. "again": header fields of its
own, but the body of the one before, as a newsletter has it.

{again}

## 70 % load

{busy}

## Memory

PSS of the daemons that have to do with it, after the load.

{memory}

{processes}
{growth}
## Figures

Latency is from the first byte (of the connection, for its first mail) to the
answer to the mail, over all rounds.

{figures}
"""


def mix_text():
    """The distribution, as the module that makes it says it."""
    return "## The mix\n\n" + MIX.split("\n\n", 1)[1]


def report(run, growth, growth_text):
    matrix = Matrix(run["cells"])
    lines = run["machine"] + ["spools: " + ", ".join(
        "%s (%s)" % item for item in run["media"].items())] + [
            "**not measured:** " + text for text in run.get("failures", ())]
    return TEXT.format(
        plan=run["plan"], minutes=round((run["end"] - run["begin"]) / 60),
        machine="\n".join("- " + line for line in lines),
        goals=goal_table(run, growth, matrix), rounds=rounds_text(matrix),
        shapes=", ".join(SHAPES), mix=mix_text(),
        rates=ratio_table(matrix, "rate"), cpu=ratio_table(matrix, "cpu_ms"),
        floor=floor_table(run), again=again_table(run),
        busy=busy_text(run), memory=memory_table(run),
        processes=process_table(run), growth=growth_text,
        figures=figure_table(matrix))
