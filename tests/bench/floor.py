"""What libclamav alone takes: scanloop's figures."""
import json
import os
import subprocess

from systems import TOP, BenchError

SCANLOOP = os.path.join(TOP, "build", "tests", "bench", "scanloop")
SHM = "/dev/shm"


def scan_floor(signatures, count, letter_files):
    """CPU ms for a mail, and the MB that the engine takes."""
    result = subprocess.run(
        [SCANLOOP, signatures, str(count), *letter_files], check=False,
        text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env=dict(os.environ, TMPDIR=SHM if os.path.isdir(SHM) else "/tmp"))
    if result.returncode != 0:
        raise BenchError(result.stderr.strip() or "scanloop failed")
    said = json.loads(result.stdout)
    return said["cpu_ms"], said["engine_mb"]
