"""Starting a daemon, and waiting until it answers."""
from process import wait_ready
from settings import Refused


def start(daemon):
    try:
        return daemon.start(daemon.command())
    except FileNotFoundError as error:
        raise Refused("%s: there is no %s (%s)" % (
            daemon.name, error.filename, daemon.package)) from error


def wait(daemon, child):
    failure = wait_ready(child, daemon.probe)
    if failure is not None:
        raise Refused("%s %s; the end of %s:\n%s" % (
            daemon.name, failure, daemon.log, tail(daemon.log)))


def tail(path, lines=15):
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return "".join("    " + line
                           for line in file.readlines()[-lines:])
    except OSError:
        return ""
