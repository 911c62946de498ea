<?php
// Verifies a webhook request as the documentation of the custom channel tells: HMAC-SHA256 over the raw body in
// hex, compared in constant time, and then no older than five minutes.

function verify(string $rawBody, string $signature, string $secret, float $nowMs): string
{
    $expected = hash_hmac('sha256', $rawBody, $secret);
    if (!hash_equals($expected, $signature)) {
        return 'bad-signature';
    }
    $timestamp = json_decode($rawBody, true)['timestamp'] ?? null;
    if (!is_numeric($timestamp) || abs($nowMs - $timestamp) > 5 * 60 * 1000) {
        return 'bad-timestamp';
    }
    return 'ok';
}

// One request a line: {"body", "signature", "secret", "now"?}. One verdict a line.
while (($line = fgets(STDIN)) !== false) {
    $request = json_decode($line, true);
    $nowMs = $request['now'] ?? microtime(true) * 1000;
    echo verify($request['body'], $request['signature'], $request['secret'], $nowMs), "\n";
}
