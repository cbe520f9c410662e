"""The Roundcube plug-in, used in a browser: links, fields, buttons, keys."""
import re
import urllib.request

import pytest
from selenium.webdriver.common.keys import Keys

from mails import EICAR, mail
from quarantine import Quarantine
from running import wait_until
from webmail import Person
from webpages import warnings


@pytest.fixture(name="site", scope="module")
def site_with_webmail(web_site):
    return web_site


@pytest.fixture(name="person")
def somebody(site, browsers):
    return Person(site, browsers("ja"))


@pytest.mark.parametrize("language, register, forgot", [
    ("ja", "アカウントの登録", "パスワードの再設定"),
    ("en", "Register", "Forgotten password")], ids=["ja", "en"])
def test_w1_links_on_the_login_page(site, browsers, language, register,
                                    forgot):
    """W1: the login page leads to both pages, in the browser's language"""
    person = Person(site, browsers(language), language)
    for link, title in ("register", register), ("forgot", forgot):
        person.open()
        person.press("#sekisho-link-" + link)
        person.says(title, "h1")
        assert person.find("html").get_attribute("lang") == language


def test_w1_strict_policy(site):
    """W1 W4: the public pages need no script and nothing from other hosts"""
    with urllib.request.urlopen(
            site.env["WEB_URL"] +
            "?_task=login&_action=plugin.sekisho.register") as reply:
        policy = reply.headers["Content-Security-Policy"]
        page = reply.read().decode()
    assert policy.startswith("default-src 'none'; ")
    assert "script" not in policy and "<script" not in page
    assert not re.search(r'(src|href)="(https?:)?//', page)


def test_c1_errors_name_the_field(person):
    """C1 W4: what is wrong stands beside the field and is tied to it"""
    person.page("register")
    person.fill(family_name="山田", mail="nobody")
    person.submit()
    wrong = person.all("[aria-invalid=true]")
    assert "given-name" in [e.get_attribute("name") for e in wrong]
    for element in wrong:
        notes = element.get_attribute("aria-describedby").split()
        assert any(person.find("#" + note).text for note in notes)
    assert person.find("[name=family-name]").get_attribute("value") == "山田"
    assert person.find("[role=alert]").text


def test_c1_captcha_in_words(person):
    """C1 W4: there is a captcha for those who cannot see one, reached and
    answered with the keyboard alone"""
    person.open()
    person.tab_to("#sekisho-link-register")
    person.keys(Keys.ENTER)
    person.says("アカウントの登録", "h1")
    person.tab_to("[name=family-name]")
    person.keys("山田")
    person.tab_to("button.quiet")
    person.keys(Keys.ENTER)
    person.says("いくつですか")
    assert person.find("[name=family-name]").get_attribute("value") == "山田"
    person.tab_to("[name=captcha]")
    person.keys(person.captcha(), Keys.ENTER)
    person.find("[role=alert]")
    wrong = [e.get_attribute("name")
             for e in person.all("[aria-invalid=true]")]
    assert wrong and "captcha" not in wrong


@pytest.fixture(name="held")
def bobs_quarantine(site):
    quarantine = Quarantine(site, "bob")
    quarantine.empty()
    return quarantine


def gone(held, *ids):
    wait_until(lambda: not any(held.count(held_id, "Quarantine")
                               for held_id in ids), "the quarantine is empty")


@pytest.mark.parametrize("button, folder", [
    ("deliver", "INBOX"), ("approve", "INBOX"), ("delete", None)])
def test_w2_buttons(held, person, button, folder):
    """W2 Q3 Q4 Q5: delete, deliver, deliver and approve"""
    held_id = held.hold()
    person.log_in("bob")
    person.quarantine(1)
    person.choose(held_id)
    assert "A rule of ours" in person.text("#messagelist tr.selected")
    person.press("a.sekisho." + button)
    gone(held, held_id)
    assert held.count(held_id, "INBOX") == (1 if folder else 0)


