"""Starting and stopping daemons, known by their pid files only.

Every daemon stays in the foreground in a session of its own, so its children
are found by their session; beside the pid stands the time it started, so that
a number that was given to another process meanwhile is never hit.
"""
import os
import signal
import subprocess
import time

START_SECONDS = 180
STOP_SECONDS = 10


def stat_fields(pid):
    """/proc/PID/stat from the third field (state) on; None: no such process."""
    try:
        with open("/proc/%d/stat" % pid, encoding="utf-8",
                  errors="replace") as file:
            fields = file.read().rpartition(")")[2].split()
    except OSError:
        return None
    return None if fields[0] in "ZX" else fields


def started_at(pid):
    fields = stat_fields(pid)
    return fields[19] if fields else None


def session_members(pid):
    """The running processes of the session that pid leads or led."""
    members = []
    for name in os.listdir("/proc"):
        if name.isdigit():
            fields = stat_fields(int(name))
            if fields and fields[3] == str(pid):
                members.append(int(name))
    return members


class Process:
    """One daemon: its pid files, its log, its probe."""

    def __init__(self, settings, name):
        self.name = name
        self.pid_file = settings.path("run", name + ".pid")
        self.start_file = settings.path("run", name + ".start")
        self.log = settings.path("log", name + ".log")

    def pid(self):
        """Its process id, if it still is the process that was started."""
        try:
            with open(self.pid_file, encoding="ascii") as file:
                pid = int(file.read())
            with open(self.start_file, encoding="ascii") as file:
                start = file.read().strip()
        except (OSError, ValueError):
            return None
        now = started_at(pid)
        if now == start or (now is None and session_members(pid)):
            return pid
        return None

    def running(self):
        pid = self.pid()
        return pid is not None and stat_fields(pid) is not None

    def start(self, command, environment=None):
        # Appended to, as what is left of an earlier start may still write.
        with open(self.log, "ab") as log:
            log.truncate(0)
            child = subprocess.Popen(command, cwd="/", env=environment,
                                     stdin=subprocess.DEVNULL, stdout=log,
                                     stderr=log, start_new_session=True)
        with open(self.start_file, "w", encoding="ascii") as file:
            file.write("%s\n" % started_at(child.pid))
        with open(self.pid_file, "w", encoding="ascii") as file:
            file.write("%d\n" % child.pid)
        return child

    def stop(self):
        """SIGTERM, wait, SIGKILL for what is left."""
        pid = self.pid()
        if pid is not None:
            if stat_fields(pid):
                signal_send(pid, signal.SIGTERM)
            if not self._wait_gone(pid, STOP_SECONDS, [pid]):
                signal_send(pid, signal.SIGKILL)
            for member in session_members(pid):
                signal_send(member, signal.SIGTERM)
            if not self._wait_gone(pid, 2):
                for member in session_members(pid):
                    signal_send(member, signal.SIGKILL)
                self._wait_gone(pid, STOP_SECONDS)
        for file in (self.pid_file, self.start_file):
            if os.path.exists(file):
                os.unlink(file)

    @staticmethod
    def _wait_gone(pid, seconds, members=None):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            left = [m for m in members if stat_fields(m)] if members \
                else session_members(pid)
            if not left:
                return True
            time.sleep(0.02)
        return False


def signal_send(pid, number):
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        pass


def wait_ready(child, probe):
    """Calls probe until it is true; says why it will not be, or None."""
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        if child.poll() is not None:
            return "ended with status %d" % child.returncode
        try:
            if probe():
                return None
        except OSError:
            pass
        time.sleep(0.03)
    return "was not ready within %d s" % START_SECONDS
