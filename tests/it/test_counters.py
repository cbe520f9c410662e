"""What sekishod counts (O3): by exactly one for each thing that happens."""
import os
import re
import signal
import socket
import subprocess

import pytest
from prometheus_client.openmetrics import parser

from doveadm import Doveadm, in_days
from holding import hold_rule
from mails import EICAR, mail
from protocol import call
from quarantine import Quarantine
from running import TOP, TOOL, add_rules, new_id, rule, wait_until

ACCOUNT = "carol"
RULES = hold_rule("count-hold", "count") + rule(
    "count-reject", '<header name="X-Hold" pattern="^reject"/>',
    '<reject text="No, thank you."/>') + rule(
    "count-delete", '<header name="X-Hold" pattern="^delete"/>', "<delete/>")


@pytest.fixture(name="site", scope="module")
def own_stack(start_stack):
    """Nobody else sends mail to it."""
    stack = start_stack("counters", STACK_RSPAMD="0")
    with stack.policy(lambda text: add_rules(text, RULES)):
        yield stack


def socket_of(stack):
    return os.path.join(os.path.dirname(stack.env["SCAN_SOCKET"]),
                        "control.sock")


def tool(stack, *arguments, **how):
    return subprocess.run(
        [TOOL, "counters", "-s",
         socket_of(stack), *arguments], check=False, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, **how)


def values(text):
    """"name{label=value,...}" -> number, as Prometheus reads it."""
    found = {}
    for family in parser.text_string_to_metric_families(text):
        for sample in family.samples:
            labels = ",".join("%s=%s" % pair
                              for pair in sample.labels.items())
            key = sample.name + ("{%s}" % labels if labels else "")
            assert key not in found, key
            found[key] = sample.value
    return found


def now(stack):
    result = tool(stack)
    assert result.returncode == 0, result
    return values(result.stdout)


def moved(stack, before, pattern="message|recipient|rule|notice|request"):
    """What has become another number, but for times and our own asking."""
    skip = "verb=counters|_bucket|_sum"
    return {key: value - before.get(key, 0)
            for key, value in now(stack).items()
            if value != before.get(key, 0) and re.search(pattern, key) and
            not re.search(skip, key)}


def settle(stack, before, wanted, *pattern):
    """The numbers come in their time, and then no others."""
    wait_until(lambda: moved(stack, before, *pattern) == wanted or
               not all(moved(stack, before, *pattern).get(key, 0) <= value
                       for key, value in wanted.items()), wanted, 20)
    assert moved(stack, before, *pattern) == wanted


def fate(direction, name, recipients=1):
    labels = "{direction=%s,fate=%s}" % (direction, name)
    return {"sekisho_messages_total" + labels: 1,
            "sekisho_recipients_total" + labels: recipients,
            "sekisho_message_duration_seconds_count": 1}


def fired(name):
    return {"sekisho_rule_fired_total{rule=%s}" % name: 1}


def test_o3_clean(site):
    """O3: a clean mail from outside to two: one message, two recipients"""
    before = now(site)
    site.send(mail(message_id=new_id()),
              ["alice@example.test", "bob@example.test"])
    settle(site, before, fate("inbound", "deliver", 2))


def test_o3_known(site):
    """O3: the very same mail again is known, one that goes out is outbound"""
    message = mail(message_id=new_id())
    site.send(message, "alice@example.test")
    site.settled()
    before = now(site)
    site.send(message, "alice@example.test")
    settle(site, before, {**fate("inbound", "deliver"),
                          "sekisho_messages_known_total": 1})
    before = now(site)
    site.send(mail(message_id=new_id("example.test")), "a@partner.test",
              sender="alice@example.test", user="alice")
    settle(site, before, fate("outbound", "deliver"))


@pytest.mark.parametrize("name", ["reject", "delete"])
def test_o3_fates(site, name):
    """O3: a rule refuses, deletes"""
    before = now(site)
    try:
        site.send(mail(message_id=new_id(), X_Hold=name),
                  "alice@example.test")
    except Exception as error:      # pylint: disable=broad-except
        assert name == "reject", error
    settle(site, before, {**fate("inbound", name), **fired("count-" + name)})


def test_o3_virus(site):
    """O3: a virus: what is found, the rule, the notice"""
    before = now(site)
    site.send(mail(message_id=new_id(), files=[("a.com", EICAR)]),
              "alice@example.test")
    site.settled()
    after = moved(site, before)
    assert after["sekisho_messages_found_total{kind=virus}"] == 1
    assert after["sekisho_rule_fired_total{rule=R1}"] == 1
    assert after["sekisho_notices_total{result=made}"] == len(
        site.exim_log(" <= .*[.]1[.]sekisho@"))


