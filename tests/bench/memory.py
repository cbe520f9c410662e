"""How much memory the processes of a system hold, as the kernel says."""
import os
import smtplib

from kinds import kind_files
from systems import System
from process import session_members, stat_fields    # systems says where it is

# Those that do the work; slapd, Dovecot and so on are in all stacks alike.
SCANNERS = ("exim", "clamd", "rspamd", "amavisd", "sekishod")


def rollup(pid):
    """/proc/PID/smaps_rollup in MB: Rss, Pss, Private_Dirty ..."""
    values = {}
    with open("/proc/%d/smaps_rollup" % pid, encoding="ascii") as file:
        for line in file:
            name, _, value = line.partition(":")
            if value.endswith(" kB\n"):
                values[name] = int(value.split()[0]) / 1024
    return values


def by_daemon(system):
    """Name of a daemon -> PSS of all its processes, MB."""
    return {daemon: round(sum(
        rollup(pid)["Pss"] for pid in
        session_members(system.leader(daemon))), 1)
        for daemon in system.daemons() if daemon in SCANNERS}


def smtp_process(system, letter, mails=10):
    """Private MB of the Exim process behind a connection that sent mails."""
    daemon = system.leader("exim")
    before = set(session_members(daemon))
    with smtplib.SMTP("127.0.0.1", system.stack.port("SMTP"),
                      timeout=120) as smtp:
        smtp.ehlo("client.partner.test")
        for _ in range(mails):
            smtp.sendmail("sender@partner.test", ["alice@example.test"],
                          letter)
        (child,) = set(session_members(daemon)) - before
        values = rollup(child)
    system.empty_spool()
    return values["Private_Dirty"] + values["Private_Clean"]


def parent(pid):
    return int(stat_fields(pid)[1])


def command_line(pid):
    with open("/proc/%d/cmdline" % pid, "rb") as file:
        return file.read().decode().split("\0")


def sekishod(system):
    """Rows of (what, how many, Rss of one, Pss of all, private of one)."""
    master = system.leader("sekishod")
    children = [pid for pid in session_members(master) if pid != master]
    loaders = [pid for pid in children if parent(pid) == master and
               "-g" in command_line(pid)]
    inspectors = [pid for pid in children if parent(pid) in loaders]
    clerks = [pid for pid in children
              if pid not in loaders and pid not in inspectors]
    rows = []
    for what, pids in (("master", [master]), ("clerk", clerks),
                       ("generation (loads the engine)", loaders),
                       ("inspector", inspectors)):
        memory = [rollup(pid) for pid in pids]
        rows.append((what, len(pids), max(m["Rss"] for m in memory),
                     sum(m["Pss"] for m in memory),
                     max(m["Private_Dirty"] for m in memory)))
    return rows


def inspectors(work, port_base, signatures, numbers=(1, 2, 4, 8)):
    """Number of inspectors -> PSS of generation and inspectors, MB, after each
    has scanned text and archives."""
    found = []
    files = kind_files(work, ["4 KB text", "1 MB zip"])
    for number in numbers:
        system = System("sekisho", os.path.join(work, "inspectors"), port_base,
                        STACK_SIGNATURES=signatures,
                        STACK_SETTINGS="inspectors = %d\nclerks = %d" %
                        (number, number))
        try:
            system.up()
            system.load((2 * number, 1), 4 * number, files["1 MB zip"])
            system.load((2 * number, 1), 50 * number, files["4 KB text"])
            rows = {row[0]: row[3] for row in sekishod(system)}
        finally:
            system.down()
        found.append((number, rows["generation (loads the engine)"] +
                      rows["inspector"]))
    return found
