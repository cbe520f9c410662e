"""Two questions beside the matrix: the same mail again, and how long a mail
takes on a machine that is busy, but not too busy."""
import statistics

from kinds import KINDS
from plans import SHAPES

AGAIN = ("4 KB text", "100 KB HTML", "1 MB zip")
BUSY = 0.7
BUSY_SECONDS = 8


def again(systems, files, rounds):
    """(kind, system) -> medians in ms, one for each round: of mails that are
    all new, and of mails whose body is the one before."""
    found = {}
    for number in range(rounds):
        for kind in AGAIN:
            # The first with a body is new: only later ones count.
            count = max(5, SHAPES["1x1"][2] * KINDS[kind][1] // 200)
            turn = systems if number % 2 else systems[::-1]
            for system in turn:
                for options in ((), ("-b",)):
                    sample = system.load((1, 1), count + 1, files[kind],
                                         options)
                    found.setdefault((kind, system.key, bool(options)),
                                     []).append(statistics.median(
                                         sample.latencies[1:]))
    return [{"mail": kind, "system": key, "again": same, "ms": values}
            for (kind, key, same), values in found.items()]


def busy(systems, capacity, files, rounds):
    """Latencies in ms of each system when mails come by chance, 70 % of what
    Sekisho can take; each round the same arrivals for all."""
    rate = BUSY * capacity
    found = {system.key: [] for system in systems}
    for number in range(rounds):
        turn = systems if number % 2 else systems[::-1]
        for system in turn:
            sample = system.load((200, 1), int(rate * BUSY_SECONDS), files,
                                 ("-r", "%.3f" % rate))
            found[system.key].append(sample.values()["ms"])
    return {"rate": rate, "capacity": capacity, "ms": found}
