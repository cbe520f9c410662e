<?php

/**
 * Settings: change the password (W3, C4). Asks for the old one, because a
 * session that was left open must not be enough.
 */
class sekisho_password
{
    private const FIELDS = ['old-password' => 'oldpassword', 'password' => 'newpassword', 'password-again' => 'newpasswordagain'];

    private $plugin;
    private $rc;
    private $errors = [];

    public function __construct($plugin)
    {
        $this->plugin = $plugin;
        $this->rc     = $plugin->rc;
    }

    public function init()
    {
        $this->plugin->add_hook('settings_actions', [$this, 'section']);
        $this->plugin->register_action('plugin.sekisho.password', [$this, 'show']);
        $this->plugin->register_action('plugin.sekisho.password-save', [$this, 'save']);
    }

    public function section($args)
    {
        $args['actions'][] = ['action' => 'plugin.sekisho.password', 'class' => 'password',
            'label' => 'password', 'title' => 'passwordtitle', 'domain' => 'sekisho'];
        return $args;
    }

    public function show()
    {
        $this->plugin->send_settings('passwordtitle', [$this, 'body']);
    }

    public function save()
    {
        $fields = ['mail' => $this->plugin->user_address(), 'client' => rcube_utils::remote_addr(),
            'language' => substr((string) $_SESSION['language'], 0, 2) == 'ja' ? 'ja' : 'en'];
        foreach (array_keys(self::FIELDS) as $name) {
            $fields[$name] = rcube_utils::get_input_string($name, rcube_utils::INPUT_POST, true);
        }
        $answer = $this->plugin->client()->call('change', $fields);
        if ($answer['status'] == 'ok') {
            $this->changed($fields['old-password'], $fields['password']);
        } elseif ($answer['status'] == 'invalid') {
            foreach ($answer['fields'] as $name => $word) {
                $this->errors[$name] = $this->plugin->reason($word);
            }
            $this->plugin->say('passwordnotchanged', 'error');
        } elseif ($answer['status'] == 'refused') {
            $this->errors['old-password'] = $this->plugin->gettext('oldwrong');
            $this->plugin->say('passwordnotchanged', 'error');
        } else {
            $this->plugin->say($answer['status'] == 'limit' ? 'toomany' : 'unavailable', 'error');
        }
        $this->rc->overwrite_action('plugin.sekisho.password');
        $this->show();
    }

    /** A session that was opened with the old password goes on with the new one. */
    private function changed($old, $new)
    {
        if ($this->rc->decrypt($_SESSION['password']) === $old) {
            $_SESSION['password'] = $this->rc->encrypt($new);
        }
        $this->plugin->say('passwordchanged', 'confirmation');
    }

    public function body()
    {
        $rows = '';
        foreach (self::FIELDS as $name => $label) {
            $error = $this->errors[$name] ?? '';
            $attributes = ['type' => 'password', 'id' => "sekisho-$name", 'name' => $name, 'maxlength' => 128, 'required' => 'required',
                'class' => 'form-control' . ($error !== '' ? ' is-invalid' : ''),
                'autocomplete' => $name == 'old-password' ? 'current-password' : 'new-password'];
            if ($error !== '') {
                $attributes += ['aria-invalid' => 'true', 'aria-describedby' => "sekisho-$name-error"];
            }
            $rows .= html::div('sekisho-field', html::label("sekisho-$name", rcube::Q($this->plugin->gettext($label)))
                . html::tag('input', $attributes)
                . ($error !== '' ? html::div(['id' => "sekisho-$name-error", 'class' => 'sekisho-error'], rcube::Q($error)) : ''));
        }
        $button = html::tag('button', ['type' => 'submit', 'class' => 'btn btn-primary submit'], rcube::Q($this->plugin->gettext('save')));
        return html::p(null, rcube::Q($this->plugin->gettext('passwordhint')))
            . $this->rc->output->form_tag(['method' => 'post', 'class' => 'sekisho-form',
                'action' => $this->rc->url('plugin.sekisho.password-save')], $rows . $button);
    }
}
