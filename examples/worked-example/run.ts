import assert from 'node:assert/strict'
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

/**
 * The first minute of a newcomer: `npm start`, then the three curls that it prints, pasted as they are. Checks that
 * the answers are the worked example of the wire to the letter, kills the product the hard way, starts it again and
 * checks that nothing is lost. Run it with `node examples/worked-example/run.ts`.
 */
const dataDir = await mkdtemp(join(tmpdir(), 'dragoman-example-'))
const port = process.env['EXAMPLE_PORT'] ?? '4000'
const checks: string[] = []

const start = async (): Promise<{
  printed: string
  kill: () => Promise<void>
  stop: () => Promise<number | null>
  interrupt: () => Promise<number | null>
}> => {
  const child = spawn('npm', ['start'], {
    env: { ...process.env, DRAGOMAN_DATA_DIR: dataDir, DRAGOMAN_PORT: port },
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  })
  // Closed, and not only gone: npm goes before the server that it started, which holds the same output until its end.
  const ended = new Promise<void>((resolve) => child.on('close', () => resolve()))
  let printed = ''
  child.stdout.setEncoding('utf8')
  const ready = new Promise<void>((resolve) => {
    child.stdout.on('data', (chunk: string) => {
      printed += chunk
      if (printed.includes('/inbox/events?')) resolve()
    })
  })
  await Promise.race([ready, ended])
  assert.ok(printed.includes('/inbox/events?'), `the start printed no curls:\n${printed}`)
  return {
    printed,
    kill: async () => {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
      await ended
    },
    // As a supervisor does: it knows npm, and nothing of what npm has started.
    stop: async () => {
      child.kill('SIGTERM')
      return await exitCodeOf(child)
    },
    // Ctrl-C in a terminal goes to all that run there.
    interrupt: async () => {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGINT')
      return await exitCodeOf(child)
    },
  }
}

const exitCodeOf = async (child: ChildProcess): Promise<number | null> => {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  return child.exitCode
}

/** Pasted into a shell at once, with the headings between them; each answer is one line. */
const paste = async (printed: string): Promise<unknown[]> => {
  const commands = printed.slice(printed.indexOf('# 1. Open'))
  // What the first curl shows on the terminal is read here too, through a pipe that tee can open by its name.
  const script = `{ exec 3>&1\n${commands.replace('/dev/stderr', '/dev/fd/3')}\n} | cat`
  const { stdout } = await promisify(execFile)('bash', ['-c', script])
  return stdout
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line): unknown => JSON.parse(line))
}

const check = (what: string, test: () => void): void => {
  test()
  checks.push(what)
  process.stdout.write(`ok ${what}\n`)
}

interface Answers {
  readonly opened: { request_id: string; session_id: string; context: { user: object; source_page: string } }
  readonly accepted: { request_id: string; message_id: string }
  readonly inbox: {
    items: { verified: boolean; event: Record<string, unknown>; headers: Record<string, string> }[]
  }
}

const checkAnswers = ({ opened, accepted, inbox }: Answers): void => {
  check('1. the session is opened, with its context', () => {
    assert.deepEqual(Object.keys(opened).sort(), ['context', 'request_id', 'session_id'])
    assert.equal(opened.context.source_page, 'pricing')
  })
  check('2. the message is accepted', () =>
    assert.deepEqual(Object.keys(accepted).sort(), ['message_id', 'request_id']),
  )
  check('3. the signed event arrived, verified, to the letter', () => {
    const [item] = inbox.items
    assert.equal(inbox.items.length, 1)
    assert.equal(item?.verified, true)
    assert.match(item?.headers['x-moveo-signature'] ?? '', /^[\da-f]{64}$/)
    const event = item?.event ?? {}
    assert.equal(event['event_type'], 'message:brain_send')
    assert.equal(event['session_id'], opened.session_id)
    assert.equal(event['external_session_id'], 'chat-session-001')
    assert.equal(event['in_reply_to'], accepted.request_id)
    assert.equal(event['sequence'], 1)
    assert.deepEqual(event['output'], {
      responses: [
        {
          type: 'text',
          text: 'We offer three pricing plans: Starter, Professional, and Enterprise.',
          options: [
            { label: 'See Starter', text: 'Tell me about the Starter plan' },
            { label: 'See Professional', text: 'Tell me about the Professional plan' },
            { label: 'See Enterprise', text: 'Tell me about the Enterprise plan' },
          ],
        },
      ],
    })
  })
}

let failed = 0
let running: Awaited<ReturnType<typeof start>> | undefined
try {
  running = await start()
  const [opened, accepted, inbox] = (await paste(running.printed)) as [
    Answers['opened'],
    Answers['accepted'],
    Answers['inbox'],
  ]
  checkAnswers({ opened, accepted, inbox })

  await running.kill()
  running = await start()
  const again = await fetch(`http://127.0.0.1:${port}/inbox/events?session_id=${opened.session_id}`)
  const kept = (await again.json()) as Answers['inbox']
  // Delivery is at least once: killed before it wrote down that the event had arrived, it sends it again. A receiver
  // tells by the event_id.
  const once = new Map(kept.items.map(({ event }) => [event['event_id'], event]))
  check('4. killed and started again, nothing is lost', () =>
    assert.deepEqual(
      [...once.values()],
      inbox.items.map((item) => item.event),
    ),
  )

  const stopped = await running.stop()
  const after = await fetch(`http://127.0.0.1:${port}/healthz`).catch(() => null)
  check('5. SIGTERM to npm ends the server, too', () => assert.deepEqual([stopped, after], [0, null]))
  running = await start()
  const interrupted = await running.interrupt()
  check('6. Ctrl-C lets it drain', () => assert.equal(interrupted, 0))
  running = undefined
} catch (error) {
  failed = 1
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`)
} finally {
  await running?.kill()
  await rm(dataDir, { recursive: true, force: true })
}
process.stdout.write(`worked example: ${checks.length} passed, ${failed} failed\n`)
process.exitCode = failed
