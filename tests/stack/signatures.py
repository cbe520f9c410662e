"""Signatures of ClamAV for the stack, made when it starts.

EICAR's test file is put together from pieces, so that the repository holds no
virus and no scanner eats it. Debian's clamav-testfiles all carry one small
program, known by its hash. Links that show one bank and lead elsewhere are
phishing: libclamav wants to be told which domains are worth it.
"""
import bisect
import hashlib
import itertools
import os
import random

EICAR = b"".join((b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR", b"-STANDARD-",
                  b"ANTIVIRUS-TEST", b"-FILE!$H+H*"))
TESTFILES = "/usr/share/clamav-testfiles"


def write_signatures(folder):
    with open(os.path.join(folder, "stack.ndb"), "w",
              encoding="ascii") as file:
        file.write("Eicar-Test-Signature:0:*:%s\n" % EICAR.hex())
    with open(os.path.join(folder, "stack.pdb"), "w",
              encoding="ascii") as file:
        file.write("H:paypal.com\n")
    program = os.path.join(TESTFILES, "clam.exe")
    if os.path.exists(program):
        with open(program, "rb") as file:
            data = file.read()
        with open(os.path.join(folder, "stack.hdb"), "w",
                  encoding="ascii") as file:
            file.write("%s:%d:Clamav.Test.File\n" % (
                hashlib.md5(data).hexdigest(), len(data)))


# Of a thousand: patterns for any file and for programs, expressions of two
# patterns for any file and for programs; the rest are hashes. Expressions for
# any file are what takes time: 250,000 cost about what as many of ClamAV's own
# do (2.6 ms for 4 KB of text, 8.5 for 100 KB of HTML).
KINDS = (10, 100, 6, 94)


def generated(count):
    """Name of a file -> text, so many signatures that match nothing."""
    dice = random.Random(20261125)
    texts = {"many.hdb": [], "many.ndb": [], "many.ldb": []}
    ends = list(itertools.accumulate(KINDS))
    for number in range(count):
        kind = bisect.bisect(ends, number % 1000)
        if kind < 2:
            texts["many.ndb"].append("It.Bytes.%d:%d:*:%s\n" % (
                number, kind, dice.randbytes(dice.randrange(12, 40)).hex()))
        elif kind < 4:
            texts["many.ldb"].append(
                "It.Logical.%d;Engine:81-255,Target:%d;0&1;%s;%s\n" % (
                    number, kind - 2, dice.randbytes(14).hex(),
                    dice.randbytes(14).hex()))
        else:
            texts["many.hdb"].append("%032x:%d:It.Hash.%d\n" % (
                dice.getrandbits(128), 1000 + number, number))
    return {name: "".join(lines) for name, lines in texts.items()}
