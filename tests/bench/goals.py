"""What is wanted, as ratios within one run, and whether it was met."""
import statistics

from figures import quantile, spread, table

INSPECTOR_MB = 15
TEXT = "4 KB text"


class Goal:
    """One line of the table: value is text, met a truth or None."""

    def __init__(self, what, wanted, value, met):
        self.what, self.wanted, self.value, self.met = (
            what, wanted, value, met)

    def row(self):
        return [self.what, self.wanted, self.value,
                "not measured" if self.met is None else
                "met" if self.met else "**missed**"]


def least(matrix, one, other, groups, what, wanted):
    """The smallest median of these groups must reach what is wanted."""
    found = [(matrix.ratio(group, one, other), group) for group in groups
             if matrix.ratio(group, one, other) is not None]
    if not found:
        return Goal(what, "≥ %.2f" % wanted, "", None)
    ratio, group = min(found)
    return Goal(what, "≥ %.2f" % wanted, "%s (%s)" % (spread(
        matrix.ratios(group, one, other), 2), ", ".join(group)),
        ratio >= wanted)


def groups_of(matrix, medium=None, signatures=None, mail=None, shapes=None):
    return [group for group in matrix.groups
            if medium in (None, group[0]) and
            signatures in (None, group[1]) and mail in (None, group[2]) and
            (shapes is None or group[3] in shapes)]


def rate_goals(matrix):
    """Against the others: the worst cell counts."""
    for shape in ("1x1", "8x1"):
        yield least(matrix, "sekisho", "plain", groups_of(
            matrix, "disk", "few", TEXT, (shape,)),
            "rate to plain Exim, 4 KB text, few signatures, disk, " + shape,
            0.90)
    for medium in ("disk", "tmpfs"):
        yield least(matrix, "sekisho", "clamd", groups_of(matrix, medium),
                    "rate to Exim + clamd, the worst of all mails and shapes, "
                    + medium, 1.0)
    yield least(matrix, "sekisho", "clamd", groups_of(
        matrix, None, None, TEXT, ("48x10",)),
        "rate to Exim + clamd, 4 KB text, 48x10", 1.5)
    yield least(matrix, "sekisho-rspamd", "rspamd", groups_of(matrix),
                "rate with rspamd to Exim + clamd + rspamd, the worst", 1.0)
    yield least(matrix, "sekisho", "amavis", groups_of(matrix),
                "rate to Exim + amavisd-new + clamd, the worst", 10)


def cpu_goal(run, matrix):
    """Our CPU for a mail: what Sekisho adds to plain Exim."""
    what = "CPU ms that Sekisho adds, 4 KB text, 48x10, few signatures"
    groups = [group for group in groups_of(matrix, None, "few", TEXT,
                                           ("48x10",))]
    floor = [row["cpu_ms"] for row in run["floor"]
             if (row["signatures"], row["mail"]) == ("few", TEXT)]
    if not groups or not floor:
        return Goal(what, "≤ 1.25 × libclamav + 0.3", "", None)
    group = groups[0]
    systems = matrix.groups[group]
    added = [ours["cpu_ms"] - plain["cpu_ms"] for ours, plain in
             zip(systems["sekisho"], systems["plain"])]
    limit = 1.25 * statistics.median(floor) + 0.3
    return Goal(what, "≤ %.2f (1.25 × libclamav's %.2f + 0.3)" % (
        limit, statistics.median(floor)), "%s (%s)" % (
            spread(added, 2), group[0]), statistics.median(added) <= limit)


def again_times(run):
    """Kind of mail -> (plain, ours new, ours again), medians in ms."""
    found = {}
    for row in run.get("again", ()):
        key = {("plain", False): 0, ("sekisho", False): 1,
               ("sekisho", True): 2}.get((row["system"], row["again"]))
        if key is not None:
            found.setdefault(row["mail"], [0, 0, 0])[key] = \
                statistics.median(row["ms"])
    return found


def again_share(plain, new, same):
    """How much faster our part is the second time."""
    return (new - plain) / max(same - plain, 0.01)


def again_goal(run):
    what = "the same mail again: our part of the time, new by again, the worst"
    found = [(again_share(*times), mail)
             for mail, times in again_times(run).items()]
    if not found:
        return Goal(what, "≥ 3.00", "", None)
    ratio, mail = min(found)
    return Goal(what, "≥ 3.00", "%.2f (%s)" % (ratio, mail), ratio >= 3)


def busy_goal(run):
    """The p99 that we add, by our p50."""
    what = "70 % load, 4 KB text: p99 that Sekisho adds, by its p50"
    if "busy" not in run:
        return Goal(what, "≤ 5", "", None)
    ms = run["busy"]["ms"]
    added = [(quantile(ours, 0.99) - quantile(plain, 0.99)) /
             quantile(ours, 0.50)
             for ours, plain in zip(ms["sekisho"], ms["plain"])]
    return Goal(what, "≤ 5", spread(added, 2), statistics.median(added) <= 5)


def memory_goals(run):
    """More inspectors, and the module in Exim's processes."""
    engine = max((row["engine_mb"] for row in run["floor"]
                  if row["signatures"] != "few"), default=0)
    for number, mb in run.get("inspectors", ()):
        yield Goal("memory of %d inspectors, 250,000 signatures" % number,
                   "≤ %.0f MB (engine %.0f + %d × %d)" % (
                       engine + number * INSPECTOR_MB, engine, number,
                       INSPECTOR_MB), "%.0f MB" % mb,
                   mb <= engine + number * INSPECTOR_MB)
    if "smtp_mb" in run:
        more = (run["smtp_mb"]["sekisho"] - run["smtp_mb"]["plain"]) * 1024
        yield Goal("memory that the module adds to an SMTP process",
                   "≤ 300 KB", "%.0f KB" % more, more <= 300)


def growth_goal(growth):
    what = "1,000,000 accounts to 1,000, a message's search, 1 recipient"
    for axis in growth.get("axes", ()):
        if axis["name"] == "accounts, 1 recipient":
            points = {n: cost for n, cost in axis["points"]}
            top = max(points)
            ratio = points[top] / points[min(points)]
            return Goal(what, "≤ 1.20", "%.2f (%s accounts)" % (
                ratio, format(top, ",")),
                None if top < 1000000 else ratio <= 1.2)
    return Goal(what, "≤ 1.20", "", None)


def goals(run, growth, matrix):
    return [*rate_goals(matrix), cpu_goal(run, matrix), again_goal(run),
            busy_goal(run), *memory_goals(run), growth_goal(growth)]


def goal_table(run, growth, matrix):
    return table(["figure", "goal", "measured", ""],
                 [goal.row() for goal in goals(run, growth, matrix)])
