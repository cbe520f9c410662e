"""What sekishod spends on one message, and how long its client waits."""
import smtplib
import statistics
import time

from systems import System, wait_until

INSPECTORS = 2  # of the stack


def on_cpu_ms(pids):
    """What these processes have used, from the scheduler: nanoseconds."""
    total = 0
    for pid in pids:
        with open("/proc/%d/schedstat" % pid, encoding="ascii") as file:
            total += int(file.read().split()[0])
    return total / 1e6


class Checkpoint(System):
    """Exim with Sekisho, asked one message at a time."""

    def __init__(self, directory, port_base, **settings):
        super().__init__("sekisho", directory, port_base, **settings)

    def processes(self):
        """All of sekishod, when none is about to begin or end."""
        pids = self.stack.sekishod_pids()
        time.sleep(0.5)
        return pids if pids == self.stack.sekishod_pids() and len(
            self.stack.inspectors()) == INSPECTORS else None

    def costs(self, make, recipients, repeats):
        """Medians in ms: the CPU of all of sekishod for one message, and the
        time from DATA to the answer. make(number) is the mail."""
        pids = wait_until(self.processes, "the old generation to end")
        cpu, waits = [], []
        with smtplib.SMTP("127.0.0.1", self.stack.port("SMTP"),
                          timeout=600) as smtp:
            smtp.ehlo("client.partner.test")
            for number in range(repeats + 1):
                smtp.mail("sender@partner.test")
                for recipient in recipients:
                    smtp.rcpt(recipient)
                before, begin = on_cpu_ms(pids), time.monotonic()
                code, text = smtp.data(make(number))
                waits.append((time.monotonic() - begin) * 1000)
                cpu.append(on_cpu_ms(pids) - before)
                assert code == 250, text
        self.empty_spool()
        # The first one warms up.
        return statistics.median(cpu[1:]), statistics.median(waits[1:])


class Axis:
    """The cost against one size."""

    def __init__(self, name, cost):
        self.name, self.cost, self.points = name, cost, []

    def add(self, size, cost):
        self.points.append((size, cost))

    def values(self):
        """For JSON."""
        return {"name": self.name, "cost": self.cost, "points": self.points}
