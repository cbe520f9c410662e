"""What a <domain> of the policy says beside its rules."""
from email import message_from_bytes, policy

from mails import EICAR, mail
from running import wait_until

SECTION = """
  <domain name="example.test">
    <notices language="ja"/>
  </domain>
</policy>"""


def test_notice_language(stack):
    """N3 R13: a notice is in the language of the domain that it goes to"""
    address = "carol+domain@example.test"
    with stack.policy(lambda text: text.replace("\n</policy>", SECTION)):
        stack.send(mail(files=[("a.com", EICAR)]).as_bytes(), address)
        notice, = wait_until(lambda: stack.search(
            "carol", "TO", address, "FROM", "NoReply"), "a notice")
    head = message_from_bytes(notice, policy=policy.default)
    assert head["Subject"] == "ウイルス Eicar-Test-Signature を検出しました"
