"""Figures of many rounds as text: medians, spreads, tables in Markdown."""
import statistics


def quantile(values, share):
    values = sorted(values)
    return values[min(len(values) - 1, int(len(values) * share))]


def spread(values, digits):
    """Median and the quarters around it."""
    if len(values) == 1:
        return "%.*f" % (digits, values[0])
    low, middle, high = statistics.quantiles(values, n=4, method="inclusive")
    return "%.*f [%.*f-%.*f]" % (digits, middle, digits, low, digits, high)


def table(head, rows):
    lines = ["| " + " | ".join(head) + " |",
             "|" + "---|" * len(head)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows])


class Matrix:
    """The cells of a run: (medium, signatures, mail, shape) -> system ->
    samples."""

    def __init__(self, cells):
        self.groups = {}
        for cell in cells:
            group = self.groups.setdefault(tuple(
                cell[name] for name in ("medium", "signatures", "mail",
                                        "shape")), {})
            group[cell["system"]] = cell["samples"]

    def ratios(self, group, one, other, name="rate"):
        """One system's figures by the other's, round by round."""
        systems = self.groups.get(group, {})
        return [ours[name] / max(theirs[name], 1e-6) for ours, theirs in
                zip(systems.get(one, ()), systems.get(other, ()))]

    def ratio(self, group, one, other, name="rate"):
        values = self.ratios(group, one, other, name)
        return statistics.median(values) if values else None
