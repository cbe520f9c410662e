"""sekisho report: some days of the logs as a page (O3)."""
import datetime
import email
import html.parser
import os
import re
import subprocess
from email import policy as email_policy

import pytest

import axe
from holding import hold_rule
from mails import EICAR, mail
from quarantine import Quarantine
from running import TOP, TOOL, add_rules, new_id, wait_until

DAY = "2026-11-%02d"


def report(*arguments, **how):
    how.setdefault("env", {**os.environ, "TZ": "UTC"})
    return subprocess.run(
        [TOOL, "report", *arguments],
        check=False, text=True, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, **how)


class Page(html.parser.HTMLParser):
    """What somebody who sees no plots gets: headings and their tables."""

    def __init__(self, text):
        super().__init__()
        self.tables, self.tags, self.attributes = {}, set(), set()
        self.heading, self.into = None, None
        self.tiles = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes.update(name for name, _ in attrs)
        if tag == "h2":
            self.heading, self.into = "", "heading"
        elif tag == "tr":
            self.tables.setdefault(self.heading, []).append([])
        elif tag in ("td", "th"):
            self.tables[self.heading][-1].append("")
            self.into = "cell"
        elif tag == "dd":
            self.tiles.append("")
            self.into = "tile"
        elif tag in ("svg", "rect", "path", "text", "title", "p"):
            self.into = None

    def handle_endtag(self, tag):
        self.into = None

    def handle_data(self, data):
        if self.into == "heading":
            self.heading += data
        elif self.into == "cell":
            self.tables[self.heading][-1][-1] += data
        elif self.into == "tile":
            self.tiles[-1] += data

    def rows(self, heading):
        """First cell -> the numbers that follow."""
        return {row[0]: [cell for cell in row[1:] if cell]
                for row in self.tables[heading][1:]}


def page(*arguments):
    result = report(*arguments)
    assert result.returncode == 0, result
    return Page(result.stdout)


# -- logs that stay the same -----------------------------------------------

def sekishod(day, number, rest):
    return ("%s 10:00:00 sekishod[1]: id=1xXpL0-%06d-06 sender=s%d@b.test "
            "client=192.0.2.7 size=1500 %s\n" % (
                DAY % day, number, number % 2, rest))


def dovecot(day, number, rest):
    return ("Nov %d 11:00:00 imap(bob)<1><x>: Info: sekisho: id=1xXpL0-%06d-"
            "06 user=bob@example.test %s result=ok\n" % (day, number, rest))


SCANNED = "direction=%s findings=%s %srules=%s %s ms=%d"
LOGS = (
    [sekishod(24, n, SCANNED % ("inbound", "none", "spam-score=15 ", "none",
                                'deliver="none to a@x.test,b@x.test"', n))
     for n in range(1, 101)] +
    [sekishod(25, 200 + n, SCANNED % (
        "inbound", "none", "spam-score=95 ", "R4",
        'hold="R4 to bob@example.test"', 20)) for n in range(3)] +
    [sekishod(26, 300, SCANNED % (
        "outbound", '"virus:Eicar(2 a.com)"', "", "R1",
        'delete="R1 to c@x.test" notice=a@x.test', 2500)),
     sekishod(26, 301, 'direction=local defer="none to a@x.test" error="away" '
                       'ms=50000'),
     "%s 10:00:01 1xXpL0-000301-06 sekisho: id=1xXpL0-000301-06 action=defer "
     'error="away"\n' % (DAY % 26),
     sekishod(23, 400, SCANNED % ("inbound", "none", "", "none", "", 1)),
     "%s 10:00:00 sekishod[1]: warning: id=1xXpL0-000300-06 no notice to "
     "b@x.test: notices-per-hour is reached\n" % (DAY % 26)] +
    [dovecot(25, 200 + n, "action=hold rule=R4 class=spam")
     for n in range(3)] +
    [dovecot(26, 200, "action=deliver folder=INBOX rescan=clean"),
     dovecot(26, 201, "action=delete")])
PERIOD = ("--since", DAY % 24, "--until", DAY % 26)


@pytest.fixture(name="logs", scope="module")
def fixed_logs(tmp_path_factory):
    path = tmp_path_factory.mktemp("logs") / "all.log"
    path.write_text("".join(reversed(LOGS)), encoding="utf-8")
    return str(path)


