"""A mail server that released mail is sent to, which does with each message
what a test tells it."""
import socketserver
import threading


class _Session(socketserver.StreamRequestHandler):
    def say(self, text):
        self.wfile.write(text.encode() + b"\r\n")

    def handle(self):
        server, envelope = self.server, []
        self.say("220 next hop")
        while line := self.rfile.readline():
            word = line.split()[0].upper()
            if word == b"DATA":
                self.say("354 go on")
                if not self.take(envelope):
                    return
                envelope = []
            elif word == b"QUIT":
                self.say("221 bye")
                return
            elif word == b"MAIL" and server.answers[:1] == ["refuse"]:
                self.say("451 4.3.0 not now")
            else:
                if word in (b"MAIL", b"RCPT"):
                    envelope.append(line.split(b":", 1)[1].decode().strip())
                self.say("250 fine")

    def take(self, envelope):
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            if not line:
                return False
            lines.append(line.removeprefix(b"."))
        answers = self.server.answers
        answer = answers.pop(0) if answers else "250 2.0.0 taken"
        if answer.startswith("250") or answer == "lose":
            self.server.mails.append((envelope, b"".join(lines)))
        if answer == "lose":
            return False
        self.say(answer)
        return True


class NextHop(socketserver.ThreadingTCPServer):
    """Use it in a with statement. answers are for the next messages: a line,
    "lose" takes it and loses the answer, "refuse" stays and says 451 to
    MAIL."""
    daemon_threads = True
    allow_reuse_address = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Session)
        self.answers, self.mails = [], []
        self.setting = "sekisho_submission=127.0.0.1:%d" % \
            self.server_address[1]

    def __enter__(self):
        threading.Thread(target=self.serve_forever, daemon=True,
                         kwargs={"poll_interval": 0.05}).start()
        return self

    def __exit__(self, *_):
        self.shutdown()
        self.server_close()

    def ids(self):
        """Of the mails that were taken: those in X-Sekisho-Released."""
        return [data.split(b"X-Sekisho-Released: id=", 1)[1].split(b";")[0]
                .decode() for _, data in self.mails]
