// Verifies a webhook request as the documentation of the custom channel tells: HMAC-SHA256 over the raw body in
// hex, compared in constant time, and then no older than five minutes.
import { createHmac, timingSafeEqual } from 'node:crypto'
import { text } from 'node:stream/consumers'

const verify = (rawBody, signature, secret, nowMs) => {
  const expected = createHmac('sha256', secret).update(rawBody).digest('hex')
  const [given, wanted] = [Buffer.from(signature), Buffer.from(expected)]
  if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) return 'bad-signature'
  const { timestamp } = JSON.parse(rawBody)
  if (typeof timestamp !== 'number' || Math.abs(nowMs - timestamp) > 5 * 60 * 1000) return 'bad-timestamp'
  return 'ok'
}

// One request a line: {"body", "signature", "secret", "now"?}. One verdict a line.
for (const line of (await text(process.stdin)).trimEnd().split('\n')) {
  const request = JSON.parse(line)
  const nowMs = request.now ?? Date.now()
  process.stdout.write(`${verify(request.body, request.signature, request.secret, nowMs)}\n`)
}
