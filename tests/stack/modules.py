"""Where Dovecot looks for modules in its own folders and nowhere else: those of
doveadm, and from 2.4 on those with the names of settings.

Ours are put there for some processes only: these get a mount namespace, in
which a folder with Dovecot's modules and ours lies on top of Dovecot's.
"""
import ctypes
import glob
import os
import shutil
import subprocess

SYSTEM = "/usr/lib/dovecot/modules"
KINDS = {"doveadm": "lib*_doveadm_*_plugin.so", "settings": "lib*_settings.so"}
CLONE_NEWNS = 0x00020000


def dovecot_generation():
    """2.3 or 2.4; None: there is no Dovecot."""
    try:
        said = subprocess.run(["dovecot", "--version"], check=True, text=True,
                              stdout=subprocess.PIPE).stdout
    except (OSError, subprocess.CalledProcessError):
        return None
    return ".".join(said.split(".")[:2])


def collect(folder, build):
    """Fills folder/KIND for each kind that this build has."""
    for kind, ours in KINDS.items():
        built = glob.glob(os.path.join(build, ours))
        own = os.path.join(folder, kind)
        shutil.rmtree(own, ignore_errors=True)
        if built:
            os.makedirs(own)
            for file in glob.glob(os.path.join(SYSTEM, kind, "*")) + built:
                shutil.copy(file, own)


def script(folder):
    """For a shell in a mount namespace, before what it starts."""
    return "".join("mount --bind '%s' '%s' && " % (
        os.path.join(folder, kind), os.path.join(SYSTEM, kind))
        for kind in KINDS if os.path.isdir(os.path.join(folder, kind)))


def enter(folder, build):
    """Puts ours there for this process and all that it starts: whoever reads
    the stack's configuration with Dovecot 2.4 has to know our settings."""
    if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWNS) != 0:
        raise OSError(ctypes.get_errno(), "unshare")
    collect(folder, build)
    subprocess.run(["sh", "-ec", "mount --make-rslave /; " + script(folder) +
                    "true"], check=True)
