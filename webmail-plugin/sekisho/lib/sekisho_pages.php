<?php

/**
 * The pages without login: register, activate, forgotten password (W1, C1, C2,
 * C5), and the captcha's picture.
 *
 * A GET shows a page, only a POST with the session's token acts: link
 * previewers activate nothing.
 */
class sekisho_pages
{
    private $plugin;
    private $page;
    private $captcha;

    public function __construct($plugin)
    {
        $this->plugin  = $plugin;
        $this->page    = new sekisho_page($plugin);
        $this->captcha = new sekisho_captcha($plugin);
    }

    /** Sends the page of that name and ends. */
    public function serve($name)
    {
        // Without a login the session lives as long as the login page's.
        $_SESSION['temp'] = true;
        if ($name == 'captcha') {
            $this->captcha->send_picture();
            exit;
        }
        $this->$name();
    }

    // -- register ----------------------------------------------------------

    private function register()
    {
        $values = $this->posted(['family-name', 'given-name', 'mail', 'mail-again', 'password', 'password-again',
            'question', 'answer']);
        $errors = $this->answered('register', $values);
        if ($errors === []) {
            $this->page->text('registersent');
            $this->page->text('registersent2');
            $this->back_to_login();
            $this->page->send('registersenttitle');
        }
        $this->page->text('registerintro');
        $this->show_form('register', array_merge([
            ['name' => 'family-name', 'label' => 'familyname', 'type' => 'text', 'max' => 100, 'autocomplete' => 'family-name'],
            ['name' => 'given-name', 'label' => 'givenname', 'type' => 'text', 'max' => 100, 'autocomplete' => 'given-name'],
            ['name' => 'mail', 'label' => 'mail', 'type' => 'email', 'autocomplete' => 'email'],
            ['name' => 'mail-again', 'label' => 'mailagain', 'type' => 'email', 'autocomplete' => 'email'],
        ], $this->password_fields('password', 'passwordagain'), $this->question_fields(), $this->captcha_fields()), 'registerbutton', $values, $errors);
    }

    // -- forgotten password ------------------------------------------------

    private function forgot()
    {
        $values = $this->posted(['mail', 'question', 'answer', 'password', 'password-again']);
        $errors = $this->answered('reset-request', $values);
        if ($errors === []) {
            $this->page->text('forgotsent');
            $this->page->text('forgotsent2');
            $this->back_to_login();
            $this->page->send('forgotsenttitle');
        }
        $this->page->text('forgotintro');
        $this->show_form('forgot', array_merge([
            ['name' => 'mail', 'label' => 'mail', 'type' => 'email', 'autocomplete' => 'email'],
        ], $this->question_fields(), $this->password_fields('newpassword', 'newpasswordagain'), $this->captcha_fields()), 'forgotbutton', $values, $errors);
    }

    // -- where the URLs of the mails lead to -------------------------------

    private function activate()
    {
        $this->landing('activate', 'activate');
    }

    private function reset()
    {
        $this->landing('reset', 'reset-confirm');
    }

    /** A page with one button, which spends the token. */
    private function landing($name, $verb)
    {
        $token = rcube_utils::get_input_string('_key', rcube_utils::INPUT_GP);
        if ($token === '') {
            $this->page->alert($name . 'unknown');
            $this->back_to_login();
            $this->page->send($name . 'title', 404);
        }
        if ($this->is_post()) {
            $answer = $this->ask($verb, ['token' => $token]);
            if ($answer['status'] == 'ok') {
                $this->page->text($name . 'done');
                $this->back_to_login();
                $this->page->send($name . 'donetitle');
            }
            $label = ['not-found' => $name . 'unknown', 'refused' => 'passwordrefused', 'limit' => 'toomany'];
            $this->page->alert($label[$answer['status']] ?? 'unavailable');
            if ($answer['status'] == 'not-found') {
                $this->back_to_login();
                $this->page->send($name . 'title', 404);
            }
        }
        $this->page->text($name . 'intro');
        $this->page->form($this->plugin->page_url($name, ['_key' => $token]), [], $name . 'button', [], []);
        $this->page->send($name . 'title');
    }

