"""Held mail expires (Q7): by age, for each domain, whoever never logs in; and
the limit of a quarantine. Months pass with libfaketime."""
import glob
import os
import shutil
import subprocess

import pytest

from dovecots import options
from doveadm import Doveadm, in_days
from mails import mail
from quarantine import Quarantine, new_held_id
from running import TOP


class Expiry(Doveadm):
    def later(self, days, *words, settings=(), **how):
        """doveadm sekisho quarantine ... in so many days."""
        return self.run("quarantine", *words, form="tab", options=options([
            "log_path=%s/log/dovecot.log" % self.stack.env["STACK_DIR"],
            *settings]), before=in_days(days), **how)

    def expire(self, days, user="bob", **how):
        return self.later(days, "expire", "-u", user, **how)


@pytest.fixture(name="expiry", scope="module")
def doveadm_of_the_stack(stack):
    return Expiry(stack)


@pytest.fixture(name="bob")
def bobs_quarantine(stack):
    quarantine = Quarantine(stack, "bob")
    quarantine.empty()
    return quarantine


# -- age -----------------------------------------------------------------------

def test_q7_age(expiry, bob):
    """Q7 O1: held mail is there for 15 days, then gone; the log has a line"""
    # complaint G1
    held = bob.hold()
    for days in 0, 14:
        assert held not in expiry.expire(days).stdout
        assert bob.count(held, "Quarantine") == 1
    assert held + "\texpired" in expiry.expire(16).stdout
    assert bob.count(held, "Quarantine") == 0
    assert set(bob.log(held)) == {
        "id=%s user=bob@example.test action=expire result=ok" % held}
    assert expiry.expire(16).stdout.split() == ["id", "result"]


def test_q7_never_logged_in(stack, expiry):
    """Q7: with -A mail expires for who has never logged in"""
    shutil.rmtree(stack.env["STACK_DIR"] + "/mail/dave", ignore_errors=True)
    dave = Quarantine(stack, "dave")
    held = dave.hold()
    expiry.later(16, "expire", "-A")
    assert dave.count(held, "Quarantine") == 0
    assert dave.log(held, "action=expire result=ok")


def test_q7_domains(expiry, bob):
    """Q7: a domain may have an age of its own, and so may a user"""
    held = bob.hold()
    expiry.expire(5, settings=["sekisho_expire=60d other.test=3d"])
    assert bob.count(held, "Quarantine") == 1
    expiry.expire(16, settings=["sekisho_expire=60d other.test=3d"])
    assert bob.count(held, "Quarantine") == 1
    shown = expiry.later(0, "show", "-u", "bob", "id", held, settings=[
        "sekisho_expire=60d, Example.TEST=3d"]).stdout
    assert held in shown and "expires" in shown
    expiry.expire(4, settings=["sekisho_expire=60d, Example.TEST=3d"])
    assert bob.count(held, "Quarantine") == 0


@pytest.mark.parametrize("value", [
    "15", "12h", "15d example.org", "15d example.org=x",
    "example.org=15d", "15 d"])
def test_q7_wrong_age(expiry, bob, value):
    """Q7: a wrong setting is quoted with what it should be; nothing is lost"""
    held = bob.hold()
    result = expiry.expire(99, settings=["sekisho_expire=" + value],
                           check=False)
    assert result.returncode == 64, result
    assert "Error: sekisho: sekisho_expire = %s: has to be an age of at " \
        "least one day, then DOMAIN=AGE for domains that differ: 15d " \
        "example.org=30d" % value in result.stderr
    assert bob.count(held, "Quarantine") == 1


def test_q7_clock_set_back(expiry, bob):
    """Q7: whatever the clock does, no mail expires before its time"""
    # complaint G1
    path = bob.stack.env["STACK_DIR"] + "/future"
    with open(path, "wb") as file:
        file.write(bob.stored("future", mail()))
    subprocess.run(
        [*in_days(20), "doveadm", "-c",
         bob.stack.env["DOVECOT_CONFIG"], "save", "-u", "bob", "-m",
         "Quarantine", path], check=True)
    held = bob.hold()
    expiry.expire(-400)
    assert "0m" in expiry.later(-400, "list", "-u", "bob", "id", held).stdout
    assert bob.count(held, "Quarantine") == 1
    expiry.expire(16)
    assert bob.count(held, "Quarantine") == 0
    assert bob.count("future", "Quarantine") == 1
    expiry.expire(36)
    assert bob.count("future", "Quarantine") == 0


def test_q7_two_at_once(expiry, bob):
    """Q7 O1: two expiries at once: each mail expires once"""
    ids = bob.hold_many(100)
    words = ["nsenter", "-t", expiry.pid, "-m", "-r", "-w", *in_days(16),
             "doveadm", "-c", bob.stack.env["DOVECOT_CONFIG"], "sekisho",
             "quarantine", "expire", "-u", "bob"]
    both = [subprocess.Popen(words, stdout=subprocess.DEVNULL,
                             stderr=subprocess.PIPE) for _ in range(2)]
    lines = [line for process in both
             for line in process.communicate()[1].decode().splitlines()]
    assert [process.returncode for process in both] == [0, 0], lines
    logged = [line.split("id=")[1].split()[0] for line in lines
              if "action=expire result=ok" in line]
    assert sorted(logged) == sorted(ids)
    assert bob.count_all("Quarantine") == 0


def test_q7_delivered_copy(expiry, bob):
    """Q7: what was copied out and forgotten here goes without a line"""
    held = bob.hold()
    with bob.session() as imap:
        imap.select("Quarantine")
        imap.must("UID COPY %d INBOX" % bob.uid(imap, held))
    expiry.expire(16)
    assert bob.count(held, "Quarantine") == 0
    assert bob.count(held, "INBOX") == 1
    assert not bob.log(held, "action=expire")


