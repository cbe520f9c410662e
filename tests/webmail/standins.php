<?php

// What the plug-in's classes need of Roundcube, so that they can be tried
// without it. Nothing here decides anything.

spl_autoload_register(function ($class) {
    if (strpos($class, 'sekisho_') === 0) {
        require dirname(__DIR__, 2) . "/webmail-plugin/sekisho/lib/$class.php";
    }
});

class rcube
{
    public static $errors = [];

    public static function raise_error($error, $log)
    {
        self::$errors[] = $error['message'];
    }

    public static function Q($text)
    {
        return htmlspecialchars($text, ENT_COMPAT, 'UTF-8');
    }
}

class rcube_charset
{
    public static function convert($text, $from, $to)
    {
        return $text;
    }
}

/** Settings by name. */
class Settings
{
    private $values;

    public function __construct($values)
    {
        $this->values = $values;
    }

    public function get($name, $preset = null)
    {
        return $this->values[$name] ?? $preset;
    }
}

/** Roundcube itself, and the plug-in. */
class Standin
{
    public $rc;
    public $config;
    public $session;

    public function __construct($settings = [])
    {
        $this->rc      = $this;
        $this->session = $this;
        $this->config  = new Settings($settings);
    }

    public function remove($name)
    {
        unset($_SESSION[$name]);
    }

    public function gettext($text)
    {
        return is_array($text) ? $text['name'] . ' ' . implode(' ', $text['vars']) : $text;
    }
}
