"""Fills a quarantine with many held mails, which takes seconds."""
from holding import Held, keys

# An IMAP server without the plug-in, which takes what nobody may upload.
WITHOUT = "mail_plugins="
LETTER = b"X-Sekisho-Held: %s\r\nX-Sekisho-Reason: Inbound spam (R4)\r\n" \
    b"From: Sender <sender@partner.test>\r\nTo: bob@example.test\r\n" \
    b"Subject: Letter %d\r\nMessage-ID: <%d@partner.test>\r\n" \
    b"Date: Tue, 24 Nov 2026 09:00:00 +0900\r\n\r\n" + \
    20 * (60 * b"x" + b"\r\n")


def fill(quarantine, count, first=0):
    """Holds mails with the numbers from first to first + count - 1, which came
    yesterday."""
    key, seals = keys(quarantine.stack)[0], []
    for i in range(1000):
        held = Held("bob@example.test")
        seals.append((held, held.value(key).encode()))
    with quarantine.session(WITHOUT, days=-1) as imap:
        for start in range(first, first + count, 500):
            parts = ["APPEND Quarantine ($SekishoSpam)"]
            for i in range(start, min(start + 500, first + count)):
                held, seal = seals[i % 1000]
                name = b"id=b%014d;" % i
                parts += [LETTER % (seal.replace(
                    b"id=%s;" % held.id.encode(), name), i, i),
                    "($SekishoSpam)"]
            imap.must(*parts[:-1])
