import assert from 'node:assert/strict'
import { resolve } from 'node:path'
import { test } from 'node:test'
import { type Config, configurationTable, readConfig, variables } from '../src/config.ts'
import { defaultRetrySchedule } from '../src/domain/delivery.ts'

type Environment = Readonly<Record<string, string | undefined>>

const configOf = (env: Environment, argv: readonly string[] = []): Config => {
  const outcome = readConfig(env, argv)
  assert.ok(outcome.ok, outcome.ok ? '' : outcome.faults.join('\n'))
  return outcome.config
}

const faultsOf = (env: Environment, argv: readonly string[] = []): readonly string[] => {
  const outcome = readConfig(env, argv)
  return outcome.ok ? [] : outcome.faults
}

test('nothing has to be configured', () => {
  const { limits, ...config } = configOf({})
  assert.deepEqual(config, {
    json: false,
    isProduction: false,
    logLevel: 'warn',
    host: '127.0.0.1',
    port: 4000,
    databaseUrl: null,
    dataDir: resolve('.dragoman'),
    adminToken: null,
    secretKey: null,
    roles: new Set(['http', 'worker', 'deliver']),
    publicUrl: null,
    demo: undefined,
    inbox: true,
    embeddings: true,
    poolMax: 10,
    secrets: new Map(),
  })
  assert.deepEqual(limits.retrySchedule, defaultRetrySchedule)
  assert.equal(limits.webhookTimeoutMs, 30_000)
  assert.equal(limits.endpointInFlightMax, 20)
  assert.equal(limits.allowPrivateTargets, true)
  assert.deepEqual(limits.trustedProxies, [])
  assert.equal(limits.requestsPerSecond, null)
  assert.equal(limits.eventRetentionDays, null)
})

test('production refuses private targets and makes no demo, unless told otherwise', () => {
  const production = configOf({ NODE_ENV: 'production' })
  assert.deepEqual([production.limits.allowPrivateTargets, production.demo], [false, false])
  const told = { NODE_ENV: 'production', DRAGOMAN_ALLOW_PRIVATE_TARGETS: 'on', DRAGOMAN_DEMO: 'yes' }
  assert.deepEqual([configOf(told).limits.allowPrivateTargets, configOf(told).demo], [true, true])
  assert.equal(configOf({ DRAGOMAN_ALLOW_PRIVATE_TARGETS: 'off' }).limits.allowPrivateTargets, false)
})

test('every variable is read in the form the guide gives it', () => {
  const hex = '0f'.repeat(32)
  const config = configOf(
    {
      DRAGOMAN_HOST: '::',
      DRAGOMAN_PORT: '0',
      DATABASE_URL: 'postgresql://user:p%40ss@db.example.com:5432/chat?sslmode=require',
      DRAGOMAN_DATA_DIR: '/var/lib/dragoman',
      DRAGOMAN_ADMIN_TOKEN: 'a-token-of-my-own',
      DRAGOMAN_SECRET_KEY: hex,
      DRAGOMAN_ROLES: 'worker, deliver',
      DRAGOMAN_PUBLIC_URL: 'https://chat.example.com/base/',
      DRAGOMAN_TRUSTED_PROXIES: '10.0.0.0/8, 2001:db8::1',
      DRAGOMAN_ALLOW_PRIVATE_TARGETS: '0',
      DRAGOMAN_FILES: 'local',
      DRAGOMAN_DEMO: 'off',
      DRAGOMAN_LOG_LEVEL: 'debug',
      DRAGOMAN_POOL_MAX: '25',
      DRAGOMAN_RATE_LIMIT: '50',
      DRAGOMAN_WEBHOOK_TIMEOUT_MS: '5000',
      DRAGOMAN_FAST_RETRIES_MS: '10, 20',
      DRAGOMAN_SLOW_RETRIES_S: '30',
    },
    ['--json'],
  )
  assert.equal(config.json, true)
  assert.deepEqual([config.host, config.port, config.dataDir], ['::', 0, '/var/lib/dragoman'])
  assert.equal(config.databaseUrl, 'postgresql://user:p%40ss@db.example.com:5432/chat?sslmode=require')
  assert.equal(config.adminToken, 'a-token-of-my-own')
  assert.deepEqual(config.secretKey, Buffer.from(hex, 'hex'))
  assert.deepEqual(config.roles, new Set(['worker', 'deliver']))
  assert.equal(config.publicUrl, 'https://chat.example.com/base')
  assert.equal(config.limits.trustedProxies.length, 2)
  assert.deepEqual([config.demo, config.logLevel, config.poolMax], [false, 'debug', 25])
  assert.deepEqual([config.limits.requestsPerSecond, config.limits.webhookTimeoutMs], [50, 5000])
  assert.deepEqual(config.limits.retrySchedule.fastMs, [10, 20])
  assert.deepEqual(config.limits.retrySchedule.slowMs, [30_000])
})

