"""A person at the webmail: Chromium, driven by Selenium."""
import base64
import os
import re
import sqlite3

from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

ARGUMENTS = """--headless=new --no-sandbox --disable-gpu --disable-quic
    --no-first-run --disable-background-networking
    --disable-component-update --disable-sync --disable-dev-shm-usage
    --window-size=1200,900""".split()


class Person:
    def __init__(self, stack):
        self.stack = stack
        self.base = stack.env["WEB_URL"]
        options = webdriver.ChromeOptions()
        for argument in ARGUMENTS:
            options.add_argument(argument)
        options.binary_location = "/usr/bin/chromium"
        self.browser = webdriver.Chrome(
            options=options, service=Service("/usr/bin/chromedriver"))

    def leave(self):
        self.browser.quit()

    def wait(self, condition, seconds=40):
        return WebDriverWait(self.browser, seconds).until(
            lambda _: condition())

    def open(self, query=""):
        self.browser.get(self.base + query)

    def page(self, name):
        self.open("?_task=login&_action=plugin.sekisho." + name)

    def all(self, selector):
        return self.browser.find_elements(By.CSS_SELECTOR, selector)

    def find(self, selector):
        """The first that can be seen, as soon as there is one."""
        return self.wait(lambda: next(
            (e for e in self.all(selector) if e.is_displayed()), None))

    def text(self):
        return self.find("body").text

    def fill(self, **fields):
        for name, value in fields.items():
            element = self.find("[name='%s']" % name.replace("_", "-"))
            if element.tag_name != "select":
                element.clear()
            element.send_keys(value)

    def press(self, selector):
        self.find(selector).click()

    def log_in(self, user, password=None):
        self.open()
        self.find("[name=_user]").send_keys(user)
        self.find("[name=_pass]").send_keys(password or user + "-secret-1")
        self.press("#rcmloginsubmit")
        self.find("#messagelist, .boxwarning, .ui.alert")

    def captcha(self):
        """What the picture says: only the server's own notes tell a test."""
        session = self.browser.get_cookie("roundcube_sessid")["value"]
        path = os.path.join(self.stack.env["STACK_DIR"],
                            "webmail/db/roundcube.db")
        with sqlite3.connect("file:%s?mode=ro" % path, uri=True) as database:
            row = database.execute("select vars from session where "
                                   "sess_id = ?", (session,)).fetchone()
        data = base64.b64decode(row[0]).decode(errors="replace")
        return re.search(r's:6:"phrase";s:\d+:"(\w+)"', data)[1]
