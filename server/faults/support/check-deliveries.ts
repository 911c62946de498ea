import assert from 'node:assert/strict'
import type { PostedSession } from './traffic.ts'
import { until } from './until.ts'
import type { Receipt, Webhook } from './webhook.ts'

/**
 * Holds what was posted, what the product says it recorded, and what arrived at the webhook against each other:
 *
 *   1. what was accepted is recorded, what was refused is not, nothing is recorded twice, all in the order of posts
 *   2. each recorded message has its one answer, in the order of the messages
 *   3. a session's events arrive as 1, 2, 3 ... ; only an event that was there before may come again
 *   4. what comes again is the same to the byte
 */
export interface Account {
  readonly sessions: number
  readonly recorded: number
  readonly events: number
  /** The same event accepted once more. */
  readonly duplicates: readonly Duplicate[]
}

export interface Duplicate {
  readonly receipt: Receipt
  /** The one before of the same event. */
  readonly earlier: Receipt
}

const pageItems = 200

export const checkDeliveries = async (
  url: string,
  webhook: Webhook,
  sessions: readonly PostedSession[],
  options: { readonly limitSeconds?: number } = {},
): Promise<Account> => {
  const answersMissing = (expected: readonly string[]): number =>
    expected.filter((requestId) => !webhook.answered.has(requestId)).length
  const promised = sessions.flatMap(({ posts }) => posts.flatMap(({ requestId }) => requestId ?? []))
  await until('every message that was accepted has its answer', () => answersMissing(promised) === 0, {
    ...options,
    standing: () => ({ promised: promised.length, missing: answersMissing(promised) }),
  })

  const recorded = new Map<string, readonly RecordedMessage[]>()
  for (const session of sessions) recorded.set(session.sessionId, await readRecorded(url, session))
  for (const session of sessions) checkRecorded(session, recorded.get(session.sessionId) ?? [])
  const all = [...recorded.values()].flatMap((messages) => messages.map(({ requestId }) => requestId))
  await until('every message that was recorded has its answer', () => answersMissing(all) === 0, {
    ...options,
    standing: () => ({ recorded: all.length, missing: answersMissing(all) }),
  })

  const received = Map.groupBy(webhook.accepted, (receipt) => receipt.sessionId)
  const duplicates = sessions.flatMap(({ sessionId }) =>
    checkReceived(sessionId, recorded.get(sessionId) ?? [], received.get(sessionId) ?? []),
  )
  const receipts = sessions.reduce((sum, { sessionId }) => sum + (received.get(sessionId)?.length ?? 0), 0)
  return {
    sessions: sessions.length,
    recorded: all.length,
    events: receipts - duplicates.length,
    duplicates,
  }
}

interface RecordedMessage {
  readonly requestId: string
  readonly mark: number
}

const readRecorded = async (url: string, session: PostedSession): Promise<RecordedMessage[]> => {
  const messages: RecordedMessage[] = []
  for (let after = '0'; ; ) {
    const path = `/sessions/${session.sessionId}/messages?limit=${pageItems}&after=${after}`
    const { status, body } = await session.channel.call(url, 'GET', path)
    assert.equal(status, 200, `messages of ${session.sessionId}: ${JSON.stringify(body)}`)
    const page = body as unknown as MessagePage
    for (const item of page.items)
      if (item.author === 'user')
        messages.push({ requestId: item.request_id, mark: Number(item.message.attachments[0]?.title) })
    if (!page.has_more) return messages
    after = page.next
  }
}

interface MessagePage {
  readonly items: readonly {
    readonly author: string
    readonly request_id: string
    readonly message: { readonly attachments: readonly { readonly title: string }[] }
  }[]
  readonly next: string
  readonly has_more: boolean
}

const checkRecorded = ({ sessionId, posts }: PostedSession, recorded: readonly RecordedMessage[]): void => {
  const marks = recorded.map(({ mark }) => mark)
  const inOrder = [...new Set(marks)].sort((a, b) => a - b)
  assert.deepEqual(marks, inOrder, `${sessionId}: recorded twice, or not in the order of the posts`)
  for (const { mark, outcome, requestId } of posts) {
    const message = recorded.find((one) => one.mark === mark)
    if (outcome === 'accepted')
      assert.equal(message?.requestId, requestId, `${sessionId}: post ${mark} was accepted and is lost`)
    if (outcome === 'refused')
      assert.equal(message, undefined, `${sessionId}: post ${mark} was refused and yet recorded`)
  }
}

/** @returns what came more than once */
const checkReceived = (
  sessionId: string,
  recorded: readonly RecordedMessage[],
  receipts: readonly Receipt[],
): Duplicate[] => {
  const latest = new Map<string, Receipt>()
  const firsts: Receipt[] = []
  const duplicates: Duplicate[] = []
  for (const receipt of receipts) {
    const earlier = latest.get(receipt.eventId)
    latest.set(receipt.eventId, receipt)
    if (!earlier) firsts.push(receipt)
    else {
      assert.equal(
        receipt.digest,
        earlier.digest,
        `${sessionId}: event ${receipt.sequence} came with another body`,
      )
      duplicates.push({ receipt, earlier })
    }
  }
  assert.deepEqual(
    firsts.map(({ sequence }) => sequence),
    firsts.map((_, index) => index + 1),
    `${sessionId}: the sequence has a gap or a swap`,
  )
  assert.deepEqual(
    firsts.flatMap(({ inReplyTo }) => inReplyTo ?? []),
    recorded.map(({ requestId }) => requestId),
    `${sessionId}: the answers are not those of the messages, in their order`,
  )
  return duplicates
}
