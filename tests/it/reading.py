"""What a test sees in a mail that was read back, as bytes with CRLF."""
import email
import email.policy
import re

TRACE = re.compile(
    rb"(?:(?:Return-Path|Delivered-To|Received|X-Sink-From|X-Sink-To):"
    rb"[^\r\n]*\r\n(?:[ \t][^\r\n]*\r\n)*)*")
FIELD = re.compile(rb"[^\r\n]*\r\n(?:[ \t][^\r\n]*\r\n)*")
STAMP = ("The attachment named %s could not be scanned for viruses because "
         "it is a password protected")


def own(data):
    """The mail without the trace that Exim, Dovecot and the sink put on."""
    return data[TRACE.match(data).end():]


def parsed(data):
    return email.message_from_bytes(data, policy=email.policy.default)


def fields(data, name):
    """The header fields of that name, as they stand in the mail."""
    head = data.split(b"\r\n\r\n", 1)[0] + b"\r\n"
    prefix = name.lower().encode() + b":"
    return [field for field in FIELD.findall(head)
            if field.lower().startswith(prefix)]


def without(data, name):
    """The mail without these header fields, which it must have."""
    for field in fields(data, name):
        data = data.replace(field, b"", 1)
    return data


def subject(data):
    return parsed(data)["Subject"]


def text(data, kind="plain"):
    return parsed(data).get_body((kind,)).get_content().replace("\r\n", "\n")


def attachments(data):
    """Name and content of each."""
    return [(part.get_filename(), part.get_payload(decode=True))
            for part in parsed(data).iter_attachments()]


def recipients(data):
    """Of a mail in the sink."""
    return [line.split(b": ", 1)[1].strip().decode()
            for line in TRACE.match(data)[0].split(b"\r\n")
            if line.startswith(b"X-Sink-To: ")]
