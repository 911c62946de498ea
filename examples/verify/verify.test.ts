import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { createHmac } from 'node:crypto'
import { type TestContext, test } from 'node:test'
import { signBody } from '@dragoman/sdk'
import { legacySecret, type Vector, vectors, vectorsNowMs } from '../../sdk/test/vectors.ts'

interface Case {
  readonly name: string
  readonly request: { body: string; signature: string; secret: string; now: number }
  readonly verdict: 'ok' | 'bad-signature' | 'bad-timestamp'
}

const minuteMs = 60_000

const casesOf = (vector: Vector): readonly Case[] => {
  const genuine = {
    body: vector.body,
    signature: vector.headers['X-Moveo-Signature'] ?? '',
    secret: legacySecret(vector),
    now: vectorsNowMs,
  }
  const changed = (name: string, change: Partial<Case['request']>, verdict: Case['verdict']): Case => ({
    name: `${vector.name}: ${name}`,
    request: { ...genuine, ...change },
    verdict,
  })
  return [
    changed('genuine', {}, 'ok'),
    changed('a byte more', { body: `${genuine.body} ` }, 'bad-signature'),
    changed('another digit', { body: genuine.body.replace('1760', '1761') }, 'bad-signature'),
    changed('another secret', { secret: `${genuine.secret}x` }, 'bad-signature'),
    changed('a signature cut short', { signature: genuine.signature.slice(0, -2) }, 'bad-signature'),
    changed('no signature', { signature: '' }, 'bad-signature'),
    changed('a signature that is not hex', { signature: 'é'.repeat(64) }, 'bad-signature'),
    changed('six minutes old', { now: vectorsNowMs + 6 * minuteMs }, 'bad-timestamp'),
    changed('seven minutes ahead', { now: vectorsNowMs - 7 * minuteMs }, 'bad-timestamp'),
  ]
}

const noTimestamp = createHmac('sha256', 'secret').update('{}').digest('hex')
const cases: readonly Case[] = [
  ...vectors.flatMap(casesOf),
  {
    name: 'a signed body without a timestamp',
    request: { body: '{}', signature: noTimestamp, secret: 'secret', now: vectorsNowMs },
    verdict: 'bad-timestamp',
  },
]

/** Undefined where the language is not installed. */
const verdictsOf = (command: string, args: readonly string[], requests: readonly object[]) =>
  new Promise<readonly string[] | undefined>((resolve, reject) => {
    const child = execFile(command, args, { cwd: import.meta.dirname }, (error, stdout) => {
      if (error?.code === 'ENOENT') resolve(undefined)
      else if (error) reject(error)
      else resolve(stdout.trimEnd().split('\n'))
    })
    child.stdin?.on('error', () => {}) // Nobody reads where the language is missing.
    child.stdin?.end(requests.map((request) => `${JSON.stringify(request)}\n`).join(''))
  })

const languages = [
  { language: 'Node', command: process.execPath, args: ['verify.js'] },
  { language: 'Python', command: 'python3', args: ['verify.py'] },
  { language: 'Go', command: 'go', args: ['run', 'verify.go'] },
  { language: 'PHP', command: 'php', args: ['verify.php'] },
]

for (const { language, command, args } of languages) {
  test(`a webhook handler written in ${language} from the documentation accepts what we sign and nothing else`, async (t: TestContext) => {
    const verdicts = await verdictsOf(
      command,
      args,
      cases.map(({ request }) => request),
    )
    if (!verdicts) return t.skip(`${command} is not installed here`)
    assert.equal(verdicts.length, cases.length)
    for (const [index, { name, verdict }] of cases.entries()) assert.equal(verdicts[index], verdict, name)
  })

  test(`a webhook handler written in ${language} accepts an event signed just now`, async (t: TestContext) => {
    const body = JSON.stringify({ event_type: 'session:closed', timestamp: Date.now(), reason: 'api' })
    const request = { body, signature: await signBody('a secret', body), secret: 'a secret' }
    const verdicts = await verdictsOf(command, args, [request])
    if (!verdicts) return t.skip(`${command} is not installed here`)
    assert.deepEqual(verdicts, ['ok'])
  })
}