def hold(site):
    quarantine = Quarantine(site, ACCOUNT)
    message_id = new_id()
    site.send(mail(message_id=message_id, X_Hold="count"),
              ACCOUNT + "@example.test")
    exim_id = site.exim_id(message_id)
    wait_until(lambda: quarantine.count(exim_id, "Quarantine"), exim_id)
    return exim_id


def test_o3_quarantine(site):
    """O3: held, delivered, approved, deleted: each by one"""
    carol = Quarantine(site, ACCOUNT)
    before = now(site)
    held = [hold(site) for _ in range(4)]
    settle(site, before, {
        key: 4 * value for key, value in {
            **fate("inbound", "hold"), **fired("count-hold"),
            "sekisho_requests_total{desk=control.sock,verb=held-verify,"
            "status=ok}": 1}.items()})
    deed = "sekisho_quarantine_messages_total{deed=%s}"
    before = now(site)
    with carol.session() as imap:
        imap.select("Quarantine")
        imap.must("UID MOVE %d,%d INBOX" % (
            carol.uid(imap, held[0]), carol.uid(imap, held[1])))
        imap.must("UID STORE %d +FLAGS (\\Deleted)" %
                  carol.uid(imap, held[2]))
        imap.must("UID EXPUNGE %d" % carol.uid(imap, held[2]))
        settle(site, before, {deed % "deliver": 2, deed % "delete": 1},
               "quarantine")
        before = now(site)
        imap.must('UID MOVE %d "Quarantine/Deliver and Approve"' %
                  carol.uid(imap, held[3]))
        settle(site, before, {
            deed % "approve": 1, "sekisho_requests_total{desk=control.sock,"
            "verb=approved-add,status=ok}": 1}, "quarantine|approved-add")


def test_o3_expired(site):
    """O3: what has expired, and what is refused"""
    hold(site)
    before = now(site)
    Doveadm(site).run("quarantine", "expire", "-u", ACCOUNT,
                      before=in_days(400))
    settle(site, before,
           {"sekisho_quarantine_messages_total{deed=expire}": 1},
           "quarantine")
    held = Quarantine(site, ACCOUNT).hold(
        mail(files=[("a.com", EICAR)]), "virus")
    before = now(site)
    with Quarantine(site, ACCOUNT).session() as imap:
        imap.select("Quarantine")
        uid = Quarantine(site, ACCOUNT).uid(imap, held)
        assert imap.command("UID MOVE %d INBOX" % uid).status == "NO"
    settle(site, before,
           {"sekisho_quarantine_messages_total{deed=refused}": 1},
           "quarantine")


def test_o3_inspector(site):
    """O3, O4: an inspector is killed, a clerk is; the scanner is away"""
    before = now(site)
    os.kill(site.inspectors()[0], signal.SIGKILL)
    settle(site, before, {"sekisho_inspectors_died_total": 1}, "died")
    pids = [pid for pid in site.sekishod_pids()
            if pid not in site.inspectors()]
    clerk = max(pid for pid in pids if os.stat("/proc/%d" % pid).st_uid
                not in (0, 65534))
    os.kill(clerk, signal.SIGKILL)
    settle(site, before, {"sekisho_inspectors_died_total": 1,
                          "sekisho_clerks_died_total": 1}, "died")


def test_o3_reload(site):
    """O3: a new generation; numbers stay, and signatures are told"""
    before = now(site)
    site.reload()
    settle(site, before, {"sekisho_generations_total{result=ready}": 1},
           "generations")
    after = now(site)
    assert after["sekisho_signatures"] > 0
    assert after["sekisho_signatures_loaded_timestamp_seconds"] >= \
        before["sekisho_signatures_loaded_timestamp_seconds"] > \
        after["sekisho_start_time_seconds"] - 1
    assert after["sekisho_signatures_made_timestamp_seconds"] > 1e9
    assert all(after[key] >= value for key, value in before.items())


