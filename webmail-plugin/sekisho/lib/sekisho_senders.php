<?php

/**
 * Settings: a list of senders, approved or blocked (W3, A6), which is an IMAP
 * folder with one small message for each entry (Q11).
 */
class sekisho_senders
{
    private $list;
    private $plugin;
    private $rc;
    private $folder;
    private $reason;

    /** list: 'approved' or 'blocked' */
    public function __construct($plugin, $list)
    {
        $this->list   = $list;
        $this->plugin = $plugin;
        $this->rc     = $plugin->rc;
        $this->reason = new sekisho_reason($plugin);
        $this->folder = rcube_charset::convert($this->rc->config->get("sekisho_{$list}_folder"), 'UTF-8', 'UTF7-IMAP');
    }

    public function init()
    {
        $this->plugin->add_hook('settings_actions', [$this, 'section']);
        $this->plugin->register_action("plugin.sekisho.$this->list", [$this, 'show']);
        $this->plugin->register_action("plugin.sekisho.$this->list-change", [$this, 'change']);
    }

    public function section($args)
    {
        $args['actions'][] = ['action' => "plugin.sekisho.$this->list", 'class' => "sekisho-$this->list",
            'label' => $this->list . 'senders', 'title' => $this->list . 'title', 'domain' => 'sekisho'];
        return $args;
    }

    public function show()
    {
        $this->plugin->include_script('sekisho-settings.js');
        $this->plugin->send_settings($this->list . 'senders', [$this, 'body']);
    }

    /** Adds or deletes, then shows the page again. */
    public function change()
    {
        if (rcube_utils::get_input_string('_add', rcube_utils::INPUT_POST) !== '') {
            $this->add(trim(rcube_utils::get_input_string('_entry', rcube_utils::INPUT_POST)));
        } else {
            $this->delete(array_filter(array_map('intval', (array) ($_POST['_uid'] ?? []))));
        }
        $this->rc->overwrite_action("plugin.sekisho.$this->list");
        $this->show();
    }

    private function add($entry)
    {
        if ($entry === '') {
            $this->rc->output->show_message('sekisho.entryempty', 'warning');
            return;
        }
        $message = 'From: ' . $this->plugin->user_address() . "\r\n"
            . 'Subject: ' . str_replace(["\r", "\n"], ' ', $entry) . "\r\n"
            . 'Date: ' . date('r') . "\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=UTF-8\r\n\r\n";
        $done = $this->rc->get_storage()->save_message($this->folder, $message);
        $this->report($done !== false, 'entryadded', ['entry' => $entry]);
    }

    private function delete($uids)
    {
        if (!$uids) {
            $this->rc->output->show_message('sekisho.nothingchosen', 'warning');
            return;
        }
        $done = $this->rc->get_storage()->delete_message($uids, $this->folder);
        $this->report($done, count($uids) == 1 ? 'entrydeleted' : 'entriesdeleted', ['n' => count($uids)]);
    }

    private function report($done, $label, $vars)
    {
        if ($done) {
            $this->plugin->say($label, 'confirmation', $vars);
        } else {
            $this->plugin->say('notdone', 'error', ['reason' => $this->plugin->server_said()]);
        }
    }

    /** uid => [entry, origin], sorted; null when the folder cannot be read. */
    private function entries()
    {
        $storage = $this->rc->get_storage();
        if (!$storage->folder_exists($this->folder)) {
            return null;
        }
        $storage->set_options(['fetch_headers' => strtoupper(sekisho_reason::ORIGIN)]);
        $entries = [];
        $index = $storage->index($this->folder, null, null, true);
        foreach ($storage->fetch_headers($this->folder, $index->get(), false) as $header) {
            $entries[$header->uid] = [rcube_mime::decode_header($header->subject, $header->charset),
                $this->reason->origin($header)];
        }
        uasort($entries, fn ($a, $b) => strcasecmp($a[0], $b[0]));
        return $entries;
    }

    public function body()
    {
        $entries = $this->entries();
        if ($entries === null) {
            return html::div('boxerror', rcube::Q($this->plugin->gettext('approvedunavailable')));
        }
        $limit = (int) $this->rc->config->get('sekisho_approved_limit');
        $count = $this->plugin->gettext(['name' => 'approvedcount', 'vars' => ['$n' => count($entries), '$max' => $limit]]);
        return html::p(null, rcube::Q($this->plugin->gettext($this->list . 'intro')))
            . $this->add_form()
            . html::p(['id' => 'sekisho-count', 'aria-live' => 'polite'], rcube::Q($count))
            . ($entries ? $this->list_form($entries) : html::p(null, rcube::Q($this->plugin->gettext($this->list . 'none'))));
    }

    private function form($inner)
    {
        return $this->rc->output->form_tag([
            'method' => 'post', 'class' => 'sekisho-form',
            'action' => $this->rc->url("plugin.sekisho.$this->list-change"),
        ], $inner);
    }

    private function add_form()
    {
        $label = html::label('sekisho-entry', rcube::Q($this->plugin->gettext('entrylabel')));
        $input = html::tag('input', ['type' => 'text', 'id' => 'sekisho-entry', 'name' => '_entry', 'maxlength' => 320,
            'class' => 'form-control', 'placeholder' => '*@example.com', 'autocapitalize' => 'off', 'spellcheck' => 'false']);
        $button = html::tag('button', ['type' => 'submit', 'name' => '_add', 'value' => '1', 'class' => 'btn btn-primary create'],
            rcube::Q($this->plugin->gettext('add')));
        return $this->form(html::div('sekisho-add', $label . $input . $button));
    }

    private function list_form($entries)
    {
        $all = html::tag('input', ['type' => 'checkbox', 'id' => 'sekisho-all', 'aria-label' => $this->plugin->gettext('selectall')]);
        $rows = html::tag('tr', null, html::tag('th', 'box', $all) . html::tag('th', ['scope' => 'col'],
            rcube::Q($this->plugin->gettext('sender'))));
        foreach ($entries as $uid => [$entry, $origin]) {
            $box = html::tag('input', ['type' => 'checkbox', 'name' => '_uid[]', 'value' => $uid, 'id' => "sekisho-uid-$uid"]);
            $rows .= html::tag('tr', null, html::tag('td', 'box', $box)
                . html::tag('td', null, html::label("sekisho-uid-$uid", rcube::Q($entry))
                . ($origin === '' ? '' : html::div('sekisho-origin', rcube::Q($origin)))));
        }
        $button = html::tag('button', ['type' => 'submit', 'name' => '_delete', 'value' => '1', 'class' => 'btn btn-danger delete'],
            rcube::Q($this->plugin->gettext('deletechosen')));
        return $this->form(html::tag('table', ['class' => 'sekisho-entries'], $rows) . $button);
    }
}
