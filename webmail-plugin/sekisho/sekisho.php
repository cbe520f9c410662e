<?php

/**
 * Sekisho for Roundcube: account pages, quarantine buttons, lists of senders.
 *
 * Thin by design: before login it asks sekishod on account.sock, or Dovecot with
 * the key of a digest's link; after login it speaks IMAP to the folders of
 * Sekisho's Dovecot plug-in. It knows no LDAP and holds no secret. This file
 * has the hooks only; each noun has a file in lib/.
 *
 * @license GNU GPL-2.0-or-later
 */
class sekisho extends rcube_plugin
{
    /** Public pages (task login), by action plugin.sekisho.NAME. */
    private const PAGES = ['register', 'activate', 'forgot', 'reset', 'digest', 'captcha'];

    public $rc;

    public function init()
    {
        $this->rc = rcmail::get_instance();
        $this->load_config('config.inc.php.dist');
        $this->load_config();
        spl_autoload_register([$this, 'autoload']);
        $this->add_texts('localization/', $this->rc->task == 'mail');
        $this->add_hook('startup', [$this, 'startup']);
        // The form is shown at the end of a session, too, whatever was asked for.
        $this->add_hook('template_object_loginform', [$this, 'login_links']);
        if ($this->rc->task == 'login') {
            $this->add_hook('login_after', [new sekisho_quarantine($this), 'login']);
        } elseif ($this->rc->task == 'mail') {
            (new sekisho_quarantine($this))->init();
        } elseif ($this->rc->task == 'settings') {
            (new sekisho_senders($this, 'approved'))->init();
            (new sekisho_senders($this, 'blocked'))->init();
            (new sekisho_digest($this))->init();
            (new sekisho_password($this))->init();
        }
    }

    /** Classes of this plug-in, from lib/. */
    public function autoload($class)
    {
        if (preg_match('/^sekisho_[a-z]+$/', $class)) {
            $file = __DIR__ . '/lib/' . $class . '.php';
            if (is_readable($file)) {
                require $file;
            }
        }
    }

    /** Before anything else: idle sessions end, public pages are served. */
    public function startup($args)
    {
        $session = new sekisho_session($this->rc);
        if ($session->is_idle($args['action'])) {
            $session->end();
        }
        if ($args['task'] == 'login' && $session->was_idle()) {
            $this->say('sessionidle', 'warning', [], -1);
        }
        if (
            $args['task'] == 'login'
            && preg_match('/^plugin\.sekisho\.([a-z]+)$/', (string) $args['action'], $match)
            && in_array($match[1], self::PAGES)
        ) {
            (new sekisho_pages($this))->serve($match[1]);
        }
        return $args;
    }

    /** Login page: the two links below the form (W1). */
    public function login_links($args)
    {
        $this->include_stylesheet('skins/elastic/sekisho.css');
        $links = '';
        foreach (['register', 'forgot'] as $page) {
            $links .= html::a([
                'href' => $this->page_url($page),
                'id'   => 'sekisho-link-' . $page,
            ], rcube::Q($this->gettext('link' . $page)));
        }
        $args['content'] .= html::div(['id' => 'sekisho-links'], $links);
        return $args;
    }

    /** A public page's address, relative to the webmail. */
    public function page_url($page, $more = [])
    {
        return './?' . http_build_query(['_task' => 'login', '_action' => 'plugin.sekisho.' . $page] + $more);
    }

    /**
     * A message on the page. It is HTML for Roundcube, so what others wrote
     * goes into vars, which are escaped.
     */
    public function say($label, $type, $vars = [], $seconds = 0)
    {
        $this->rc->output->show_message('sekisho.' . $label, $type, $vars, true, $seconds ?: ($type == 'error' ? 10 : 0));
    }

    /** A page of the settings. */
    public function send_settings($title, $body)
    {
        $title = $this->gettext($title);
        $this->include_stylesheet('skins/elastic/sekisho.css');
        $this->register_handler('plugin.body', $body);
        $this->register_handler('plugin.title', function () use ($title) {
            return rcube::Q($title);
        });
        $this->rc->output->set_pagetitle($title);
        $this->rc->output->send('sekisho.settings');
    }

    /** The text for a reason that sekishod gives as one word. */
    public function reason($word)
    {
        return $this->gettext($this->rc->text_exists('reason-' . $word, $this->ID) ? 'reason-' . $word : 'reason-syntax');
    }

    /**
     * The mail server's reason for the last refusal, for people: what its
     * response code (RFC 5530) means in the user's language, and its own words,
     * which are English.
     */
    public function server_said()
    {
        $text = $this->server_text();
        $code = 'refused-' . strtolower((string) $this->rc->get_storage()->conn->resultcode);
        return $this->rc->text_exists($code, $this->ID) ?
            $this->gettext(['name' => $code, 'vars' => ['text' => $text]]) : $text;
    }

    /** Its own words. */
    public function server_text()
    {
        return preg_replace('/^(UID )?[A-Z]+: | \([0-9.+ ]+ secs\)\.$/', '', (string) $this->rc->get_storage()->get_error_str());
    }

    /** The mail address of the user who is logged in. */
    public function user_address()
    {
        return (string) $this->rc->get_user_email();
    }

    /** The connection for people who have not logged in: to sekishod, or to Dovecot's sekisho-digest. */
    public function client($socket = 'account', $timeout = 'sekisho_timeout')
    {
        return new sekisho_client(
            $this->rc->config->get("sekisho_{$socket}_socket"),
            $this->rc->config->get($timeout)
        );
    }
}
