"""The digest in the webmail: the pages of its links, and the choice how often
it comes."""
import contextlib
import os
import pathlib
import re
import socketserver
import struct
import threading
import time

import pytest

from accounts import Person as Registered
from digests import Digest
from mails import mail
from protocol import good_answer, receive
from webmail import Person
from webpages import Form, Visitor, warnings

MARKUP = '"><img src=x onerror=alert(1)><script>alert(2)</script>'


@pytest.fixture(name="bob")
def bobs_digest(web_site):
    return Digest(web_site, "bob")


@pytest.fixture(name="visitor")
def somebody(web_site):
    return Visitor(web_site)


def test_page_then_button(bob, visitor):
    """Digest W1: a page shows the mail, its button acts, a second use says
    that it is done; no login"""
    held, keys = bob.listed(mail(subject=MARKUP))
    for _ in range(2):
        page = visitor.page("digest", _key=keys[0])
        assert page.status == 200 and page.title == "隔離されたメールの配信"
        assert "&lt;script&gt;" in page.text and "<script" not in page.text
        assert page.headers["Referrer-Policy"] == "no-referrer"
        assert page.headers["Cache-Control"] == "no-store"
        assert "default-src 'none'" in page.headers["Content-Security-Policy"]
        assert bob.where(held) == (1, 0)
    done = visitor.send(page)
    assert done.title == "完了しました", done.text
    assert bob.where(held) == (0, 1)
    again = visitor.send(page)
    assert again.status == 404 and "すでに" in again.alert
    assert bob.where(held) == (0, 1)


@pytest.mark.parametrize("token", [[], "", "x" * 32])
def test_csrf(bob, visitor, token):
    """Digest C7: nothing acts without the token of the session"""
    held, keys = bob.listed()
    page = visitor.page("digest", _key=keys[2])
    visitor.send(page, _token=token)
    assert bob.where(held) == (1, 0)
    # Neither does a form of another link act for this one, nor a GET.
    form = Form(page.text)
    visitor.ask(form.action + "&_token=" + form.fields["_token"])
    assert bob.where(held) == (1, 0)


@pytest.mark.parametrize("key", ["", "x", "A" * 80, "<script>"])
def test_wrong_key(web_site, key):
    """Digest: a wrong link says so"""
    page = Visitor(web_site, "en").page("digest", _key=key)
    assert page.status == 404
    assert page.alert.startswith("This link is not valid"), page.text


def test_outage(web_site, bob, visitor):
    """Digest O4: while sekishod is away a link says so, and works later"""
    held, keys = bob.listed()
    web_site.stop("sekishod")
    try:
        page = visitor.page("digest", _key=keys[0])
        assert page.status == 503 and "サーバーが応答していません" in page.alert
    finally:
        web_site.start("sekishod")
    visitor.send(visitor.page("digest", _key=keys[0]))
    assert bob.where(held) == (0, 1)


class Slow(socketserver.ThreadingUnixStreamServer):
    """What Dovecot runs for links, where one takes seconds."""
    daemon_threads = True

    class RequestHandlerClass(socketserver.BaseRequestHandler):
        def handle(self):
            _, _, length = struct.unpack(">4sII", receive(self.request, 12))
            acts = b"act\0" in receive(self.request, length)
            time.sleep(4 if acts else 0)
            with contextlib.suppress(BrokenPipeError):
                self.request.sendall(good_answer(("action", "deliver")))

    def __init__(self, path):
        super().__init__(path, self.RequestHandlerClass)
        os.chmod(path, 0o666)
        threading.Thread(target=self.serve_forever).start()


@pytest.mark.parametrize("setting, title", [
    ("timeout", "完了しました"),
    ("link_timeout", "隔離されたメールの配信")])
def test_slow(web_site, visitor, setting, title):
    """Digest: who pressed the button has the answer, however long a scan
    takes, unless it takes longer than the site has set"""
    folder = web_site.env["STACK_DIR"] + "/webmail"
    config = pathlib.Path(folder + "/plugins/sekisho/config.inc.php")
    before = config.read_text()
    with Slow(folder + "/slow") as slow:
        config.write_text(before + "$config['sekisho_digest_socket'] = "
                          "'%s/slow';\n$config['sekisho_%s'] = 2;\n" % (
                              folder, setting))
        try:
            said = visitor.send(visitor.page("digest", _key="x"))
        finally:
            config.write_text(before)
            slow.shutdown()
            os.unlink(slow.server_address)
    assert said.title == title and bool(said.alert) == (
        setting == "link_timeout"), said.text


def test_choice(web_site, bob, visitor):
    """Digest W3: the user chooses in the settings, whatever is asked for"""
    visitor.log_in("bob")
    for choice, shown in (("1d", "1d"), ("off", "off"), ("x\r\ny", "off"),
                          ("", "")):
        page = visitor.act("settings", "digest-save", token=visitor.token,
                           _choice=choice)
        found = re.search(r'<option value="([^"]*)" selected', page.text)
        assert found and found[1] == shown, page.text
    visitor.act("settings", "digest-save", token="x" * 32, _choice="1d")
    bob.quarantine.hold()
    assert bob.send(8) == 0
    visitor.act("settings", "digest-save", token=visitor.token, _choice="1d")
    assert bob.send(8) == 1
    assert warnings(web_site) == []


@pytest.mark.parametrize("language", ["ja", "en"])
def test_pictures(web_site, browsers, language):
    """Digest W4: pages and mail in a browser, in both languages"""
    user = "erin" if language == "ja" else "alice"
    if language == "ja":
        Registered(web_site, "erin@example.test").register()
    person = Person(web_site, browsers(language), language)
    digest = Digest(web_site, user)
    _, keys = digest.listed(mail(subject="ご請求書の件 https://evil.example/",
                                 sender="Bank <bank@evil.example>"))
    for number, name in enumerate(("deliver", "approve", "delete")):
        person.open("?_task=login&_action=plugin.sekisho.digest&_key=" +
                    keys[number])
        person.find("button[type=submit]")
        person.picture("digest-" + name)
    person.open("?_task=login&_action=plugin.sekisho.digest&_key=" + keys[0])
    person.submit()
    person.says("配信しました" if language == "ja" else "was delivered")
    person.picture("digest-done")
    person.open("?_task=login&_action=plugin.sekisho.digest&_key=" + keys[0])
    person.picture("digest-gone")
    person.log_in(user)
    with digest.quarantine.session() as imap:
        imap.select("INBOX")
        uid, = imap.uids("HEADER Auto-Submitted auto-generated")
    person.open("?_task=mail&_mbox=INBOX&_action=show&_uid=%d" % uid)
    person.find("#messagebody")
    person.picture("digest-mail")
    person.open("?_task=settings&_action=plugin.sekisho.digest")
    person.find("#sekisho-choice")
    person.picture("digest-settings")
