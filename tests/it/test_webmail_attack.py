"""What strangers and other sites try with the webmail's pages (C7, W2)."""
import email.utils
import re
import urllib.parse

import pytest

from accounts import Directory, Person as Registered, address
from mails import mail
from quarantine import Quarantine
from running import wait_until
from webpages import Visitor, phrase, warnings

MARKUP = '"><img src=x onerror=alert(1)><script>alert(2)</script>'


@pytest.fixture(name="site", scope="module")
def site_with_webmail(web_site):
    return web_site


@pytest.fixture(name="visitor")
def somebody(site):
    return Visitor(site)


def sent(site, mail_address):
    """How many mails went to the address."""
    return len(site.search(mail_address.split("+")[0].split("@")[0], "TO",
                           mail_address))


def test_c7_forgot_same_page(site, visitor):
    """C7: who is unknown, and who answers right or wrong, gets the same page"""
    known = Registered(site).activated().mail
    pages = [visitor.forgot(known), visitor.forgot(known, answer="wrong"),
             visitor.forgot(address())]
    assert pages[0].title == "メールをご確認ください", pages[0].text
    assert [page.stable() for page in pages[1:]] == [pages[0].stable()] * 2


def test_c7_register_same_page(site, visitor):
    """C7: who has an account already is told by mail, not by the page"""
    known = Registered(site).activated().mail
    pages = [visitor.register(known), visitor.register(address())]
    assert pages[0].title == "メールをご確認ください", pages[0].text
    assert pages[0].stable() == pages[1].stable()


def test_c7_login_same_page(site):
    """C7: a wrong password and an unknown user look the same"""
    pages = []
    for user in "bob", "nobody":
        page = Visitor(site).log_in(user, "wrong password")
        pages.append((page.status, re.sub(r'"request_token":"\w+"|value="\w+"',
                                          "", page.text)))
    assert pages[0] == pages[1]


@pytest.mark.parametrize("token", [None, "", "x" * 32])
@pytest.mark.parametrize("name", ["register", "forgot"])
def test_c7_csrf_forms(site, visitor, name, token):
    """C7: a form without the session's token does nothing"""
    to = address()
    change = {"_token": token} if token is not None else {"_token": []}
    page = getattr(visitor, name)(to, **change)
    assert page.alert.startswith("ページを開いてから"), page.text
    assert not site.sekishod_log(re.escape(to))


def test_c7_csrf_other_session(site, visitor):
    """C7: nor does one with a token of somebody else's session"""
    other = re.search(r'name="_token" value="(\w+)"',
                      Visitor(site).page("forgot").text)[1]
    page = visitor.forgot(address(), _token=other)
    assert page.alert.startswith("ページを開いてから"), page.text


def test_c2_csrf_activate(site, visitor):
    """C2 C7: an activation needs the button of the page, however it is sent"""
    person = Registered(site)
    assert person.register().status == "ok"
    url, = person.urls("activate")
    assert "続行" in visitor.ask(url).text
    for fields in ({}, {"x": "y"}, {"_token": ""}, {"_token": "0" * 32}):
        assert visitor.ask(url, fields).title == "アカウントの有効化"
        assert person.entry()["sekishoStatus"] == ["pending"]
    assert visitor.send(visitor.ask(url)).title == \
        "アカウントが有効になりました"
    assert person.entry()["sekishoStatus"] == ["active"]


@pytest.mark.parametrize("name", ["activate", "reset"])
def test_c2_c5_used_url(site, visitor, name):
    """C2 C5: a URL that was used, is old or was made up says so"""
    person = Registered(site)
    if name == "activate":
        assert person.register().status == "ok"
    else:
        assert person.activated().reset().status == "ok"
    url = person.urls(name, 1 if name == "activate" else 3)[0]
    assert visitor.send(visitor.ask(url)).alert is None
    for again in (url, re.sub(r"_key=.*", "_key=%3Cb%3E", url),
                  re.sub(r"&_key=.*", "", url)):
        page = visitor.ask(again)
        if "<form" in page.text:
            page = visitor.send(page)
        assert page.status == 404 and "<b>" not in page.text
        assert page.alert.startswith("このリンクは無効です"), page.text


