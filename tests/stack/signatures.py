"""Signatures of ClamAV for the stack, made when it starts.

EICAR's test file is put together from pieces, so that the repository holds no
virus and no scanner eats it. Debian's clamav-testfiles all carry one small
program, known by its hash. Links that show one bank and lead elsewhere are
phishing: libclamav wants to be told which domains are worth it.
"""
import hashlib
import os

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
