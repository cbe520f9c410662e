"""The page of approved senders in the webmail (W3, A6), in a browser."""
import pytest

from selenium.webdriver.common.keys import Keys

from approving import Approving
from webmail import Person

PAGE = "?_task=settings&_action=plugin.sekisho.approved"


@pytest.fixture(name="carol", scope="module")
def carols_list(web_site):
    return Approving(web_site, "carol")


@pytest.fixture(name="person")
def carol_at_her_settings(carol, browsers):
    carol.forget()
    person = Person(carol.stack, browsers("ja"))
    person.log_in("carol")
    person.open(PAGE)
    return person


def entries(person):
    return [label.text for label in person.all(".sekisho-entries td label")]


def boxes(person):
    return [box.is_selected() for box in person.all(".sekisho-entries input")]


def add(person, entry):
    person.find("[name=_entry]").send_keys(entry)
    person.press("button.create")


def test_w3_add(carol, person):
    """W3 A1 A6: an address or *@domain is added, a double is no error"""
    assert "まだありません" in person.text()
    add(person, "anna@shop.test")
    person.says("1件（上限50件）")
    add(person, "*@Example.COM")
    person.says("2件（上限50件）")
    add(person, "anna@shop.test")
    person.says("anna@shop.test を追加しました")
    assert entries(person) == ["*@example.com", "anna@shop.test"]
    assert sorted(carol.approved()) == entries(person)


def test_w3_origin(carol, person):
    """W3, A8: the page says whom the mail was from that somebody was approved
    with, and whether it was he"""
    with carol.folder_of_senders() as imap:
        imap.must('APPEND "Approved Senders"', b"Return-Path: <b@list.test>\r\n"
                  b"Received: from x\r\nFrom: <u&i@shop.test>\r\n"
                  b"Subject: x\r\n\r\nx\r\n")
        imap.must('APPEND "Approved Senders"', b"Subject: v@shop.test\r\n\r\n")
    person.open(PAGE)
    assert [line.text for line in person.all(".sekisho-origin")] == [
        "差出人 u&i@shop.test · 送信元 b@list.test"]


def test_w3_refused(carol, person):
    """W3 A7: what approves too much is refused, and the page says why"""
    add(person, "*@com")
    person.says("変更は行われませんでした。この操作はできません。")
    person.says('"*@com": *@com stands for everybody below "com"')
    assert "secs" not in person.text("#messagestack")
    assert entries(person) == carol.approved() == []


def test_w3_delete(carol, person):
    """W3 A6: boxes choose several, the one above all; nobody is asked"""
    carol.approve(*["u%d@shop.test" % n for n in range(5)])
    person.open(PAGE)
    person.says("5件（上限50件）")
    for box in person.all(".sekisho-entries td input")[:2]:
        box.click()
    person.press("button.delete")
    person.says("3件（上限50件）")
    assert sorted(carol.approved()) == entries(person) == [
        "u2@shop.test", "u3@shop.test", "u4@shop.test"]
    person.press("#sekisho-all")
    assert boxes(person) == 4 * [True]
    person.press("#sekisho-all")
    assert boxes(person) == 4 * [False]
    person.press("#sekisho-all")
    person.press("button.delete")
    person.says("承認済み送信者はまだありません")
    assert carol.approved() == []


def test_w3_full(carol, person):
    """W3 A2: the page counts, and the 51st is refused"""
    carol.approve(*["u%02d@shop.test" % n for n in range(49)])
    add(person, "anna@shop.test")
    person.says("50件（上限50件）")
    add(person, "bob@shop.test")
    person.says("送信者の一覧がいっぱいです。")
    person.says("The list of approved senders is full (50 at most)")
    assert len(entries(person)) == len(carol.approved()) == 50


def test_w3_markup(carol, person):
    """W3: an entry that is markup is refused, and shown as text"""
    evil = '<img/src=x/onerror=document.title=1>&lt;b&gt;@shop.test'
    add(person, evil)
    person.says("この操作はできません。")
    # Roundcube takes tags out of what is posted.
    assert '"&lt;b&gt;@shop.test"' in person.text("#messagestack")
    assert not person.all("img[src='x']")
    assert person.run("return document.title") != "1"
    assert carol.approved() == []


def test_w4_keyboard(carol, person):
    """W4: senders are added, chosen and deleted with the keyboard alone"""
    for entry in "anna@shop.test", "bob@shop.test":
        person.tab_to("[name=_entry]")
        person.keys(entry, Keys.ENTER)
        person.says(entry, ".sekisho-entries")
    person.tab_to(".sekisho-entries td input")
    person.keys(Keys.SPACE)
    person.tab_to("button.delete")
    person.keys(Keys.ENTER)
    person.says("1件（上限50件）")
    assert carol.approved() == ["bob@shop.test"]


def test_w3_elsewhere(carol, person):
    """W3 Q11: the page shows what an LDAP tool has changed"""
    carol.modify("add", "anna@shop.test")
    person.open(PAGE)
    person.says("1件（上限50件）")
    carol.modify("delete", "anna@shop.test")
    person.press(".sekisho-entries td input")
    person.press("button.delete")
    person.says("承認済み送信者はまだありません")


def test_w3_blocked(carol, person):
    """W3: the page of blocked senders is the same for the other list"""
    blocked = Approving(carol.stack, "carol", "Blocked")
    blocked.forget()
    carol.approve("anna@shop.test")
    person.open("?_task=settings&_action=plugin.sekisho.blocked")
    assert "まだ登録されていません" in person.text()
    add(person, "*@Shop.test")
    person.says("1件（上限50件）")
    assert entries(person) == blocked.approved() == ["*@shop.test"]
    assert carol.approved() == ["anna@shop.test"]
    add(person, "anna@shop.test")
    person.says("2件（上限50件）")
    assert carol.approved() == []
    person.press("#sekisho-all")
    person.press("button.delete")
    person.says("拒否する送信者はまだ登録されていません")
    assert blocked.approved() == []
