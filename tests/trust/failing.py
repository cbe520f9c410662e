"""The test's side of failing.c: which call fails in which process."""
import mmap
import os
import struct
import subprocess

import preload

HERE = os.path.dirname(os.path.abspath(__file__))
FAIL, SHORT, KILL = range(3)
OFF, ON, COUNTING = range(3)
HEAD, FUNCTION, FUNCTIONS_MAX = 184, struct.Struct("<24sII"), 32
SIZE = HEAD + FUNCTIONS_MAX * FUNCTION.size


class Failing:
    """Builds failing.so; environment is what lets a process load it."""

    def __init__(self, directory):
        library = preload.build(HERE + "/failing.c", directory)
        self.path = directory + "/failing"
        with open(self.path, "wb") as file:
            file.write(bytes(SIZE))
        os.chmod(self.path, 0o666)
        with open(self.path, "r+b") as file:
            self.map = mmap.mmap(file.fileno(), SIZE)
        self.environment = {"LD_PRELOAD": library, "FAILING": self.path}

    def arm(self, host, function, at, how=FAIL, everybody=False):
        self.map[0:SIZE] = struct.pack(
            "<4I24s24s", 0, at, how, everybody, function.encode(),
            host.encode()).ljust(SIZE, b"\0")
        self.map[0:4] = struct.pack("<I", ON)

    def count(self, host, functions):
        """Nothing fails from now on; it is counted what that host calls."""
        names = b"".join(FUNCTION.pack(name.encode(), 0, 0)
                         for name in functions)
        self.map[0:SIZE] = struct.pack(
            "<4I24s24s", OFF, 0, FAIL, 0, b"", host.encode()).ljust(
                HEAD, b"\0") + names.ljust(SIZE - HEAD, b"\0")
        self.map[0:4] = struct.pack("<I", COUNTING)

    def counted(self):
        """Ends that; (whether libraries' calls count, function) -> calls."""
        self.map[0:4] = struct.pack("<I", OFF)
        return {(everybody, name.rstrip(b"\0").decode()): calls
                for name, *numbers in FUNCTION.iter_unpack(self.map[HEAD:SIZE])
                for everybody, calls in zip((False, True), numbers)}

    def disarm(self):
        """Returns whether the call was reached."""
        self.map[0:4] = struct.pack("<I", OFF)
        return struct.unpack("<I", self.map[68:72])[0] > 0

    def where(self):
        """The source line of the call that failed."""
        offset, name = struct.unpack("<Q104s", self.map[72:184])
        name = name.rstrip(b"\0").decode()
        path = name if "/" in name else os.path.join(
            os.path.dirname(os.path.dirname(HERE)), "build", name)
        out = subprocess.run(["addr2line", "-fse", path, hex(offset - 1)],
                             check=False, text=True, stdout=subprocess.PIPE,
                             stderr=subprocess.DEVNULL).stdout.split()
        return "%s of %s" % (" ".join(out), os.path.basename(name))
