<?php

/**
 * The pages without login: register, activate, forgotten password (W1, C1, C2,
 * C5), a link of a digest, and the captcha's picture.
 *
 * A GET shows a page, only a POST with the session's token acts: link
 * previewers activate and deliver nothing.
 */
class sekisho_pages
{
    private $plugin;
    private $page;
    private $fields;

    public function __construct($plugin)
    {
        $this->plugin  = $plugin;
        $this->page    = new sekisho_page($plugin);
        $this->fields  = new sekisho_fields($plugin);
    }

    /** Sends the page of that name and ends. */
    public function serve($name)
    {
        // Without a login the session lives as long as the login page's.
        $_SESSION['temp'] = true;
        if ($name == 'captcha') {
            $this->fields->captcha->send_picture();
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
        ], $this->fields->password('password', 'passwordagain'), $this->fields->question(), $this->fields->proof()), 'registerbutton', $values, $errors);
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
        ], $this->fields->question(), $this->fields->password('newpassword', 'newpasswordagain'), $this->fields->proof()), 'forgotbutton', $values, $errors);
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
        if ($this->page->is_post()) {
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

    private function digest()
    {
        (new sekisho_link($this->plugin, $this->page))->serve();
    }

    // -- what was posted ---------------------------------------------------

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
            'language' => $this->fields->language(),
        ]);
    }

    /**
     * Sends a filled-in form. Returns null when there is none (a GET, or the
     * wish for another captcha), [] when it was taken, else the text of what
     * is wrong, by field.
     */
    private function answered($verb, $values)
    {
        if (!$this->page->is_post()) {
            if ($_SERVER['REQUEST_METHOD'] == 'POST') {
                $this->page->alert('expired');
            }
            return null;
        }
        if (rcube_utils::get_input_string('_words', rcube_utils::INPUT_POST) !== '') {
            return null;
        }
        return $this->wrong_here($values) ?: $this->wrong_there($verb, $values);
    }

    /** What can be seen from here is said at once, all of it. */
    private function wrong_here($values)
    {
        $errors = array_fill_keys(array_keys($values, '', true), $this->plugin->gettext('reason-empty'));
        $solution = rcube_utils::get_input_string('captcha', rcube_utils::INPUT_POST);
        if (!$this->fields->captcha->check($solution)) {
            $errors['captcha'] = $this->plugin->gettext($solution === '' ? 'reason-empty' : 'captchawrong');
        }
        return $errors;
    }

    private function wrong_there($verb, $values)
    {
        $answer = $this->ask($verb, $values);
        if ($answer['status'] == 'ok') {
            return [];
        }
        if ($answer['status'] == 'invalid' && $answer['fields']) {
            return array_map([$this->plugin, 'reason'], $answer['fields']);
        }
        $this->page->alert($answer['status'] == 'limit' ? 'toomany' : 'unavailable');
        return ['' => ''];
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
