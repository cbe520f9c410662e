<?php

use PHPUnit\Framework\TestCase;

require_once __DIR__ . '/standins.php';

/** Links of held mail. */
class ContentTest extends TestCase
{
    public function links()
    {
        return [
            'web'      => ['<a href="https://a.test/?x=1&amp;y" target="_blank" rel="noreferrer">x</a>', 'https://a.test/?x=1&amp;y'],
            'upper'    => ['<A class="b" HREF="HTTP://A.TEST">x</A>', 'HTTP://A.TEST'],
            'area'     => ['<area shape="rect" href="http://a.test" />', 'http://a.test'],
            'svg'      => ['<a xlink:href="http://a.test"><text>x</text></a>', 'http://a.test'],
            'lines'    => ["<a\nid=\"b\"\nhref=\"http://a.test\">x</a>", 'http://a.test'],
            'mail'     => ['<a href="mailto:a@b.test" onclick="return rcmail.command(\'compose\',\'a\')">x</a>', null],
            'script'   => ['<a href="javascript:alert(1)">x</a>', null],
            'relative' => ['<a href="./?_task=logout">x</a>', null],
        ];
    }

    /**
     * W2: no link can be followed without our script
     * @dataProvider links
     */
    public function testLink($html, $address)
    {
        $result = sekisho_content::without_links($html);
        $this->assertDoesNotMatchRegularExpression('/[\s:]href=|onclick|target=/i', $result);
        $this->assertSame($address !== null, strpos($result, 'data-sekisho-href="' . $address . '"') !== false);
        $this->assertSame(strip_tags($html), strip_tags($result));
    }

    /** W2: what is no link stays as it is */
    public function testOther()
    {
        $html = '<p title="a href=&quot;x&quot;">href="http://a.test"</p><a href="#top">up</a><abbr href="x">';
        $this->assertSame($html, sekisho_content::without_links($html));
    }
}
