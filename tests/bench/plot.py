"""Charts as SVG: bars for ratios, lines on two logarithmic axes for growth."""
import math
from xml.sax.saxutils import escape

COLOURS = ("#4477aa", "#ee6677", "#228833", "#ccbb44", "#66ccee", "#aa3377",
           "#222222", "#ee7733")
FONT = 'font-family="sans-serif" font-size="12" fill="#222"'


def text(x, y, words, anchor="start"):
    return '<text x="%.0f" y="%.0f" text-anchor="%s" %s>%s</text>' % (
        x, y, anchor, FONT, escape(words))


def line(x1, y1, x2, y2, colour="#bbb", width=1):
    return ('<line x1="%.1f" y1="%.1f" x2="%.1f" y2="%.1f" stroke="%s" '
            'stroke-width="%g"/>' % (x1, y1, x2, y2, colour, width))


def svg(width, height, parts):
    return ('<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" '
            'viewBox="0 0 %d %d">\n<rect width="100%%" height="100%%" '
            'fill="#fff"/>\n%s\n</svg>\n' % (width, height, width, height,
                                             "\n".join(parts)))


def bars(title, rows, mark=None):
    """rows: (label, value); mark: where a line stands."""
    left, width, step = 330, 720, 22
    top = max([value for _, value in rows] + [mark or 0]) * 1.05

    def across(value):
        return left + (width - left - 60) * value / top

    height = 44 + step * len(rows)
    parts = [text(10, 20, title)]
    for number, (label, value) in enumerate(rows):
        y = 36 + step * number
        parts += [text(left - 8, y + 13, label, "end"),
                  '<rect x="%d" y="%d" width="%.1f" height="%d" fill="%s"/>'
                  % (left, y, across(value) - left, step - 5,
                     COLOURS[0]),
                  text(across(value) + 5, y + 13, "%.3g" % value)]
    if mark is not None:
        parts.append(line(across(mark), 30, across(mark), height - 6,
                          COLOURS[1], 1.5))
    return svg(width, height, parts)


def decades(values):
    """The powers of ten around them."""
    return range(math.floor(math.log10(min(values))),
                 math.ceil(math.log10(max(values) * 1.0001)) + 1)


def curves(title, unit, series):
    """series: (label, [(x, y), ...]), all of them above zero."""
    left, top, width, height, legend = 70, 36, 480, 330, 240
    points = [point for _, values in series for point in values]
    xs, ys = decades([x for x, _ in points]), decades([y for _, y in points])

    def place(x, y):
        return (left + width * (math.log10(x) - xs[0]) / (xs[-1] - xs[0]),
                top + height - height * (math.log10(y) - ys[0]) /
                (ys[-1] - ys[0]))

    parts = [text(10, 20, title), text(left - 60, top - 4, unit)]
    for power in xs:
        x, y = place(10.0 ** power, 10.0 ** ys[0])
        parts += [line(x, top, x, y), text(x, y + 16, "%g" % 10.0 ** power,
                                           "middle")]
    for power in ys:
        x, y = place(10.0 ** xs[0], 10.0 ** power)
        parts += [line(x, y, left + width, y),
                  text(x - 6, y + 4, "%g" % 10.0 ** power, "end")]
    for number, (label, values) in enumerate(series):
        colour = COLOURS[number % len(COLOURS)]
        parts.append('<polyline fill="none" stroke="%s" stroke-width="2" '
                     'points="%s"/>' % (colour, " ".join(
                         "%.1f,%.1f" % place(*point) for point in values)))
        y = top + 14 + 20 * number
        parts += [line(left + width + 14, y - 4, left + width + 34, y - 4,
                       colour, 2), text(left + width + 40, y, label)]
    return svg(left + width + legend, top + height + 30, parts)
