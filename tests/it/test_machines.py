"""A site of several machines (docs/several-machines.md): two gateways, two
directories, two mail stores without a scanner, and behind them a mail server
that knows nothing of Sekisho. One of each ends and comes back.

The machines are network namespaces; tests/trust/machines does the same under
load.
"""
import contextlib
import re
import smtplib

import pytest

from conftest import DIRECTORY
from holding import hold_rule, original
from machines import GATEWAYS, STORES, Machines
from mails import EICAR, mail
from protocol import call
from reading import parsed
from running import wait_until

TAG = "[MEIWAKU!!!]"


@pytest.fixture(scope="module")
def site():
    machines = Machines(DIRECTORY.replace("test-stack", "test-machines"),
                        STACK_RSPAMD="0")
    if machines.missing is not None:
        pytest.skip(machines.missing)
    with machines:
        machines.add_rules(hold_rule("hold", "hold"))
        yield machines


def hold(site, gateway, recipient="bob@example.test", **fields):
    """Sends a mail that is held; returns it when it is in the quarantine."""
    message = mail(to=recipient, X_Hold="hold", **fields)
    site.send(gateway, message, [recipient])
    site.arrived("store-a", recipient.split("@")[0], "Quarantine",
                 message["Message-ID"])
    return message


def move(site, store, user, message, folder="INBOX"):
    with site.imap(store, user) as imap:
        imap.select("Quarantine")
        uid, = imap.uids("HEADER Message-ID", '"%s"' % message["Message-ID"])
        return imap.command('UID MOVE %d "%s"' % (uid, folder))


def spam(site, gateway, sender, user="bob"):
    """The subject under which a mail with a high score arrives."""
    message = mail(to=user + "@example.test", sender=sender,
                   X_Stack_Spam_Score="65")
    site.send(gateway, message, [message["To"]], sender)
    return parsed(site.arrived("store-a", user, "INBOX",
                               message["Message-ID"]))["Subject"]


def control(site, verb, *entries):
    """Asks the sekishod of store-a, as Dovecot does, about bob."""
    return call(site.values("store-a")["CONTROL_SOCKET"], verb,
                [("user", "bob@example.test"),
                 *(("entry", entry) for entry in entries)])


def senders(site, directory):
    """Those that bob has approved, as that directory has it."""
    return re.findall("(?m)^sekishoApprovedSender: (.*)$", site.run(
        directory, ["ldapsearch", "-LLL", "-Q", "-Y", "EXTERNAL", "-H",
                    site.values(directory)["LDAPI_URI"], "-b",
                    "ou=people,dc=example,dc=test", "(uid=bob)",
                    "sekishoApprovedSender"]))


def knows(site, directory, entry):
    wait_until(lambda: entry in senders(site, directory),
               "%s in %s" % (entry, directory), 30)


def modify(site, directory, entry):
    """Adds it with an LDAP tool on that host."""
    site.run(directory, [
        "ldapmodify", "-Q", "-Y", "EXTERNAL", "-H",
        site.values(directory)["LDAPI_URI"]], input="dn: uid=bob,ou=people,"
        "dc=example,dc=test\nchangetype: modify\nadd: sekishoApprovedSender\n"
        "sekishoApprovedSender: %s\n" % entry)


def logged(site, pattern, gateway):
    wait_until(lambda: site.lines(pattern, [site.values(gateway)["EXIM_LOG"]]),
               "%s in Exim's log" % pattern)


@contextlib.contextmanager
def away(site, *names):
    """The power of these machines has failed."""
    for name in names:
        site.kill(name)
    try:
        yield
    finally:
        for name in names:
            site.boot(name)


@contextlib.contextmanager
def unplugged(site, *names):
    for name in names:
        site.plug(name, "down")
    try:
        yield
    finally:
        for name in names:
            site.plug(name, "up")


# -- all of them work ----------------------------------------------------------

@pytest.mark.parametrize("gateway", GATEWAYS)
def test_rules(site, gateway):
    """R1 R4: the shipped rules act on what comes through each gateway"""
    message = mail(files=[("game.com", EICAR)], X_Stack_Spam_Score="65")
    site.send(gateway, message, ["alice@example.test"])
    data = site.arrived("store-a", "alice", "INBOX", message["Message-ID"])
    assert EICAR not in data and TAG in parsed(data)["Subject"]
    logged(site, r'sekisho: id=\S+ direction=inbound findings="virus',
           gateway)


