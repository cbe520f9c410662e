"""A client that sends IMAP as it is given and shows the answers as they are
(RFC 3501), so that a test can say which line the server sent."""
import re
import socket


class Reply:
    """The answer to one command."""

    def __init__(self, untagged, tagged):
        self.untagged = untagged
        self.status, _, self.text = tagged.partition(" ")

    @property
    def ok(self):
        return self.status == "OK"

    @property
    def line(self):
        return "%s %s" % (self.status, self.text)

    def numbers(self, name):
        """The numbers of "* SEARCH 1 2 3"."""
        for line in self.untagged:
            if line.startswith(name + " ") or line == name:
                return [int(word) for word in line.split()[1:]]
        return []

    def number(self, name):
        """17, of "* 17 EXISTS"; the last one counts."""
        found = [line.split()[0] for line in self.untagged
                 if line.endswith(" " + name)]
        return int(found[-1]) if found else None

    def __repr__(self):
        return "%s %r" % (self.line, self.untagged)


class Session:
    """One connection of one user, if he is given, who logs in; over a pipe to a
    server when given one."""

    def __init__(self, port=None, user=None, process=None, timeout=120,
                 host="127.0.0.1"):
        self.tag, self.sock, self.process = 0, None, process
        if process is not None:
            self.file, self.out = process.stdout, process.stdin
        else:
            self.sock = socket.create_connection((host, port), timeout)
            self.file = self.sock.makefile("rb")
            self.out = self.sock.makefile("wb")
        self._line()
        if user is not None and process is None:
            self.must("LOGIN %s %s-secret-1" % (user, user))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        for file in (self.out, self.file, self.sock):
            if file is not None:
                file.close()
        if self.process is not None:
            self.process.wait()

    def _line(self):
        """A whole response, its literals in place."""
        line = b""
        while True:
            part = self.file.readline()
            if not part.endswith(b"\r\n"):
                raise ConnectionError("closed after %r" % (line + part))
            line += part[:-2]
            literal = re.search(rb"\{(\d+)\}$", line)
            if not literal:
                return line.decode("utf-8", "surrogateescape")
            line = line[:literal.start()] + \
                self.file.read(int(literal.group(1)))

    def send(self, *parts):
        """Sends a command; bytes are sent as literals. Returns its tag."""
        self.tag += 1
        tag = "a%d" % self.tag
        data = tag.encode()
        for part in parts:
            if isinstance(part, bytes):
                data += b" {%d+}\r\n" % len(part) + part
            else:
                data += b" " + part.encode()
        self.out.write(data + b"\r\n")
        self.out.flush()
        return tag

    def wait(self, tag):
        untagged = []
        while True:
            line = self._line()
            if line.startswith(tag + " "):
                return Reply(untagged, line[len(tag) + 1:])
            untagged.append(line.removeprefix("* "))

    def command(self, *parts):
        return self.wait(self.send(*parts))

    def must(self, *parts):
        reply = self.command(*parts)
        assert reply.ok, "%r: %r" % (parts[0], reply)
        return reply

    # -- what many tests ask ------------------------------------------------

    def select(self, folder):
        """Selects it and returns how many mails are in it."""
        return self.must('SELECT "%s"' % folder).number("EXISTS")

    def uids(self, *criteria):
        return self.must("UID SEARCH " + (" ".join(criteria) or "ALL")) \
            .numbers("SEARCH")

    def body(self, uid):
        """A whole message of the selected folder."""
        reply = self.must("UID FETCH %d (BODY.PEEK[])" % uid)
        text = [line for line in reply.untagged if " FETCH " in line][0]
        return text.split("BODY[] ", 1)[1].removesuffix(")") \
            .encode("utf-8", "surrogateescape")
