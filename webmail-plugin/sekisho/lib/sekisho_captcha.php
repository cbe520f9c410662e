<?php

use Gregwar\Captcha\CaptchaBuilder;
use Gregwar\Captcha\PhraseBuilder;

/**
 * Proves that a person fills in a form: letters in a picture or, for those who
 * cannot see it, a sum in words. Each is good for one try and ten minutes.
 */
class sekisho_captcha
{
    private const SECONDS = 600;
    private const LETTERS = 'abcdefghkmnpqrstuvwxyz23456789';

    private $plugin;

    public function __construct($plugin)
    {
        $this->plugin = $plugin;
    }

    /** Sends the picture, with new letters. */
    public function send_picture()
    {
        // Gregwar's library is older than PHP 8.2's taste in arithmetic.
        error_reporting(error_reporting() & ~E_DEPRECATED);
        if (!class_exists(CaptchaBuilder::class)) {
            require_once 'Gregwar/Captcha/autoload.php';
        }
        $phrase = (new PhraseBuilder(5, self::LETTERS))->build();
        $this->keep($phrase);
        header('Content-Type: image/jpeg');
        header('Cache-Control: no-store');
        (new CaptchaBuilder($phrase))->build(180, 60)->output();
    }

    /** A sum as a sentence in the user's language. */
    public function question()
    {
        $a = random_int(2, 9);
        $b = random_int(2, 9);
        $this->keep((string) ($a + $b));
        return $this->plugin->gettext([
            'name' => 'captchasum',
            'vars' => [
                '$a' => $this->plugin->gettext('number' . $a),
                '$b' => $this->plugin->gettext('number' . $b),
            ],
        ]);
    }

    /** True once for what was asked last; letter case does not matter. */
    public function check($answer)
    {
        $kept = $_SESSION['sekisho_captcha'] ?? null;
        // Roundcube brings back what is only unset.
        $this->plugin->rc->session->remove('sekisho_captcha');
        $answer = strtolower(trim(mb_convert_kana((string) $answer, 'as')));
        return is_array($kept) && $kept['until'] >= time() && $answer !== ''
            && hash_equals($kept['phrase'], $answer);
    }

    private function keep($phrase)
    {
        $_SESSION['sekisho_captcha'] = ['phrase' => $phrase, 'until' => time() + self::SECONDS];
    }
}
