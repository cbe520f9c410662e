<?php

/**
 * Ends sessions in which nobody did anything (C3).
 *
 * An open tab asks the server for news every minute, which Roundcube takes for
 * a sign of life: its own limit never strikes. What counts here is what the
 * user does himself.
 */
class sekisho_session
{
    /** Actions that an open tab takes by itself. */
    private const AUTOMATIC = ['keep-alive', 'refresh', 'check-recent', 'getunread'];

    /** What the login page is told in its URL. */
    private const ERROR = 'idle';

    private $rc;

    public function __construct($rc)
    {
        $this->rc = $rc;
    }

    /** True when the session must end; else notes that the user was there. */
    public function is_idle($action)
    {
        if (empty($_SESSION['user_id'])) {
            return false;
        }
        $limit = 60 * (int) $this->rc->config->get('session_lifetime', 10);
        $limit = (int) $this->rc->config->get('sekisho_idle_seconds', $limit) ?: $limit;
        $now   = time();
        $last  = $_SESSION['sekisho_active'] ?? $now;
        if ($now - $last > $limit) {
            return true;
        }
        if (!in_array($action, self::AUTOMATIC)) {
            $_SESSION['sekisho_active'] = $now;
        } elseif (!isset($_SESSION['sekisho_active'])) {
            $_SESSION['sekisho_active'] = $last;
        }
        return false;
    }
    /** Ends it; the browser goes to the login page, which says why. */
    public function end()
    {
        $this->rc->kill_session();
        $login = ['_task' => 'login', '_err' => self::ERROR];
        if ($this->rc->output->ajax_call || $this->rc->output->get_env('framed')) {
            $this->rc->output->command('session_error', $this->rc->url($login));
            $this->rc->output->send('iframe');
        }
        $this->rc->output->redirect($login);
    }

    /** Is this the login page after that? */
    public function was_idle()
    {
        return empty($_SESSION['user_id'])
            && rcube_utils::get_input_string('_err', rcube_utils::INPUT_GET) === self::ERROR;
    }
}