def test_o3_directory(site):
    """O3, O4: the directory is away: the time, the failure, the 451"""
    before = now(site)
    assert before["sekisho_directory_duration_seconds_count"] > 0
    site.stop("slapd")
    try:
        with pytest.raises(Exception):
            site.send(mail(message_id=new_id()), "alice@example.test")
    finally:
        site.start("slapd")
    after = now(site)
    assert after["sekisho_directory_failed_total"] > \
        before["sekisho_directory_failed_total"]
    key = "sekisho_messages_failed_total{cause=directory}"
    assert after[key] == before[key] + 1
    key = "sekisho_messages_total{direction=inbound,fate=defer}"
    assert after[key] == before[key] + 1


def test_o3_count_is_checked(site):
    """O3: what is no number of messages is refused, and nothing counted"""
    before = now(site)
    for value in ("-1", "x", "1000001", "99999999999999999999", " 1", "1 "):
        answer = call(socket_of(site), "count", {"deliver": value})
        assert (answer.status, answer.field) == ("invalid", "deliver"), value
    answer = call(socket_of(site), "count", {"expire": "2", "other": "x"})
    assert answer.status == "ok"
    assert moved(site, before, "quarantine") == {
        "sekisho_quarantine_messages_total{deed=expire}": 2}
    assert not site.sekishod_log("verb=counters? .*status=ok")


def test_o3_quarantine_without_sekishod(site):
    """O3: nobody counts, and mail is deleted all the same"""
    held = Quarantine(site, ACCOUNT).hold()
    site.stop("sekishod")
    try:
        with Quarantine(site, ACCOUNT).session() as imap:
            imap.select("Quarantine")
            uid = Quarantine(site, ACCOUNT).uid(imap, held)
            imap.must("UID STORE %d +FLAGS (\\Deleted)" % uid)
            imap.must("UID EXPUNGE %d" % uid)
        result = tool(site)
        assert result.returncode == 69 and "is sekishod running?" in \
            result.stderr
        reply = tool(site, "--http", input="GET /metrics HTTP/1.1\r\n\r\n")
        assert reply.stdout.startswith("HTTP/1.1 503 ")
    finally:
        site.start("sekishod")
    assert Quarantine(site, ACCOUNT).count(held, "Quarantine") == 0


@pytest.mark.parametrize("request_text, status", [
    ("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n", 200),
    ("GET /metrics?a=b HTTP/1.0\n\n", 200),
    ("GET / HTTP/1.1\r\n\r\n", 404), ("POST /metrics HTTP/1.1\r\n\r\n", 404),
    ("GET /metricsx HTTP/1.1\r\n\r\n", 404), ("", 400), ("GET /metrics", 400),
    ("GET /" + "a" * 9000 + "\r\n\r\n", 400),
    ("GET /metrics HTTP/1.1\r\n" + "A: b\r\n" * 300 + "\r\n", 400)],
    ids=str.split("right old root post near empty cut long many"))
def test_o3_http(site, request_text, status):
    """O3: what Prometheus asks for it gets, and nobody anything else"""
    reply = tool(site, "--http", input=request_text)
    head, _, body = reply.stdout.partition("\n\n")
    assert head.startswith("HTTP/1.1 %d " % status)
    assert "Content-Length: %d" % len(body) in head
    if status == 200:
        assert "application/openmetrics-text; version=1.0.0" in head
        assert "sekisho_signatures" in values(body)


def test_o3_http_socket(site):
    """O3: with a connection as standard input and output, as systemd has it"""
    ours, theirs = socket.socketpair()
    with ours:
        with theirs, subprocess.Popen(
                [TOOL, "counters", "-s",
                 socket_of(site), "--http"], stdin=theirs,
                stdout=theirs) as process:
            theirs.close()
            # It answers at the empty line; a client may leave his end open.
            ours.sendall(b"GET /metrics HTTP/1.1\r\nHost: x\r\n")
            ours.sendall(b"Accept: */*\r\n\r\n")
            reply = b"".join(iter(lambda: ours.recv(65536), b"")).decode()
            assert process.wait(20) == 0
    head, _, body = reply.partition("\r\n\r\n")
    assert head.startswith("HTTP/1.1 200 OK")
    assert "sekisho_signatures" in values(body)


def test_o3_names_are_documented(site):
    """O3: sekisho-counters(7) has each name, and no other"""
    with open(TOP + "/docs/man/sekisho-counters.7", encoding="utf-8") as file:
        told = set(re.findall(r"^\.It Li (\w+)(?:\{[\w,]+\})?$", file.read(),
                              re.M))
    found = {re.sub("_(bucket|count|sum|created)$", "", key.split("{")[0])
             for key in now(site)}
    assert told == found
