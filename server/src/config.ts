import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { parseAllowList } from './domain/address.ts'
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

interface Variable<Value> {
  readonly name: string
  readonly fallback: string
  readonly meaning: string
  /** Throws a sentence that says what it must be. */
  readonly read: (text: string) => Value
}

const variable = <Value>(
  name: string,
  fallback: string,
  meaning: string,
  read: (text: string) => Value,
): Variable<Value> => ({
  name,
  fallback,
  meaning,
  read,
})

const wholeNumber =
  (min: number, max: number) =>
  (text: string): number => {
    const value = Number(text)
    if (!/^\d+$/.test(text) || value < min || value > max)
      throw new Error(`must be a whole number from ${min} to ${max}, not "${text}"`)
    return value
  }

const text = (value: string): string => value

const flag = (value: string): boolean => {
  if (/^(?:on|true|1|yes)$/i.test(value)) return true
  if (/^(?:off|false|0|no)$/i.test(value)) return false
  throw new Error(`must be on or off, not "${value}"`)
}

const numbers =
  (min: number, max: number) =>
  (value: string): readonly number[] =>
    value.split(',').map((part) => wholeNumber(min, max)(part.trim()))

const allRoles = ['http', 'worker', 'deliver'] as const
type Role = (typeof allRoles)[number]

const roles = (value: string): ReadonlySet<Role> => {
  const names = value === 'all' ? [...allRoles] : value.split(',').map((name) => name.trim())
  const unknown = names.find((name) => !isRole(name))
  if (unknown !== undefined) throw new Error(`must name ${allRoles.join(', ')} or all, not "${unknown}"`)
  return new Set(names.filter(isRole))
}

const isRole = (name: string): name is Role => (allRoles as readonly string[]).includes(name)

