# Verifies a webhook request as the documentation of the custom channel tells: HMAC-SHA256 over the raw body in
# hex, compared in constant time, and then no older than five minutes.
import hashlib
import hmac
import json
import sys
import time


def verify(raw_body: bytes, signature: str, secret: str, now_ms: float) -> str:
    expected = hmac.new(secret.encode(), raw_body, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(expected.encode(), signature.encode()):
        return "bad-signature"
    timestamp = json.loads(raw_body).get("timestamp")
    if not isinstance(timestamp, (int, float)) or abs(now_ms - timestamp) > 5 * 60 * 1000:
        return "bad-timestamp"
    return "ok"


# One request a line: {"body", "signature", "secret", "now"?}. One verdict a line.
for line in sys.stdin.buffer:
    request = json.loads(line)
    now_ms = request.get("now", time.time() * 1000)
    print(verify(request["body"].encode(), request["signature"], request["secret"], now_ms))
