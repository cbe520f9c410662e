"""Keys of the stack: an authority of its own and what it signed, and one for
signing mails.

`openssl` makes them; they are kept between runs of the stack.
"""
import os
import subprocess

NAMES = "subjectAltName=IP:127.0.0.1,DNS:localhost"


def openssl(*arguments):
    subprocess.run(["openssl", *arguments], check=True, text=True,
                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def make_authority(directory, name="ca"):
    """NAME.pem and NAME.key in directory, unless they are there."""
    certificate = os.path.join(directory, name + ".pem")
    key = os.path.join(directory, name + ".key")
    if not os.path.exists(certificate):
        openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days",
                "3650", "-subj", "/CN=Sekisho test " + name, "-keyout", key,
                "-out", certificate)
    return certificate, key


def make_signing_key(path):
    """A private key for DKIM; returns the public one as DNS has it."""
    if not os.path.exists(path):
        openssl("genrsa", "-traditional", "-out", path, "1024")
    public = subprocess.run(["openssl", "rsa", "-in", path, "-pubout"],
                            check=True, text=True, stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE).stdout
    return "".join(public.split("\n")[1:-2])


def make_certificate(directory, name="server", authority="ca", names=NAMES):
    """NAME.pem and NAME.key for 127.0.0.1, signed by that authority."""
    ca_certificate, ca_key = make_authority(directory, authority)
    certificate = os.path.join(directory, name + ".pem")
    key = os.path.join(directory, name + ".key")
    request = os.path.join(directory, name + ".csr")
    extension = os.path.join(directory, name + ".ext")
    if os.path.exists(certificate):
        return certificate, key
    with open(extension, "w", encoding="ascii") as file:
        file.write(names + "\n")
    openssl("req", "-new", "-newkey", "rsa:2048", "-nodes", "-subj",
            "/CN=localhost", "-keyout", key, "-out", request)
    openssl("x509", "-req", "-in", request, "-CA", ca_certificate, "-CAkey",
            ca_key, "-CAcreateserial", "-days", "3650", "-extfile",
            extension, "-out", certificate)
    return certificate, key
