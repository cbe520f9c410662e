<?php

/** Why a message is held, for whom reads it in the webmail (W2). */
class sekisho_reason
{
    public const HEADER = 'x-sekisho-held';

    /** The name of rule B1 as it is shipped: whoever reads it is that recipient. */
    private const BLOCKED = 'The recipient has blocked the sender';

    private $plugin;

    public function __construct($plugin)
    {
        $this->plugin = $plugin;
    }

    /** "spam: inbound spam / phishing (sender a@x: proved)", from the header that Sekisho sealed. */
    public function of($headers)
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
        $found['reason'] = $this->rule_words($found['reason'] ?? '');
        $found  = $this->found_later($found, $headers);
        $class  = in_array($found['class'] ?? '', ['spam', 'virus', 'content']) ? $found['class'] : 'content';
        $reason = trim($this->plugin->gettext('class-' . $class) . ': ' . $found['reason'], ': ');
        return $reason . $this->sender($found['from'] ?? '', $found['proof'] ?? '');
    }

    /** A keyword of the message says that a virus was found after it was sealed. */
    private function found_later($found, $headers)
    {
        if (($found['class'] ?? '') == 'virus' || empty($headers->flags['SEKISHOVIRUS'])) {
            return $found;
        }
        $reason = $this->plugin->gettext(['name' => 'foundlater', 'vars' => ['$reason' => $found['reason']]]);
        return ['class' => 'virus', 'reason' => $reason] + $found;
    }

    private function rule_words($name)
    {
        return $name === self::BLOCKED ? $this->plugin->gettext('blockedbyyou') : $name;
    }

    /** Mail that an older version has held does not say whether its sender is proved. */
    private function sender($from, $proof)
    {
        $labels = ['dmarc' => 'senderproved', 'dkim' => 'senderproved', 'spf' => 'senderproved', 'inside' => 'senderproved',
            'failed' => 'senderfailed', 'none' => 'senderunproved', 'unknown' => 'senderunproved'];
        if (!isset($labels[$proof]) || $from === '') {
            return '';
        }
        return ' (' . $this->plugin->gettext(['name' => $labels[$proof], 'vars' => ['$from' => $from]]) . ')';
    }
}
