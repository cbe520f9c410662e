<?php

use PHPUnit\Framework\TestCase;

require_once __DIR__ . '/standins.php';

/** The reason of a held message, from X-Sekisho-Held. */
class ReasonTest extends TestCase
{
    private function reason($value, $flags = [])
    {
        $reason = new sekisho_reason(new Standin());
        return $reason->of((object) ['others' => $value === null ? [] : ['x-sekisho-held' => $value], 'flags' => $flags]);
    }

    /** Q9: a virus that was found later, whatever the header says */
    public function testFoundLater()
    {
        $flags = ['SEKISHOVIRUS' => true];
        $this->assertStringStartsWith('class-virus: foundlater', $this->reason('class=spam; reason=A%20rule; seal=ab', $flags));
        $this->assertSame('class-virus: A rule', $this->reason('class=virus; reason=A%20rule; seal=ab', $flags));
        $this->assertSame('', $this->reason('', $flags));
    }

    /** Issue 10.9: that an administrator was asked */
    public function testAsked()
    {
        $this->assertSame('class-virus: A · releaserequested', $this->reason('class=virus; reason=A', ['SEKISHOREQUESTED' => true]));
    }

    /** W2: class and reason, in the user's language and in any script */
    public function testReason()
    {
        $this->assertSame('class-spam: A rule', $this->reason('v=1; id=t1; class=spam; reason=A%20rule; seal=ab'));
        $this->assertSame('class-virus: 規則', $this->reason('class=virus; reason=%E8%A6%8F%E5%89%87; seal=ab'));
        $this->assertSame('class-content: x=y;z', $this->reason('class=content; reason=x%3Dy%3Bz'));
        $this->assertSame('class-spam: last', $this->reason(['class=virus; reason=first', 'class=spam; reason=last']));
    }

    /** W2: whether the sender is proved, when the header says so */
    public function testSender()
    {
        $this->assertSame('class-spam: A (senderproved a@x.test)', $this->reason('v=2; class=spam; reason=A; from=a@x.test; proof=dkim; seal=ab'));
        $this->assertSame('class-spam: A (senderfailed a@x.test)', $this->reason('class=spam; reason=A; from=a@x.test; proof=failed'));
        $this->assertSame('class-spam: A (senderunproved a@x.test)', $this->reason('class=spam; reason=A; from=a@x.test; proof=none'));
        $this->assertSame('class-spam: A', $this->reason('class=spam; reason=A; from=; proof=none'));
        $this->assertSame('class-spam: A', $this->reason('class=spam; reason=A; from=a@x.test; proof=nonsense'));
    }

    /** W2: the shipped rule for blocked senders speaks to its reader; one with another name as it is */
    public function testBlocked()
    {
        $this->assertSame('class-content: blockedbyyou', $this->reason('class=content; rule=B1; reason=The%20recipient%20has%20blocked%20the%20sender'));
        $this->assertSame('class-content: Mine', $this->reason('class=content; rule=B1; reason=Mine'));
        $policy = file_get_contents(__DIR__ . '/../../core/sekishod/policy.xml');
        $this->assertStringContainsString('<name>The recipient has blocked the sender</name>', $policy);
    }

    /** W2: nothing, and nonsense */
    public function testNonsense()
    {
        $this->assertSame('', $this->reason(null));
        $this->assertSame('', $this->reason(''));
        $this->assertSame('class-content', $this->reason('nonsense'));
        $this->assertSame('class-content', $this->reason('class=buttonapprove; reason='));
    }
}