def test_q7_disk(expiry, bob):
    """Q7: expired mail leaves the disk, and what users have deleted"""
    # complaint G1
    def stored():
        return b"".join(open(path, "rb").read() for path in glob.glob(
            bob.stack.env["STACK_DIR"] + "/mail/bob/quarantine/storage/m.*"))

    bob.hold(mail(text="expire-this\n"))
    deleted = bob.hold(mail(text="delete-this\n"))
    with bob.session() as imap:
        imap.select("Quarantine")
        imap.must("UID STORE %d +FLAGS (\\Deleted)" % bob.uid(imap, deleted))
        imap.must("EXPUNGE")
    assert b"expire-this" in stored()
    expiry.expire(16)
    assert b"expire-this" not in stored() and b"delete-this" not in stored()


# -- limit ---------------------------------------------------------------------

def lmtp(quarantine, days, quota, message):
    """Hands a message to an LMTP server of its own that has this limit, in so
    many days; returns the answer."""
    script = b"LHLO here\r\nMAIL FROM:<sender@partner.test>\r\n" \
        b"RCPT TO:<%s@example.test>\r\nDATA\r\n%s\r\n.\r\nQUIT\r\n" % (
            quarantine.user.encode(), message)
    with open(quarantine.log_path, "ab") as log:
        result = subprocess.run(
            [*in_days(days), "/usr/lib/dovecot/lmtp", "-c",
             quarantine.stack.env["DOVECOT_CONFIG"],
             *options(["sekisho_quota=" + quota])], input=script, check=True,
            stdout=subprocess.PIPE, stderr=log)
    return result.stdout.decode().splitlines()[-2]


def big(quarantine, kilobytes=10):
    held = new_held_id()
    return held, quarantine.stored(held, mail(
        text=kilobytes * 16 * (63 * "x" + "\n")))


def fill(quarantine):
    """Four mails of 10 kB."""
    mails = [big(quarantine) for _ in range(4)]
    quarantine.file(*[message for _, message in mails])
    return [held for held, _ in mails]


def test_q7_quota(bob):
    """Q7 O1: when the quarantine is full, the oldest make room for the new"""
    # complaint G2
    ids, (held, message) = fill(bob), big(bob)
    assert lmtp(bob, 4, "50k", message).startswith("250 ")
    assert [bob.count(one, "Quarantine") for one in ids] == [0, 1, 1, 1]
    assert bob.count(held, "Quarantine") == 1
    assert bob.log(ids[0]) == [
        "id=%s user=bob@example.test action=evict result=ok" % ids[0]]


def test_q7_quota_young(bob):
    """Q7 O4: mail younger than three days stays; new mail waits at Exim"""
    # complaint G2
    ids, (held, message) = fill(bob), big(bob)
    assert lmtp(bob, 2, "50k", message).startswith("451 ")
    assert lmtp(bob, 4, "100 example.test=50k", message).startswith("250 ")
    assert [bob.count(one, "Quarantine") for one in ids] == [0, 1, 1, 1]
    assert bob.count(held, "INBOX") == 0
    assert bob.log_lines('id=%s .*action=hold .*result=defer text="Quarantine '
                         r'is full \(sekisho_quota\)' % held)


def test_q7_quota_too_small(bob):
    """Q7: mail larger than the limit evicts nothing"""
    # complaint R-Q1
    ids, (_, message) = fill(bob), big(bob, 60)
    assert lmtp(bob, 4, "50k", message).startswith("451 ")
    assert [bob.count(one, "Quarantine") for one in ids] == [1, 1, 1, 1]


def test_q7_quota_wrong(bob):
    """Q7: a wrong limit delays held mail, and the log says what is wrong"""
    held, message = big(bob)
    assert lmtp(bob, 0, "much", message).startswith("451 ")
    assert bob.log_lines("id=%s .*sekisho_quota = much: has to be a size" %
                         held)
    assert bob.count(held, "INBOX") == bob.count(held, "Quarantine") == 0


# -- timer ---------------------------------------------------------------------

@pytest.mark.parametrize("name", ["sekisho-expire", "sekisho-rescan",
                                  "sekisho-learn"])
def test_q7_timer(tmp_path, expiry, bob, name):
    """Q7 Q9: make install brings timers for systemd and for cron"""
    subprocess.run(["make", "-s", "-C", TOP, "install-timers",
                    "DESTDIR=%s" % tmp_path], check=True,
                   stdout=subprocess.DEVNULL)
    units = tmp_path / "usr/lib/systemd/system"
    service = (units / (name + ".service")).read_text()
    timer = (units / (name + ".timer")).read_text()
    cron = (tmp_path / "etc/cron.d" / name).read_text()
    assert "OnCalendar=" in timer and "WantedBy=timers.target" in timer
    command, = [line.partition("=")[2] for line in service.splitlines()
                if line.startswith("ExecStart=")]
    assert command.startswith("/usr/bin/doveadm sekisho ")
    entry = cron.splitlines()[-1].split(None, 6)
    assert entry[5] == "root" and entry[6].endswith(
        "%s >/dev/null" % command.removeprefix("/usr/bin/"))
    held = bob.hold()
    expiry.run(*command.split()[2:], before=in_days(16))
    assert bob.count(held, "Quarantine") == (name != "sekisho-expire")
    assert os.stat(tmp_path / "etc/cron.d" / name).st_mode & 0o133 == 0
