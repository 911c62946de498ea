import { type DestinationStream, destination, type Logger, pino, stdTimeFunctions } from 'pino'

/** What the rest of the code may do with the log: one wide line per request, turn and attempt. */
export interface Log {
  readonly debug: (line: object, what: string) => void
  readonly info: (line: object, what: string) => void
  readonly warn: (line: object, what: string) => void
  readonly error: (line: object, what: string) => void
}

export const logLevels = ['silent', 'error', 'warn', 'info', 'debug', 'trace'] as const
export type LogLevel = (typeof logLevels)[number]

/**
 * JSON lines on stderr: stdout belongs to what the operator reads or a script parses. Written without blocking;
 * lines that wait for the previous write go out together, and the rest when the process exits.
 *
 * A value under a name that speaks of a secret is written as "configured". pino's own redaction by paths does the
 * same for 25 us a line more, because of its wildcards.
 */
export const createLog = (settings: {
  readonly level: LogLevel
  readonly stream?: DestinationStream
}): Logger =>
  pino(
    {
      level: settings.level,
      base: { pid: process.pid },
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (level) => ({ level }), log: masked },
    },
    settings.stream ?? destination({ dest: 2, sync: false }),
  )

const masked = (line: Record<string, unknown>): Record<string, unknown> => withoutSecrets(line, 0)

const depthMax = 4

const withoutSecrets = (line: Record<string, unknown>, depth: number): Record<string, unknown> => {
  let clean: Record<string, unknown> | undefined
  for (const key of Object.keys(line)) {
    const value = line[key]
    const shown = isSecretName(key) ? hidden(value) : inner(value, depth)
    if (shown === value) continue
    clean ??= { ...line }
    clean[key] = shown
  }
  return clean ?? line
}

const inner = (value: unknown, depth: number): unknown => {
  if (typeof value !== 'object' || value === null) return value
  if (depth >= depthMax) return '[deeper]'
  if (Array.isArray(value)) return value.map((item) => inner(item, depth + 1))
  return isPlainObject(value) ? withoutSecrets(value, depth + 1) : value
}

const isPlainObject = (value: object): value is Record<string, unknown> => {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

/** A count or a flag tells no secret, and an absent one should show as absent. */
const hidden = (value: unknown): unknown =>
  value === undefined || value === null || typeof value === 'number' || typeof value === 'boolean'
    ? value
    : 'configured'

const secretName =
  /authorization|cookie|password|passwd|secret|token|api_?key|private_?key|signature|database_?url/i

const judgedNames = new Map<string, boolean>()
const judgedNamesMax = 1000

const isSecretName = (name: string): boolean => {
  const known = judgedNames.get(name)
  if (known !== undefined) return known
  const isSecret = secretName.test(name)
  if (judgedNames.size < judgedNamesMax) judgedNames.set(name, isSecret)
  return isSecret
}
