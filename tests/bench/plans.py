"""What is measured, and for how long at most."""
from typing import NamedTuple

from kinds import KINDS

# Connections at any time, mails on each, mails in one measurement.
SHAPES = {"1x1": (1, 1, 100), "8x1": (8, 1, 200), "48x10": (48, 10, 960)}
FEW, MANY = "few", "250,000"


class Visit(NamedTuple):
    """Some mails and shapes, in rounds, until the seconds are over. A round
    that was begun is finished, and at least one is."""
    medium: str
    signatures: str
    mails: tuple
    shapes: tuple
    rounds: int
    seconds: int


TEXT, LARGE = ("4 KB text",), tuple(KINDS)[1:]
PLANS = {
    "short": (
        Visit("disk", FEW, TEXT, tuple(SHAPES), 15, 150),
        Visit("disk", FEW, LARGE, ("8x1",), 3, 60),
        Visit("disk", MANY, TEXT + ("mix",), ("8x1",), 5, 60),
        Visit("tmpfs", FEW, TEXT, tuple(SHAPES), 15, 80),
    ),
    "long": tuple(
        Visit(medium, signatures, mails, tuple(SHAPES), 15, seconds)
        for medium in ("disk", "tmpfs") for signatures in (FEW, MANY)
        for mails, seconds in ((TEXT, 600), (LARGE, 1200))),
    # To see whether all of it works.
    "trial": (
        Visit("disk", FEW, TEXT, tuple(SHAPES), 1, 1),
        Visit("disk", FEW, LARGE, ("1x1",), 1, 1),
        Visit("disk", MANY, TEXT, ("8x1",), 1, 1),
        Visit("tmpfs", FEW, TEXT, ("8x1",), 1, 1),
    ),
}


def mails_in(kind, shape, files):
    """How many mails one measurement takes: all files equally often."""
    connections, _, count = SHAPES[shape]
    count = max(connections, count * KINDS[kind][1] // 100)
    return -(-count // files) * files
