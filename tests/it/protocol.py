"""A client of control.sock and account.sock, written from sekisho-protocol(7)
and sharing nothing with the C code."""
import array
import socket
import struct

REQUEST, ANSWER, FAILURE = 8, 9, 31
STATUS = ("ok", "invalid", "refused", "not-found", "exists", "limit",
          "unavailable")


def text(value):
    data = value if isinstance(value, bytes) else value.encode()
    return struct.pack(">I", len(data)) + data + b"\0"


def frame(kind, body):
    return b"SKS1" + struct.pack(">II", kind, len(body)) + body


class Answer:
    def __init__(self, status, field, sentence, fields):
        self.status, self.field, self.text = status, field, sentence
        self.fields = fields

    def all(self, name):
        return [value for key, value in self.fields if key == name]

    def __repr__(self):
        return "%s %s %s %r" % (self.status, self.field, self.text,
                                self.fields)


class Reader:
    def __init__(self, data):
        self.data = data

    def number(self):
        value, = struct.unpack_from(">I", self.data)
        self.data = self.data[4:]
        return value

    def text(self):
        length = self.number()
        value, end = self.data[:length], self.data[length:length + 1]
        assert end == b"\0" and len(value) == length
        self.data = self.data[length + 1:]
        return value.decode()


def connect(path, timeout=60):
    sock = socket.socket(socket.AF_UNIX)
    sock.settimeout(timeout)
    sock.connect(path)
    return sock


def receive(sock, count):
    data = b""
    while len(data) < count:
        more = sock.recv(count - len(data))
        if not more:
            raise ConnectionError("closed after %d bytes" % len(data))
        data += more
    return data


def pairs(fields):
    return struct.pack(">I", len(fields)) + b"".join(
        text(name) + text(value) for name, value in fields)


def good_answer(*fields):
    """The frame of one; fields are (name, value) pairs."""
    return frame(ANSWER, struct.pack(">I", STATUS.index("ok")) + text("") +
                 text("") + pairs(fields))


def call(path, verb, fields=(), fd=None):
    """Asks; fields are (name, value) pairs or a dict."""
    if isinstance(fields, dict):
        fields = list(fields.items())
    body = text(verb) + pairs(fields)
    with connect(path) as sock:
        beside = [] if fd is None else [
            (socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [fd]))]
        data = frame(REQUEST, body)
        sent = sock.sendmsg([data], beside)
        # Who was answered already may be closed: nothing is no good either.
        if sent < len(data):
            sock.sendall(data[sent:])
        magic, kind, length = struct.unpack(">4sII", receive(sock, 12))
        assert magic == b"SKS1" and kind == ANSWER, (magic, kind)
        answer = Reader(receive(sock, length))
    status, field, sentence = answer.number(), answer.text(), answer.text()
    found = [(answer.text(), answer.text()) for _ in range(answer.number())]
    assert answer.data == b""
    return Answer(STATUS[status], field, sentence, found)
