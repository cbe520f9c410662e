"""axe-core, which looks for what keeps people with disabilities out of a page.

It comes from the npm registry, once, into build/; without npm or network there
is none, and the tests that want it say so.
"""
import functools
import hashlib
import os
import shutil
import subprocess
import tarfile

from running import TOP

VERSION = "4.10.3"
SHA256 = ("0f2b4d7dcdf7d1219df8d1959ad68e56"
          "5f51d14c3f0d88bb71cd59abeb956292")
FOLDER = os.path.join(TOP, "build", "axe")
RUN = """
const done = arguments[arguments.length - 1];
axe.run(arguments[0] === null ? document : {include: arguments[0]},
    {resultTypes: ["violations"], preload: false}).then((result) => done(
    result.violations.filter((v) => ["serious", "critical"].includes(
        v.impact)).flatMap((v) => v.nodes.map((n) =>
        `${v.id}: ${n.html.slice(0, 160)}`))), (error) => done([`${error}`]));
"""


class Missing(Exception):
    """Why there is none."""


@functools.cache
def source():
    """The script; raises Missing."""
    path = os.path.join(FOLDER, "axe-core-%s.tgz" % VERSION)
    if not os.path.exists(path):
        fetch()
    with open(path, "rb") as file:
        found = hashlib.sha256(file.read()).hexdigest()
    assert found == SHA256, "%s is not what it was: %s" % (path, found)
    with tarfile.open(path) as archive:
        return archive.extractfile("package/axe.min.js").read().decode()


def fetch():
    if shutil.which("npm") is None:
        raise Missing("npm is not installed")
    os.makedirs(FOLDER, exist_ok=True)
    try:
        subprocess.run(["npm", "pack", "--silent", "axe-core@" + VERSION,
                        "--pack-destination", FOLDER], check=True, timeout=60,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    except (subprocess.SubprocessError, OSError) as error:
        raise Missing("npm has no axe-core for us (%s)" %
                      type(error).__name__) from error


def findings(browser, within=None):
    """What is serious or worse, in the page or in these selectors."""
    browser.execute_script(source())
    return browser.execute_async_script(RUN, within)
