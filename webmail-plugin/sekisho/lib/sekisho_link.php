<?php

/**
 * A link of a digest: the held mail, and the one button that the link is for.
 * It needs no login, for its key is good for nothing else. Dovecot does it,
 * with the user's rights (sekisho-dovecot(8)).
 */
class sekisho_link
{
    private $plugin;
    private $page;

    public function __construct($plugin, $page)
    {
        $this->plugin = $plugin;
        $this->page   = $page;
    }

    public function serve()
    {
        $key  = (string) rcube_utils::get_input_string('_key', rcube_utils::INPUT_GP);
        $said = null;
        if ($this->page->is_post()) {
            $said = $this->plugin->client('digest', 'sekisho_link_timeout')->call('act', ['key' => $key]);
            if ($said['status'] == 'ok') {
                $this->page->text('digestdone-' . $this->action($said));
                $this->to_webmail();
                $this->page->send('digestdonetitle');
            }
        }
        $mail = $this->plugin->client('digest')->call('show', ['key' => $key]);
        if ($mail['status'] == 'ok') {
            if ($said) {
                $this->alert($said);
            }
            $this->show_form($mail, $key);
        }
        $this->alert($mail);
        $this->to_webmail();
        $this->page->send('digesttitle', $mail['status'] == 'not-found' ? 404 : 503);
    }

    private function show_form($mail, $key)
    {
        $action = $this->action($mail);
        $fact   = $mail['fields'];
        $class  = in_array($fact['class'] ?? '', ['spam', 'virus']) ? $fact['class'] : 'content';
        $this->page->text('digestintro-' . $action);
        $this->page->facts(['subject' => $fact['subject'] ?? '', 'from' => $fact['from'] ?? '',
            'envelopesender' => $fact['sender'] ?? '', 'heldsince' => $fact['time'] ?? '', 'expires' => $fact['expires'] ?? '',
            'reason' => $this->plugin->gettext('class-' . $class) . ': ' . ($fact['reason'] ?? '')]);
        $this->page->form($this->plugin->page_url('digest', ['_key' => $key]), [], 'button' . $action, [], []);
        $this->to_webmail();
        $this->page->send('digesttitle-' . $action);
    }

    private function alert($answer)
    {
        $label = ['not-found' => $answer['field'] == 'key' ? 'digestunknown' : 'digestgone',
            'refused' => 'digestrefused', 'limit' => 'digestlimit'];
        $this->page->alert($label[$answer['status']] ?? 'digestunavailable');
    }

    private function action($answer)
    {
        $action = $answer['fields']['action'] ?? '';
        return in_array($action, ['deliver', 'approve']) ? $action : 'delete';
    }

    private function to_webmail()
    {
        $this->page->link('towebmail', './');
    }
}