def test_o3_report_facts(logs):
    """O3: the numbers in a report are those of the logs, in any order"""
    found = page(*PERIOD, logs)
    assert found.tiles == ["105", "1", "3", "1", "1"]
    assert found.rows("Messages by direction") == {
        "11-24": ["100", "0", "0", "0"], "11-25": ["3", "0", "0", "0"],
        "11-26": ["0", "1", "1", "0"]}
    assert found.rows("What became of it") == {
        "11-24": ["200", "0", "0", "0", "0", "0"],
        "11-25": ["0", "3", "0", "0", "0", "0"],
        "11-26": ["0", "0", "0", "1", "1", "0"]}
    assert found.rows("Viruses") == {"Eicar": ["1"]}
    assert found.rows("Rules") == {"R4": ["3"], "R1": ["1"]}
    assert {name: number for name, (number,)
            in found.rows("Spam scores").items() if number != "0"} == {
                "0 – 2": "100", "8 – 10": "3", "no score": "1"}
    assert found.rows("Quarantines")["11-25"] == ["3", "0", "0", "0", "0",
                                                  "0"]
    assert found.rows("Quarantines")["11-26"] == ["0", "1", "0", "1", "0",
                                                  "0"]
    assert found.rows("Growth of the quarantines") == {
        "11-24": ["0"], "11-25": ["3"], "11-26": ["1"]}
    assert found.rows("Senders held most often") == {
        "s0@b.test": ["2"], "s1@b.test": ["1"]}
    assert found.rows("Notices")["11-26"] == ["1", "1"]
    assert found.rows("How long messages took")["11-24"] == ["50", "95", "99"]
    slowest = found.tables["Slowest messages"]
    assert [row[4] for row in slowest[1:4]] == ["50000", "2500", "100"]
    assert slowest[1][0] == "1xXpL0-000301-06" and slowest[1][3] == "2"


def test_o3_report_languages(logs):
    """O3: in Japanese the same numbers"""
    english = page(*PERIOD, logs)
    japanese = page(*PERIOD, "--language", "ja", logs)
    assert japanese.tiles == english.tiles
    assert [[row[1:] for row in table[1:]]
            for table in japanese.tables.values()] == \
        [[row[1:] for row in table[1:]] for table in english.tables.values()]
    assert all(re.search("[ぁ-んァ-ヶ一-龠]", name)
               for name in japanese.tables)


def test_o3_report_days(logs):
    """O3: one day by the hour; --since as a number of days, the last one
    counted"""
    hours = page("--since", DAY % 25, "--until", DAY % 25, logs)
    rows = hours.rows("Messages by direction")
    assert len(rows) == 24 and rows["10:00"] == ["3", "0", "0", "0"]
    assert page("--since", "3d", "--until", DAY % 26, logs).tiles == \
        page(*PERIOD, logs).tiles


def test_o3_report_alone(logs):
    """O3: a page needs nothing from elsewhere and runs nothing"""
    text = report(*PERIOD, logs).stdout
    found = Page(text)
    assert not found.tags & {"script", "img", "link", "iframe", "object",
                             "a", "use", "image"}
    assert not found.attributes & {"src", "href", "srcset", "onload"}
    assert "url(http" not in text and "@import" not in text
    assert "default-src 'none'" in text


@pytest.mark.parametrize("arguments, status", [
    ((), 64), (("--since", "0d", "x"), 64), (("--since", "7", "x"), 64),
    (("--since", "400d", "x"), 64), (("--until", "2026-13-01", "x"), 64),
    (("--language", "fr", "x"), 64), (("--mail", "a@b,c@d", "x"), 64),
    (("--mail", "a\nBcc: x@y", "x"), 64), (("--mail", "-oMa", "x"), 64),
    (("--since", DAY % 26, "--until", DAY % 24, "x"), 64),
    (("/nonexistent",), 66), (("/dev/null",), 65),
    (("-o", "/nonexistent/x", "LOGS"), 73)])
