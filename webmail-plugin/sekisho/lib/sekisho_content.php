<?php

/**
 * What a held message may do to who looks at it: nothing (W2). Nothing of
 * other hosts is loaded, and no link is followed without a question.
 */
class sekisho_content
{
    /** Overrides what a message is allowed; scripts are Roundcube's own. */
    private const POLICY = "img-src 'self' data: blob:; media-src 'self'; font-src 'self'; object-src 'none'; "
        . "style-src 'self' 'unsafe-inline'; connect-src 'self'; frame-src 'self'; form-action 'self'";

    /** An attachment that is a page of its own, where links cannot be asked about. */
    private const PAGE = "; default-src 'none'; sandbox";

    private $rc;
    private $folder;

    public function __construct($plugin, $folder)
    {
        $this->rc     = $plugin->rc;
        $this->folder = $folder;
        $plugin->add_hook('message_part_before', [$this, 'no_remote_content']);
        $plugin->add_hook('message_part_after', [$this, 'no_links']);
        header_register_callback([$this, 'headers']);
    }

    /** A cleaner that misses something is no reason to load it. */
    public function headers()
    {
        if ($this->is_here()) {
            $is_page = $this->rc->action == 'get' && preg_grep('/^Content-Type: text\/html/i', headers_list())
                && empty($_GET['_frame']);
            header('Content-Security-Policy: ' . self::POLICY . ($is_page ? self::PAGE : ''), false);
        }
    }

    private function is_here()
    {
        return $this->rc->storage && $this->rc->storage->get_folder() === $this->folder;
    }

    public function no_remote_content($args)
    {
        if ($this->is_here()) {
            $args['safe'] = false;
        }
        return $args;
    }

    public function no_links($args)
    {
        if ($this->is_here()) {
            $args['body'] = self::without_links($args['body']);
        }
        return $args;
    }

    /**
     * Links that only our script can follow, which asks first; what is no web
     * address is no link any more. The cleaner has put every value in double
     * quotes, without < and >.
     */
    public static function without_links($html)
    {
        return preg_replace_callback('/<(a|area)\s[^>]*>/i', function ($tag) {
            return preg_replace([
                '/\s(onclick|target|rel)="[^"]*"/i',
                '/\s(?:xlink:)?href="(https?:[^"]*)"/i',
                '/\s(?:xlink:)?href="(?!#)[^"]*"/i',
            ], [
                '', ' role="link" tabindex="0" class="sekisho-link" data-sekisho-href="$1"', '',
            ], $tag[0]);
        }, $html);
    }
}
