#!/usr/bin/python3
"""sink.py PORT DIRECTORY [ADDRESS] - takes all mail over SMTP, and keeps it.

The rest of the world, as far as the stack's Exim can see. One file for each
message: the envelope in the first lines (X-Sink-From, X-Sink-To), then the
message as it came, with CRLF. Written under a hidden name, then renamed, so
that whoever looks sees whole messages only.

A recipient whose local part is fail-CODE (fail-451@partner.test) is refused
with that code.
"""
import asyncio
import os
import re
import sys
import time

SIZE_MAX = 100 * 1024 * 1024
EXTENSIONS = ("sink.test", "SIZE %d" % SIZE_MAX, "8BITMIME", "SMTPUTF8",
              "PIPELINING", "CHUNKING")


class Session:
    """One connection: commands in, answers out."""

    written = 0     # messages of all sessions

    def __init__(self, reader, writer, directory):
        self.reader = reader
        self.writer = writer
        self.directory = directory
        self.reset()

    def reset(self):
        self.sender = None
        self.recipients = []
        self.chunks = []

    async def answer(self, *lines):
        code = lines[0][:3]
        texts = (lines[0][4:],) + lines[1:]
        for number, text in enumerate(texts, 1):
            mark = " " if number == len(texts) else "-"
            self.writer.write(("%s%s%s\r\n" % (code, mark, text)).encode())
        await self.writer.drain()

    async def run(self):
        await self.answer("220 sink.test ESMTP")
        while True:
            line = await self.reader.readline()
            if not line:
                return
            verb, _, rest = line.decode("utf-8", "replace").strip() \
                .partition(" ")
            if verb.upper() == "QUIT":
                await self.answer("221 bye")
                return
            command = getattr(self, "do_" + verb.lower(), None)
            if command is None:
                await self.answer("500 unknown command")
            else:
                await command(rest)

    async def do_helo(self, rest):
        self.reset()
        await self.answer("250 sink.test")

    async def do_ehlo(self, rest):
        self.reset()
        await self.answer("250 " + EXTENSIONS[0], *EXTENSIONS[1:])

    async def do_rset(self, rest):
        self.reset()
        await self.answer("250 forgotten")

    async def do_noop(self, rest):
        await self.answer("250 nothing done")

    async def do_mail(self, rest):
        match = re.match(r"FROM:\s*<([^>]*)>", rest, re.IGNORECASE)
        if match is None:
            await self.answer("501 MAIL FROM:<address>")
            return
        self.reset()
        self.sender = match[1]
        await self.answer("250 sender taken")

    async def do_rcpt(self, rest):
        match = re.match(r"TO:\s*<([^>]+)>", rest, re.IGNORECASE)
        if match is None or self.sender is None:
            await self.answer("503 RCPT TO:<address> after MAIL")
            return
        fail = re.match(r"fail-([45]\d\d)@", match[1])
        if fail is not None:
            await self.answer("%s refused, as you asked for" % fail[1])
            return
        self.recipients.append(match[1])
        await self.answer("250 recipient taken")

    async def do_data(self, rest):
        if not self.recipients:
            await self.answer("503 no recipients")
            return
        await self.answer("354 go on")
        while True:
            line = await self.reader.readline()
            if not line:
                raise ConnectionError("closed in DATA")
            if line == b".\r\n":
                break
            self.chunks.append(line[1:] if line.startswith(b".") else line)
        await self.finish()

    async def do_bdat(self, rest):
        words = rest.upper().split()
        if not words or not words[0].isdigit():
            await self.answer("501 BDAT size [LAST]")
            return
        self.chunks.append(await self.reader.readexactly(int(words[0])))
        if not self.recipients:
            await self.answer("503 no recipients")
        elif words[-1] == "LAST":
            await self.finish()
        else:
            await self.answer("250 chunk taken")

    async def finish(self):
        Session.written += 1
        name = "%d-%06d.eml" % (time.time_ns(), Session.written)
        hidden = os.path.join(self.directory, "." + name)
        envelope = ["X-Sink-From: " + self.sender]
        envelope += ["X-Sink-To: " + address for address in self.recipients]
        with open(hidden, "wb") as file:
            file.write("".join(line + "\r\n" for line in envelope).encode())
            file.writelines(self.chunks)
        os.rename(hidden, os.path.join(self.directory, name))
        self.reset()
        await self.answer("250 kept as " + name)


async def main(port, directory, address="127.0.0.1"):
    async def connected(reader, writer):
        try:
            await Session(reader, writer, directory).run()
        except (ConnectionError, asyncio.IncompleteReadError, ValueError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(connected, address, port,
                                        limit=1 << 20, backlog=200)
    async with server:
        await server.serve_forever()


if len(sys.argv) not in (3, 4):
    sys.exit("usage: sink.py port directory [address]")
os.makedirs(sys.argv[2], exist_ok=True)
asyncio.run(main(int(sys.argv[1]), *sys.argv[2:]))
