<?php

/**
 * Settings: how often a mail tells what was held (sekisho-dovecot(8)). The
 * choice is an annotation of the quarantine (IMAP METADATA), so it is the mail
 * server that knows whose it is.
 */
class sekisho_digest
{
    private const ENTRY   = '/private/vendor/sekisho/digest';
    private const CHOICES = ['', 'off', '1h', '4h', '12h', '1d', '7d'];

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
        $this->plugin->add_hook('settings_actions', [$this, 'section']);
        $this->plugin->register_action('plugin.sekisho.digest', [$this, 'show']);
        $this->plugin->register_action('plugin.sekisho.digest-save', [$this, 'save']);
    }

    /** Not where the mail server keeps no annotations. */
    public function section($args)
    {
        if ($this->rc->get_storage()->get_capability('METADATA')) {
            $args['actions'][] = ['action' => 'plugin.sekisho.digest', 'class' => 'sekisho-digest',
                'label' => 'digest', 'title' => 'digestsettings', 'domain' => 'sekisho'];
        }
        return $args;
    }

    public function show()
    {
        $this->plugin->send_settings('digestsettings', [$this, 'body']);
    }

    public function save()
    {
        $choice = rcube_utils::get_input_string('_choice', rcube_utils::INPUT_POST);
        if (in_array($choice, self::CHOICES, true)) {
            $done = $this->rc->get_storage()->set_metadata($this->folder, [self::ENTRY => $choice === '' ? null : $choice]);
            if ($done) {
                $this->plugin->say('digestsaved', 'confirmation');
            } else {
                $this->plugin->say('notdone', 'error', ['reason' => $this->plugin->server_said()]);
            }
        }
        $this->rc->overwrite_action('plugin.sekisho.digest');
        $this->show();
    }

    private function choice()
    {
        $found = $this->rc->get_storage()->get_metadata($this->folder, [self::ENTRY], [], true);
        return (string) ($found[$this->folder][self::ENTRY] ?? '');
    }

    public function body()
    {
        $chosen  = $this->choice();
        $choices = self::CHOICES;
        // Another one that an administrator has set.
        if (!in_array($chosen, $choices, true)) {
            $choices[] = $chosen;
        }
        $options = '';
        foreach ($choices as $choice) {
            $label    = 'digest-' . ($choice === '' ? 'site' : $choice);
            $text     = $this->rc->text_exists($label, $this->plugin->ID) ? $this->plugin->gettext($label) : $choice;
            $options .= html::tag('option', ['value' => $choice] + ($choice === $chosen ? ['selected' => 'selected'] : []), rcube::Q($text));
        }
        $field = html::div('sekisho-field', html::label('sekisho-choice', rcube::Q($this->plugin->gettext('digestchoice')))
            . html::tag('select', ['id' => 'sekisho-choice', 'name' => '_choice', 'class' => 'form-control custom-select'], $options));
        $button = html::tag('button', ['type' => 'submit', 'class' => 'btn btn-primary submit'], rcube::Q($this->plugin->gettext('save')));
        return html::p(null, rcube::Q($this->plugin->gettext('digesthint')))
            . $this->rc->output->form_tag(['method' => 'post', 'class' => 'sekisho-form',
                'action' => $this->rc->url('plugin.sekisho.digest-save')], $field . $button);
    }
}
