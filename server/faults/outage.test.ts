import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { checkDeliveries } from './support/check-deliveries.ts'
import { dataFolder } from './support/data-folder.ts'
import { startDragomanProcess } from './support/dragoman-process.ts'
import { hang } from './support/hostile.ts'
import { ownerOf } from './support/owner.ts'
import { settings } from './support/settings.ts'
import { addSide, type Side } from './support/side.ts'
import type { PostedSession } from './support/traffic.ts'
import { accept, type Receipt } from './support/webhook.ts'

/**
 * By the clock, with the product's own timeout and schedule: what a night's outage of a customer's webhook looks like.
 * `npm run test:faults -- outage --outage 1200` for twenty minutes of it.
 */
test('A webhook that refuses, fails and hangs for a while gets every event once and in order when it is back', async (t) => {
  const owner = ownerOf(t)
  const { url } = await startDragomanProcess(owner, {
    DRAGOMAN_DATA_DIR: await dataFolder(owner),
    ...(settings.outageSeconds < hangSecondsMin ? { DRAGOMAN_WEBHOOK_TIMEOUT_MS: '2000' } : {}),
  })
  const side = await addSide(owner, url, 'has a bad night')
  const sessions: PostedSession[] = []
  for (let count = 0; count < sessionCount; count += 1) {
    const { body } = await side.channel.call(url, 'POST', '/sessions', {})
    sessions.push({ sessionId: String(body['session_id']), channel: side.channel, posts: [] })
  }
  const outages: readonly (readonly [string, () => Promise<void> | void])[] = [
    ['refuses connections', side.webhook.down],
    [
      'answers 503',
      async () => {
        await side.webhook.up()
        side.webhook.behave((response) => void response.writeHead(503).end('not now'))
      },
    ],
    ['hangs', () => side.webhook.behave(hang)],
  ]
  for (const [what, begin] of outages) {
    await begin()
    const phaseMs = (settings.outageSeconds * 1000) / outages.length
    for (let part = 0; part < postsEachPhase; part += 1) {
      await Promise.all(sessions.map((session) => postOne(side, url, session)))
      await pause(phaseMs / postsEachPhase)
    }
    t.diagnostic(
      `${what}: ${side.webhook.receipts.length} posts came so far, circuit ${await side.circuit()}`,
    )
  }
  assert.equal(side.webhook.accepted.length, 0)

  const backAt = performance.now()
  side.webhook.behave(accept)
  const account = await checkDeliveries(url, side.webhook, sessions, { limitSeconds: 120 })
  const posted = sessionCount * postsEachPhase * outages.length
  assert.deepEqual([account.recorded, account.events, account.duplicates], [posted, posted, []])
  const lastAt = Math.max(...side.webhook.accepted.map(({ at }: Receipt) => at))
  t.diagnostic(
    `down for ${settings.outageSeconds} s, ${posted} events once and in order ${((lastAt - backAt) / 1000).toFixed(0)} s after it was back`,
  )
})

const sessionCount = 30
const postsEachPhase = 2
/** Under the product's own timeout nothing would be seen to hang in less. */
const hangSecondsMin = 300

const postOne = async (side: Side, url: string, session: PostedSession): Promise<void> => {
  const mark = session.posts.length + 1
  const input = {
    text: 'What pricing plans do you offer?',
    attachments: [{ type: 'file', mime_type: 'text/plain', url: 'https://example.com/', title: `${mark}` }],
  }
  const path = `/sessions/${session.sessionId}/messages`
  const { status, body } = await side.channel.call(url, 'POST', path, { input })
  assert.equal(status, 202)
  session.posts.push({ mark, outcome: 'accepted', requestId: String(body['request_id']) })
}
