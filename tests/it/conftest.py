"""Brings the stack up once for a test run, and prints what tests/run counts."""
import os
import shutil

import pytest

from running import TOP, Stack

BUILD = os.path.join(TOP, "build")


def start(name, port_base, **settings):
    directory = os.path.join(BUILD, name)
    stack = Stack(directory, port_base, **settings)
    stack.down()
    shutil.rmtree(directory, ignore_errors=True)
    stack.up()
    return stack


@pytest.fixture(scope="session")
def stack():
    stack = start("test-stack", 24000)
    yield stack
    stack.down()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    outcome = yield
    report = outcome.get_result()
    name = "%s::%s" % (os.path.basename(item.location[0]), item.location[2])
    if report.skipped:
        print("\nok %s # SKIP %s" % (name, report.longrepr[2]), flush=True)
    elif report.failed:
        for line in report.longreprtext.splitlines():
            print("# " + line)
        print("not ok %s" % name, flush=True)
    elif report.when == "call":
        print("\nok %s" % name, flush=True)
