"""The benchmark's own arithmetic: a report of invented figures (no daemon)."""
import os
import sys
from xml.dom import minidom

from running import TOP

sys.path.append(os.path.join(TOP, "tests", "bench"))
from figures import Matrix                  # noqa: E402
from fit import exponent, growth_text       # noqa: E402
from goals import goals                     # noqa: E402
from plot import bars, curves               # noqa: E402
from report import rate_bars, report        # noqa: E402
from systems import SYSTEMS                 # noqa: E402

# Mails a second of each system, in its order.
RATES = (100, 91, 50, 30, 31, 9)


def cells():
    for medium, signatures in (("disk", "few"), ("tmpfs", "250,000")):
        for shape in ("1x1", "8x1", "48x10"):
            for key, rate in zip(SYSTEMS, RATES):
                yield {"medium": medium, "signatures": signatures,
                       "mail": "4 KB text", "shape": shape, "system": key,
                       "samples": 3 * [{"rate": rate, "cpu_ms": 100 / rate,
                                        "ms": [1, 2, 9]}]}


def invented():
    return {
        "plan": "short", "begin": 0, "end": 60, "media": {"disk": "ext4"},
        "cells": list(cells()), "machine": ["a machine"],
        "floor": [{"signatures": name, "mail": "4 KB text", "cpu_ms": 0.3,
                   "engine_mb": 50} for name in ("few", "250,000")],
        "again": [{"mail": "1 MB zip", "system": key, "again": again,
                   "ms": [ms]} for key, again, ms in (
                       ("plain", False, 10), ("sekisho", False, 40),
                       ("sekisho", True, 15))],
        "busy": {"rate": 70, "capacity": 100, "ms": {
            "plain": [[1, 2, 3]], "sekisho": [[2, 4, 30]]}},
        "smtp_mb": {"plain": 0.2, "sekisho": 0.7},
        "sekishod": [["master", 1, 1, 1, 1]],
        "daemons": [{"system": "plain", "signatures": "few",
                     "mb": {"exim": 3}}],
        "inspectors": [[2, 79], [4, 111]]}


GROWTH = {"plan": "long", "axes": [
    {"name": "accounts, 1 recipient", "cost": "ms",
     "points": [[1000, 0.1], [1000000, 0.11]]},
    {"name": "squares", "cost": "ms",
     "points": [[1, 1], [10, 100], [100, 10000]]}]}


def test_goals():
    """bench: each goal is met, missed or not measured as the figures say"""
    run = invented()
    met = {goal.what: goal.met for goal in
           goals(run, GROWTH, Matrix(run["cells"]))}
    assert [found for what, found in met.items() if "plain Exim" in what] == \
        [True, True]
    for words, wanted in (
            ("Exim + clamd, the worst of all mails and shapes, disk", True),
            ("4 KB text, 48x10", True), ("clamd + rspamd", True),
            ("amavisd", True), ("again", True), ("70 %", False),
            ("2 inspectors", True), ("4 inspectors", False),
            ("SMTP process", False), ("1,000,000 accounts", True)):
        found = [value for what, value in met.items() if words in what]
        assert wanted in found, (words, met)
    run["cells"] = [cell for cell in run["cells"] if cell["system"] != "clamd"]
    assert None in [goal.met for goal in goals(run, {}, Matrix(run["cells"]))]


def test_report():
    """bench: the report has all sections, and names what is not linear"""
    text = report(invented(), GROWTH, growth_text(GROWTH))
    for part in ("## Goals", "## Growth", "| 20 | plain text |", "0.91",
                 "2.00 **worse than linear**", "≥ 11.11"):
        assert part in text, part
    assert "{" not in text
    assert growth_text({}) == ""
    few = {name: value for name, value in invented().items()
           if name not in ("busy", "again", "sekishod", "smtp_mb",
                           "inspectors")}
    few["failures"] = ["tmpfs, few signatures: no room"]
    assert "**not measured:** tmpfs" in report(few, {}, "")


def test_exponent():
    """bench: exponents of powers are found"""
    assert abs(exponent([(n, 3 * n ** 1.5) for n in (1, 10, 300)]) - 1.5) < 1e-9
    assert abs(exponent([(1, 7), (1000, 7)])) < 1e-9


def test_pictures():
    """bench: the pictures are well-formed, whatever the names"""
    minidom.parseString(bars("a < b & c", rate_bars(Matrix(cells())), 1))
    minidom.parseString(curves("growth", "ms", [
        (axis["name"], axis["points"]) for axis in GROWTH["axes"]]))
