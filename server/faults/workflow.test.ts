import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import type { Channel } from './support/channel.ts'
import { dataFolder } from './support/data-folder.ts'
import { type DragomanProcess, startDragomanProcess } from './support/dragoman-process.ts'
import { addIntegration, manage } from './support/integration.ts'
import { type Owner, ownerOf } from './support/owner.ts'
import { until } from './support/until.ts'
import { startWebhook } from './support/webhook.ts'

test('A process killed in the middle of a workflow goes on from the right question, with all that was said', async (t) => {
  const owner = ownerOf(t)
  const dataDir = await dataFolder(owner)
  const start = (): Promise<DragomanProcess> => startDragomanProcess(owner, { DRAGOMAN_DATA_DIR: dataDir })
  let dragoman = await start()
  const webhook = await startWebhook(owner)
  const calendar = await startCalendar(owner)
  const channel = await addIntegration(owner, dragoman.url, webhook.url)
  await answerWith(dragoman.url, clinic(calendar.url))
  const sessionId = String((await channel.call(dragoman.url, 'POST', '/sessions', {})).body['session_id'])

  const say = async (text: string): Promise<void> => {
    const answer = await channel.call(dragoman.url, 'POST', `/sessions/${sessionId}/messages`, {
      input: { text },
    })
    assert.equal(answer.status, 202, JSON.stringify(answer.body))
  }
  const restart = async (): Promise<void> => {
    await dragoman.kill('SIGKILL')
    dragoman = await start()
  }
  const answers = (): Promise<readonly string[]> => answersOf(channel, dragoman.url, sessionId)
  const untilAnswers = async (count: number): Promise<string | undefined> => {
    await until(`answer ${count}`, async () => (await answers()).length >= count)
    const all = await answers()
    assert.equal(all.length, count)
    return all.at(-1)
  }

  await say('book an appointment')
  assert.equal(await untilAnswers(1), 'For which day?')
  // Killed at rest: the open question is in the store.
  await restart()
  // Killed with an answer accepted and perhaps not yet thought about.
  await say('on 12 March 2026')
  await restart()
  assert.equal(await untilAnswers(2), 'In which name?')
  // Killed while the agent waits for the customer's own system.
  await say('Ada Lovelace')
  await until('the calendar is asked', async () => calendar.asked.length > 0)
  await restart()
  calendar.answer()
  assert.equal(await untilAnswers(3), 'Ada Lovelace, 2026-03-12, room 7.')
  assert.ok(
    calendar.asked.every((context) => context['name'] === 'Ada Lovelace' && context['day'] === '2026-03-12'),
  )
  // A kill may send an event twice; none is missing and none overtakes.
  const sequences = (): readonly number[] => [...new Set(webhook.accepted.map(({ sequence }) => sequence))]
  await until('all is delivered', () => sequences().length >= 3)
  assert.deepEqual(sequences(), [1, 2, 3])
})

const clinic = (calendarUrl: string): object => ({
  agent: { name: 'Clinic' },
  intents: [
    {
      intent: 'book',
      examples: [
        'book an appointment',
        'I need an appointment',
        'can I see a doctor',
        'make a booking',
        'appointment',
      ],
    },
  ],
  webhooks: [{ id: 'calendar', url: calendarUrl, kind: 'action' }],
  workflows: [
    {
      workflow_id: 'main',
      name: 'Main',
      nodes: [
        {
          node_id: 'book',
          name: 'Book',
          type: 'intent',
          intent: 'book',
          requisites: [
            {
              save_as: 'day',
              prompt: [{ type: 'text', texts: ['For which day?'] }],
              validate: { entity: 'sys-date' },
            },
            { save_as: 'name', prompt: [{ type: 'text', texts: ['In which name?'] }] },
          ],
          actions: [
            {
              type: 'webhook',
              webhook_id: 'calendar',
              fallback: [{ type: 'text', texts: ['No calendar.'] }],
            },
            { type: 'text', texts: ['{{$name}}, {{$day}}, room {{$room}}.'] },
          ],
        },
      ],
    },
  ],
})

const answerWith = async (url: string, draft: object): Promise<void> => {
  const { agent_id: agentId } = await manage(url, 'POST', '/agents', { draft })
  await manage(url, 'POST', `/agents/${agentId}/publish`)
  const { items } = await manage(url, 'GET', '/environments')
  const [oldest] = items as readonly { environment_id: string }[]
  await manage(url, 'PATCH', `/environments/${oldest?.environment_id}`, { agent_id: agentId })
}

/** The customer's own system: silent until it is told to answer. */
const startCalendar = async (owner: Owner) => {
  const asked: Readonly<Record<string, unknown>>[] = []
  const waiting: (() => void)[] = []
  let isAnswering = false
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    asked.push(JSON.parse(Buffer.concat(chunks).toString()).context)
    const reply = (): unknown => response.end(JSON.stringify({ context: { room: 7 } }))
    if (isAnswering) reply()
    else waiting.push(reply)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  owner.after(async () => {
    server.closeAllConnections()
    server.close()
  })
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    asked,
    answer: (): void => {
      isAnswering = true
      for (const reply of waiting.splice(0)) reply()
    },
  }
}

const answersOf = async (channel: Channel, url: string, sessionId: string): Promise<readonly string[]> => {
  const { body } = await channel.call(url, 'GET', `/sessions/${sessionId}/messages`)
  const items = body['items'] as readonly { author: string; output?: { responses: { text?: string }[] } }[]
  return items
    .filter(({ author }) => author === 'brain')
    .map(({ output }) => (output?.responses ?? []).map(({ text }) => text).join(' '))
}
