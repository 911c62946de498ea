import assert from 'node:assert/strict'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { documentSecrets, secretPrefix } from './config/document-secrets.ts'
import { isServiceLink, unknownNames } from './config/unknown-names.ts'
import {
  addressList,
  databaseUrl,
  fileStore,
  flag,
  folder,
  host,
  key32,
  oneOf,
  publicUrl,
  someOf,
  token,
  type Value,
  wholeNumber,
  wholeNumbers,
} from './config/values.ts'
import { defaultRetrySchedule } from './domain/delivery.ts'
import { type LogLevel, logLevels } from './outside/log.ts'
import type { StartOptions } from './start.ts'

/**
 * The only reader of the environment. Every variable is declared once, with its unit, bounds, default and meaning;
 * the guide docs/guides/configuration.md is made of the same declaration. Wrong configuration is all told at once,
 * one line a fault, and a misspelt name is a fault too.
 */
export interface Config extends StartOptions {
  readonly json: boolean
  readonly isProduction: boolean
  readonly logLevel: LogLevel
}

export type ConfigOutcome =
  | { readonly ok: true; readonly config: Config }
  | { readonly ok: false; readonly faults: readonly string[] }

interface Variable<Type> {
  readonly name: string
  readonly fallback: string
  readonly meaning: string
  readonly value: Value<Type>
}

const variable = <Type>(
  name: string,
  fallback: string,
  meaning: string,
  value: Value<Type>,
): Variable<Type> => ({ name, fallback, meaning, value })

export const variables = {
  host: variable('DRAGOMAN_HOST', '127.0.0.1', 'Address to listen on', host),
  port: variable(
    'DRAGOMAN_PORT',
    '4000',
    'Port to listen on, one a process; 0 = any free one',
    wholeNumber(0, 65_535),
  ),
  databaseUrl: variable(
    'DATABASE_URL',
    '',
    'PostgreSQL 15 or newer; without it the embedded database under the data folder',
    databaseUrl,
  ),
  dataDir: variable(
    'DRAGOMAN_DATA_DIR',
    '.dragoman',
    'Embedded database, local files, secrets of the first start',
    folder,
  ),
  adminToken: variable(
    'DRAGOMAN_ADMIN_TOKEN',
    '',
    'Bearer token of the management API; made at the first start and kept in the data folder',
    token,
  ),
  secretKey: variable(
    'DRAGOMAN_SECRET_KEY',
    '',
    'Seals webhook secrets and signs file URLs; the same for all processes of one database; made at the first start',
    key32,
  ),
  roles: variable('DRAGOMAN_ROLES', 'all', 'What this process does', someOf(['http', 'worker', 'deliver'])),
  publicUrl: variable(
    'DRAGOMAN_PUBLIC_URL',
    '',
    'Where clients reach this server, for file URLs; the Host of the request unless set',
    publicUrl,
  ),
  trustedProxies: variable(
    'DRAGOMAN_TRUSTED_PROXIES',
    '',
    'Proxies whose X-Forwarded-For is believed',
    addressList,
  ),
  allowPrivateTargets: variable(
    'DRAGOMAN_ALLOW_PRIVATE_TARGETS',
    '',
    'Webhooks may go to private addresses and plain http; on unless NODE_ENV is production',
    flag,
  ),
  files: variable('DRAGOMAN_FILES', 'local', 'Where uploaded files are kept', fileStore),
  demo: variable(
    'DRAGOMAN_DEMO',
    '',
    'Make the demo; on when the database is new and NODE_ENV is not production',
    flag,
  ),
  embeddings: variable(
    'DRAGOMAN_EMBEDDINGS',
    'on',
    'Agents understand by meaning, too, where that proves better (about 150 MB once one does); off: by words alone',
    flag,
  ),
  logLevel: variable('DRAGOMAN_LOG_LEVEL', 'warn', 'How much is logged', oneOf(logLevels)),
  poolMax: variable('DRAGOMAN_POOL_MAX', '10', 'Database connections a process', wholeNumber(2, 500)),
  requestsPerSecond: variable(
    'DRAGOMAN_RATE_LIMIT',
    '',
    'Requests a second and API key before 429; no limit unless set',
    wholeNumber(1, 1_000_000),
  ),
  eventRetentionDays: variable(
    'DRAGOMAN_EVENT_RETENTION_DAYS',
    '',
    'How long events and delivery attempts are kept; dropped by whole weeks, never while an event of the week waits; for ever unless set',
    wholeNumber(1, 36_500, 'days'),
  ),
  webhookTimeoutMs: variable(
    'DRAGOMAN_WEBHOOK_TIMEOUT_MS',
    '30000',
    'Time a webhook has to answer',
    wholeNumber(100, 300_000, 'ms'),
  ),
  endpointInFlightMax: variable(
    'DRAGOMAN_ENDPOINT_CONCURRENCY',
    '20',
    'Deliveries in flight to one webhook, per process',
    wholeNumber(1, 10_000),
  ),
  deliveriesInFlightMax: variable(
    'DRAGOMAN_DELIVERY_CONCURRENCY',
    '1024',
    'Deliveries in flight in all, per process',
    wholeNumber(1, 100_000),
  ),
  deliveryMemoryMb: variable(
    'DRAGOMAN_DELIVERY_MEMORY_MB',
    '64',
    'Memory for the bodies of events that are being sent or are next, per process; near it fewer are taken at once',
    wholeNumber(1, 100_000, 'MB'),
  ),
  deliveryLeaseMarginSeconds: variable(
    'DRAGOMAN_DELIVERY_LEASE_MARGIN_S',
    '20',
    'How much longer than the time a webhook has another process waits before it takes over the delivery of one that died',
    wholeNumber(1, 3_600, 'seconds'),
  ),
  fastRetriesMs: variable(
    'DRAGOMAN_FAST_RETRIES_MS',
    defaultRetrySchedule.fastMs.join(','),
    'Delays before the fast retries',
    wholeNumbers(1, 3_600_000, 'ms'),
  ),
  slowRetriesSeconds: variable(
    'DRAGOMAN_SLOW_RETRIES_S',
    defaultRetrySchedule.slowMs.map((ms) => ms / 1000).join(','),
    'Delays before the slow retries; after the last one the event is dead-lettered',
    wholeNumbers(1, 30 * 86_400, 'seconds'),
  ),
  turnLeaseSeconds: variable(
    'DRAGOMAN_TURN_LEASE_S',
    '30',
    'After this long another process takes over a turn whose process died',
    wholeNumber(1, 3_600, 'seconds'),
  ),
  pollMs: variable(
    'DRAGOMAN_POLL_MS',
    '1000',
    'How often a process looks for due work that no commit or notification told it of',
    wholeNumber(10, 3_600_000, 'ms'),
  ),
  turnAttemptsMax: variable(
    'DRAGOMAN_TURN_ATTEMPTS',
    '5',
    'Tries of a turn that fails before a person is asked for',
    wholeNumber(1, 100),
  ),
} as const