    // -- fields ------------------------------------------------------------

    private function password_fields($label, $again)
    {
        return [
            ['name' => 'password', 'label' => $label, 'type' => 'password', 'secret' => true, 'hint' => 'passwordhint',
                'autocomplete' => 'new-password', 'max' => 32],
            ['name' => 'password-again', 'label' => $again, 'type' => 'password', 'secret' => true,
                'autocomplete' => 'new-password', 'max' => 32],
        ];
    }

    private function question_fields()
    {
        return [
            ['name' => 'question', 'label' => 'question', 'type' => 'select', 'options' => $this->questions()],
            ['name' => 'answer', 'label' => 'answer', 'type' => 'text', 'max' => 100, 'autocomplete' => 'off'],
        ];
    }

    /** A picture, or a sum for those who cannot see it. */
    private function captcha_fields()
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

    private function language()
    {
        return substr((string) ($_SESSION['language'] ?? $this->plugin->rc->config->get('language')), 0, 2) == 'ja' ? 'ja' : 'en';
    }

    // -- what was posted ---------------------------------------------------

    private function is_post()
    {
        return $_SERVER['REQUEST_METHOD'] == 'POST'
            && $this->plugin->rc->check_request(rcube_utils::INPUT_POST);
    }

    private function posted($names)
    {
        $values = [];
        foreach ($names as $name) {
            $values[$name] = (string) rcube_utils::get_input_string($name, rcube_utils::INPUT_POST, true);
        }
        return $values;
    }

    /** Asks sekishod with what every request has. */
    private function ask($verb, $fields)
    {
        return $this->plugin->client()->call($verb, $fields + [
            'client'   => rcube_utils::remote_addr(),
            'language' => $this->language(),
        ]);
    }

    /**
     * Sends a filled-in form. Returns null when there is none (a GET, or the
     * wish for another captcha), [] when it was taken, else the text of what
     * is wrong, by field.
     */
    private function answered($verb, $values)
    {
        if (!$this->is_post()) {
            if ($_SERVER['REQUEST_METHOD'] == 'POST') {
                $this->page->alert('expired');
            }
            return null;
        }
        $solution = rcube_utils::get_input_string('captcha', rcube_utils::INPUT_POST);
        if (rcube_utils::get_input_string('_words', rcube_utils::INPUT_POST) !== '') {
            return null;
        }
        // What can be seen from here is said at once, all of it.
        $errors = [];
        foreach ($values as $name => $value) {
            if ($value === '') {
                $errors[$name] = $this->plugin->gettext('reason-empty');
            }
        }
        if (!$this->captcha->check($solution)) {
            $errors['captcha'] = $this->plugin->gettext($solution === '' ? 'reason-empty' : 'captchawrong');
        }
        if ($errors) {
            return $errors;
        }
        $answer = $this->ask($verb, $values);
        if ($answer['status'] == 'ok') {
            return [];
        }
        if ($answer['status'] == 'invalid' && $answer['fields']) {
            return array_map([$this, 'reason'], $answer['fields']);
        }
        $this->page->alert($answer['status'] == 'limit' ? 'toomany' : 'unavailable');
        return ['' => ''];
    }

    /** The text for a reason that sekishod gives as one word. */
    private function reason($word)
    {
        $label = 'reason-' . $word;
        return $this->plugin->gettext($this->plugin->rc->text_exists($label, $this->plugin->ID) ? $label : 'reason-syntax');
    }

    private function show_form($name, $fields, $button, $values, $errors)
    {
        if ($errors) {
            $wrong = array_filter($errors);
            if ($wrong) {
                $this->page->alert(count($wrong) == 1 ? 'onewrong' : 'somewrong', ['$n' => count($wrong)]);
            }
        }
        $this->page->form($this->plugin->page_url($name), $fields, $button, $values, $errors ?: []);
        $this->back_to_login();
        $this->page->send($name . 'title');
    }

    private function back_to_login()
    {
        $this->page->link('backtologin', './');
    }
}
