"""Signatures of ClamAV for the stack, made when it starts.

EICAR's test file is put together from pieces, so that the repository holds no
virus and no scanner eats it. Debian's clamav-testfiles all carry one small
program, known by its hash. Links that show one bank and lead elsewhere are
phishing: libclamav wants to be told which domains are worth it.
"""
import hashlib
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


def generated(count):
    """Name of a file -> text, so many signatures that match nothing: hashes,
    byte patterns, expressions of both."""
    dice = random.Random(20261125)
    hashes, patterns, logical = [], [], []
    for number in range(count):
        kind = number % 10
        if kind < 6:
            hashes.append("%032x:%d:It.Hash.%d\n" % (
                dice.getrandbits(128), 1000 + number, number))
        elif kind < 9:
            patterns.append("It.Bytes.%d:0:*:%s\n" % (
                number, dice.randbytes(dice.randrange(12, 40)).hex()))
        else:
            logical.append("It.Logical.%d;Engine:81-255,Target:0;0&1;%s;%s\n" %
                           (number, dice.randbytes(14).hex(),
                            dice.randbytes(14).hex()))
    return {"many.hdb": "".join(hashes), "many.ndb": "".join(patterns),
            "many.ldb": "".join(logical)}
