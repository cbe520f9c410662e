<?php

/**
 * The quarantine folder: four buttons, the reason of each held message (W2, Q3
 * to Q6). What a held message may show is in sekisho_content.
 *
 * What a button does is done by moving mail; the Dovecot plug-in decides
 * whether it may.
 */
class sekisho_quarantine
{
    private const ACTIONS = ['delete', 'deliver', 'approve', 'request'];

    private $plugin;
    private $rc;
    private $folder;
    private $reason;

    public function __construct($plugin)
    {
        $this->plugin = $plugin;
        $this->rc     = $plugin->rc;
        $this->reason = new sekisho_reason($plugin);
        $this->folder = rcube_charset::convert($this->rc->config->get('sekisho_quarantine'), 'UTF-8', 'UTF7-IMAP');
    }

    public function init()
    {
        if ($this->is_all() && in_array(rcube_utils::get_input_string('_mbox', rcube_utils::INPUT_GPC), ['', 'INBOX'])) {
            $_GET['_mbox'] = $_REQUEST['_mbox'] = $this->folder;
            unset($_POST['_mbox']);
        }
        $this->plugin->add_hook('storage_folders', [$this, 'subscribed']);
        $this->plugin->register_action('plugin.sekisho.quarantine', [$this, 'act']);
        $this->plugin->add_hook('storage_init', [$this, 'fetch_header']);
        $this->plugin->add_hook('render_mailboxlist', [$this, 'folder_list']);
        $this->plugin->add_hook('messages_list', [$this, 'reasons']);
        $this->plugin->add_hook('message_objects', [$this, 'reason_box']);
        new sekisho_content($this->plugin, $this->folder);
        if (!$this->rc->output->ajax_call) {
            $this->buttons();
        }
    }

    /**
     * Whoever logs in with the password of an account that has one of its own
     * sees no INBOX: then the quarantine is all there is.
     */
    public function login($args)
    {
        $storage = $this->rc->get_storage();
        $_SESSION['sekisho_all'] = $storage->is_connected() && $storage->folder_data('INBOX') === null;
        return $args;
    }

    private function is_all()
    {
        return !empty($_SESSION['sekisho_all']);
    }

    private function buttons()
    {
        $this->plugin->include_script('sekisho.js');
        $this->plugin->include_stylesheet('skins/elastic/sekisho.css');
        $this->rc->output->set_env('sekisho_quarantine', $this->folder);
        $this->rc->output->set_env('sekisho_all', $this->is_all());
        foreach (self::ACTIONS as $name) {
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
                'data-content-button' => 'true',
            ], 'toolbar');
        }
    }

    public function fetch_header($args)
    {
        $args['fetch_headers'] = trim(($args['fetch_headers'] ?? '') . ' ' . strtoupper(sekisho_reason::HEADER));
        return $args;
    }

    /** The quarantine is among the folders, whether its user subscribed to it or not. */
    public function subscribed($args)
    {
        if ($args['mode'] != 'LSUB' || $args['root'] !== '' || $args['name'] != '*') {
            return $args;
        }
        $storage = $this->rc->get_storage();
        $folders = $storage->list_folders_subscribed_direct('', '*');
        if ($folders !== null && !in_array($this->folder, $folders) && $storage->folder_exists($this->folder)) {
            $folders[] = $this->folder;
        }
        return ['folders' => $folders] + $args;
    }

    /** Action folders are no places to look into; the quarantine has its name. */
    public function folder_list($args)
    {
        foreach ($args['list'] as $key => $folder) {
            if ($folder['id'] === $this->folder) {
                $args['list'][$key]['name'] = $this->plugin->gettext('quarantine');
                $args['list'][$key]['class'] = 'sekisho-quarantine';
                $args['list'][$key]['folders'] = [];
            } elseif ($this->is_all() && $folder['id'] === 'INBOX') {
                unset($args['list'][$key]);
            }
        }
        return $args;
    }

    public function reasons($args)
    {
        foreach ((array) ($args['messages'] ?? []) as $message) {
            $reason = $this->reason->of($message);
            if ($reason !== '') {
                $message->list_flags['extra_flags']['sekisho_reason'] = $reason;
            }
        }
        return $args;
    }

    public function reason_box($args)
    {
        $reason = $this->reason->of($args['message']->headers);
        if ($reason !== '' && $args['message']->folder === $this->folder) {
            array_unshift($args['content'], html::div(['class' => 'sekisho-reason boxwarning', 'role' => 'note'],
                html::span(null, rcube::Q($this->plugin->gettext(['name' => 'heldbecause', 'vars' => ['$reason' => $reason]])))));
        }
        return $args;
    }

    // -- what the buttons do -----------------------------------------------

    public function act()
    {
        if (!$this->rc->output->ajax_call) {
            $this->rc->output->redirect(['_task' => 'mail', '_mbox' => $this->folder]);
        }
        $do   = rcube_utils::get_input_string('_do', rcube_utils::INPUT_POST);
        $sets = rcmail_action::get_uids(null, null, $multi, rcube_utils::INPUT_POST);
        $uids = $sets[$this->folder] ?? [];
        if ($uids === [] || !in_array($do, self::ACTIONS)) {
            $this->rc->output->show_message('sekisho.nothingchosen', 'warning');
            $this->rc->output->send();
        }
        $storage = $this->rc->get_storage();
        if ($do == 'delete') {
            $done = $storage->delete_message($uids, $this->folder);
        } else {
            $done = $storage->move_message($uids, $this->target($do), $this->folder);
        }
        // The mail stays where it is, so that is no success to a mail server.
        $done = $done || ($do == 'request' && str_starts_with($this->plugin->server_text(), 'Done: '));
        $this->report($do, $done, is_array($uids) ? count($uids) : 0);
    }

    /** The folder that means what the button says; INBOX may be out of reach. */
    private function target($do)
    {
        $name = rcube_charset::convert($this->rc->config->get("sekisho_{$do}_folder"), 'UTF-8', 'UTF7-IMAP');
        return $this->folder . $this->rc->get_storage()->get_hierarchy_delimiter() . $name;
    }

    /** Shows what was done, or why the mail server did not do it. */
    private function report($do, $done, $count)
    {
        if ($done) {
            $this->plugin->say('done' . $do . ($count == 1 ? 'one' : ''), 'confirmation', ['n' => $count]);
        } else {
            $this->plugin->say('notdone', 'error', ['reason' => $this->plugin->server_said()]);
        }
        $this->rc->output->command('plugin.sekisho.done', (bool) $done);
        $this->rc->output->send();
    }
}
