import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { CommandFault, type Terminal } from './command.ts'
import { plainText } from './plain-text.ts'

/** The management API of a running server; paths are below `/api/v1`. */
export interface ManagementApi {
  readonly get: (path: string) => Promise<JsonBody>
  readonly post: (path: string, body: object) => Promise<JsonBody>
  readonly postBytes: (path: string, bytes: Uint8Array<ArrayBuffer>) => Promise<JsonBody>
  /** An answer that comes line by line. */
  readonly postForLines: (path: string, body: object, onLine: (line: JsonBody) => void) => Promise<void>
}

export type JsonBody = { readonly [key: string]: unknown }

export const managementApi = async (
  terminal: Terminal,
  flags: { readonly url?: string | undefined; readonly token?: string | undefined },
): Promise<ManagementApi> => {
  const url = (flags.url ?? terminal.env['DRAGOMAN_URL'] ?? 'http://127.0.0.1:4000').replace(/\/+$/, '')
  if (!URL.canParse(url)) throw new CommandFault(`${url} is no URL; write it like http://127.0.0.1:4000.`)
  const token = flags.token ?? terminal.env['DRAGOMAN_ADMIN_TOKEN'] ?? (await storedToken(terminal, url))
  const ask = async (
    method: string,
    path: string,
    body?: string | Uint8Array<ArrayBuffer>,
    accept = 'application/json',
  ) => {
    const headers: Record<string, string> = { authorization: `Bearer ${token}`, accept }
    if (body !== undefined)
      headers['content-type'] = typeof body === 'string' ? 'application/json' : 'application/octet-stream'
    const request = { method, headers, ...(body === undefined ? {} : { body }) }
    const response = await terminal.fetch(`${url}/api/v1${path}`, request).catch((cause: unknown) => {
      throw new CommandFault(`No answer from ${url}. Start it with npm start, or name another with --url.`, {
        cause,
      })
    })
    if (!response.ok) throw new CommandFault(await refusalIn(response))
    return response
  }
  return {
    get: async (path) => bodyOf(await (await ask('GET', path)).text()),
    post: async (path, body) => bodyOf(await (await ask('POST', path, JSON.stringify(body))).text()),
    postBytes: async (path, bytes) => bodyOf(await (await ask('POST', path, bytes)).text()),
    postForLines: async (path, body, onLine) => {
      const response = await ask('POST', path, JSON.stringify(body), 'application/x-ndjson')
      for await (const line of linesOf(response)) onLine(bodyOf(line))
    },
  }
}

/**
 * The first start of a server here, or in a folder above, wrote it down. It is that server's: another machine is not
 * shown it because its name stands behind --url.
 */
const storedToken = async ({ env, folder }: Terminal, url: string): Promise<string> => {
  if (!loopback.test(new URL(url).hostname))
    throw new CommandFault(
      `No management token for ${url}: the one of a server here is not sent elsewhere. Give --token, or set DRAGOMAN_ADMIN_TOKEN.`,
    )
  const dataDir = env['DRAGOMAN_DATA_DIR']
  const places =
    dataDir === undefined ? foldersUpFrom(folder).map((one) => join(one, '.dragoman')) : [dataDir]
  for (const place of places) {
    const text = await readFile(join(place, 'secrets.json'), 'utf8').catch(() => undefined)
    const token = text === undefined ? undefined : bodyOf(text)['admin_token']
    if (typeof token === 'string') return token
  }
  throw new CommandFault(
    'No management token. Give --token, set DRAGOMAN_ADMIN_TOKEN, or call this where the server’s .dragoman/ is.',
  )
}

const loopback = /^(?:(?:.+\.)?localhost|127\.\d+\.\d+\.\d+|\[::1\])$/

const foldersUpFrom = (folder: string): readonly string[] => {
  const above = dirname(folder)
  return above === folder ? [folder] : [folder, ...foldersUpFrom(above)]
}

const refusalIn = async (response: Response): Promise<string> => {
  if (response.status === 401)
    return 'The server does not know the token. Give --token, or set DRAGOMAN_ADMIN_TOKEN.'
  const { error_message: sentence, errors } = bodyOf(await response.text())
  if (Array.isArray(errors) && errors.length > 0) return errors.map(faultLine).join('\n')
  return typeof sentence === 'string' ? sentence : `The server answered ${response.status}; is the URL right?`
}

export const faultLine = (fault: unknown): string => {
  const { path, message, cure } = recordOf(fault)
  return plainText(`${String(path)}: ${String(message)}; ${String(cure)}`)
}

export const recordOf = (value: unknown): JsonBody =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {}

export const listOf = (value: unknown): readonly JsonBody[] =>
  Array.isArray(value) ? value.map(recordOf) : []

const bodyOf = (text: string): JsonBody => {
  try {
    return recordOf(JSON.parse(text))
  } catch {
    return {}
  }
}

async function* linesOf(response: Response): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const chunk of response.body ?? []) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n')
    rest = lines.pop() ?? ''
    yield* lines
  }
  if (rest !== '') yield rest
}