@pytest.mark.parametrize("gateway", GATEWAYS)
def test_held(site, gateway):
    """Q1 Q4: held by a gateway, delivered on a store that has no scanner"""
    message = hold(site, gateway)
    store = STORES[GATEWAYS.index(gateway)]
    data = site.arrived(store, "bob", "Quarantine", message["Message-ID"])
    assert original(data).endswith(b"Good morning.\r\n")
    assert move(site, store, "bob", message).ok
    for one in STORES:
        data = site.arrived(one, "bob", "INBOX", message["Message-ID"])
        assert b"X-Sekisho-Released: id=" in data
        assert not site.uids(one, "bob", "Quarantine", message["Message-ID"])
    wait_until(lambda: site.lines(
        "user=bob@.* action=deliver folder=INBOX rescan=off result=ok",
        site.logs([store], "dovecot")), "its line in the log")


@pytest.mark.parametrize("gateway", GATEWAYS)
def test_approved_folder(site, gateway):
    """A9 Q11: what the folder of a store approves counts on each gateway"""
    sender = "draft-%s@partner.test" % gateway
    assert TAG in spam(site, gateway, sender)
    with site.imap("store-a", "bob") as imap:
        imap.must('APPEND "Approved Senders"',
                  b"Subject: %s\r\n\r\n" % sender.encode())
    knows(site, "ldap-b", sender)
    assert TAG not in spam(site, gateway, sender)
    assert control(site, "approved-remove", sender).status == "ok"


def test_approved_by_release(site):
    """A9 Q5: so does a sender whose held mail is delivered and approved"""
    message = hold(site, "gw-a", sender="held@partner.test")
    assert move(site, "store-b", "bob", message,
                "Quarantine/Deliver and Approve").ok
    knows(site, "ldap-b", "held@partner.test")
    assert TAG not in spam(site, "gw-b", "held@partner.test")


def test_approved_by_ldapmodify(site):
    """A9 C8: so does what an LDAP tool writes into the other directory"""
    modify(site, "ldap-a", "*@modified.test")
    knows(site, "ldap-b", "*@modified.test")
    assert TAG not in spam(site, "gw-b", "who@modified.test")
    with site.imap("store-b", "bob") as imap:
        imap.select("Approved Senders")
        assert imap.uids('SUBJECT "*@modified.test"')


def behind(site, message):
    """The mail on the server that knows nothing of Sekisho."""
    return site.arrived("behind", "gina", "INBOX", message["Message-ID"])


def test_q10_behind(site):
    """Q10: as a gateway: passed on, held, and sent on when it is released"""
    message = mail(to="gina@gateway.test", X_Stack_Spam_Score="65")
    site.send("gw-a", message, ["gina@gateway.test"])
    assert TAG in parsed(behind(site, message))["Subject"]
    message = hold(site, "gw-b", "gina@gateway.test")
    assert not site.uids("behind", "gina", "INBOX", message["Message-ID"])
    assert move(site, "store-a", "gina", message).ok
    data = behind(site, message)
    assert b"\r\nX-Sekisho-Released: id=" in data
    assert not site.uids("store-a", "gina", "Quarantine",
                         message["Message-ID"])


def test_q10_release_port(site):
    """Q10: only the stores come to the port for what is not looked at; if
    others did, it would be looked at"""
    for gateway in GATEWAYS:
        with pytest.raises(OSError):
            site.smtp(gateway, 10025, timeout=3)
        site.run(gateway, ["nft", "insert", "rule", "inet", "sekisho", "input",
                           "tcp", "dport", "10025", "accept"])
        with site.smtp(gateway, 10025) as smtp:
            message = mail(files=[("game.com", EICAR)],
                           X_Sekisho_Released="id=x; by=user; now")
            smtp.sendmail("x@partner.test", ["alice@example.test"],
                          message.as_bytes())
        data = site.arrived("store-a", "alice", "INBOX",
                            message["Message-ID"])
        assert EICAR not in data and b"Sekisho-Released" not in data


# -- one of each is away -------------------------------------------------------

def test_gateway_down(site):
    """O4 Q10: without a gateway the other takes and sends on; what the first
    had accepted comes when it is back"""
    waiting = mail(to="alice@example.test")
    with unplugged(site, *STORES):
        site.send("gw-a", waiting, ["alice@example.test"])
        logged(site, " == alice@", "gw-a")
        site.kill("gw-a")
    try:
        with pytest.raises(OSError):
            site.smtp("gw-a", timeout=5)
        message = hold(site, "gw-b", "gina@gateway.test")
        assert move(site, "store-a", "gina", message).ok
        behind(site, message)
        assert not site.uids("store-a", "alice", "INBOX",
                             waiting["Message-ID"])
    finally:
        site.boot("gw-a")
    site.arrived("store-a", "alice", "INBOX", waiting["Message-ID"])
    hold(site, "gw-a")


