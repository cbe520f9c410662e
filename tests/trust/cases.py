"""Things that users ask for, to try while something fails: each case is
attempt(), and check(result), which finds complaints."""
import smtplib

from accounts import PASSWORD, Person
from mails import mail
from rawimap import Session
from test_quarantine_crash import again, where


def file_held(site, quarantine):
    """Held mail by LMTP: does 250 mean filed, and another try not twice?"""
    held = mail(subject="held")["Message-ID"][1:16].replace("@", "x")
    data = quarantine.stored(held, mail(subject=held))

    def attempt():
        try:
            quarantine.file(data)
            return True
        except (smtplib.SMTPException, ConnectionError):
            return False

    def check(accepted):
        # Dovecot may have to repair its index first; Exim comes again.
        if accepted and where(quarantine, held) != (0, 1):
            yield "accepted, but %s" % (where(quarantine, held),)
        if not any(attempt() for _ in range(3)):
            yield "it is refused again and again"
        if where(quarantine, held) != (0, 1):
            yield "then it is %s" % (where(quarantine, held),)

    return attempt, check


def release(site, quarantine, folder="INBOX"):
    """A delivery out of the quarantine: once, and never lost."""
    held = quarantine.hold()
    imap = Session(site.stack.port("IMAP"), quarantine.user, timeout=300)
    imap.select("Quarantine")
    uid = quarantine.uid(imap, held)

    def attempt():
        try:
            return imap.command("UID MOVE %d %s" % (uid, folder)).ok
        except ConnectionError:
            return False
        finally:
            imap.sock.close()

    def check(moved):
        places = where(quarantine, held)
        # A MOVE copies, then removes; what fails then leaves it marked.
        if places not in ((0, 1), (1, 1), (1, 0)) or \
                (moved and places == (0, 1)):
            yield "%s, but %s" % (moved, places)
        try:
            again(quarantine, held, lambda imap: [
                "UID MOVE %d %s" % (quarantine.uid(imap, held), folder)])
        except AssertionError as error:
            yield "the next try: %s" % error
        if where(quarantine, held) != (1, 0):
            yield "then it is %s" % (where(quarantine, held),)

    return attempt, check


def approve(site, quarantine):
    """The same, and its sender is approved."""
    quarantine.forget()
    attempt, check_release = release(site, quarantine,
                                     '"Quarantine/Deliver and Approve"')

    def check(moved):
        yield from check_release(moved)
        if quarantine.approved() != ["sender@partner.test"]:
            yield "then approved are %s" % quarantine.approved()

    return attempt, check


def register(site, _):
    """An account: whoever is told that it waits for him can activate it."""
    person = Person(site.stack)

    def attempt():
        try:
            return person.register().status == "ok"
        except (ConnectionError, TimeoutError):     # libcurl may wait
            return False

    def check(accepted):
        if not accepted and not attempt():
            yield "it is refused again"
        site.stack.settled()
        mails = len(person.found())
        if mails == 0:
            yield "no mail came"
            return
        answer = person.ask("activate", token=person.token("activate", mails))
        if answer.status != "ok":
            yield "it cannot be activated: %s" % (answer,)
        elif not person.logs_in(PASSWORD):
            yield "its password is another one"

    return attempt, check
