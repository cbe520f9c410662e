"""A server between sekishod and slapd that can be slow, busy, mute or gone.

    proxy = LdapProxy(slapd_port)     # listens on proxy.port
    proxy.mode = "slow"               # ask, slow, busy, mute, cut
    proxy.close()

"slow" holds back every answer for .delay seconds, "busy" answers every question
with code 51 (RFC 4511), "mute" takes questions and never answers, "cut" sends
half of an answer and no more. proxy.searches counts what was searched for.
"""
import select
import socket
import threading
import time

ANSWERS = {0x60: 0x61, 0x63: 0x65, 0x66: 0x67, 0x68: 0x69, 0x4a: 0x6b,
           0x77: 0x78}


SEARCH = 0x63


def parse(question):
    """Id and kind of a LDAPMessage, as bytes and number."""
    if len(question) < 6 or question[0] != 0x30:
        return b"", None
    at = 2 + (question[1] & 0x7f if question[1] & 0x80 else 0)
    length = question[at + 1]
    return question[at:at + 2 + length], question[at + 2 + length]


def busy_answer(question):
    """LDAPMessage { id, xxxResponse { 51, "", "" } }, or None."""
    message_id, kind = parse(question)
    kind = ANSWERS.get(kind)
    if kind is None:
        return None
    body = message_id + bytes([kind, 7, 10, 1, 51, 4, 0, 4, 0])
    return bytes([0x30, len(body)]) + body


class LdapProxy:
    def __init__(self, target):
        self.target, self.mode, self.delay = target, "ask", 0
        self.searches = 0
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=100)
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self):
        self._listener.close()

    def _accept(self):
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,),
                             daemon=True).start()

    def _serve(self, client):
        with client:
            try:
                with socket.create_connection(("127.0.0.1", self.target),
                                              10) as server:
                    self._carry(client, server)
            except OSError:
                pass

    def _carry(self, client, server):
        while True:
            for sock in select.select([client, server], [], [])[0]:
                data = sock.recv(1 << 16)
                if not data:
                    return
                if sock is client:
                    self._question(client, server, data)
                else:
                    self._answer(client, data)

    def _question(self, client, server, data):
        self.searches += parse(data)[1] == SEARCH
        if self.mode == "busy":
            answer = busy_answer(data)
            if answer is not None:
                client.sendall(answer)
        elif self.mode != "mute":
            server.sendall(data)

    def _answer(self, client, data):
        if self.mode == "slow":
            time.sleep(self.delay)
        client.sendall(data[:len(data) // 2] if self.mode == "cut" else data)