/** Not settings, but nobody's mistake: the tests' database, and where the command line finds the server. */
const otherNames = ['DRAGOMAN_TEST_DATABASE_URL', 'DRAGOMAN_URL']

export const readConfig = (
  env: Readonly<Record<string, string | undefined>>,
  argv: readonly string[],
): ConfigOutcome => {
  const ownNames = [...Object.values(variables).map(({ name }) => name), ...otherNames]
  const secrets = documentSecrets(env, ownNames)
  const faults = [...unknownNames(secrets.others, ownNames), ...secrets.faults]
  const isProduction = env['NODE_ENV'] === 'production'
  const flags = readFlags(argv, faults)

  const of = <Type>({ name, fallback, value }: Variable<Type>): Type | undefined => {
    const given = isServiceLink(name, env[name]) ? undefined : env[name]?.trim()
    const text = given === undefined || given === '' ? fallback : given
    if (text === '') return undefined
    const outcome = value.read(text)
    if (outcome.ok) return outcome.value
    faults.push(`${name} ${outcome.fault}`)
    return undefined
  }
  /** For a variable with a default: what is read of it, or the default beside a fault that stops the start. */
  const must = <Type>(one: Variable<Type>): Type => {
    const read = of(one)
    if (read !== undefined) return read
    const outcome = one.value.read(one.fallback)
    assert(outcome.ok, `the default of ${one.name} is wrong`)
    return outcome.value
  }

  of(variables.files)
  const config: Config = {
    json: flags.json,
    isProduction,
    logLevel: must(variables.logLevel),
    host: must(variables.host),
    port: must(variables.port),
    databaseUrl: of(variables.databaseUrl) ?? null,
    dataDir: resolve(must(variables.dataDir)),
    adminToken: of(variables.adminToken) ?? null,
    secretKey: of(variables.secretKey) ?? null,
    roles: must(variables.roles),
    publicUrl: of(variables.publicUrl) ?? null,
    embeddings: must(variables.embeddings),
    demo: of(variables.demo) ?? (isProduction ? false : undefined),
    inbox: !isProduction || of(variables.demo) === true,
    poolMax: must(variables.poolMax),
    secrets: secrets.byName,
    limits: {
      webhookTimeoutMs: must(variables.webhookTimeoutMs),
      endpointInFlightMax: must(variables.endpointInFlightMax),
      deliveriesInFlightMax: must(variables.deliveriesInFlightMax),
      deliveryBytesInHandMax: must(variables.deliveryMemoryMb) * 1024 * 1024,
      retrySchedule: {
        ...defaultRetrySchedule,
        fastMs: must(variables.fastRetriesMs),
        slowMs: must(variables.slowRetriesSeconds).map((seconds) => seconds * 1000),
      },
      deliveryLeaseMarginSeconds: must(variables.deliveryLeaseMarginSeconds),
      turnLeaseSeconds: must(variables.turnLeaseSeconds),
      pollMs: must(variables.pollMs),
      turnAttemptsMax: must(variables.turnAttemptsMax),
      allowPrivateTargets: of(variables.allowPrivateTargets) ?? !isProduction,
      trustedProxies: of(variables.trustedProxies) ?? [],
      requestsPerSecond: of(variables.requestsPerSecond) ?? null,
      eventRetentionDays: of(variables.eventRetentionDays) ?? null,
    },
  }
  return faults.length === 0 ? { ok: true, config } : { ok: false, faults }
}

const readFlags = (argv: readonly string[], faults: string[]): { json: boolean } => {
  try {
    const { values } = parseArgs({ args: [...argv], options: { json: { type: 'boolean', default: false } } })
    return { json: values.json }
  } catch (error) {
    faults.push(`${error instanceof Error ? error.message : String(error)}; --help tells what there is`)
    return { json: false }
  }
}

/** The table of docs/guides/configuration.md. */
export const configurationTable = (): string =>
  [
    '| variable | default | form | meaning |',
    '|---|---|---|---|',
    ...Object.values(variables).map(({ name, fallback, meaning, value }) =>
      ['', `\`${name}\``, fallback === '' ? '' : `\`${fallback}\``, value.form, meaning, '']
        .join(' | ')
        .trim(),
    ),
    [
      '',
      `\`${secretPrefix}<NAME>\``,
      '',
      'text',
      'A secret that agent documents name: the key of a model or an MCP server, the token of an agent webhook |',
    ]
      .join(' | ')
      .trim(),
  ].join('\n')
