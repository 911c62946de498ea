import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createLog, type LogLevel } from '../../src/outside/log.ts'

const logged = (level: LogLevel, write: (log: ReturnType<typeof createLog>) => void): string => {
  let text = ''
  write(
    createLog({
      level,
      stream: {
        write: (line) => {
          text += line
        },
      },
    }),
  )
  return text
}

const secret = 'hunter2'

test('a secret under a telling name is logged only as configured, at any depth', () => {
  const text = logged('info', (log) => {
    log.info({ Authorization: secret, apiKey: secret, api_key: secret, webhook_secret: secret }, 'flat')
    log.info({ headers: { authorization: secret, cookie: secret, 'x-moveo-signature': secret } }, 'nested')
    log.info({ integration: { keys: [{ token: secret }], secrets: [secret, secret] } }, 'listed')
    log.info(
      { config: { databaseUrl: secret, adminToken: secret, secretKey: Buffer.from(secret) } },
      'configuration',
    )
    log.info({ a: { b: { c: { d: { e: { password: secret } } } } } }, 'too deep to look')
  })
  assert.ok(!text.includes(secret), text)
  assert.ok(text.includes('"authorization":"configured"'))
})

test('what is no secret is logged as it is, and the line that was given is not changed', () => {
  const line = {
    status: 202,
    tokens: 12,
    secretKey: null,
    signed: true,
    session: { id: 's1' },
    password: secret,
  }
  const text = logged('info', (log) => log.info(line, 'request'))
  const { status, tokens, secretKey, signed, session, msg, level } = JSON.parse(text)
  assert.deepEqual(
    { status, tokens, secretKey, signed, session, msg, level },
    {
      status: 202,
      tokens: 12,
      secretKey: null,
      signed: true,
      session: { id: 's1' },
      msg: 'request',
      level: 'info',
    },
  )
  assert.equal(line.password, secret)
})

test('an error is logged with its message and stack', () => {
  const { err } = JSON.parse(logged('info', (log) => log.error({ err: new Error('disk full') }, 'put')))
  assert.equal(err.message, 'disk full')
  assert.ok(err.stack.includes('log.test.ts'))
})

test('the level decides what is logged', () => {
  const all = (log: ReturnType<typeof createLog>) => {
    log.debug({}, 'd')
    log.info({}, 'i')
    log.warn({}, 'w')
  }
  assert.equal(logged('debug', all).trim().split('\n').length, 3)
  assert.equal(logged('warn', all).trim().split('\n').length, 1)
  assert.equal(logged('silent', all), '')
})
