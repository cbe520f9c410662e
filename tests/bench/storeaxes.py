"""How costs grow with what a site stores: accounts, approved senders, held
mail."""
import statistics
import time

from directories import Directory
from heldmail import fill
from mailcost import Axis
from doveadm import Doveadm     # mailcost says where it is
from mails import mail
from quarantine import Quarantine, new_held_id
from systems import System

SEARCH = "the search for a message, ms"
ACCOUNTS = {"short": (1000, 10000, 100000),
            "long": (1000, 10000, 100000, 1000000)}
SENDERS = (1, 10, 100, 1000)
HELD = {"short": (100, 1000, 10000), "long": (100, 1000, 10000, 100000)}
ROUNDS = 5


def searches(name, sizes, make):
    """make(size, number) is a Directory; they take turns."""
    directories, axes = [], []
    try:
        for number, size in enumerate(sizes):
            directories.append(make(size, number))
        for _ in range(ROUNDS):
            for directory in directories:
                for count in directory.questions:
                    directory.ask(count)
        for count in directories[0].questions:
            axis = Axis("%s, %d recipient%s" % (
                name, count, "s" if count > 1 else ""), SEARCH)
            for size, directory in zip(sizes, directories):
                axis.add(size, directory.figures(count)[0] / 1000)
            axes.append(axis)
    finally:
        for directory in directories:
            directory.stop()
    return axes


def accounts(_, port_base, plan):
    """20 approved senders each."""
    return searches("accounts", ACCOUNTS[plan], lambda size, number: Directory(
        size, 20, port_base + number, {1: 1000, 10: 500}))


def senders(_, port_base, __):
    """300 accounts with so many approved senders each."""
    return searches("approved senders", SENDERS, lambda size, number: Directory(
        300, size, port_base + number, {1: 500, 10: 250}))


def milliseconds(action):
    begin = time.monotonic()
    action()
    return (time.monotonic() - begin) * 1000


def page(quarantine):
    """What a webmail shows first: the newest fifty."""
    with quarantine.session() as imap:
        count = imap.select("Quarantine")
        imap.must("FETCH %d:%d (UID FLAGS ENVELOPE)" % (
            max(1, count - 49), count))


def held(directory, port_base, plan):
    """bob has so many held mails: filing one more, by LMTP; the newest fifty,
    in a session of its own; the list of all, by doveadm."""
    system = System("sekisho", directory, port_base)
    axes = [Axis("held mails: filing one", "ms"),
            Axis("held mails: a page of 50", "ms"),
            Axis("held mails: the list of all", "ms")]
    try:
        system.up()
        quarantine = Quarantine(system.stack, "bob")
        doveadm = Doveadm(system.stack)
        there = 0
        for size in HELD[plan]:
            fill(quarantine, size - there, there)
            there = size
            mails = [quarantine.stored(new_held_id(), mail())
                     for _ in range(40)]
            page(quarantine)    # Dovecot reads its index once
            axes[0].add(size, milliseconds(
                lambda mails=mails: quarantine.file(*mails)) / len(mails))
            axes[1].add(size, statistics.median(
                milliseconds(lambda: page(quarantine)) for _ in range(9)))
            axes[2].add(size, statistics.median(milliseconds(
                lambda: doveadm.run("quarantine", "list", "-u", "bob"))
                for _ in range(5)))
            there += len(mails)
    finally:
        system.down()
    return axes