const databaseUrl = (value: string): string => {
  if (!/^postgres(?:ql)?:\/\//.test(value)) throw new Error('must begin with postgres:// or postgresql://')
  return value
}

const httpUrl = (value: string): string => {
  const url = URL.parse(value)
  if (!url || !/^https?:$/.test(url.protocol)) throw new Error(`must be an http or https URL, not "${value}"`)
  return value.replace(/\/+$/, '')
}

const addresses = (value: string) => {
  const parsed = parseAllowList(value.split(',').map((entry) => entry.trim()))
  if (!parsed.ok) throw new Error(parsed.error)
  return parsed.list
}

const key32 = (value: string): Buffer => {
  const key = /^[\da-f]{64}$/i.test(value) ? Buffer.from(value, 'hex') : Buffer.from(value, 'base64')
  if (key.length !== 32) throw new Error('must be 32 bytes, in base64 or hex')
  return key
}

const token = (value: string): string => {
  if (value.length < 16) throw new Error('must have at least 16 characters')
  return value
}

const level = (value: string): LogLevel => {
  const known = logLevels.find((one) => one === value)
  if (!known) throw new Error(`must be one of ${logLevels.join(', ')}, not "${value}"`)
  return known
}

const localOnly = (value: string): 'local' => {
  if (value === 'local') return value
  throw new Error(`must be "local": object storage such as "${value.slice(0, 40)}" is not supported yet`)
}

export const variables = {
  host: variable('DRAGOMAN_HOST', '127.0.0.1', 'Address to listen on', text),
  port: variable('DRAGOMAN_PORT', '4000', 'Port to listen on; 0 = any free one', wholeNumber(0, 65_535)),
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
    text,
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
    '32 bytes (base64 or hex) that seal webhook secrets; the same for all processes of one database; made at the first start',
    key32,
  ),
  roles: variable(
    'DRAGOMAN_ROLES',
    'all',
    'What this process does: http, worker, deliver, separated by commas, or all',
    roles,
  ),
  publicUrl: variable(
    'DRAGOMAN_PUBLIC_URL',
    '',
    'Where clients reach this server, for file URLs; the address it listens on unless set',
    httpUrl,
  ),
  trustedProxies: variable(
    'DRAGOMAN_TRUSTED_PROXIES',
    '',
    'Addresses and CIDR ranges, separated by commas, whose X-Forwarded-For is believed',
    addresses,
  ),
  allowPrivateTargets: variable(
    'DRAGOMAN_ALLOW_PRIVATE_TARGETS',
    '',
    'Webhooks may go to private addresses and plain http; on unless NODE_ENV is production',
    flag,
  ),
  files: variable('DRAGOMAN_FILES', 'local', 'Where uploaded files are kept', localOnly),
  demo: variable(
    'DRAGOMAN_DEMO',
    '',
    'Make the demo; on when the database is new and NODE_ENV is not production',
    flag,
  ),
  logLevel: variable('DRAGOMAN_LOG_LEVEL', 'warn', `How much is logged: ${logLevels.join(', ')}`, level),
  poolMax: variable('DRAGOMAN_POOL_MAX', '10', 'Database connections a process', wholeNumber(2, 500)),
  requestsPerSecond: variable(
    'DRAGOMAN_RATE_LIMIT',
    '',
    'Requests a second and API key before 429; no limit unless set',
    wholeNumber(1, 1_000_000),
  ),
  webhookTimeoutMs: variable(
    'DRAGOMAN_WEBHOOK_TIMEOUT_MS',
    '30000',
    'Time a webhook has to answer, in ms',
    wholeNumber(100, 300_000),
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
  deliveryLeaseMarginSeconds: variable(
    'DRAGOMAN_DELIVERY_LEASE_MARGIN_S',
    '20',
    'How much longer than the time a webhook has another process waits before it takes over the delivery of one that died, in seconds',
    wholeNumber(1, 3_600),
  ),
  fastRetriesMs: variable(
    'DRAGOMAN_FAST_RETRIES_MS',
    defaultRetrySchedule.fastMs.join(','),
    'Delays before the fast retries, in ms',
    numbers(1, 3_600_000),
  ),
  slowRetriesSeconds: variable(
    'DRAGOMAN_SLOW_RETRIES_S',
    defaultRetrySchedule.slowMs.map((ms) => ms / 1000).join(','),
    'Delays before the slow retries, in seconds; after the last one the event is dead-lettered',
    numbers(1, 30 * 86_400),
  ),
  turnLeaseSeconds: variable(
    'DRAGOMAN_TURN_LEASE_S',
    '30',
    'After this long another process takes over a turn whose process died, in seconds',
    wholeNumber(1, 3_600),
  ),
  turnAttemptsMax: variable(
    'DRAGOMAN_TURN_ATTEMPTS',
    '5',
    'Tries of a turn that fails before a person is asked for',
    wholeNumber(1, 100),
  ),
} as const

/** Not ours, but read by us. */
const otherNames = ['DRAGOMAN_TEST_DATABASE_URL']

export const readConfig = (
  env: Readonly<Record<string, string | undefined>>,
  argv: readonly string[],
): ConfigOutcome => {
  const faults = unknownNames(env)
  const isProduction = env['NODE_ENV'] === 'production'
  const flags = readFlags(argv, faults)

  const of = <Value>(one: Variable<Value>): Value | undefined => {
    const given = env[one.name]
    const value = given === undefined || given === '' ? one.fallback : given
    if (value === '') return undefined
    try {
      return one.read(value)
    } catch (error) {
      faults.push(`${one.name} ${error instanceof Error ? error.message : String(error)}`)
      return undefined
    }
  }
  const must = <Value>(one: Variable<Value>): Value => of(one) ?? one.read(one.fallback)

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
    demo: of(variables.demo) ?? (isProduction ? false : undefined),
    poolMax: must(variables.poolMax),
    limits: {
      webhookTimeoutMs: must(variables.webhookTimeoutMs),
      endpointInFlightMax: must(variables.endpointInFlightMax),
      deliveriesInFlightMax: must(variables.deliveriesInFlightMax),
      retrySchedule: {
        ...defaultRetrySchedule,
        fastMs: must(variables.fastRetriesMs),
        slowMs: must(variables.slowRetriesSeconds).map((seconds) => seconds * 1000),
      },
      deliveryLeaseMarginSeconds: must(variables.deliveryLeaseMarginSeconds),
      turnLeaseSeconds: must(variables.turnLeaseSeconds),
      turnAttemptsMax: must(variables.turnAttemptsMax),
      allowPrivateTargets: of(variables.allowPrivateTargets) ?? !isProduction,
      trustedProxies: of(variables.trustedProxies) ?? [],
      requestsPerSecond: of(variables.requestsPerSecond) ?? null,
    },
  }
  return faults.length === 0 ? { ok: true, config } : { ok: false, faults }
}

const readFlags = (argv: readonly string[], faults: string[]): { json: boolean } => {
  try {
    const { values } = parseArgs({ args: [...argv], options: { json: { type: 'boolean', default: false } } })
    return { json: values.json }
  } catch (error) {
    faults.push(error instanceof Error ? error.message : String(error))
    return { json: false }
  }
}

const unknownNames = (env: Readonly<Record<string, string | undefined>>): string[] => {
  const known = [...Object.values(variables).map((one) => one.name), ...otherNames]
  return Object.keys(env)
    .filter((name) => name.startsWith('DRAGOMAN_') && !known.includes(name))
    .map((name) => `${name} is not a setting; did you mean ${closest(name, known)}?`)
}

const closest = (name: string, known: readonly string[]): string =>
  known.toSorted((a, b) => distance(name, a) - distance(name, b))[0] ?? ''

/** Edits between two short names (Levenshtein). */
const distance = (a: string, b: string): number => {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i]
    for (let j = 1; j <= b.length; j += 1)
      next.push(
        Math.min(
          (row[j] ?? 0) + 1,
          (next[j - 1] ?? 0) + 1,
          (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1),
        ),
      )
    row = next
  }
  return row.at(-1) ?? 0
}

/** The table of docs/guides/configuration.md. */
export const configurationTable = (): string =>
  [
    '| variable | default | meaning |',
    '|---|---|---|',
    ...Object.values(variables).map(
      (one) => `| \`${one.name}\` | ${one.fallback === '' ? '' : `\`${one.fallback}\``} | ${one.meaning} |`,
    ),
  ].join('\n')
