"""The digest: a mail that lists what was held, as often as its user wants, with
links that do what they say once, and nothing else."""
import concurrent.futures
import re
import subprocess
from html import unescape

import pytest

from accounts import Person
from digests import Digest, key_of
from doveadm import in_days
from mails import EICAR, mail
from running import TOP


@pytest.fixture(name="bob")
def bobs_digest(stack):
    return Digest(stack, "bob")


# -- when ----------------------------------------------------------------------

def test_off(bob):
    """Digest: off by default, and when a user says so"""
    bob.quarantine.hold()
    assert bob.send(8) == 0
    bob.choose("off")
    assert bob.send(8, "sekisho_digest=1h") == 0


def test_once(bob):
    """Digest: a held mail is listed once, when its time has come"""
    bob.choose("7d")
    bob.quarantine.hold()
    # Today may be the Monday on which it is time.
    assert bob.send(-1) == 0
    assert bob.send(8) == 1
    assert [bob.send(days) for days in (8, 9, 16)] == [0, 0, 0]
    assert len(bob.mails()) == 1
    assert bob.quarantine.log_lines(
        "id=- user=bob@example.test action=digest messages=1 result=ok")
    bob.quarantine.hold_many(2)
    assert bob.send(8) == 2
    assert bob.mails(2)[1]["Subject"].startswith("Held mail: 2 new")
    # Nothing that a user does makes a mail new again.
    with bob.quarantine.session() as imap:
        imap.select("Quarantine")
        imap.must("UID STORE 1:* FLAGS ()")
    assert bob.send(16) == 0


@pytest.mark.parametrize("choice, setting, count", [
    ("", "1d", 1), ("", "off", 0), ("off", "1d", 0), ("1d", "off", 1),
    ("nonsense", "1d", 1), ("99d", "1d", 1)])
def test_choice(bob, choice, setting, count):
    """Digest: what a user chose counts, else what the site has set"""
    bob.choose(choice)
    bob.quarantine.hold()
    assert bob.send(2, "sekisho_digest=" + setting) == count


def test_administrator_chooses(bob):
    """Digest: an administrator sees and sets what a user has chosen"""
    entry = ["-u", "bob", "Quarantine", "/private/vendor/sekisho/digest"]
    bob.quarantine.doveadm("mailbox", "metadata", "set", *entry, "1d")
    shown = bob.quarantine.doveadm("mailbox", "metadata", "get", *entry)
    assert b"1d" in shown.stdout
    bob.quarantine.hold()
    assert bob.send(2) == 1


@pytest.mark.parametrize("setting", ["1", "30m", "8d", "daily"])
def test_wrong_setting(bob, setting):
    """Digest: a wrong setting is quoted with what it should be"""
    result = bob.send(0, "sekisho_digest=" + setting, check=False)
    assert result.returncode == 64
    assert "sekisho_digest = %s: has to be off, or a time from 1h to 7d" % \
        setting in result.stderr


def test_all_users(bob, stack):
    """Digest: with -A it goes to who wants one, and to nobody else"""
    erin = Digest(stack, "erin")
    bob.choose("1d")
    for one in bob, erin:
        one.quarantine.hold()
    rows = bob.json("digest", "send", "-A", before=in_days(2))
    assert [(row["username"], row["messages"]) for row in rows] == [
        ("bob", "1")]
    assert len(bob.mails()) == 1 and len(erin.mails(0)) == 0


@pytest.mark.parametrize("daemon", ["sekishod", "exim"])
def test_outage(bob, stack, daemon):
    """Digest O4: while sekishod or the mail server is away none is sent, and
    none is lost"""
    bob.choose("1d")
    bob.quarantine.hold()
    stack.stop(daemon)
    try:
        result = bob.send(2, check=False)
        assert result.returncode == 75, result
        assert "no digest to bob: " in result.stderr
    finally:
        stack.start(daemon)
    assert bob.send(2) == 1
    assert len(bob.mails()) == 1


