<?php

use PHPUnit\Framework\TestCase;

require_once __DIR__ . '/standins.php';

/** The client of account.sock, against a server that answers what it is told. */
class ClientTest extends TestCase
{
    private $path;
    private $child;

    protected function setUp(): void
    {
        $this->path    = sys_get_temp_dir() . '/sekisho-client-' . getmypid() . '.sock';
        rcube::$errors = [];
    }

    protected function tearDown(): void
    {
        @unlink($this->path);
        if ($this->child) {
            pcntl_waitpid($this->child, $status);
        }
    }

    /** Answers one connection with these bytes, when it got as many as $request. */
    private function serve($answer, $request)
    {
        $server = stream_socket_server('unix://' . $this->path);
        $this->child = pcntl_fork();
        if ($this->child === 0) {
            $client = stream_socket_accept($server, 20);
            $got = '';
            while (strlen($got) < strlen($request) && !feof($client)) {
                $got .= fread($client, 65536);
            }
            // In small pieces, as a network may; who has seen enough may be gone.
            foreach (str_split($got === $request ? $answer : 'something else', 3) as $piece) {
                @fwrite($client, $piece);
            }
            fclose($client);
            posix_kill(getmypid(), SIGKILL);
        }
        fclose($server);
    }

    private static function text($value)
    {
        return pack('N', strlen($value)) . $value . "\0";
    }

    private static function frame($type, $body)
    {
        return 'SKS1' . pack('NN', $type, strlen($body)) . $body;
    }

    private function ask($answer)
    {
        $this->serve($answer, self::frame(8, self::text('change') . pack('N', 1)
            . self::text('mail') . self::text('é@example.test')));
        return (new sekisho_client($this->path, 5))->call('change', ['mail' => 'é@example.test']);
    }

    /** C1: a request and its answer, as sekisho-protocol(7) says */
    public function testAnswer()
    {
        $answer = $this->ask(self::frame(9, pack('N', 1) . self::text('mail') . self::text('mail: syntax')
            . pack('N', 2) . self::text('mail') . self::text('syntax') . self::text('password') . self::text('empty')));
        $this->assertSame(['status' => 'invalid', 'field' => 'mail', 'text' => 'mail: syntax',
            'fields' => ['mail' => 'syntax', 'password' => 'empty']], $answer);
    }

    public function brokenAnswers()
    {
        $ok = pack('N', 0) . self::text('') . self::text('') . pack('N', 0);
        return [
            'nothing'        => [''],
            'half a head'    => ['SKS1'],
            'other magic'    => ['SKS2' . substr(self::frame(9, $ok), 4)],
            'other type'     => [self::frame(8, $ok)],
            'cut off'        => [substr(self::frame(9, $ok), 0, -1)],
            'too long'       => ['SKS1' . pack('NN', 9, 1 << 30)],
            'text too long'  => [self::frame(9, pack('N', 0) . pack('N', 1000) . 'x')],
            'too few fields' => [self::frame(9, pack('N', 0) . self::text('') . self::text('') . pack('N', 1000))],
            'unknown status' => [self::frame(9, pack('N', 77) . substr($ok, 4))],
        ];
    }

    /**
     * C7: what is no answer is "unavailable", whatever it is
     * @dataProvider brokenAnswers
     */
    public function testBroken($answer)
    {
        $this->assertSame('unavailable', $this->ask($answer)['status']);
    }

    /** C7: no sekishod is "unavailable", and the log says so without what was asked */
    public function testNobody()
    {
        $answer = (new sekisho_client($this->path, 5))->call('change', ['password' => 'secret']);
        $this->assertSame('unavailable', $answer['status']);
        $this->assertStringContainsString($this->path, rcube::$errors[0]);
        $this->assertStringNotContainsString('secret', rcube::$errors[0]);
    }
}
