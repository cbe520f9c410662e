"""What a held message may do to who looks at it in the webmail: nothing (W2).
And sessions: their end, with an open tab (C3)."""
import contextlib
import email.utils
import http.server
import os
import threading
import time

import pytest
from selenium.webdriver.common.keys import Keys

from mails import mail
from quarantine import Quarantine
from running import wait_until
from webmail import Person
from webpages import Visitor, warnings

HTML = """<html><head><link rel="stylesheet" href="%(url)s/style.css">
<style>@import url(%(url)s/import.css); p { background: url(%(url)s/back.png) }
</style></head><body><table background="%(url)s/table.png"><tr><td
background="%(url)s/cell.png">cell</td></tr></table><p>Hello</p>
<img src="%(url)s/image.png"><video src="%(url)s/film.mp4" autoplay></video>
<svg><image href="%(url)s/svg.png"/><a href="%(url)s/svg"><text>svg</text></a>
</svg><iframe src="%(url)s/frame"></iframe><object data="%(url)s/object">
</object><a id="link" href="%(url)s/link">Win <b>now</b></a>
<map><area href="%(url)s/area" shape="default"></map>
<a href="mailto:eve@partner.test">write</a>
<a href="javascript:document.title='owned'">script</a></body></html>"""


class Elsewhere(http.server.ThreadingHTTPServer):
    """A host that remembers what it was asked for."""

    def __init__(self):
        self.asked = []
        super().__init__(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self):
        return "http://127.0.0.1:%d" % self.server_port


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.asked.append(self.path)
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.fixture(name="elsewhere")
def another_host():
    with Elsewhere() as server:
        yield server
        server.shutdown()


@pytest.fixture(name="bob")
def bob_at_a_browser(web_site, browsers):
    return Person(web_site, browsers("ja"))


@pytest.fixture(name="held")
def bobs_quarantine(web_site):
    quarantine = Quarantine(web_site, "bob")
    quarantine.empty()
    return quarantine


def dangerous(elsewhere, subject):
    message = mail("Look at %s/plain\n" % elsewhere.url, subject=subject,
                   to="bob@example.test")
    page = HTML % {"url": elsewhere.url}
    message.add_alternative(page, subtype="html")
    message.add_attachment(page, subtype="html", filename="page.html")
    return message


def frame_of(person):
    person.browser.switch_to.frame(person.find("#messagecontframe"))


def dialog(person):
    return person.wait(lambda: person.browser.switch_to.alert)


def test_w2_no_remote_content(web_site, held, bob, elsewhere):
    """W2: nothing of other hosts is loaded for a held mail, even when asked"""
    held_id = held.hold(dangerous(elsewhere, "held-1"))
    uid = held.uid_of(held_id)
    show = "?_task=mail&_mbox=Quarantine&_uid=%d" % uid
    bob.log_in("bob")
    bob.quarantine(1)
    bob.choose("held-1")
    frame_of(bob)
    bob.says("Hello", ".message-htmlpart")
    bob.browser.switch_to.default_content()
    for query in ("&_action=show", "&_action=show&_safe=1",
                  "&_action=preview&_safe=1&_framed=1"):
        bob.open(show + query)
        bob.says("Hello", ".message-htmlpart")
        assert not bob.shown("#remote-objects-message")
    bob.open(show + "&_action=get&_part=2&_safe=1&_embed=1&_mimewarning=1")
    bob.says("Hello")
    assert elsewhere.asked == []
    # An ordinary mail, with the user's consent: this test would have seen it.
    held.file(dangerous(elsewhere, "free").as_bytes())
    with held.session() as imap:
        imap.select("INBOX")
        uid, = imap.uids("ALL")
    bob.open("?_task=mail&_mbox=INBOX&_uid=%d&_action=show&_safe=1" % uid)
    wait_until(lambda: "/image.png" in elsewhere.asked, "the picture")


@pytest.mark.parametrize("how", ["click", "key", "middle"])
def test_w2_links_ask_first(held, bob, elsewhere, how):
    """W2: a link of a held mail asks first, and says where it leads"""
    held.hold(dangerous(elsewhere, "held-2"))
    bob.log_in("bob")
    bob.quarantine(1)
    bob.choose("held-2")
    frame_of(bob)
    link = bob.find("[data-sekisho-href$='/link']")
    for answer in "dismiss", "accept":
        if how == "key":
            link.send_keys(Keys.ENTER)
        else:
            bob.run("arguments[0].dispatchEvent(new MouseEvent("
                    "arguments[1], {bubbles: true, cancelable: true, button: "
                    "arguments[2]}))", link,
                    *(("click", 0) if how == "click" else ("auxclick", 1)))
        question = dialog(bob)
        assert elsewhere.url + "/link" in question.text
        assert elsewhere.asked == []
        getattr(question, answer)()
    wait_until(lambda: elsewhere.asked == ["/link"], "the page")


