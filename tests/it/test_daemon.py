"""sekishod as the one who starts it sees it."""
import os
import pwd
import re
import shutil
import signal
import subprocess
import time

import pytest

from protocol import call
from running import wait_until

# A root who may neither mount nor make namespaces, as in many containers.
LESSER = ("setpriv", "--bounding-set=-sys_admin")
READY = " is ready: "


@pytest.fixture
def own(stack):
    """A place and a configuration for a sekishod beside the stack's."""
    directory = stack.env["STACK_DIR"] + "/own"
    shutil.rmtree(directory, ignore_errors=True)
    os.makedirs(directory + "/empty")
    with open(stack.env["SEKISHOD_CONFIG"], encoding="utf-8") as file:
        settings = file.read()
    settings += "run-dir = %s/run\nlog = %s/log\n" % (directory, directory)
    write(directory + "/conf", settings)
    return directory


def write(path, text):
    with open(path, "a", encoding="utf-8") as file:
        file.write(text)


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def start(stack, own, *prefix):
    return subprocess.Popen([*prefix, stack.env["SEKISHOD"], "-c",
                             own + "/conf"], stdin=subprocess.DEVNULL,
                            text=True, stderr=subprocess.PIPE)


def test_start_refused(stack, own):
    """O4: why it does not start is said where it was started, and logged"""
    write(own + "/conf", "signatures = %s/empty\n" % own)
    daemon = start(stack, own)
    said = daemon.communicate(timeout=60)[1]
    assert daemon.returncode == 78
    for text in said, read(own + "/log"):
        assert "/empty: no signatures found; run freshclam" in text
        assert "the scanner did not start; the line above says why" in text


def test_jail_refused(stack, own):
    """O4: a jail that cannot be entered is named in the log, by its layer"""
    write(own + "/conf", "jail = required\ninspectors = 1\n")
    daemon = start(stack, own, *LESSER)
    daemon.communicate(timeout=60)
    assert daemon.returncode == 78
    assert re.search(r"error: inspector \d+: jail: this machine refuses the "
                     r"layer namespaces", read(own + "/log"))


def scratch_directories():
    """Those that an inspector has made."""
    nobody = pwd.getpwnam("nobody").pw_uid
    return {entry.path for entry in os.scandir("/tmp")
            if entry.name.startswith("sekisho-") and
            entry.stat(follow_symlinks=False).st_uid == nobody}


def test_lesser_jail(stack, own):
    """O4: without a file system of its own each inspector has a directory"""
    before = scratch_directories()
    write(own + "/conf", "jail = best-effort\ninspectors = 3\n")
    daemon = start(stack, own, *LESSER)
    try:
        wait_until(lambda: os.path.exists(own + "/log") and
                   READY in read(own + "/log"), "the start", 60)
        for layer in "namespaces", "own file system":
            assert "the layer %s: Operation not permitted; going on without " \
                "it (jail = best-effort)" % layer in read(own + "/log")
        made = scratch_directories() - before
        assert len(made) == 3
        assert {os.stat(path).st_mode & 0o777 for path in made} == {0o700}
    finally:
        daemon.terminate()
        daemon.communicate(timeout=60)
    assert daemon.returncode == 0
    assert not made & scratch_directories()


def test_no_scanner(stack, own):
    """O4: a host of Dovecot needs no scanner; who asks for one is told so"""
    write(own + "/conf", "signatures = %s/empty\ninspectors = 0\n" % own)
    daemon = start(stack, own)
    try:
        wait_until(lambda: os.path.exists(own + "/log") and
                   READY in read(own + "/log"), "the start", 60)
        held = os.memfd_create("held")
        os.write(held, b"Subject: x\n\nx\n")
        answer = call(own + "/run/control.sock", "rescan", {}, held)
        assert answer.status == "unavailable"
        assert "this host has no scanner" in read(own + "/log")
        write(own + "/conf", "inspectors = 1\n")
        daemon.send_signal(signal.SIGHUP)
        wait_until(lambda: "reload refused" in read(own + "/log"), "a no", 60)
        assert "from 0 and to 0" in read(own + "/log")
    finally:
        daemon.terminate()
        daemon.communicate(timeout=60)
    assert daemon.returncode == 0
    assert "generation" not in read(own + "/log")


def test_idle(stack):
    """The master sleeps while there is nothing to do"""
    status = "/proc/%s/status" % read(stack.env["SEKISHOD_PID"]).strip()

    def wakes():
        return int(re.search(r"\nvoluntary_ctxt_switches:\s(\d+)",
                             read(status))[1])

    before = wakes()
    time.sleep(3)
    assert wakes() - before < 10


def test_log_rotated(stack, own):
    """O1: SIGHUP opens a log that was renamed anew"""
    daemon = start(stack, own)
    try:
        wait_until(lambda: os.path.exists(own + "/log") and
                   READY in read(own + "/log"), "the start", 60)
        os.rename(own + "/log", own + "/log.1")
        daemon.send_signal(signal.SIGHUP)
        wait_until(lambda: os.path.exists(own + "/log") and
                   "generation 2: " in read(own + "/log"), "a new log", 60)
        assert "reload: policy " in read(own + "/log")
    finally:
        daemon.terminate()
        said = daemon.communicate(timeout=60)[1]
    assert daemon.returncode == 0 and said == ""
    assert "sekishod has stopped" in read(own + "/log")
