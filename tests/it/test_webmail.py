"""The Roundcube plug-in, used in a browser."""
import email
import email.policy
import re
import urllib.request

import pytest

from quarantine import Quarantine
from running import wait_until
from webmail import Person


@pytest.fixture(name="site", scope="module")
def web_stack(start_stack):
    return start_stack("web", STACK_WEB="1", STACK_RSPAMD="0")


@pytest.fixture(name="person")
def somebody(site):
    person = Person(site)
    yield person
    person.leave()


def test_w1_links_on_the_login_page(person):
    """W1: the login page leads to both pages, in Japanese by default"""
    person.open()
    person.press("#sekisho-link-register")
    assert person.find("h1").text == "アカウントの登録"
    person.open()
    person.press("#sekisho-link-forgot")
    assert person.find("h1").text == "パスワードの再設定"


def test_w1_strict_policy(site):
    """W1 W4: the public pages need no script and nothing from other hosts"""
    with urllib.request.urlopen(
            site.env["WEB_URL"] +
            "?_task=login&_action=plugin.sekisho.register") as reply:
        policy = reply.headers["Content-Security-Policy"]
        page = reply.read().decode()
    assert policy.startswith("default-src 'none'; ")
    assert "script" not in policy and "<script" not in page
    assert not re.search(r'(src|href)="https?:', page)


def test_c1_errors_name_the_field(person):
    """C1 W4: what is wrong stands beside the field and is tied to it"""
    person.page("register")
    person.fill(family_name="山田", mail="nobody")
    person.press("button[type=submit]:not(.quiet)")
    wrong = person.all("[aria-invalid=true]")
    assert "given-name" in [e.get_attribute("name") for e in wrong]
    for element in wrong:
        notes = element.get_attribute("aria-describedby").split()
        assert any(person.find("#" + note).text for note in notes)
    assert person.find("[name=family-name]").get_attribute("value") == "山田"
    assert person.find("[role=alert]").text


def test_c1_captcha_is_single_use(person):
    """C1: a captcha is good for one try; there is one in words, too"""
    person.page("register")
    first = person.captcha()
    person.press("button.quiet")
    assert "いくつですか" in person.text()
    person.fill(captcha=first)
    person.press("button[type=submit]:not(.quiet)")
    assert "正しくありません" in person.find("#f-captcha-error").text


def test_c1_c2_register_and_activate(site, person):
    """C1 C2 W1: register, get the mail, activate with the button of its URL"""
    person.page("register")
    person.fill(family_name="絵凛", given_name="えりん",
                mail="erin@example.test", mail_again="erin@example.test",
                password="erin-secret-2", password_again="erin-secret-2",
                answer="tofu", captcha=person.captcha())
    person.all("[name=question] option")[1].click()
    person.press("button[type=submit]:not(.quiet)")
    assert "メールをご確認ください" in person.find("h1").text, person.text()
    mails = wait_until(lambda: site.search(
        "erin", "BODY", "plugin.sekisho.activate"), "the activation mail")
    text = email.message_from_bytes(
        mails[-1], policy=email.policy.default).get_body().get_content()
    url = re.search(r"http://\S+plugin\.sekisho\.activate\S+", text)[0]
    with urllib.request.urlopen(url) as reply:      # a link previewer
        assert reply.status == 200
    person.browser.get(url)
    person.press("button[type=submit]")
    assert "アカウントが有効になりました" in person.find("h1").text
    person.browser.get(url)
    person.press("button[type=submit]")
    assert "無効" in person.find("[role=alert]").text


@pytest.fixture(name="held")
def bobs_quarantine(site):
    quarantine = Quarantine(site, "bob")
    quarantine.empty()
    return quarantine


def choose(person, held_id):
    person.open("?_task=mail&_mbox=Quarantine")
    row = person.wait(lambda: next(
        (r for r in person.all("#messagelist tbody tr.message")
         if held_id in r.text), None))
    row.click()
    person.find("#messagelist tr.selected")
    person.find("#messagecontframe")
    return row


@pytest.mark.parametrize("button, folder", [
    ("deliver", "INBOX"), ("approve", "INBOX"), ("delete", None)])
def test_w2_buttons(held, person, button, folder):
    """W2 Q3 Q4 Q5: delete, deliver, deliver and approve"""
    held_id = held.hold()
    person.log_in("bob")
    row = choose(person, held_id)
    assert "A rule of ours" in row.text
    person.wait(lambda: not person.all("a.sekisho.%s.disabled" % button))
    person.press("a.sekisho." + button)
    wait_until(lambda: held.count(held_id, "Quarantine") == 0,
               "the quarantine is empty")
    assert held.count(held_id, "INBOX") == (1 if folder else 0)


def test_w2_only_our_buttons(held, person):
    """W2: buttons that make no sense in the quarantine are hidden there"""
    held.hold()
    person.log_in("bob")
    person.open("?_task=mail&_mbox=INBOX")
    person.find("#toolbar-menu a.reply")
    assert not [a for a in person.all("a.sekisho") if a.is_displayed()]
    person.open("?_task=mail&_mbox=Quarantine")
    person.find("a.sekisho.deliver")
    shown = [a.get_attribute("class").split()[0]
             for a in person.all("#toolbar-menu a") if a.is_displayed()]
    assert shown == ["sekisho"] * 3


def test_c3_logout(person):
    """C3: after logging out the mailbox is closed"""
    person.log_in("bob")
    person.press("a.button-logout, a.logout")
    person.find("[name=_user]")
    person.open("?_task=mail")
    person.find("[name=_user]")