def test_w2_no_other_links(web_site, held, elsewhere):
    """W2: no page that shows a held mail has a link that works by itself"""
    uid = held.uid_of(held.hold(dangerous(elsewhere, "held-3")))
    bob = Visitor(web_site)
    bob.log_in("bob")
    for query in ("_action=show", "_action=preview", "_action=show&_print=1",
                  "_action=show&_safe=1", "_action=preview&_prefer_html=0",
                  "_action=show&_part=2"):
        page = bob.ask("?_task=mail&_mbox=Quarantine&_uid=%d&%s" % (uid,
                                                                   query))
        assert page.status == 200 and elsewhere.url + "/" in page.text, query
        assert ' href="' + elsewhere.url not in page.text, query
        assert "mailto:eve" not in page.text, query
    page = bob.ask("?_task=mail&_mbox=Quarantine&_uid=%d&_action=get&_part=2"
                   "&_embed=1&_mimewarning=1" % uid)
    assert "sandbox" in ",".join(page.headers.get_all(
        "Content-Security-Policy"))


def test_w2_markup_in_the_browser(web_site, held, bob):
    """W2: subject, sender, reason, file name and what the mail server says are
    text in the browser, too"""
    evil = '"><img src=x onerror="document.title=1"><b>'
    held.hold(mail(subject="evil " + evil, to="bob@example.test",
                   sender=email.utils.formataddr((evil, "eve@partner.test")),
                   files=[(evil + ".txt", b"text")]),
              reason=evil, sender='"<img/src=x>"@partner.test')
    bob.log_in("bob")
    bob.quarantine(1)
    bob.choose("evil")
    assert evil in bob.text("#messagelist tr.selected")
    for frame in False, True:
        if frame:
            frame_of(bob)
            bob.find("#message-header")
        assert not bob.all("img[src='x'], .sekisho-reason b")
    bob.browser.switch_to.default_content()
    web_site.stop("slapd")
    try:
        bob.press("a.sekisho.approve")
        bob.says("変更は行われませんでした。サーバーが応答していません。",
                 "#messagestack")
    finally:
        web_site.start("slapd")
    assert not bob.all("img[src='x']")
    assert bob.run("return document.title") != "1"


@contextlib.contextmanager
def plugin_setting(site, line):
    path = os.path.join(site.env["STACK_DIR"],
                        "webmail/plugins/sekisho/config.inc.php")
    with open(path, encoding="utf-8") as file:
        old = file.read()
    try:
        with open(path, "w", encoding="utf-8") as file:
            file.write(old + line + "\n")
        yield
    finally:
        with open(path, "w", encoding="utf-8") as file:
            file.write(old)


@pytest.mark.parametrize("user, language, idle", [
    ("bob", "ja", "一定時間操作がなかったため"),
    # Her language is that of her first browser, so she is in no other test.
    ("alice", "en", "because nothing was done for a while")],
    ids=["ja", "en"])
def test_c3_timeout(web_site, browsers, user, language, idle):
    """C3: a session ends when its user does nothing, even with an open tab,
    and the login page says why"""
    bob = Person(web_site, browsers(language), language)
    bob.log_in(user)
    # Asks for news once, as an open tab does: a second question would meet a
    # session that is gone already, and Roundcube's own words.
    bob.wait(lambda: bob.run("return document.readyState === 'complete' && "
                             "jQuery.active === 0"))
    with plugin_setting(web_site, "$config['sekisho_idle_seconds'] = 2;"):
        time.sleep(4)
        bob.run("rcmail.refresh()")
        bob.find("#rcmloginuser")
        bob.says(idle)
        bob.picture("timeout")
        bob.open("?_task=mail")
        bob.find("#rcmloginuser")
    bob.log_in(user)
    bob.find("#messagelist-content")


def test_c3_keep_alive(web_site):
    """C3: what an open tab asks by itself does not count"""
    bob = Visitor(web_site)
    bob.log_in("bob")
    with plugin_setting(web_site, "$config['sekisho_idle_seconds'] = 2;"):
        wait_until(lambda: "session_error" in bob.ask(
            "?_task=mail&_action=keep-alive&_remote=1").text,
            "the end of the session")
    assert "rcmloginuser" in bob.ask("?_task=settings").text


def test_logs(web_site):
    """W2 C3: neither PHP nor Roundcube had anything to warn of"""
    assert warnings(web_site) == []