def test_c5_expired_url(site, visitor):
    """C5: 24 hours later it is too late, and the old password stays"""
    person = Registered(site).activated()
    person.reset()
    url, = person.urls("reset", 3)
    Directory(site).modify(person.dn(), "replace: sekishoTokenExpires",
                           "sekishoTokenExpires: 20260101000000Z")
    page = visitor.send(visitor.ask(url))
    assert (page.status, page.title) == (404, "新しいパスワード")
    assert page.alert.startswith("このリンクは無効です"), page.text
    assert person.logs_in("correct horse")


def test_c1_captcha(site, visitor):
    """C1: a wrong captcha asks nobody; each one is good for one try"""
    to = address()
    right = visitor.captcha()
    page = visitor.register(to, captcha="wrong")
    assert "正しくありません" in page.text
    assert "入力内容をご確認ください（1か所）" in page.alert
    assert "new secret" not in page.text and 'value="山田"' in page.text
    page = visitor.send(page, captcha=right, password="new secret",
                        password_again="new secret", question="pet")
    assert "正しくありません" in page.text
    assert not site.sekishod_log(re.escape(to))
    page = visitor.register(to, captcha=visitor.captcha().upper())
    assert page.title == "メールをご確認ください", page.text


def test_w1_markup_in_fields(visitor):
    """W1: what was typed comes back as text"""
    page = visitor.register(MARKUP, family_name=MARKUP, given_name=MARKUP,
                            question=MARKUP, answer=MARKUP, mail_again=MARKUP)
    assert page.text.count("&lt;script&gt;") >= 4
    assert "<script" not in page.text and "<img src=x" not in page.text


def test_c7_markup_in_mails(site, visitor):
    """C7: nothing that a stranger typed stands in a mail, but the address"""
    to = address()
    visitor.register(to, family_name="<b>Eve</b>",
                     given_name="Eve\r\nBcc: eve@partner.test")
    visitor.register(to, family_name="<b>Eve</b>")
    wait_until(lambda: sent(site, to), "the mail")
    for data in site.search("erin", "TO", to):
        assert b"Content-Type: text/plain" in data
        assert b"Eve" not in data and b"eve@" not in data


def test_c7_host_header(site):
    """C7: the URL in a mail comes from the configuration, not from a request"""
    person = Registered(site).activated()
    evil = Visitor(site, Host="evil.test", X_Forwarded_Host="evil.test",
                   Forwarded="host=evil.test")
    # A cookie for that host would not come back: it is carried by hand.
    page = evil.page("forgot")
    cookie = re.search(r"(roundcube_sessid=\w+)",
                       page.headers["Set-Cookie"])[1]
    evil.headers["Cookie"] = cookie
    picture = evil.page("captcha")
    assert picture.data and "evil.test" not in page.text
    page = evil.send(evil.page("forgot"), mail=person.mail, question="pet",
                     answer="ポチ", password="battery staple",
                     password_again="battery staple",
                     captcha=phrase(site, cookie.split("=")[1]))
    assert page.title == "メールをご確認ください", page.text
    url, = person.urls("reset", 3)
    assert url.startswith(site.env["WEB_URL"])
    assert b"evil.test" not in b"".join(site.search("erin", "TO",
                                                    person.mail))


@pytest.mark.parametrize("url", ["//evil.test/", "https://evil.test/",
                                 "_task=//evil.test", "/\\evil.test"])
def test_c3_open_redirect(site, visitor, url):
    """C3: a login leads nowhere else, whatever the URL of the page says"""
    page = visitor.log_in("bob", _url=url)
    assert page.status == 302
    target = urllib.parse.urljoin(site.env["WEB_URL"],
                                  page.headers["Location"])
    assert target.startswith(site.env["WEB_URL"]), target
    for name in "register", "forgot", "activate", "reset":
        shown = visitor.page(name, _url=url, _key=url, _err=url)
        assert shown.headers["Location"] is None
        assert not re.search(r'(href|action|src)="[^".]*//', shown.text)


