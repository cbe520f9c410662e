"""Brings the stack up once for a test run, and prints what tests/run counts.

The name of a test is the first line of its docstring, which cites the ids of
the specification. STACK_TEST_PORT_BASE moves the stacks to other ports.
"""
import os
import shutil
import subprocess

import pytest

from running import TOP, Stack

BUILD = os.path.join(TOP, "build")
PORT_BASE = int(os.environ.get("STACK_TEST_PORT_BASE", "24000"))


def start(name, port_base, **settings):
    """A stack of its own below build/; the caller brings it down."""
    directory = os.path.join(BUILD, name)
    stack = Stack(directory, port_base, **settings)
    stack.down()
    shutil.rmtree(os.path.realpath(directory), ignore_errors=True)
    try:
        stack.up()
    except subprocess.CalledProcessError:
        pytest.exit("the stack does not start, see above", returncode=1)
    return stack


@pytest.fixture(scope="session")
def stack():
    stack = start("test-stack", PORT_BASE)
    yield stack
    stack.down()


@pytest.fixture(scope="session")
def start_stack():
    """Starts more stacks, and brings them down at the end."""
    stacks = []

    def start_one(name, **settings):
        stacks.append(start(name, PORT_BASE + 1000 * (len(stacks) + 1),
                            **settings))
        return stacks[-1]

    yield start_one
    for stack in stacks:
        stack.down()


def pytest_configure(config):
    # What the plug-in "terminal", which we do without, would have set.
    config.option.tbstyle = "short"
    config.option.verbose = 0


def title(item):
    """test_rules.py: R1: what can be cleaned is delivered clean [zip]"""
    text = (item.function.__doc__ or item.location[2]).split("\n")[0]
    case = getattr(item, "callspec", None)
    return "%s: %s%s" % (os.path.basename(item.location[0]),
                         text.rstrip("."), " [%s]" % case.id if case else "")


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    outcome = yield
    report = outcome.get_result()
    if report.skipped:
        print("\nok %s # SKIP %s" % (title(item), report.longrepr[2]),
              flush=True)
    elif report.failed:
        for line in report.longreprtext.splitlines():
            print("# " + line)
        print("not ok %s" % title(item), flush=True)
    elif report.when == "call":
        print("\nok %s" % title(item), flush=True)