def test_o3_report_refuses(logs, arguments, status):
    """O3: wrong usage, no logs, nowhere to write"""
    if arguments and arguments[-1] == "LOGS":
        arguments = (*PERIOD, *arguments[:-1], logs)
    result = report(*arguments)
    assert result.returncode == status and result.stderr, result
    assert result.stdout == ""


@pytest.mark.parametrize("language", ["en", "ja"])
def test_o3_report_mail(logs, tmp_path, language):
    """O3: the page as a mail, as sendmail -t takes it"""
    result = report(*PERIOD, "--language", language, "--mail",
                    "postmaster@example.test", logs)
    message = email.message_from_string(result.stdout,
                                        policy=email_policy.default)
    assert message["To"] == "postmaster@example.test"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Subject"].startswith("Sekisho: ")
    assert message["Subject"].endswith("2026-11-24 – 2026-11-26")
    assert all(len(line) <= 78 for line in result.stdout.splitlines())
    text, attached = message.iter_parts()
    assert text.get_content_type() == "text/plain"
    assert attached.get_filename() == "sekisho.html"
    report(*PERIOD, "--language", language, "-o", str(tmp_path / "x"), logs)

    def without_time(page_text):
        return re.sub(r"\d\d:\d\d \(Sekisho", "(Sekisho", page_text)
    assert without_time(attached.get_content()) == without_time(
        (tmp_path / "x").read_text(encoding="utf-8"))


HOSTILE = [
    '%s 10:00:00 sekishod[1]: id=<script>x</script> '
    'sender="<script>top.x=1</script>\\"\'&@b.test" client=local size=1 '
    'direction=inbound findings="virus:<img/src=x/onerror=x>(2 </table>)" '
    'rules=</style><svg/onload=x> hold="<b> to a@x" ms=99\n' % (DAY % 24),
    '%s 10:00:00 sekishod[1]: id=1xXpL0-000001-06 '
    'sender="\u202e]]>&lt;i&gt;--><!--" direction=inbound findings=none '
    'rules=none hold="none to a@x" ms=98\n' % (DAY % 24)]


def browse(browser, tmp_path, text, name):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    browser.get("file://%s" % path)
    return path


@pytest.mark.parametrize("language", ["en", "ja"])
def test_o3_report_hostile(browsers, tmp_path, language):
    """O3: what strangers wrote is text and stays where it belongs"""
    log = tmp_path / "log"
    log.write_text("".join(HOSTILE), encoding="utf-8")
    plain = page(*PERIOD, str(log))
    result = report(*PERIOD, "--language", language, str(log))
    found = Page(result.stdout)
    assert found.tags <= plain.tags | {"section"}
    assert not found.tags & {"script", "img", "b", "i"}
    assert "\u202e" not in result.stdout
    senders = [row[0] for table in found.tables.values() for row in table]
    assert "<script>top.x=1</script>\"'&@b.test" in senders
    assert "\\xe2\\x80\\xae]]>&lt;i&gt;--><!--" in senders
    browser = browsers(language)
    browse(browser, tmp_path, result.stdout, "hostile.html")
    assert browser.execute_script("return window.x") is None
    assert browser.execute_script(
        "return document.querySelectorAll('script,img,b,i').length") == 0


OVERLAPS = """return [...document.querySelectorAll('section svg')].flatMap(
    (svg) => {
        const boxes = [...svg.querySelectorAll('text')].map(
            (text) => text.getBoundingClientRect());
        const all = svg.getBoundingClientRect();
        return boxes.filter((a, i) => a.left < all.left || boxes.some(
            (b, k) => k > i && a.left < b.right && b.left < a.right &&
            a.top < b.bottom && b.top < a.bottom));
    }).length"""


@pytest.mark.parametrize("days", ["1d", "2d", "3d", "30d", "366d"])
def test_o3_report_labels(browsers, logs, tmp_path, days):
    """O3: words in plots do not touch each other, nor are cut off"""
    text = report("--since", days, "--until", DAY % 26, logs).stdout
    browser = browsers("en")
    browse(browser, tmp_path, text, "labels.html")
    assert browser.execute_script(
        "return document.querySelectorAll('section svg text').length") > 40
    assert browser.execute_script(OVERLAPS) == 0


