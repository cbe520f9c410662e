"""A visitor of the webmail without a browser: he keeps cookies, reads pages and
fills in forms. And what only the server knows of a session."""
import base64
import glob
import html.parser
import http.cookiejar
import os
import re
import sqlite3
import urllib.error
import urllib.parse
import urllib.request

SESSION = "roundcube_sessid"


def phrase(stack, session):
    """The answer to a captcha: only the server's own notes tell a test."""
    path = os.path.join(stack.env["STACK_DIR"], "webmail/db/roundcube.db")
    database = sqlite3.connect("file:%s?mode=ro" % path, uri=True)
    row = database.execute("select vars from session where sess_id = ?",
                           (session,)).fetchone()
    database.close()
    data = base64.b64decode(row[0]).decode(errors="replace")
    return re.search(r's:6:"phrase";s:\d+:"(\w+)"', data)[1]


def warnings(stack):
    """What PHP and Roundcube had to warn of; of forged requests, which tests
    send, and of servers they stopped or had wait, it warns rightly."""
    folder, found = stack.env["STACK_DIR"], []
    for path in [folder + "/log/webmail.log",
                 *glob.glob(folder + "/webmail/logs/*")]:
        with open(path, encoding="utf-8", errors="replace") as file:
            found += [os.path.basename(path) + ": " + line for line in file
                      if re.search(r"PHP \w+ ?\w*:|DB Error|Deprecated|"
                                   r"Uncaught|Undefined", line)
                      and "Request security check failed" not in line
                      and "sekisho: cannot connect" not in line
                      and "sekisho: no answer in time" not in line]
    return found


class Form(html.parser.HTMLParser):
    """The first form of a page: where it goes, and what is in it."""

    def __init__(self, page):
        super().__init__()
        self.action, self.fields, self.inside = None, {}, False
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        if tag == "form" and self.action is None:
            self.action, self.inside = attributes["action"], True
        elif self.inside and tag in ("input", "select"):
            self.fields[attributes["name"]] = attributes.get("value", "")

    def handle_endtag(self, tag):
        self.inside = self.inside and tag != "form"


class Page:
    def __init__(self, reply):
        self.status, self.headers = reply.status, reply.headers
        self.url = reply.url
        self.data = reply.read()

    @property
    def text(self):
        return self.data.decode()

    @property
    def title(self):
        return re.search(r"<h1>(.*?)</h1>", self.text)[1]

    @property
    def alert(self):
        found = re.search(r'role="alert">(.*?)</div>', self.text)
        return found and found[1]

    def stable(self):
        """All of the answer that may not depend on who asks."""
        return (self.status, self.data, sorted(
            (name, value) for name, value in self.headers.items()
            if name not in ("Date", "Expires", "Last-Modified",
                            "Set-Cookie")))


class Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


class Visitor:
    def __init__(self, stack, language="ja", **headers):
        self.stack, self.base = stack, stack.env["WEB_URL"]
        self.jar = http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(
            urllib.request.HTTPCookieProcessor(self.jar), Stay)
        self.headers = {"Accept-Language": language}
        self.headers.update((name.replace("_", "-"), value)
                            for name, value in headers.items())
        self.token = None

    def ask(self, query="", fields=None, **headers):
        """GET, or POST when there are fields; redirections are not
        followed."""
        data = None if fields is None else urllib.parse.urlencode(
            fields, doseq=True).encode()
        request = urllib.request.Request(
            urllib.parse.urljoin(self.base, query), data,
            {**self.headers, **headers})
        try:
            reply = self.opener.open(request, timeout=90)
        except urllib.error.HTTPError as error:
            reply = error
        with reply:
            return Page(reply)

    def page(self, name, **more):
        return self.ask("?" + urllib.parse.urlencode(
            {"_task": "login", "_action": "plugin.sekisho." + name, **more}))

    def session(self):
        return next(cookie.value for cookie in self.jar
                    if cookie.name == SESSION)

    def captcha(self):
        """Looks at the picture, and reads it."""
        picture = self.page("captcha")
        assert picture.data.startswith(b"\xff\xd8"), picture.data
        return phrase(self.stack, self.session())

    def send(self, page, **fields):
        """Fills in the form of a page and sends it; names with "_" for "-"."""
        form = Form(page.text)
        form.fields.update((name.strip("_").replace("_", "-"), value)
                           if name != "_token" else (name, value)
                           for name, value in fields.items())
        return self.ask(form.action, form.fields)

    def forgot(self, mail, answer="ポチ", captcha=None, **fields):
        return self.send(self.page("forgot"), **{
            "mail": mail, "question": "pet", "answer": answer,
            "password": "new secret", "password_again": "new secret",
            "captcha": captcha or self.captcha(), **fields})

    def register(self, mail, captcha=None, **fields):
        return self.send(self.page("register"), **{
            "family_name": "山田", "given_name": "太郎", "mail": mail,
            "mail_again": mail, "password": "new secret",
            "password_again": "new secret", "question": "pet",
            "answer": "ポチ", "captcha": captcha or self.captcha(), **fields})

    def log_in(self, user, password=None, **fields):
        form = Form(self.ask().text)
        form.fields.update({"_user": user, "_pass": password or
                            user + "-secret-1"}, **fields)
        page = self.ask("?_task=login", form.fields)
        if page.status == 302:
            inside = self.ask("?_task=settings")
            self.token = re.search(r'"request_token":"(\w+)"',
                                   inside.text)[1]
        return page

    def act(self, task, action, token=None, **fields):
        """What a page of the plug-in posts for a user who is logged in."""
        values = {name if name.startswith("_") else name.replace("_", "-"):
                  value for name, value in fields.items()}
        if token is not None:
            values["_token"] = token
        return self.ask("?_task=%s&_action=plugin.sekisho.%s" % (task, action),
                        values)
