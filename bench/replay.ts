/**
 * npm run bench:replay: how long real conversations take to be replayed. The product runs in its own process on a real
 * PostgreSQL; the demo agent holds 100 conversations of ten messages; then they are replayed over the management API by
 * their own version, by a draft with one node changed, and by a draft that has to be trained first.
 *
 * It fails if the own version gives a difference, or the draft's change is not found in exactly the turns that walked
 * the node.
 */

import { stopAllChildren } from './children.ts'
import { startPostgres } from './postgres.ts'
import { startDragoman } from './product/dragoman.ts'
import { removeTemporaryFolders } from './temporary-folder.ts'

const conversations = 100
const messages = [
  'how much does it cost',
  'Tell me about the Starter plan',
  'can i test it for free first',
  'wheres my bill',
  'r u open on saturday',
  'thanks so much',
  'purple monkey dishwasher',
  'cancel pls',
  'what does the pro plan include',
  'hi everybody',
]
const turns = conversations * messages.length

const main = async (): Promise<void> => {
  const postgres = await startPostgres()
  try {
    const database = await postgres.createDatabase('replay')
    const product = await startDragoman(database.url)
    const { headers, path, sessionIds } = await product.openTraffic('http://127.0.0.1:9/', conversations)
    const call = caller(product.origin)
    for (const text of messages)
      await Promise.all(
        sessionIds.map((id) => call('POST', path.replace(':session', id), { input: { text } }, headers)),
      )
    await recorded(database.query)
    const agent = await theAgent(call)
    const replay = async (name: string, body: object, changed: (count: number) => boolean): Promise<void> => {
      const startedAt = performance.now()
      const { totals } = await call('POST', `/api/v1/agents/${agent.agent_id}/replay`, body)
      const seconds = (performance.now() - startedAt) / 1000
      say(
        `${name.padEnd(28)} ${totals.turns} turns in ${seconds.toFixed(2)} s, ${totals.turns_changed} changed`,
      )
      if (totals.turns !== turns || !changed(totals.turns_changed))
        throw new Error(`${name}: ${JSON.stringify(totals)}`)
    }
    const ownVersion = { version: agent.newest_version, last: conversations }
    await replay('own version', ownVersion, (count) => count === 0)
    await replay('own version again', ownVersion, (count) => count === 0)
    const { draft } = agent
    draft.workflows[0].nodes.find((node: Body) => node.node_id === 'starter').actions[1].texts = ['Changed.']
    await call('PUT', `/api/v1/agents/${agent.agent_id}/draft`, draft)
    await replay('draft with one node changed', { last: conversations }, (count) => count === conversations)
    draft.intents[0].examples.push('one more phrase about what all of this costs')
    await call('PUT', `/api/v1/agents/${agent.agent_id}/draft`, draft)
    await replay('draft to be trained first', { last: conversations }, (count) => count >= conversations)
    await product.stop()
  } finally {
    await stopAllChildren()
    await postgres.stop()
    await removeTemporaryFolders()
  }
}

// biome-ignore lint/suspicious/noExplicitAny: what the API answers is looked into as it comes, and its sums are checked
type Body = any
type Call = (method: string, path: string, body?: object, headers?: Record<string, string>) => Promise<Body>

const caller =
  (origin: string): Call =>
  async (
    method,
    path,
    body,
    headers = { authorization: 'Bearer bench-admin-token-of-forty-characters-00' },
  ) => {
    const response = await fetch(origin + path, {
      method,
      headers: { ...headers, ...(body ? { 'content-type': 'application/json' } : {}) },
      ...(body ? { body: JSON.stringify(body) } : {}),
    })
    const text = await response.text()
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`)
    return JSON.parse(text)
  }

const theAgent = async (call: Call): Promise<Body> => {
  const { items } = await call('GET', '/api/v1/agents')
  return await call('GET', `/api/v1/agents/${items[0].agent_id}`)
}

const recordedMsMax = 120_000
const lookMs = 200

const recorded = async (query: (text: string) => Promise<Record<string, unknown>[]>): Promise<void> => {
  const giveUpAt = performance.now() + recordedMsMax
  for (;;) {
    const [row] = await query('select count(*)::integer as count from turns where finished_at is not null')
    if (row?.['count'] === turns) return
    if (performance.now() > giveUpAt)
      throw new Error(`${String(row?.['count'])} of ${turns} turns were thought`)
    await new Promise((resolve) => setTimeout(resolve, lookMs))
  }
}

const say = (line: string): void => void process.stdout.write(`${line}\n`)

await main()
