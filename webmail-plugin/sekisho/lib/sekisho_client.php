<?php

/**
 * Asks sekishod on account.sock, or sekisho-digest: one request, one answer,
 * sekisho-protocol(7).
 */
class sekisho_client
{
    private const REQUEST = 8;
    private const ANSWER  = 9;
    private const LIMIT   = 1 << 20;
    private const STATUS  = ['ok', 'invalid', 'refused', 'not-found', 'exists', 'limit', 'unavailable'];

    private $path;
    private $seconds;

    public function __construct($path, $seconds)
    {
        $this->path    = $path;
        $this->seconds = $seconds;
    }

    /**
     * @param string $verb   register, activate, reset-request, reset-confirm, change; show, act
     * @param array  $fields name => value
     *
     * @return array status, field, text, fields (name => value). No answer at
     *               all is the status "unavailable".
     */
    public function call($verb, $fields)
    {
        $body = self::text($verb) . pack('N', count($fields));
        foreach ($fields as $name => $value) {
            $body .= self::text($name) . self::text((string) $value);
        }
        try {
            return $this->exchange(self::REQUEST, $body);
        } catch (RuntimeException $error) {
            rcube::raise_error(['code' => 500, 'message' => 'sekisho: ' . $error->getMessage()], true);
            return ['status' => 'unavailable', 'field' => '', 'text' => '', 'fields' => []];
        }
    }

    private static function text($value)
    {
        return pack('N', strlen($value)) . $value . "\0";
    }

    private function exchange($type, $body)
    {
        $deadline = microtime(true) + $this->seconds;
        $socket = @stream_socket_client('unix://' . $this->path, $code, $reason, $this->seconds);
        if (!$socket) {
            throw new RuntimeException("cannot connect to {$this->path}: $reason");
        }
        try {
            $frame = 'SKS1' . pack('NN', $type, strlen($body)) . $body;
            if (@fwrite($socket, $frame) !== strlen($frame)) {
                throw new RuntimeException('the request was cut off');
            }
            $head = unpack('a4magic/Ntype/Nlength', self::receive($socket, 12, $deadline));
            if ($head['magic'] !== 'SKS1' || $head['type'] !== self::ANSWER || $head['length'] > self::LIMIT) {
                throw new RuntimeException('sekishod did not answer the request');
            }
            return self::decode(self::receive($socket, $head['length'], $deadline));
        } finally {
            fclose($socket);
        }
    }

    private static function receive($socket, $length, $deadline)
    {
        $data = '';
        while (strlen($data) < $length) {
            $left = $deadline - microtime(true);
            if ($left <= 0) {
                throw new RuntimeException('no answer in time');
            }
            stream_set_timeout($socket, (int) ceil($left));
            $piece = fread($socket, $length - strlen($data));
            if ($piece === false || $piece === '') {
                throw new RuntimeException(stream_get_meta_data($socket)['timed_out'] ? 'no answer in time' :
                    'sekishod closed the connection; its log says why');
            }
            $data .= $piece;
        }
        return $data;
    }

    private static function decode($data)
    {
        $at = 0;
        $number = function () use ($data, &$at) {
            if ($at + 4 > strlen($data)) {
                throw new RuntimeException('the answer was cut off');
            }
            $at += 4;
            return unpack('N', $data, $at - 4)[1];
        };
        $text = function () use ($data, &$at, $number) {
            $length = $number();
            if ($at + $length + 1 > strlen($data)) {
                throw new RuntimeException('the answer was cut off');
            }
            $at += $length + 1;
            return substr($data, $at - $length - 1, $length);
        };
        $answer = [
            'status' => self::STATUS[$number()] ?? 'unavailable',
            'field'  => $text(),
            'text'   => $text(),
            'fields' => [],
        ];
        for ($count = $number(); $count > 0; $count--) {
            $name = $text();
            $answer['fields'][$name] = $text();
        }
        return $answer;
    }
}
