<?php

/**
 * Fields that the forms of the public pages have in common, as sekisho_page
 * shows them.
 */
class sekisho_fields
{
    public $captcha;

    private $plugin;

    public function __construct($plugin)
    {
        $this->plugin  = $plugin;
        $this->captcha = new sekisho_captcha($plugin);
    }

    /** Longer than allowed, so that it is said: a browser cuts off without a word. */
    public function password($label, $again)
    {
        return [
            ['name' => 'password', 'label' => $label, 'type' => 'password', 'secret' => true, 'hint' => 'passwordhint',
                'autocomplete' => 'new-password', 'max' => 128],
            ['name' => 'password-again', 'label' => $again, 'type' => 'password', 'secret' => true,
                'autocomplete' => 'new-password', 'max' => 128],
        ];
    }

    public function question()
    {
        return [
            ['name' => 'question', 'label' => 'question', 'type' => 'select', 'options' => $this->questions()],
            ['name' => 'answer', 'label' => 'answer', 'type' => 'text', 'max' => 100, 'autocomplete' => 'off'],
        ];
    }

    /** A picture, or a sum for those who cannot see it. */
    public function proof()
    {
        $words = rcube_utils::get_input_string('_captcha', rcube_utils::INPUT_POST) == 'words'
            || rcube_utils::get_input_string('_words', rcube_utils::INPUT_POST) !== '';
        if ($words) {
            $before = html::p(['class' => 'sum'], rcube::Q($this->captcha->question()))
                . html::tag('input', ['type' => 'hidden', 'name' => '_captcha', 'value' => 'words']);
        } else {
            $before = html::img(['src' => $this->plugin->page_url('captcha', ['_t' => bin2hex(random_bytes(4))]),
                'alt' => $this->plugin->gettext('captchaalt'), 'width' => 180, 'height' => 60, 'class' => 'captcha'])
                . html::tag('button', ['type' => 'submit', 'name' => '_words', 'value' => '1', 'class' => 'quiet',
                    'formnovalidate' => 'formnovalidate'], rcube::Q($this->plugin->gettext('captchawords')));
        }
        return [['name' => 'captcha', 'label' => $words ? 'captchalabelwords' : 'captchalabel', 'type' => 'text', 'secret' => true,
            'max' => 20, 'autocomplete' => 'off', 'before' => $before]];
    }

    /** Questions to choose from, in the user's language: name => text. */
    private function questions()
    {
        $file = sprintf('%s/questions.%s.txt', $this->plugin->rc->config->get('sekisho_questions'), $this->language());
        $list = ['' => $this->plugin->gettext('choose')];
        foreach (@file($file, FILE_IGNORE_NEW_LINES) ?: [] as $line) {
            if (preg_match('/^([^#\s]\S*)\s+(.+)$/', $line, $match)) {
                $list[$match[1]] = $match[2];
            }
        }
        return $list;
    }

    public function language()
    {
        return substr((string) ($_SESSION['language'] ?? $this->plugin->rc->config->get('language')), 0, 2) == 'ja' ? 'ja' : 'en';
    }
}
