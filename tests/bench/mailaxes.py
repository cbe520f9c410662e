"""How the cost of a message grows with what is in it, and with what it is
compared with: recipients, parts, rules, signatures."""
import os
import shutil

from floor import scan_floor
from kinds import kind_files
from letters import HEAD, MARK, words
from mailcost import Axis, Checkpoint
from holding import hold_rule   # systems, by mailcost, says where it is
from random import Random
from running import add_rules, rule
from signatures import generated, write_signatures

CPU, WAIT = "CPU of sekishod, ms", "DATA to its answer, ms"
HOLD = hold_rule("hold", "yes")
RECIPIENTS = (1, 10, 100, 1000)
PARTS = (1, 10, 100, 1000)
RULES = (10, 100, 1000)
SIGNATURES = {"short": (1000, 10000, 100000),
              "long": (1000, 10000, 100000, 1000000)}


def head(number, *fields):
    """The header of the mail with that number, up to the content's fields."""
    return "".join(field + "\n" for field in fields) + \
        HEAD.replace(MARK.decode(), "%012d" % number)


def letter(number, *fields):
    return head(number, *fields) + "Content-Type: text/plain\n\n" + \
        "%d\n" % number + words(Random(4), 4096)


def repeats(size):
    """Fewer of what takes long."""
    return max(4, min(40, 400 // size))


def recipients(directory, port_base, _):
    """The letter is clean; is spam, which is tagged after one question to the
    directory; and is held, with a sealed field for each recipient."""
    system = Checkpoint(directory, port_base)
    axes = []
    try:
        system.up()
        with open(system.stack.env["POLICY"], encoding="utf-8") as file:
            system.stack.write_policy(add_rules(file.read(), HOLD))
        for what, fields in (("clean", ()),
                             ("spam", ("X-Stack-Spam-Score: 60",)),
                             ("held", ("X-Hold: yes",))):
            cpu = Axis("recipients, " + what, CPU)
            wait = Axis("recipients, " + what, WAIT)
            for size in RECIPIENTS:
                found = system.costs(
                    lambda number, fields=fields: letter(number, *fields),
                    ["alice+%d@example.test" % i for i in range(size)],
                    repeats(size))
                cpu.add(size, found[0])
                wait.add(size, found[1])
            axes += [cpu, wait]
    finally:
        system.down()
    return axes


def many_parts(number, count, kind):
    """A mail of so many small parts, of 1 KB each."""
    part = words(Random(1), 1024)
    parts = ["--=_b\n%s\n%d\n%s" % (kind % i, number, part)
             for i in range(count)]
    return head(number) + 'Content-Type: multipart/mixed; boundary="=_b"' \
        "\n\n" + "".join(parts) + "--=_b--\n"


PART_KINDS = {
    "texts": "Content-Type: text/plain\nX-Number: %d\n",
    "files": "Content-Type: application/octet-stream\nContent-Disposition: "
             'attachment; filename="file%d.dat"\n',
}


def parts(directory, port_base, _):
    """Of 1 KB each: so the mail grows as well."""
    system = Checkpoint(directory, port_base)
    axes = []
    try:
        system.up()
        for name, kind in PART_KINDS.items():
            axis = Axis("parts, " + name, CPU)
            for size in PARTS:
                axis.add(size, system.costs(
                    lambda number, size=size, kind=kind: many_parts(
                        number, size, kind),
                    ["alice@example.test"], repeats(size))[0])
            axes.append(axis)
    finally:
        system.down()
    return axes


RULE_KINDS = (
    '<header name="X-Number" pattern="^%d$"/>',
    '<sender like="*@number%d.example"/>',
    '<recipient like="number%d@example.test"/>',
)
TAG = '<tag-subject text="[OWN]"/>'


def rules(directory, port_base, _):
    """The shipped ones and so many of an administrator's, none of which is
    true: a header field, a sender, a recipient."""
    system = Checkpoint(directory, port_base)
    axis = Axis("rules", CPU)
    try:
        system.up()
        with open(system.stack.env["POLICY"], encoding="utf-8") as file:
            shipped = file.read()
        for size in RULES:
            own = "".join(rule("own%d" % i, RULE_KINDS[i % 3] % i, TAG)
                          for i in range(size - 8))
            system.stack.write_policy(add_rules(shipped, own))
            axis.add(size, system.costs(letter, ["alice@example.test"],
                                        40)[0])
    finally:
        system.down()
    return [axis]


def signatures(directory, port_base, plan):
    """Those of the tests and so many generated ones; a letter of 4 KB. Beside
    it what libclamav alone takes for it."""
    folder = "/var/tmp/sekisho-bench-growth-%d" % port_base
    os.makedirs(folder, exist_ok=True)
    write_signatures(folder)
    system = Checkpoint(directory, port_base, STACK_SIGNATURES=folder,
                        STACK_SETTINGS="signature-check = 3600")
    axis = Axis("signatures", CPU)
    alone = Axis("signatures, libclamav alone", "CPU, ms")
    path = kind_files(directory, ["4 KB text"])["4 KB text"]
    try:
        system.up()
        for size in SIGNATURES[plan]:
            for name, text in generated(size).items():
                with open(os.path.join(folder, name), "w",
                          encoding="ascii") as file:
                    file.write(text)
            system.stack.reload()
            axis.add(size, system.costs(letter, ["alice@example.test"],
                                        40)[0])
            alone.add(size, scan_floor(folder, 40, path)[0])
    finally:
        system.down()
        shutil.rmtree(folder, ignore_errors=True)
    return [axis, alone]