def test_directory_down(site):
    """A9 O4: without a directory all ask the other one; when the first is
    back, it knows what it has missed"""
    sender = "meanwhile@partner.test"
    with away(site, "ldap-a"):
        assert TAG in spam(site, "gw-a", sender)
        assert control(site, "approved-add", sender).status == "ok"
        for gateway in GATEWAYS:
            assert TAG not in spam(site, gateway, sender)
    knows(site, "ldap-a", sender)
    with away(site, "ldap-b"):
        for gateway in GATEWAYS:
            assert TAG not in spam(site, gateway, sender)


def test_directories_apart(site):
    """A1: of changes of one entry on both, while they do not see each other,
    the later one counts, and both say the same"""
    with unplugged(site, "ldap-a"):
        modify(site, "ldap-a", "earlier@partner.test")
        modify(site, "ldap-b", "later@partner.test")
    knows(site, "ldap-a", "later@partner.test")
    wait_until(lambda: senders(site, "ldap-a") == senders(site, "ldap-b"),
               "two that are the same", 30)
    assert "earlier@partner.test" not in senders(site, "ldap-b")


def test_directories_down(site):
    """O4: without both, mail whose fate depends on them gets a 451"""
    message = mail(to="bob@example.test", X_Stack_Spam_Score="65")
    with away(site, "ldap-a", "ldap-b"):
        for gateway in GATEWAYS:
            with pytest.raises(smtplib.SMTPDataError) as error:
                site.send(gateway, message, ["bob@example.test"])
            assert error.value.smtp_code == 451
    wait_until(lambda: works(site, "gw-a") and works(site, "gw-b"),
               "mail again", 30)


def works(site, gateway):
    try:
        return TAG in spam(site, gateway, "works@partner.test")
    except smtplib.SMTPDataError:
        return False


def test_store_down(site):
    """O4: without a store the other one takes mail and lets users in; both
    have all when it is back"""
    first = hold(site, "gw-a")
    message = mail(to="bob@example.test", X_Hold="hold")
    with away(site, "store-a"):
        site.send("gw-a", message, ["bob@example.test"])
        site.arrived("store-b", "bob", "Quarantine", message["Message-ID"])
        for one in first, message:
            assert move(site, "store-b", "bob", one).ok
    for store in STORES:
        for one in first, message:
            site.arrived(store, "bob", "INBOX", one["Message-ID"])
            assert not site.uids(store, "bob", "Quarantine",
                                 one["Message-ID"])


def test_store_sekishod_down(site):
    """O4: without their sekishod the stores take ordinary mail; held mail
    waits for it, and is never in INBOX"""
    for store in STORES:
        site.kill_daemon(store, "sekishod")
    message = mail(to="bob@example.test", X_Hold="hold")
    site.send("gw-b", message, ["bob@example.test"])
    assert TAG in spam(site, "gw-b", "ordinary@partner.test")
    logged(site, r" == bob@\S+ R=sekisho_hold .*451", "gw-b")
    for folder in "INBOX", "Quarantine":
        assert not site.uids("store-a", "bob", folder, message["Message-ID"])
    for store in STORES:
        site.revive(store, "sekishod")
    site.arrived("store-a", "bob", "Quarantine", message["Message-ID"])


def test_other_key(site):
    """O4: a store whose key differs takes no held mail, and loses none"""
    path = site.values("store-a")["STACK_DIR"] + "/sekishod/held.key"
    with open(path, "r+", encoding="ascii") as file:
        key = file.read()
        file.seek(0)
        file.write("0" * 64 + "\n")
    site.kill_daemon("store-a", "sekishod")
    site.revive("store-a", "sekishod")
    message = hold(site, "gw-a")
    assert site.lines("key", site.logs(["store-a"], "dovecot"))
    with open(path, "w", encoding="ascii") as file:
        file.write(key)
    site.kill_daemon("store-a", "sekishod")
    site.revive("store-a", "sekishod")
    assert move(site, "store-a", "bob", message).ok


def test_two_ids(site):
    """two gateways never give one id to two mails"""
    ids = [re.findall(r"(?m)^\S+ \S+ (\S{6}-\S{6,11}-\S{2,4}) <= ", file)
           for file in map(read, site.exim_logs())]
    assert all(ids) and not set(ids[0]) & set(ids[1])
    for name in GATEWAYS:
        number = site.run(name, [site.values(name)["EXIM"], "-C",
                                 site.values(name)["EXIM_CONFIG"], "-bP",
                                 "localhost_number"])
        assert int(number.split()[-1]) == 1 + GATEWAYS.index(name)


def read(path):
    with open(path, encoding="utf-8", errors="replace") as file:
        return file.read()


def test_law(site):
    """O5: after all of this every mail is accounted for, once"""
    wait_until(lambda: not site.queue(), "empty queues", 60)
    said = site.reconcile()
    assert said.endswith("law holds\n"), said
