<?php

/** Why a message is held, for whom reads it in the webmail (W2). */
class sekisho_reason
{
    public const HEADER = 'x-sekisho-held';

    /** Whom the mail was from that made the user approve or block its sender. */
    public const ORIGIN = 'x-sekisho-origin';

    /** The name of rule B1 as it is shipped: whoever reads it is that recipient. */
    private const BLOCKED = 'The recipient has blocked the sender';

    private const PROOFS = ['dmarc' => 'senderproved', 'dkim' => 'senderproved', 'spf' => 'senderproved',
        'inside' => 'senderproved', 'failed' => 'senderfailed', 'none' => 'senderunproved', 'unknown' => 'senderunproved'];

    private $plugin;

    public function __construct($plugin)
    {
        $this->plugin = $plugin;
    }

    /** "spam: inbound spam / phishing (sender a@x: proved)", from the header that Sekisho sealed. */
    public function of($headers)
    {
        $found = $this->values($headers, self::HEADER);
        if (!$found) {
            return '';
        }
        $found['reason'] = $this->rule_words($found['reason'] ?? '');
        $found  = $this->found_later($found, $headers);
        $class  = in_array($found['class'] ?? '', ['spam', 'virus', 'content']) ? $found['class'] : 'content';
        $reason = trim($this->plugin->gettext('class-' . $class) . ': ' . $found['reason'], ': ');
        return $reason . $this->sender($found['from'] ?? '', $found['proof'] ?? '') . $this->asked($headers);
    }

    /** "sender a@x: proved · sent by b@y", of an entry of a list. */
    public function origin($headers)
    {
        $found = $this->values($headers, self::ORIGIN);
        $words = [];
        if (($found['from'] ?? '') !== '') {
            $label   = self::PROOFS[$found['proof'] ?? ''] ?? 'senderplain';
            $words[] = $this->plugin->gettext(['name' => $label, 'vars' => ['$from' => $found['from']]]);
        }
        if (($found['sender'] ?? '') !== '') {
            $words[] = $this->plugin->gettext(['name' => 'sentby', 'vars' => ['$sender' => $found['sender']]]);
        }
        return implode(' · ', $words);
    }

    /** The values of a field in the manner of X-Sekisho-Held. */
    private function values($headers, $field)
    {
        $value = $headers->others[$field] ?? '';
        $value = is_array($value) ? end($value) : $value;
        $found = [];
        foreach (array_filter(explode(';', (string) $value)) as $pair) {
            [$name, $text] = array_pad(explode('=', trim($pair), 2), 2, '');
            $found[$name] = rawurldecode(trim($text, '" '));
        }
        return $found;
    }

    /** A keyword of the message says that its user asks an administrator for it. */
    private function asked($headers)
    {
        return empty($headers->flags['SEKISHOREQUESTED']) ? '' : ' · ' . $this->plugin->gettext('releaserequested');
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
        if (!isset(self::PROOFS[$proof]) || $from === '') {
            return '';
        }
        return ' (' . $this->plugin->gettext(['name' => self::PROOFS[$proof], 'vars' => ['$from' => $from]]) . ')';
    }
}