def test_timer(tmp_path):
    """Digest: make install brings a timer for systemd and one for cron"""
    subprocess.run(["make", "-s", "-C", TOP, "install-timers",
                    "DESTDIR=%s" % tmp_path], check=True,
                   stdout=subprocess.DEVNULL)
    units = tmp_path / "usr/lib/systemd/system"
    service = (units / "sekisho-digest.service").read_text()
    cron = (tmp_path / "etc/cron.d/sekisho-digest").read_text()
    assert "OnCalendar=hourly" in (units / "sekisho-digest.timer").read_text()
    command = re.search("^ExecStart=(.*)$", service, re.M)[1]
    assert command == "/usr/bin/doveadm sekisho digest send -A"
    assert cron.endswith(" || %s >/dev/null\n" % command.removeprefix(
        "/usr/bin/"))


# -- the mail ------------------------------------------------------------------

def test_text(bob):
    """Digest: nothing that a stranger wrote makes a line, a link or a header"""
    evil = "Win https://evil.example/x?_key=1 www.evil.example\r\n Bcc: x"
    bob.choose("1d")
    bob.quarantine.hold(mail(subject=evil.replace("\r\n", ""),
                             sender='"{DELIVER} {EACH}" <e@evil.example>'),
                        sender="a@evil.example", reason="A rule {URL}")
    assert bob.send(2) == 1
    text = bob.text()
    assert "Subject: Win https: //evil. example/x?_key=1 www. evil. example " \
        "Bcc: x\n" in text
    assert "From: \"{DELIVER} {EACH}\" <e@evil.example>\n" in text
    assert "Sender: a@evil.example\n" in text
    assert len(re.findall(r"://\S", text)) == 4
    assert text.isascii() and len(bob.keys(text)) == 3


def test_html(bob):
    """Digest: in HTML it has the same links, and a stranger's markup is text"""
    evil = "<b onclick=x>Win</b> https://evil.example/<img src=//evil.example>"
    bob.choose("1d")
    bob.quarantine.hold(mail(subject=evil), sender="<i>@evil.example")
    assert bob.send(2) == 1
    message, = bob.mails()
    html = bob.text(message, "html")
    assert message.get_content_type() == "multipart/alternative"
    hrefs = [unescape(url) for url in re.findall(r'<a href="(.*?)"', html)]
    assert hrefs == re.findall(r"http://\S+", bob.text(message))
    assert "&lt;b onclick=x&gt;Win&lt;/b&gt; https: //evil. example/" in html
    tags = set(re.findall(r"<([!a-z0-9]+)", html))
    assert tags == {"!", "html", "head", "meta", "title", "body", "div", "h1",
                    "p", "table", "tr", "td", "a"}
    assert not re.search(r"\b(src|onclick)=", re.sub("&lt;.*?&gt;", "", html))


def test_japanese(bob, stack):
    """Digest: in the language of his account"""
    erin = Digest(stack, "erin")
    person = Person(stack, "erin@example.test")
    person.register()
    try:
        erin.choose("1d")
        erin.quarantine.hold(mail(subject="=?utf-8?b?6KuL5rGC5pu4?="))
        assert erin.send(2) == 1
        message, = erin.mails()
    finally:
        erin.run("account", "delete", "-u", "erin")
    assert message["Subject"] == "隔離されたメールのお知らせ（新着 1 通）"
    assert "件名: 請求書" in erin.text(message).splitlines()
    html = erin.text(message, "html")
    assert '<html lang="ja">' in html and ">請求書</p>" in html


def test_virus(bob):
    """Digest Q9: no link lets out what is held for a virus"""
    held, keys = bob.listed(mail(files=[("game.com", EICAR)]), "virus",
                            reason="Inbound virus: Eicar")
    assert len(keys) == 1
    assert bob.ask("act", keys[0]).status == "ok"
    assert bob.where(held) == (0, 0)


def test_many(bob):
    """Digest: of more than 100 mails the others are counted"""
    bob.choose("1d")
    bob.quarantine.hold_many(103)
    assert bob.send(2) == 103
    text = bob.text()
    assert len(bob.keys(text)) == 300
    assert "3 more mails are not listed here" in text
    assert bob.send(3) == 0


# -- links ---------------------------------------------------------------------

@pytest.mark.parametrize("number, action, log", [
    (0, "deliver", "action=deliver folder=INBOX rescan=clean result=ok"),
    (2, "delete", "action=delete result=ok")])
