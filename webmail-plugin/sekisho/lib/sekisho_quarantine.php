<?php

/**
 * The quarantine folder: three buttons, the reason of each held message, no
 * remote content, a question before a link is followed (W2, Q3 to Q6).
 *
 * What a button does is done by moving mail; the Dovecot plug-in decides
 * whether it may.
 */
class sekisho_quarantine
{
    private const HEADER = 'x-sekisho-held';

    private $plugin;
    private $rc;
    private $folder;

    public function __construct($plugin)
    {
        $this->plugin = $plugin;
        $this->rc     = $plugin->rc;
        $this->folder = rcube_charset::convert($this->rc->config->get('sekisho_quarantine'), 'UTF-8', 'UTF7-IMAP');
    }

    public function init()
    {
        $this->plugin->register_action('plugin.sekisho.quarantine', [$this, 'act']);
        $this->plugin->add_hook('storage_init', [$this, 'fetch_header']);
        $this->plugin->add_hook('render_mailboxlist', [$this, 'folder_list']);
        $this->plugin->add_hook('messages_list', [$this, 'reasons']);
        $this->plugin->add_hook('message_objects', [$this, 'reason_box']);
        $this->plugin->add_hook('message_check_safe', [$this, 'never_safe']);
        if ($this->is_here()) {
            unset($_GET['_safe'], $_POST['_safe'], $_REQUEST['_safe']);
            $this->rc->config->set('show_images', 0);
        }
        if (!$this->rc->output->ajax_call) {
            $this->buttons();
        }
    }

    private function is_here()
    {
        return rcube_utils::get_input_string('_mbox', rcube_utils::INPUT_GPC) === $this->folder;
    }

    private function buttons()
    {
        $this->plugin->include_script('sekisho.js');
        $this->plugin->include_stylesheet('skins/elastic/sekisho.css');
        $this->rc->output->set_env('sekisho_quarantine', $this->folder);
        foreach (['delete', 'deliver', 'approve'] as $name) {
            $this->plugin->add_button([
                'command'    => 'plugin.sekisho.' . $name,
                'type'       => 'link',
                'label'      => 'sekisho.button' . $name,
                'title'      => 'sekisho.title' . $name,
                'class'      => "sekisho $name disabled",
                'classact'   => "sekisho $name",
                'classsel'   => "sekisho $name pressed",
                'innerclass' => 'inner',
                'domain'     => 'sekisho',
            ], 'toolbar');
        }
    }

    public function fetch_header($args)
    {
        $args['fetch_headers'] = trim(($args['fetch_headers'] ?? '') . ' ' . strtoupper(self::HEADER));
        return $args;
    }

    /** Action folders are no places to look into; the quarantine has its name. */
    public function folder_list($args)
    {
        foreach ($args['list'] as $key => $folder) {
            if ($folder['id'] === $this->folder) {
                $args['list'][$key]['name'] = $this->plugin->gettext('quarantine');
                $args['list'][$key]['class'] = 'sekisho-quarantine';
                $args['list'][$key]['folders'] = [];
            }
        }
        return $args;
    }

    public function reasons($args)
    {
        foreach ((array) ($args['messages'] ?? []) as $message) {
            $reason = $this->reason($message);
            if ($reason !== '') {
                $message->list_flags['extra_flags']['sekisho_reason'] = $reason;
            }
        }
        return $args;
    }

    public function reason_box($args)
    {
        $reason = $this->reason($args['message']->headers);
        if ($reason !== '' && $args['message']->folder === $this->folder) {
            array_unshift($args['content'], html::div(['class' => 'sekisho-reason boxwarning', 'role' => 'note'],
                html::span(null, rcube::Q($this->plugin->gettext(['name' => 'heldbecause', 'vars' => ['$reason' => $reason]])))));
        }
        return $args;
    }

    public function never_safe($args)
    {
        if ($args['message']->folder === $this->folder) {
            $args['message']->set_safe(false);
        }
        return $args;
    }

    /** "spam: inbound spam / phishing", from the header that Sekisho sealed. */
    private function reason($headers)
    {
        $value = $headers->others[self::HEADER] ?? '';
        $value = is_array($value) ? end($value) : $value;
        $found = [];
        foreach (explode(';', (string) $value) as $pair) {
            [$name, $text] = array_pad(explode('=', trim($pair), 2), 2, '');
            $found[$name] = rawurldecode(trim($text, '" '));
        }
        if ($value === '') {
            return '';
        }
        $class = $this->plugin->gettext('class-' . (in_array($found['class'] ?? '', ['spam', 'virus', 'content']) ? $found['class'] : 'content'));
        return trim($class . ': ' . ($found['reason'] ?? ''), ': ');
    }

    // -- what the buttons do -----------------------------------------------

    public function act()
    {
        $do   = rcube_utils::get_input_string('_do', rcube_utils::INPUT_POST);
        $sets = rcmail_action::get_uids(null, null, $multi, rcube_utils::INPUT_POST);
        $uids = $sets[$this->folder] ?? [];
        if ($uids === [] || !in_array($do, ['delete', 'deliver', 'approve'])) {
            $this->rc->output->show_message('sekisho.nothingchosen', 'warning');
            $this->rc->output->send();
        }
        $storage = $this->rc->get_storage();
        if ($do == 'delete') {
            $done = $storage->delete_message($uids, $this->folder);
        } else {
            $done = $storage->move_message($uids, $this->target($do), $this->folder);
        }
        $this->report($do, $done, is_array($uids) ? count($uids) : 0);
    }

    private function target($do)
    {
        if ($do == 'deliver') {
            return 'INBOX';
        }
        $name = rcube_charset::convert($this->rc->config->get('sekisho_approve_folder'), 'UTF-8', 'UTF7-IMAP');
        return $this->folder . $this->rc->get_storage()->get_hierarchy_delimiter() . $name;
    }

    /** Shows what was done, or why the mail server did not do it. */
    private function report($do, $done, $count)
    {
        if ($done) {
            $this->rc->output->show_message($this->plugin->gettext([
                'name' => 'done' . $do . ($count == 1 ? 'one' : ''),
                'vars' => ['$n' => $count],
            ]), 'confirmation', null, true);
        } else {
            $why = preg_replace('/^(UID )?(MOVE|COPY|STORE|EXPUNGE): |\[[A-Z-]+\] ?/', '',
                (string) $this->rc->get_storage()->get_error_str());
            $this->rc->output->show_message($this->plugin->gettext([
                'name' => 'notdone', 'vars' => ['$reason' => $why],
            ]), 'error', null, true, 10);
        }
        $this->rc->output->command('plugin.sekisho.done', (bool) $done);
        $this->rc->output->send();
    }
}