@pytest.mark.parametrize("language", ["en", "ja"])
def test_o3_report_page(browsers, logs, tmp_path, language):
    """O3: nothing that axe-core complains of, at a desk and on a telephone"""
    browser = browsers(language)
    browse(browser, tmp_path, report(*PERIOD, "--language", language,
                                     logs).stdout, "page.html")
    browser.execute_script("document.querySelectorAll('details').forEach("
                           "d => d.open = true)")
    assert browser.execute_script("return document.documentElement.lang") == \
        language
    for width in 1200, 390:
        browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
            "width": width, "height": 900, "deviceScaleFactor": 1,
            "mobile": False})
        assert browser.execute_script(
            "return document.documentElement.scrollWidth") <= width
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    assert browser.execute_script(
        "return performance.getEntriesByType('resource').length") == 0
    try:
        assert axe.findings(browser) == []
    except axe.Missing as why:
        pytest.skip(str(why))


def test_o3_report_stack(stack):
    """O3: mail through the stack is in the report of today, one by one"""
    folder = stack.env["STACK_DIR"]
    paths = [folder + "/" + name for name in (
        "log/dovecot.log", "log/sekishod.log", "exim/log/mainlog")]
    today = datetime.date.today().isoformat()

    def sums():
        found = page("--since", today, "--until", today, *paths)
        return {(name, i): sum(int(row[i]) for row in found.rows(name).values())
                for name, count in (("Messages by direction", 4),
                                    ("What became of it", 6),
                                    ("Quarantines", 6), ("Notices", 2))
                for i in range(count)}

    with stack.policy(lambda text: add_rules(
            text, hold_rule("report-hold", "report"))):
        stack.send(mail(message_id=new_id()), "alice@example.test")
        stack.settled()
        before = sums()
        held = new_id()
        stack.send(mail(message_id=held, X_Hold="report"),
                   "carol@example.test")
        stack.send(mail(message_id=new_id(), files=[("a.com", EICAR)]),
                   "alice@example.test")
        exim_id = stack.exim_id(held)
        carol = Quarantine(stack, "carol")
        wait_until(lambda: carol.count(exim_id, "Quarantine"), exim_id)
        with carol.session() as imap:
            imap.select("Quarantine")
            imap.must("UID MOVE %d INBOX" % carol.uid(imap, exim_id))
        stack.settled()
    wanted = {("Messages by direction", 0): 2, ("What became of it", 0): 1,
              ("What became of it", 1): 1, ("Quarantines", 0): 1,
              ("Quarantines", 1): 1, ("Notices", 0): 1}

    def difference():
        return {key: value - before[key] for key, value in sums().items()
                if value != before[key]}
    wait_until(lambda: difference() == wanted or None, wanted, 20)


def test_o3_report_service(stack):
    """O3: what sekisho-report.service does: the report is in INBOX"""
    with open(TOP + "/core/sekishod/sekisho-report.service",
              encoding="utf-8") as file:
        command = re.search("^ExecStart=/bin/sh -c '(.*)'$", file.read(),
                            re.M)[1]
    folder = stack.env["STACK_DIR"]
    for there, here in (
            ("/var/log/exim4/mainlog", folder + "/exim/log/mainlog"),
            ("/var/log/sekishod.log", folder + "/log/sekishod.log"),
            ("/var/log/mail.log", folder + "/log/dovecot.log"),
            (" sekisho report", " %s report" % stack.tool),
            ("/usr/sbin/sendmail", "%s -C %s" % (
                stack.env["EXIM"], stack.env["EXIM_CONFIG"]))):
        assert command.count(there) == 1
        command = command.replace(there, here)
    stack.send(mail(message_id=new_id()), "alice@example.test")
    before = len(stack.search("alice", "SUBJECT", "Sekisho:"))
    subprocess.run(["sh", "-c", command], check=True, cwd="/", env={
        **os.environ, "REPORT_TO": "alice@example.test",
        "REPORT_LANGUAGE": "en"})
    found = wait_until(
        lambda: stack.search("alice", "SUBJECT", "Sekisho:")[before:],
        "a report")
    message = email.message_from_bytes(found[-1], policy=email_policy.default)
    _, attached = message.iter_parts()
    assert int(Page(attached.get_content()).tiles[0]) > 0
