"""A person at the webmail: Chromium, driven by Selenium."""
import os
import re

from selenium import webdriver
from selenium.common import exceptions
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

from running import TOP
from webpages import SESSION, phrase

ARGUMENTS = """--headless=new --no-sandbox --disable-gpu --disable-quic
    --no-first-run --disable-background-networking --hide-scrollbars
    --disable-component-update --disable-sync --disable-dev-shm-usage
    --window-size=1200,900""".split()
PICTURES = os.path.join(TOP, "build", "screenshots")
PASSING = (exceptions.ElementClickInterceptedException,
           exceptions.ElementNotInteractableException,
           exceptions.JavascriptException,
           exceptions.StaleElementReferenceException)


def start_browser(language):
    options = webdriver.ChromeOptions()
    for argument in ARGUMENTS:
        options.add_argument(argument)
    options.add_experimental_option(
        "prefs", {"intl.accept_languages": language})
    options.binary_location = "/usr/bin/chromium"
    return webdriver.Chrome(options=options,
                            service=Service("/usr/bin/chromedriver"))


class Person:
    """Somebody at a browser that knows nothing of who was there before."""

    def __init__(self, stack, browser, language="ja"):
        self.stack, self.browser, self.language = stack, browser, language
        self.base = stack.env["WEB_URL"]
        self.tell("Network.clearBrowserCookies")
        self.tell("Storage.clearDataForOrigin", origin=self.base.rstrip("/"),
                  storageTypes="all")
        self.tell("Emulation.clearDeviceMetricsOverride")

    def tell(self, command, **parameters):
        return self.browser.execute_cdp_cmd(command, parameters)

    def run(self, script, *arguments):
        return self.browser.execute_script(script, *arguments)

    def wait(self, condition, seconds=60):
        """Until it is true; an element that is replaced meanwhile is none."""
        return WebDriverWait(self.browser, seconds, 0.1, PASSING).until(
            lambda _: condition())

    # -- where -------------------------------------------------------------

    def phone(self, width=360, height=740):
        self.tell("Emulation.setDeviceMetricsOverride", width=width,
                  height=height, deviceScaleFactor=1, mobile=True)

    def open(self, query=""):
        self.browser.get(self.base + query)

    def page(self, name):
        self.open("?_task=login&_action=plugin.sekisho." + name)

    def all(self, selector):
        return self.browser.find_elements(By.CSS_SELECTOR, selector)

    def shown(self, selector):
        return [e for e in self.all(selector) if e.is_displayed()]

    def find(self, selector):
        """The first that can be seen, as soon as there is one."""
        return self.wait(lambda: next(iter(self.shown(selector)), None))

    def text(self, selector="body"):
        return self.wait(lambda: self.find(selector).text)

    def says(self, text, selector="body"):
        """Waits until the page does."""
        try:
            self.wait(lambda: text in self.find(selector).text)
        except exceptions.TimeoutException as error:
            raise AssertionError("not said: %s; but: %s" % (
                text, self.text())) from error

    # -- what he does ------------------------------------------------------

    def fill(self, **fields):
        for name, value in fields.items():
            element = self.find("[name='%s']" % name.replace("_", "-"))
            if element.tag_name != "select":
                element.clear()
            element.send_keys(value)

    def press(self, selector):
        """Roundcube forgets clicks while it is busy, so he waits for that;
        and until the button can be pressed and nothing lies above it."""
        def pressed():
            element = self.find(selector)
            if "disabled" in element.get_attribute("class").split() or \
                    self.run("return !!(window.rcmail && rcmail.busy)"):
                return False
            element.click()
            return True
        self.wait(pressed)

    def submit(self):
        """The button of a page without login; waits for the answer."""
        self.run("window.leaving = true")
        self.press("button[type=submit]:not(.quiet)")
        self.wait(lambda: self.run("return !window.leaving && "
                                   "document.readyState === 'complete'"))

    def keys(self, *keys):
        self.browser.switch_to.active_element.send_keys(*keys)

    def tab_to(self, selector, most=60):
        """With the keyboard alone."""
        for _ in range(most):
            if self.run("return document.activeElement.matches(arguments[0])",
                        selector):
                return
            self.keys(Keys.TAB)
        raise AssertionError("no way to %s with the keyboard" % selector)

    def log_in(self, user, password=None):
        self.open()
        self.find("[name=_user]").send_keys(user)
        self.find("[name=_pass]").send_keys(password or user + "-secret-1")
        # The page before may have an alert, too.
        self.run("window.leaving = true")
        self.press("#rcmloginsubmit")
        self.wait(lambda: not self.run("return window.leaving"))
        self.find("#messagelist-content, .boxwarning, .ui.alert")

    def quarantine(self, rows):
        """Opens it and waits for so many messages."""
        self.open("?_task=mail&_mbox=Quarantine")
        self.wait(lambda: len(self.shown("#messagelist tr.message")) == rows)

    def choose(self, subject):
        """Opens a message beside the list, and waits until it is there."""
        row = self.wait(lambda: next(
            (row for row in self.shown("#messagelist tr.message")
             if subject in row.text), None))
        row.find_element(By.CSS_SELECTOR, "td.subject").click()
        self.wait(lambda: self.run("""
            const frame = document.getElementById('messagecontframe');
            const inside = frame && frame.contentWindow.rcmail;
            return !rcmail.busy && !!inside && !!inside.env.uid &&
                rcmail.message_list.get_selection().join() ===
                String(inside.env.uid)"""))

    def captcha(self):
        return phrase(self.stack, self.browser.get_cookie(SESSION)["value"])

    # -- what a test looks at ----------------------------------------------

    def picture(self, name):
        """A screenshot below build/, to be looked at by people."""
        os.makedirs(PICTURES, exist_ok=True)
        self.browser.save_screenshot(os.path.join(
            PICTURES, "%s-%s.png" % (re.sub(r"\W+", "-", name),
                                     self.language)))

    def overflow(self):
        """What makes the page scroll sideways."""
        return self.run("""
            const width = document.documentElement.clientWidth;
            if (document.documentElement.scrollWidth <= width) return [];
            return [...document.querySelectorAll('body *')].filter(
                (e) => e.getBoundingClientRect().right > width + 1).map(
                (e) => e.outerHTML.slice(0, 120))""")
