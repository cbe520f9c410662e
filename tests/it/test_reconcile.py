"""sekisho reconcile: do the logs account for every message (O5)?"""
import smtplib
import subprocess

import pytest

from holding import hold_rule
from mails import mail
from quarantine import Quarantine
from running import TOOL, add_rules, rule, wait_until

ID = "1xW8gR-0000d5-1S"
EXIM = "2026-11-25 08:48:55 " + ID + " "
JUDGED = EXIM + "sekisho: id=" + ID + " direction=inbound deliver=1\n"
ARRIVED = EXIM + "<= a@b.test H=h S=9 T=\"x\" for alice@x.test bob@x.test\n"
DELIVERED = "".join(EXIM + "=> %s <%s@x.test> R=r T=lmtp\n" % (name, name)
                    for name in ("alice", "bob"))
DONE = EXIM + "Completed\n"
HELD = ARRIVED.replace(" bob@x.test", "") + \
    EXIM + "=> alice <alice@x.test> R=sekisho_hold T=sekisho_hold\n" + DONE
DOVECOT = "Nov 25 imap(a)<1><x>: Info: sekisho: id=" + ID + \
    " user=alice@x.test action=%s result=ok\n"


def reconcile(*logs, **how):
    return subprocess.run(
        [TOOL, "reconcile", *logs], check=False,
        text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **how)


CASES = {
    "holds": (JUDGED + ARRIVED + DELIVERED + DONE, None),
    "waiting": (JUDGED + ARRIVED, None),
    "removed": (JUDGED + ARRIVED + EXIM + "removed by root\n" + DONE, None),
    "held": (JUDGED + HELD + DOVECOT % "hold", None),
    # A killed process has not written its line, another one has.
    "held-before": (JUDGED + HELD + (DOVECOT % "hold").replace(
        "=ok", "=there-already"), None),
    "held-unsaid": (JUDGED + ARRIVED.replace(" bob@x.test", "") + DONE +
                    DOVECOT % "hold", None),
    "released": (JUDGED + HELD + DOVECOT % "hold" + DOVECOT % "deliver", None),
    "reclassed": (JUDGED + HELD + DOVECOT % "hold" + DOVECOT % "reclass" +
                  DOVECOT % "deliver", None),
    "unscanned": (ARRIVED + DELIVERED + DONE,
                  "broken ID: was accepted, and Sekisho has not looked at it"),
    "lost": (JUDGED + ARRIVED + DELIVERED.splitlines()[0] + "\n" + DONE,
             "broken ID bob@x.test: was accepted and has no fate"),
    "twice": (JUDGED + ARRIVED + DELIVERED * 2 + DONE,
              "broken ID alice@x.test: has the same fate twice"),
    "not-filed": (JUDGED + HELD + DOVECOT.replace(ID, "other") % "hold",
                  "broken ID: was handed over to the quarantine and not filed "
                  "there"),
    "filed-twice": (JUDGED + HELD + DOVECOT % "hold" * 2,
                    "broken ID alice@x.test: was filed twice"),
    "released-twice": (JUDGED + HELD + DOVECOT % "hold" +
                       DOVECOT % "deliver" * 2,
                       "broken ID alice@x.test: was delivered twice out of "
                       "the quarantine"),
    "deleted-too": (JUDGED + HELD + DOVECOT % "hold" + DOVECOT % "deliver" +
                    DOVECOT % "expire",
                    "broken ID alice@x.test: was delivered out of the "
                    "quarantine and deleted there as well"),
}


@pytest.mark.parametrize("case", CASES)
def test_o5_law(case):
    """O5: what breaks the law is named, with the message and how"""
    # complaint R-LOSS1
    logs, breach = CASES[case]
    result = reconcile("-", input=logs)
    last = result.stdout.splitlines()[-1]
    if breach is None:
        assert (result.returncode, last) == (0, "law holds"), result.stdout
        assert "broken" not in result.stdout
    else:
        assert (result.returncode, last) == (1, "law broken")
        assert breach.replace("ID", ID) in result.stdout.splitlines()


def test_o5_input(tmp_path):
    """O5: what cannot be read is no law that holds"""
    result = reconcile()
    assert result.returncode == 64 and "usage" in result.stderr
    result = reconcile(str(tmp_path / "none"))
    assert result.returncode == 66 and "none: No such file" in result.stderr
    (tmp_path / "log").write_text("something else\n")
    result = reconcile(str(tmp_path / "log"))
    assert result.returncode == 65 and "Exim" in result.stderr
    assert result.stdout == ""
    result = reconcile("-", input=JUDGED + ARRIVED.split(" for ")[0] + "\n")
    assert "add +received_recipients" in result.stdout


RULES = hold_rule("own-hold", "all") + rule(
    "own-delete", '<header name="X-Hold" pattern="^no"/>', "<delete/>") + rule(
    "own-reject", '<header name="X-Hold" pattern="^reject"/>',
    '<reject text="No."/>')


def test_o5_stack(stack):
    """O5: mail that was delivered, held and released, deleted and refused on
    the stack is accounted for"""
    # complaint R-LOSS1
    carol = Quarantine(stack, "carol")
    begin = len(stack.exim_log("")), len(carol.log_lines(""))

    def news():
        return "\n".join(stack.exim_log("")[begin[0]:] +
                         carol.log_lines("")[begin[1]:])

    with stack.policy(lambda text: add_rules(text, RULES)):
        for kind in "plain", "no", "all":
            stack.send(mail(X_Hold=kind, message_id="<%s@o5.test>" % kind),
                       "carol@example.test")
        with pytest.raises(smtplib.SMTPDataError):
            stack.send(mail(X_Hold="reject"), "carol@example.test")
        wait_until(lambda: news().count(" Completed") == 3, "deliveries")
    with carol.session() as imap:
        imap.select("Quarantine")
        imap.must("UID MOVE %d INBOX" % max(
            imap.uids("HEADER Message-ID <all@o5.test>")))
    wait_until(lambda: "action=deliver" in news(), "the line in the log")
    result = reconcile("-", input=news())
    assert result.stdout.splitlines() == [
        "accepted messages=3 recipients=3 delivered=1 held=1 deleted=1 "
        "failed=0 waiting=0 removed=0", "refused messages=1",
        "held delivered=1 deleted=0 expired=0 still-held=0", "law holds"]