test('the secret key may be base64 of either alphabet', () => {
  const key = Buffer.alloc(32, 0xfb)
  for (const text of [key.toString('base64'), key.toString('base64url')])
    assert.deepEqual(configOf({ DRAGOMAN_SECRET_KEY: text }).secretKey, key)
})

test('an empty variable counts as unset, and blanks around a value do not count', () => {
  assert.equal(configOf({ DRAGOMAN_PORT: ' 4001\n' }).port, 4001)
  const empty = Object.fromEntries(Object.values(variables).map(({ name }) => [name, '']))
  assert.deepEqual(configOf(empty), configOf({}))
})

test('a wrong value is one line that names the variable and says what it must be', () => {
  const table: [name: string, value: string, cure: RegExp][] = [
    ['DRAGOMAN_HOST', 'http://0.0.0.0', /address such as/],
    ['DRAGOMAN_PORT', '70000', /0 to 65535, not "70000"/],
    ['DRAGOMAN_PORT', '4000.5', /whole number/],
    ['DRAGOMAN_PORT', '-1', /whole number/],
    ['DRAGOMAN_PORT', '0x10', /whole number/],
    ['DATABASE_URL', 'mysql://localhost/chat', /postgres:\/\/user/],
    ['DATABASE_URL', 'postgres://a b', /postgres:\/\/user/],
    ['DRAGOMAN_ADMIN_TOKEN', 'short', /at least 16 characters/],
    ['DRAGOMAN_SECRET_KEY', 'c2hvcnQ=', /32 bytes in base64 or hex; make one/],
    ['DRAGOMAN_SECRET_KEY', `${'!'.repeat(43)}=`, /32 bytes/],
    ['DRAGOMAN_ROLES', 'http,delivery', /http, worker, deliver, not "delivery"/],
    ['DRAGOMAN_ROLES', 'http,', /not ""/],
    ['DRAGOMAN_PUBLIC_URL', 'chat.example.com', /https:\/\/chat\.example\.com/],
    ['DRAGOMAN_PUBLIC_URL', 'https://user:pass@chat.example.com', /without user name/],
    ['DRAGOMAN_PUBLIC_URL', 'https://chat.example.com/?a=1', /without user name, query/],
    ['DRAGOMAN_TRUSTED_PROXIES', '10.0.0.0/8,proxy', /"proxy" is neither/],
    ['DRAGOMAN_ALLOW_PRIVATE_TARGETS', 'maybe', /on or off, not "maybe"/],
    ['DRAGOMAN_FILES', 's3://bucket?endpoint=http://minio', /not supported yet/],
    ['DRAGOMAN_LOG_LEVEL', 'verbose', /one of silent, error/],
    ['DRAGOMAN_RATE_LIMIT', '0', /1 to 1000000/],
    ['DRAGOMAN_WEBHOOK_TIMEOUT_MS', '30s', /whole number of ms/],
    ['DRAGOMAN_FAST_RETRIES_MS', '250,,500', /not ""/],
    ['DRAGOMAN_SLOW_RETRIES_S', Array.from({ length: 101 }, () => '1').join(), /at most 100/],
  ]
  for (const [name, value, cure] of table) {
    const faults = faultsOf({ [name]: value })
    assert.equal(faults.length, 1, `${name}=${value}`)
    const [fault = ''] = faults
    assert.ok(fault.startsWith(`${name} `) && !fault.includes('\n'), fault)
    assert.match(fault, cure)
  }
})

test('all faults are told at once', () => {
  const faults = faultsOf({ DRAGOMAN_PORT: 'x', DRAGOMAN_DEMO: 'x', DRAGOMAN_HOTS: 'x' }, ['--jsno'])
  assert.equal(faults.length, 4, faults.join('\n'))
})

