"""tests/run: a program beside the others (-b), which CI's Debian 13 is."""
import os
import subprocess

import pytest

from running import TOP, wait_until

FIRST = "#!/bin/sh\necho one; sleep 1; echo two; echo ok first\n"
BESIDE = """#!/bin/sh
echo here; echo ok beside; echo "nice $(nice), ports $STACK_TEST_PORT_BASE"
%s"""


@pytest.fixture(name="run")
def run_with_programs(tmp_path):
    """Begins tests/run with "first", and beside it "beside", of this text."""
    def begin(beside):
        for name, text in ("first", FIRST), ("beside", beside):
            path = tmp_path / name
            path.write_text(text)
            path.chmod(0o755)
        return subprocess.Popen(
            [TOP + "/tests/run", "-b", tmp_path / "beside",
             tmp_path / "first"], text=True, stdout=subprocess.PIPE,
            env={"PATH": "/usr/bin:/bin", "STACK_TEST_PORT_BASE": "24000"})

    return begin


def test_beside(run):
    """CI: what runs beside is counted; nobody interrupts another"""
    output, _ = run(BESIDE % "").communicate(timeout=60)
    assert "one\ntwo\nok first\n" in output
    assert "here\nok beside\nnice %d, ports 26000\n" % min(
        os.nice(0) + 10, 19) in output
    assert output.endswith("\n2 passed, 0 failed\n")


def test_beside_fails(run):
    """CI: what fails beside the others, fails"""
    process = run(BESIDE % "exit 3")
    output, _ = process.communicate(timeout=60)
    assert "beside (exit status 3)" in output
    assert output.endswith("\n2 passed, 1 failed\n") and process.returncode


def test_cut_off(run, tmp_path):
    """CI: cut off, it ends what runs beside"""
    process = run(BESIDE % "touch $0.begun\nexec sleep 1000\n")
    wait_until((tmp_path / "beside.begun").exists, "beside")
    process.terminate()
    process.communicate(timeout=60)
    assert process.returncode
