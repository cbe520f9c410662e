<?php

use PHPUnit\Framework\TestCase;

require_once __DIR__ . '/standins.php';

/** Idle sessions. */
class SessionTest extends TestCase
{
    private function idle($action, $seconds, $settings)
    {
        $_SESSION = ['user_id' => 1, 'sekisho_active' => time() - $seconds];
        return (new sekisho_session(new Standin($settings)))->is_idle($action);
    }

    /** C3: the limit is ours, or Roundcube's */
    public function testLimit()
    {
        $this->assertTrue($this->idle('list', 601, ['session_lifetime' => 10]));
        $this->assertFalse($this->idle('list', 595, ['session_lifetime' => 10]));
        $this->assertTrue($this->idle('list', 31, ['session_lifetime' => 10, 'sekisho_idle_seconds' => 30]));
        $this->assertFalse($this->idle('list', 595, ['session_lifetime' => 10, 'sekisho_idle_seconds' => 0]));
    }

    /** C3: what the user does counts, what an open tab does not */
    public function testWhatCounts()
    {
        $this->assertFalse($this->idle('list', 100, []));
        $this->assertGreaterThan(time() - 5, $_SESSION['sekisho_active']);
        foreach (['keep-alive', 'refresh', 'check-recent', 'getunread'] as $action) {
            $this->assertFalse($this->idle($action, 100, []));
            $this->assertLessThan(time() - 95, $_SESSION['sekisho_active']);
        }
    }

    /** C3: who has not logged in has no session to end */
    public function testNobody()
    {
        $_SESSION = ['sekisho_active' => 0];
        $this->assertFalse((new sekisho_session(new Standin()))->is_idle('list'));
    }
}