test('no fault repeats a secret', () => {
  const secret = 'hunter2'
  const env = {
    DATABASE_URL: `mysql://user:${secret}@db/chat`,
    DRAGOMAN_ADMIN_TOKEN: secret,
    DRAGOMAN_SECRET_KEY: secret,
    DRAGOMAN_PUBLIC_URL: `https://user:${secret}@chat.example.com`,
    DRAGOMAN_FILES: `s3://key:${secret}@bucket`,
  }
  const faults = faultsOf(env)
  assert.equal(faults.length, 5)
  assert.ok(!faults.join('\n').includes(secret), faults.join('\n'))
})

test('a misspelt variable is a fault that says which one was meant', () => {
  assert.deepEqual(faultsOf({ DRAGOMAN_HOTS: '0.0.0.0' }), [
    'DRAGOMAN_HOTS is no setting; did you mean DRAGOMAN_HOST?',
  ])
  assert.match(
    faultsOf({ DRAGOMAN_WEBHOOK_TIMEOUT: '5' }).join(),
    /did you mean DRAGOMAN_WEBHOOK_TIMEOUT_MS\?/,
  )
  assert.match(faultsOf({ DRAGOMAN_COLOUR_OF_THE_HEADER_BAR: 'red' }).join(), /configuration\.md lists them/)
  assert.deepEqual(faultsOf({ PORT: '1', DRAGON: '1', dragoman_port: '1' }), [])
})

test('where the command line finds the server may be set for the server, too', () => {
  assert.deepEqual(faultsOf({ DRAGOMAN_URL: 'http://127.0.0.1:4555' }), [])
})

test('what Kubernetes sets beside a service named dragoman disturbs nothing', () => {
  const config = configOf({
    DRAGOMAN_PORT: 'tcp://10.0.0.7:4000',
    DRAGOMAN_SERVICE_HOST: '10.0.0.7',
    DRAGOMAN_SERVICE_PORT: '4000',
    DRAGOMAN_SERVICE_PORT_HTTP: '4000',
    DRAGOMAN_PORT_4000_TCP: 'tcp://10.0.0.7:4000',
    DRAGOMAN_PORT_4000_TCP_ADDR: '10.0.0.7',
    DRAGOMAN_WORKER_PORT: 'tcp://10.0.0.8:4000',
    DRAGOMAN_WORKER_SERVICE_HOST: '10.0.0.8',
  })
  assert.equal(config.port, 4000)
})

test('every default is a value its own variable takes, and the guide names every variable', () => {
  const table = configurationTable()
  for (const { name, fallback, value } of Object.values(variables)) {
    assert.ok(table.includes(`| \`${name}\` |`), name)
    if (fallback !== '') assert.ok(value.read(fallback).ok, name)
  }
})

test('production has no inbox, unless somebody asks for the demo', () => {
  assert.equal(configOf({ NODE_ENV: 'production' }).inbox, false)
  assert.equal(configOf({ NODE_ENV: 'production', DRAGOMAN_DEMO: 'on' }).inbox, true)
  assert.equal(configOf({ DRAGOMAN_DEMO: 'off' }).inbox, true)
})

test('a variable DRAGOMAN_SECRET_<NAME> is a secret that agent documents name', () => {
  const config = configOf({
    DRAGOMAN_SECRET_OPENAI: ' sk-1 ',
    DRAGOMAN_SECRET_CRM_2: 'x',
    DRAGOMAN_SECRET_EMPTY: '',
  })
  assert.deepEqual(
    config.secrets,
    new Map([
      ['OPENAI', 'sk-1'],
      ['CRM_2', 'x'],
    ]),
  )
})

test('no agent document can name the key that seals what is stored', () => {
  const config = configOf({ DRAGOMAN_SECRET_KEY: '0f'.repeat(32) })
  assert.equal(config.secrets.size, 0)
  assert.ok(config.secretKey)
})

test('a secret that no document could name stops the start, without its value in the sentence', () => {
  const faults = faultsOf({ DRAGOMAN_SECRET_openai: 'sk-123' })
  assert.equal(faults.length, 1)
  assert.match(faults[0] ?? '', /^DRAGOMAN_SECRET_openai .*capital letters/)
  assert.doesNotMatch(faults.join(), /sk-123/)
})
