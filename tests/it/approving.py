"""A user's lists of senders: in the directory, by sekishod and by LDAP
tools, and as a folder."""
import contextlib
import re
import subprocess
import time

from protocol import call
from quarantine import Quarantine


class Approving(Quarantine):
    """A quarantine, with the user's list of approved senders, or the one of
    blocked senders."""

    def __init__(self, stack, user, which="Approved"):
        super().__init__(stack, user)
        self.verb, self.senders = which.lower(), which + " Senders"
        self.attribute = "sekisho%sSender" % which

    def ask(self, verb, *entries):
        return call(self.stack.env["CONTROL_SOCKET"], verb,
                    [("user", self.user + "@example.test")] +
                    [("entry", entry) for entry in entries])

    def approved(self):
        answer = self.ask(self.verb + "-list")
        assert answer.status == "ok", answer
        return answer.all("entry")

    def approve(self, *entries):
        answer = self.ask(self.verb + "-add", *entries)
        assert answer.status == "ok", answer

    def forget(self):
        entries = self.approved()
        if entries:
            assert self.ask(self.verb + "-remove", *entries).status == "ok"

    def modify(self, kind, *entries):
        """Behind Sekisho's back, as root on the host of slapd: add, delete,
        replace."""
        changes = "dn: uid=%s,ou=people,%s\nchangetype: modify\n" \
            "%s: %s\n%s" % (
                self.user, self.stack.env["LDAP_BASE"], kind, self.attribute,
                "".join("%s: %s\n" % (self.attribute, e) for e in entries))
        subprocess.run(["ldapmodify", "-Q", "-Y", "EXTERNAL", "-H",
                        self.stack.env["LDAPI_URI"]], input=changes,
                       text=True, check=True, stdout=subprocess.DEVNULL)

    def folder_of_senders(self, *settings):
        """A session that has selected it."""
        imap = self.session(*settings)
        imap.select(self.senders)
        return imap


def shown(imap, field="SUBJECT"):
    """UID -> subject, of the selected folder as this session sees it."""
    reply = imap.must("UID FETCH 1:* (BODY.PEEK[HEADER.FIELDS (%s)])" % field)
    found = {}
    for line in reply.untagged:
        match = re.match(r"\d+ FETCH \(UID (\d+) BODY\[.*?\] \S+?: (.*)", line)
        if match:
            found[int(match[1])] = match[2].split("\r")[0]
    return found


@contextlib.contextmanager
def no_directory(stack):
    stack.stop("slapd")
    try:
        yield
    finally:
        stack.start("slapd")
        time.sleep(2)   # then every clerk has to know (issue 3)
