<?php

use PHPUnit\Framework\TestCase;

require_once __DIR__ . '/standins.php';

/** Captchas: checked once. */
class CaptchaTest extends TestCase
{
    private function check($answer, $phrase = 'k7mpq', $seconds = 10)
    {
        $_SESSION = ['sekisho_captcha' => ['phrase' => $phrase, 'until' => time() + $seconds]];
        return (new sekisho_captcha(new Standin()))->check($answer);
    }

    /** C1: letter case and width do not matter */
    public function testRight()
    {
        foreach (['k7mpq', 'K7MPQ', ' k7mpq ', 'ｋ７ｍｐｑ', 'Ｋ７ＭＰＱ　'] as $answer) {
            $this->assertTrue($this->check($answer), $answer);
        }
    }

    /** C1: anything else is wrong */
    public function testWrong()
    {
        foreach (['', ' ', 'k7mp', 'k7mpqq', '0'] as $answer) {
            $this->assertFalse($this->check($answer), $answer);
        }
        $this->assertFalse($this->check('', ''));
        $this->assertFalse($this->check('k7mpq', 'k7mpq', -1));
    }

    /** C1: a captcha is good for one try, right or wrong */
    public function testOnce()
    {
        $this->check('wrong');
        $this->assertFalse((new sekisho_captcha(new Standin()))->check('k7mpq'));
        $this->check('k7mpq');
        $this->assertFalse((new sekisho_captcha(new Standin()))->check('k7mpq'));
    }

    /** W4: the sum in words can be solved */
    public function testSum()
    {
        $_SESSION = [];
        $captcha  = new sekisho_captcha(new Standin());
        [, $a, $b] = sscanf($captcha->question(), '%s number%d number%d');
        $this->assertTrue($captcha->check((string) ($a + $b)));
    }
}
