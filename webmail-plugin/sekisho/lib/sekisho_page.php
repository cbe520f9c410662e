<?php

/**
 * A public page: plain HTML without any script, so that its
 * Content-Security-Policy can be as strict as there is.
 */
class sekisho_page
{
    private const POLICY = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
        . "frame-ancestors 'none'; base-uri 'none'";

    private $plugin;
    private $body = '';

    public function __construct($plugin)
    {
        $this->plugin = $plugin;
    }

    /** Was its form sent? Roundcube lets a POST without any fields pass without a token. */
    public function is_post()
    {
        return $_SERVER['REQUEST_METHOD'] == 'POST' && !empty($_POST['_token'])
            && $this->plugin->rc->check_request(rcube_utils::INPUT_POST);
    }

    public function text($label)
    {
        $this->body .= html::p(null, rcube::Q($this->plugin->gettext($label)));
    }

    /** What went wrong, read out at once by a screen reader. */
    public function alert($label, $vars = [])
    {
        $text = $this->plugin->gettext(['name' => $label, 'vars' => $vars]);
        $this->body .= html::div(['class' => 'alert', 'role' => 'alert'], rcube::Q($text));
    }

    /** What something is: text that others wrote, by label. */
    public function facts($facts)
    {
        $inner = '';
        foreach (array_filter($facts, 'strlen') as $label => $text) {
            $inner .= html::tag('dt', null, rcube::Q($this->plugin->gettext($label))) . html::tag('dd', null, rcube::Q($text));
        }
        $this->body .= html::tag('dl', null, $inner);
    }

    public function link($label, $url)
    {
        $this->body .= html::p(null, html::a(['href' => $url], rcube::Q($this->plugin->gettext($label))));
    }

    /**
     * A form that is posted to the page itself. Each field is an array: name,
     * label, type (text, email, password, select, captcha), and what type needs.
     */
    public function form($url, $fields, $button, $values, $errors)
    {
        $inner = html::tag('input', [
            'type' => 'hidden', 'name' => '_token',
            'value' => $this->plugin->rc->get_request_token(),
        ]);
        foreach ($fields as $field) {
            $inner .= $this->field($field, $values[$field['name']] ?? '', $errors[$field['name']] ?? '');
        }
        $inner .= html::tag('button', ['type' => 'submit'], rcube::Q($this->plugin->gettext($button)));
        $this->body .= html::tag('form', [
            'method' => 'post', 'action' => $url, 'novalidate' => 'novalidate', 'autocomplete' => 'on',
        ], $inner);
    }

    private function field($field, $value, $error)
    {
        $id    = 'f-' . $field['name'];
        $label = html::tag('label', ['for' => $id], rcube::Q($this->plugin->gettext($field['label'])));
        $notes = [];
        $after = '';
        if (!empty($field['hint'])) {
            $notes[] = $id . '-hint';
            $after .= html::div(['id' => $id . '-hint', 'class' => 'hint'],
                rcube::Q($this->plugin->gettext($field['hint'])));
        }
        if ($error !== '') {
            $notes[] = $id . '-error';
            $after .= html::div(['id' => $id . '-error', 'class' => 'error'], rcube::Q($error));
        }
        $common = ['id' => $id, 'name' => $field['name'], 'required' => 'required'];
        if ($notes) {
            $common['aria-describedby'] = implode(' ', $notes);
        }
        if ($error !== '') {
            $common['aria-invalid'] = 'true';
        }
        return html::div('field' . ($error !== '' ? ' wrong' : ''),
            $label . ($field['before'] ?? '') . $this->input($field, $common, $value) . $after);
    }

    private function input($field, $common, $value)
    {
        if ($field['type'] == 'select') {
            $options = '';
            foreach ($field['options'] as $name => $text) {
                $selected = (string) $name === (string) $value ? ['selected' => 'selected'] : [];
                $options .= html::tag('option', ['value' => $name] + $selected, rcube::Q($text));
            }
            return html::tag('select', $common, $options);
        }
        $attributes = $common + ['type' => $field['type'], 'maxlength' => $field['max'] ?? 320];
        if (isset($field['autocomplete'])) {
            $attributes['autocomplete'] = $field['autocomplete'];
        }
        // What is secret is typed again.
        if (empty($field['secret'])) {
            $attributes['value'] = $value;
        }
        return html::tag('input', $attributes);
    }

    public function send($title, $code = 200)
    {
        http_response_code($code);
        header('Content-Type: text/html; charset=UTF-8');
        header('Content-Security-Policy: ' . self::POLICY);
        header('Referrer-Policy: no-referrer');
        header('X-Content-Type-Options: nosniff');
        header('Cache-Control: no-store');
        $language = substr($_SESSION['language'] ?? $this->plugin->rc->config->get('language', 'en_US'), 0, 2);
        $name     = rcube::Q($this->plugin->rc->config->get('product_name'));
        $title    = rcube::Q($this->plugin->gettext($title));
        $css      = rcube::Q($this->plugin->rc->output->abs_url($this->plugin->url('skins/elastic/public.css')));
        echo "<!DOCTYPE html>\n<html lang=\"$language\">\n<head>\n<meta charset=\"utf-8\">\n"
            . "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
            . "<meta name=\"robots\" content=\"noindex\">\n<title>$title - $name</title>\n"
            . "<link rel=\"stylesheet\" href=\"$css\">\n</head>\n<body>\n<main>\n"
            . "<p class=\"product\">$name</p>\n<h1>$title</h1>\n{$this->body}\n</main>\n</body>\n</html>\n";
        exit;
    }
}