def test_c7_limit_after_restart(site, visitor):
    """C7: tries of an hour are counted through the web, too, and a restart of
    sekishod forgives none; without it nobody is told a lie"""
    to = address()
    for _ in range(5):
        assert visitor.forgot(to).title == "メールをご確認ください"
    site.stop("sekishod")
    page = visitor.forgot(to)
    assert page.alert.startswith("現在ご利用いただけません"), page.text
    site.start("sekishod")
    assert visitor.forgot(to).alert.startswith("試行回数が上限")
    assert Visitor(site).forgot(to).alert.startswith("試行回数が上限")
    assert visitor.forgot(address()).alert is None


def test_c7_forwarded_for(site):
    """C7: nobody can choose from where he asks"""
    to = address()
    Visitor(site, X_Forwarded_For="192.0.2.1", X_Real_IP="192.0.2.1").forgot(
        to)
    line, = site.sekishod_log("account=%s event=" % re.escape(to))
    assert "client=127.0.0.1" in line


@pytest.fixture(name="bob")
def bob_logged_in(site):
    bob = Visitor(site)
    assert bob.log_in("bob").status == 302
    return bob


@pytest.mark.parametrize("token", [None, "", "0" * 32])
def test_w2_csrf_buttons(site, bob, token):
    """W2 C7: another site cannot press a button of the quarantine"""
    quarantine = Quarantine(site, "bob")
    quarantine.empty()
    held_id = quarantine.hold()
    uid = quarantine.uid_of(held_id)
    for do in "delete", "deliver", "approve", "request":
        bob.act("mail", "quarantine", token, _do=do, _mbox="Quarantine",
                _uid=uid)
        bob.ask("?" + urllib.parse.urlencode(
            {"_task": "mail", "_action": "plugin.sekisho.quarantine",
             "_do": do, "_mbox": "Quarantine", "_uid": uid}))
    assert quarantine.count(held_id, "Quarantine") == 1
    bob.act("mail", "quarantine", bob.token, _do="delete", _remote=1,
            _mbox="Quarantine", _uid=uid)
    assert quarantine.count(held_id, "Quarantine") == 0


@pytest.mark.parametrize("token", [None, "", "0" * 32])
def test_w3_csrf_settings(site, bob, token):
    """W3 C7: nor change a password"""
    before = len(site.sekishod_log("account=bob@example.test"))
    bob.act("settings", "password-save", token, old_password="bob-secret-1",
            password="chosen by eve", password_again="chosen by eve")
    assert len(site.sekishod_log("account=bob@example.test")) == before


def test_w2_only_this_folder(site, bob):
    """W2: the buttons act on the quarantine alone"""
    message = mail(to="bob@example.test")
    site.send(message, "bob@example.test")
    site.arrived("bob", message["Message-ID"])
    bob.act("mail", "quarantine", bob.token, _do="delete", _mbox="INBOX",
            _uid="1:*", _remote=1)
    bob.act("mail", "quarantine", bob.token, _do="delete", _remote=1,
            _mbox="Quarantine", _uid="1-INBOX")
    assert site.arrived("bob", message["Message-ID"])


def evil_mail():
    """Markup wherever a mail can have it."""
    message = mail(subject=MARKUP, to="bob@example.test",
                   sender=email.utils.formataddr((MARKUP,
                                                  "sender@partner.test")),
                   files=[(MARKUP + ".txt", b"text")])
    return message


def test_w2_markup(site, bob):
    """W2: subject, sender, reason and file name are text"""
    quarantine = Quarantine(site, "bob")
    quarantine.empty()
    held_id = quarantine.hold(evil_mail(), reason=MARKUP)
    uid = quarantine.uid_of(held_id)
    for query in ("_action=show&_uid=%s" % uid,
                  "_action=preview&_uid=%s" % uid,
                  "_action=show&_print=1&_uid=%s" % uid):
        page = bob.ask("?_task=mail&_mbox=Quarantine&" + query)
        assert page.status == 200 and "onerror" in page.text
        assert "<img src=x" not in page.text
        assert "<script>alert" not in page.text


def test_logs(site):
    """C7: neither PHP nor Roundcube had anything to warn of but forgeries"""
    assert warnings(site) == []
