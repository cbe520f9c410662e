"""How many processes of sekishod there are, and what each has."""
import time

from running import open_files

KINDS = ("master", "generation", "clerk", "inspector")
LOOKS = 10
GROWTH_KB = 1024    # for what allocators keep


def own_kb(pid):
    """What a process has that is no file's and not all clerks' (known mails
    fill a table of theirs), 0 when it has ended."""
    try:
        with open("/proc/%d/status" % pid, encoding="ascii") as file:
            return sum(int(line.split()[1]) for line in file
                       if line.startswith("RssAnon:"))
    except OSError:
        return 0


def count(pids):
    """Number of some processes, most memory and most descriptors."""
    memory = [size for size in map(own_kb, pids) if size > 0]
    return (len(memory), max(memory),
            max(len(list(open_files(pid))) for pid in pids))


class Census:
    """How many there are, and what each has when it does nothing: the least of
    some looks, for who is at work has a mail in its memory. Not all clerks
    have the same work, so it is the largest of each kind that counts."""

    def __init__(self, killer):
        self.figures = {kind: self.look(killer, kind) for kind in KINDS}

    @staticmethod
    def look(killer, kind):
        looks = []
        for _ in range(LOOKS):
            looks.append(count(killer.candidates(kind)))
            time.sleep(0.2)
        return tuple(min(column) for column in zip(*looks))

    def growth(self, before, allowed=GROWTH_KB):
        """Prints both; yields complaints."""
        for kind, (number, memory, files) in self.figures.items():
            was = before.figures[kind]
            print("# %-10s %2d -> %2d, own memory %6d -> %6d KB, "
                  "descriptors %2d -> %2d" % (kind, was[0], number, was[1],
                                              memory, was[2], files))
            if memory > was[1] + allowed:
                yield "%s: %d KB more" % (kind, memory - was[1])
            if files > was[2] + 2:
                yield "%s: %d descriptors more" % (kind, files - was[2])
