"""How a cost grows: the exponent of a power law, by least squares."""
import math

from figures import table


def exponent(points):
    """The slope of log(cost) over log(n)."""
    xs = [math.log(n) for n, _ in points]
    ys = [math.log(max(cost, 1e-9)) for _, cost in points]
    x, y = sum(xs) / len(xs), sum(ys) / len(ys)
    return sum((a - x) * (b - y) for a, b in zip(xs, ys)) / \
        sum((a - x) ** 2 for a in xs)


def last_exponent(points):
    """That between the last two points: what large sites will see."""
    return exponent(points[-2:])


def growth_table(axes):
    rows = []
    for axis in axes:
        points = axis["points"]
        last = last_exponent(points)
        rows.append([axis["name"], axis["cost"], "; ".join(
            "%s: %.3g" % (format(n, ","), cost) for n, cost in points),
            "%.2f" % exponent(points), "%.2f%s" % (
                last, " **worse than linear**" if last > 1.1 else "")])
    return table(["axis", "what, unit", "n: cost", "exponent",
                  "of the last step"], rows)


def growth_text(growth):
    """A section of the report; nothing when nothing was measured."""
    if not growth.get("axes"):
        return ""
    return """
## Growth

`make bench-growth` (%s): what one message costs against what grows; the
exponent is that of a power of n, fitted to the logarithms: 0 does not grow, 1
is linear. That of the last step is the one that large sites will see.

![CPU of a message](pictures/benchmarks-growth.svg)
![what is stored](pictures/benchmarks-stored.svg)

%s
""" % (growth["plan"], growth_table(growth["axes"]))
