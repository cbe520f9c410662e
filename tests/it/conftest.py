"""Brings the stack up once for a test run, and prints what tests/run counts.

The name of a test is the first line of its docstring, which cites the ids of
the specification. tests/run has several workers (pytest-xdist), which take one
file after the other; each has stacks of its own. STACK_TEST_PORT_BASE moves
them to other ports. SAMPLE=SEED/N takes one test of N of each file.
"""
import itertools
import os
import random
import shutil
import subprocess

import pytest
from _pytest._io import TerminalWriter

from running import TOP, Stack

WORKER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:])

# The last two digits of a stack's ports differ, so a step of 100 keeps two
# stacks apart.
PORT_BASE = int(os.environ.get("STACK_TEST_PORT_BASE", "24000")) + \
    1000 * WORKER
DIRECTORY = os.path.join(TOP, "build", "test-stack%d" % (PORT_BASE // 1000))


def start(directory, port_base, **settings):
    """A stack of its own; the caller brings it down."""
    stack = Stack(directory, port_base, **settings)
    stack.down()
    shutil.rmtree(os.path.realpath(directory), ignore_errors=True)
    try:
        stack.up()
    except subprocess.CalledProcessError:
        pytest.fail("the stack does not start, see above", pytrace=False)
    return stack


@pytest.fixture(scope="session")
def stack():
    # Which files a worker takes is chance: none may use up another's notices.
    stack = start(DIRECTORY, PORT_BASE, STACK_SETTINGS="notices-per-hour = 0")
    yield stack
    stack.down()


@pytest.fixture(scope="session")
def start_stack():
    """Starts more stacks, and brings them down at the end."""
    stacks = []

    def start_one(name, **settings):
        stacks.append(start("%s-%s" % (DIRECTORY, name),
                            PORT_BASE + 100 * (len(stacks) + 1), **settings))
        return stacks[-1]

    yield start_one
    for stack in stacks:
        stack.down()


@pytest.fixture(scope="session")
def web_site(start_stack):
    """The stack with the webmail; all tests of it come from one address."""
    return start_stack("web", STACK_WEB="1", STACK_RSPAMD="0",
                       STACK_SETTINGS="tries-per-client = 1000")


@pytest.fixture(scope="session")
def browsers():
    """Chromium that speaks a language; one for all tests."""
    from webmail import start_browser
    running = {}

    def browser(language):
        if language not in running:
            running[language] = start_browser(language)
        return running[language]

    yield browser
    for one in running.values():
        one.quit()


def pytest_configure(config):
    # What the plug-in "terminal", which we do without, would have set.
    config.option.tbstyle = "short"
    config.option.verbose = 0
    config.get_terminal_writer = TerminalWriter


def pytest_collection_modifyitems(items):
    if "SAMPLE" not in os.environ:
        return
    seed, share = os.environ["SAMPLE"].split("/")
    chosen = []
    for path, group in itertools.groupby(items, lambda item: str(item.path)):
        group = list(group)
        dice = random.Random(seed + os.path.basename(path))
        count = -(-len(group) // int(share))
        chosen += [group[n] for n in sorted(dice.sample(range(len(group)),
                                                        count))]
    items[:] = chosen


def title(item):
    """test_rules.py: R1: what can be cleaned is delivered clean [zip]"""
    text = (item.function.__doc__ or item.location[2]).split("\n")[0]
    case = getattr(item, "callspec", None)
    return "%s: %s%s" % (os.path.basename(item.location[0]),
                         text.rstrip("."), " [%s]" % case.id if case else "")


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    outcome = yield
    outcome.get_result().title = title(item)


def complain(text, name):
    """Starts with a new line, as the workers' daemons print what they like."""
    print("".join("\n# " + line for line in text.splitlines()))
    print("\nnot ok %s" % name, flush=True)


def pytest_collectreport(report):
    """A file that cannot be read is a failure, not nothing."""
    if report.failed and "PYTEST_XDIST_WORKER" not in os.environ:
        complain(report.longreprtext, report.nodeid)


def pytest_runtest_logreport(report):
    """Prints where the workers' reports come together."""
    if "PYTEST_XDIST_WORKER" in os.environ:
        return
    name = getattr(report, "title", report.nodeid)
    if report.skipped:
        print("\nok %s # SKIP %s" % (name, report.longrepr[2]),
              flush=True)
    elif report.failed:
        complain(report.longreprtext, name)
    elif report.when == "call":
        print("\nok %s" % name, flush=True)