def test_w2_request(held, person):
    """W2, issue 10.9: a button asks the administrator for what its user may not
    release, once; the mail stays, and says that he was asked"""
    virus = held.hold(mail(subject="a game", files=[("a.com", EICAR)]),
                      "virus")
    with held.stack.policy(lambda text: text.replace(
            'administrator=""', 'administrator="postmaster@example.test"')):
        person.log_in("bob")
        for said in ("配信を管理者に依頼しました", "was asked before"):
            person.quarantine(1)
            person.choose("a game")
            person.press("a.sekisho.request")
            person.says(said, "#messagestack")
        person.quarantine(1)
        person.picture("quarantine-request")
    assert held.count(virus, "Quarantine") == 1


def test_w2_boxes(held, person):
    """W2 Q6: the box above checks the page, single boxes check messages"""
    ids = held.hold_many(4)
    person.log_in("bob")
    person.quarantine(4)
    person.press("#sekisho-all")
    assert len(person.all("#messagelist tr.selected")) == 4
    person.press("#messagelist tr.message:first-child .selection input")
    assert len(person.all("#messagelist tr.selected")) == 3
    assert person.run("return arguments[0].indeterminate",
                      person.find("#sekisho-all"))
    person.picture("boxes")
    person.press("a.sekisho.deliver")
    person.says("3通のメールを受信トレイに配信しました", "#messagestack")
    person.wait(lambda: len(person.shown("#messagelist tr.message")) == 1)
    assert sum(held.count(held_id, "INBOX") for held_id in ids) == 3
    person.press("#sekisho-all")
    person.press("a.sekisho.delete")
    gone(held, *ids)


def test_w4_keys(held, person):
    """W2 W4: the quarantine with the keyboard alone"""
    first, second = held.hold(), held.hold()
    person.log_in("bob")
    person.quarantine(2)
    person.tab_to("#sekisho-all")
    person.keys(Keys.SPACE)
    person.wait(lambda: len(person.all("#messagelist tr.selected")) == 2)
    person.wait(lambda: person.shown("a.sekisho.deliver:not(.disabled)"))
    person.tab_to("a.sekisho.deliver")
    person.keys(Keys.ENTER)
    gone(held, first, second)
    assert held.count(first, "INBOX") == held.count(second, "INBOX") == 1


def test_w2_phone(held, person):
    """W2 W4: the quarantine on a phone's width"""
    held_id = held.hold()
    person.log_in("bob")
    person.phone()
    person.open("?_task=mail&_mbox=Quarantine")
    person.find("#messagelist tr.message")
    person.picture("phone-list")
    assert person.overflow() == []
    person.find("#messagelist tr.message td.subject").click()
    person.find("#messagecontframe")
    person.picture("phone-message")
    assert person.overflow() == []
    assert held.count(held_id, "Quarantine") == 1


def test_w2_only_our_buttons(held, person):
    """W2: buttons that make no sense in the quarantine are hidden there"""
    held.hold()
    person.log_in("bob")
    person.open("?_task=mail&_mbox=INBOX")
    person.find("#toolbar-menu a.reply")
    assert not person.shown("a.sekisho")
    assert not person.shown("#sekisho-all")
    person.open("?_task=mail&_mbox=Quarantine")
    person.find("a.sekisho.deliver")
    shown = [a.get_attribute("class").split()[0]
             for a in person.shown("#toolbar-menu a")]
    assert shown == ["sekisho"] * 4


def test_c3_logout(person):
    """C3: after logging out the mailbox is closed"""
    person.log_in("bob")
    person.press("a.button-logout, a.logout")
    person.find("[name=_user]")
    assert person.find("#sekisho-link-forgot")
    person.open("?_task=mail")
    person.find("[name=_user]")
    assert person.find("#sekisho-link-forgot")


def test_logs(site):
    """W1 W2: neither PHP nor Roundcube had anything to warn of"""
    assert warnings(site) == []