def test_links(bob, number, action, log):
    """Digest: a link shows, then does what it says, once, as its user"""
    held, keys = bob.listed(mail(subject="Cheap watches"))
    for _ in range(2):
        answer = bob.ask("show", keys[number])
        assert answer.all("action") == [action]
        assert answer.all("subject") == ["Cheap watches"]
        assert bob.where(held) == (1, 0)
    assert bob.ask("act", keys[number]).status == "ok"
    assert bob.where(held) == (0, 1 if action == "deliver" else 0)
    assert bob.quarantine.log(held, "user=bob@example.test by=link " + log)
    for key in keys:
        for verb in "show", "act":
            answer = bob.ask(verb, key)
            assert (answer.status, answer.field) == ("not-found", "message")
    assert bob.where(held) == (0, 1 if action == "deliver" else 0)


def test_not_by_link(bob):
    """Digest Q9: a link lets out no more than its user might: today's scan
    finds something"""
    held, keys = bob.listed(mail(files=[("game.com", EICAR)]))
    answer = bob.ask("act", keys[0])
    assert (answer.status, answer.field) == ("refused", "message"), answer
    assert bob.where(held) == (1, 0)
    assert bob.quarantine.log(held, "by=link action=deliver folder=INBOX "
                              "result=refused .*Eicar")


def test_wrong_keys(bob):
    """Digest: a key that was changed, cut or made up opens nothing"""
    held, keys = bob.listed()
    good = keys[0]
    swapped = ["BCDEFGH"[("ABCDEFG".index(good[1]) if good[1] in "ABCDEFG"
                          else 0)]]
    wrong = ["", "x", "A" * 76, good[:-1], good + "A", good[0] + swapped[0] +
             good[2:], "AQJ" + good[3:], good.replace("_", "/") + "=",
             good[:30] + "A" + good[31:], "\n" + good, good * 20]
    for key in wrong:
        if key != good:
            for verb in "show", "act":
                answer = bob.ask(verb, key)
                assert (answer.status, answer.field) == ("not-found", "key"), \
                    (key, answer)
    assert bob.ask("steal", good).status == "invalid"
    assert bob.where(held) == (1, 0)


def test_ends_with_its_message(bob):
    """Digest: a link ends when its message expires"""
    held = bob.quarantine.hold()
    late = key_of(bob.stack, bob.guid(held), seconds=-1)
    for verb in "show", "act":
        answer = bob.ask(verb, late)
        assert (answer.status, answer.field) == ("not-found", "key"), answer
    assert bob.where(held) == (1, 0)
    assert bob.ask("act", key_of(bob.stack, bob.guid(held))).status == "ok"
    assert bob.where(held) == (0, 1)


def test_of_one_user(bob):
    """Digest: a link for one user reaches nothing of another"""
    held = bob.quarantine.hold()
    guid = bob.guid(held)
    for login, field in (("alice", "message"), ("nobody", ""), ("*", ""),
                         ("-A", ""), ("bob\0x", ""), ("bob --help", "")):
        answer = bob.ask("act", key_of(bob.stack, guid, login))
        assert answer.status != "ok" and (
            field == "" or answer.field == field), (login, answer)
    other = key_of(bob.stack, guid, secret=b"x" * 32)
    assert bob.ask("act", other).field == "key"
    assert bob.where(held) == (1, 0)


def test_many_at_once(bob):
    """Digest: of many uses at once the mail comes once; who finds it half
    delivered ends the delivery, or is told to come again"""
    held, keys = bob.listed()
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: bob.ask("act", keys[0]), range(8)))
    assert bob.where(held) == (0, 1)
    said = {answer.status for answer in answers}
    assert "ok" in said and said <= {"ok", "not-found", "unavailable"}


def test_approve(bob):
    """Digest Q5: a link approves the sender as well; without an account it
    says no, and the mail stays"""
    held, keys = bob.listed(mail(sender="new@digest.test"))
    try:
        assert bob.ask("act", keys[1]).status == "ok"
        assert bob.where(held) == (0, 1)
        assert {"entry": "new@digest.test"} in bob.json("sender", "list", "-u",
                                                        "bob")
    finally:
        bob.run("sender", "remove", "-u", "bob", "new@digest.test")
    dave = Digest(bob.stack, "dave")
    held, keys = dave.listed()
    answer = dave.ask("act", keys[1])
    assert answer.status != "ok" and dave.where(held) == (1, 0), answer
