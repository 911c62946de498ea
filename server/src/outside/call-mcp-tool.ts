import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import type { DocumentMcpServer } from '../brain/document/document.ts'
import type { ToolAsk } from '../brain/turn-types.ts'
import { isJsonObject, type Json, type JsonObject } from '../domain/json.ts'
import { type Circumstances, failed, type Perform } from './answer-asks.ts'
import { documentHeaders } from './call-agent-webhook.ts'
import type { CheckedFetch } from './checked-fetch.ts'
import { missingSecret } from './missing-secret.ts'
import type { ToolDescription } from './model-prompt.ts'

export interface McpCaller {
  readonly call: Perform<ToolAsk>
  /** The tools that the document allows, as their servers describe them, by `mcp.<server>.<tool>`. */
  readonly describe: (circumstances: Circumstances) => Promise<ReadonlyMap<string, ToolDescription>>
}

/**
 * Tools of MCP servers over Streamable HTTP, by the protocol's own SDK. Each call opens a session of its own and ends
 * it: a turn calls few, and nothing is left that a restart would have to mend. Only tools that the document names are
 * shown or called. What the tools are is asked for again after five minutes.
 */
export const createMcpCaller = (deps: {
  readonly secrets: ReadonlyMap<string, string>
  /** Bounds what a server may answer. */
  readonly fetch: CheckedFetch['fetch']
}): McpCaller => {
  const lists = new Map<string, ToolList>()

  const listOf = (server: DocumentMcpServer, circumstances: Circumstances): Promise<ServerTools> => {
    const key = JSON.stringify([server.url, server.headers, server.key, server.tools])
    const known = lists.get(key)
    if (known !== undefined && Date.now() < known.staleAt) return known.tools
    const tools = listTools(deps, server, circumstances).catch(() => new Map())
    const list = { tools, staleAt: Date.now() + listLifeMs }
    void tools.then(({ size }) => {
      // One that is down is asked again soon, but not in every turn.
      if (size === 0) list.staleAt = Date.now() + emptyListLifeMs
    })
    if (lists.size >= listsMax) lists.clear()
    lists.set(key, list)
    return tools
  }

  return {
    describe: async (circumstances) => {
      const servers = circumstances.agent.document.mcp_servers ?? []
      const described = await Promise.all(
        servers.map(async (server) =>
          [...(await listOf(server, circumstances))].map(([tool, description]): [string, ToolDescription] => [
            `mcp.${server.id}.${tool}`,
            description,
          ]),
        ),
      )
      return new Map(described.flat())
    },
    call: async (ask, circumstances) => {
      const server = circumstances.agent.document.mcp_servers?.find(({ id }) => id === ask.server_id)
      if (!server?.tools.includes(ask.tool)) return failed('the document has no such tool')
      const timeoutMs = timeoutOf(server, circumstances)
      return await withSession(
        deps,
        server,
        { timeoutMs, signal: circumstances.signal },
        async (client, options) => {
          const result = await client.callTool(
            { name: ask.tool, arguments: { ...ask.arguments } },
            undefined,
            options,
          )
          return { ok: true, value: readableResult(jsonOf(result)) }
        },
      )
    },
  }
}

type ServerTools = ReadonlyMap<string, ToolDescription>

interface ToolList {
  readonly tools: Promise<ServerTools>
  staleAt: number
}

const listLifeMs = 5 * 60_000
const emptyListLifeMs = 30_000
const listsMax = 100
const listTimeoutMsMax = 5_000
const listPagesMax = 10
const descriptionLengthMax = 1_000
const parametersLengthMax = 16_000
const timeoutMsDefault = 10_000

const timeoutOf = (server: DocumentMcpServer, { deadlineAt }: Circumstances): number => {
  const ownMs = server.timeout === undefined ? timeoutMsDefault : server.timeout * 1000
  return Math.max(1, Math.min(ownMs, deadlineAt - Date.now()))
}

type SessionDeps = Parameters<typeof createMcpCaller>[0]
interface SessionBounds {
  readonly timeoutMs: number
  readonly signal: AbortSignal
}

const withSession = async <Result>(
  { secrets, fetch }: SessionDeps,
  server: DocumentMcpServer,
  { timeoutMs, signal }: SessionBounds,
  use: (
    client: Client,
    options: { readonly timeout: number; readonly signal: AbortSignal },
  ) => Promise<Result>,
): Promise<Result> => {
  const key = server.key === undefined ? undefined : secrets.get(server.key)
  if (server.key !== undefined && key === undefined) throw new Error(missingSecret(server.key))
  const ends = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)])
  const transport = new StreamableHTTPClientTransport(new URL(server.url), {
    fetch: (url, init) =>
      fetch(url, { ...init, signal: init?.signal ? AbortSignal.any([init.signal, ends]) : ends }),
    requestInit: {
      headers: {
        ...documentHeaders(server.headers),
        ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
      },
    },
    reconnectionOptions: {
      maxRetries: 0,
      initialReconnectionDelay: 1_000,
      maxReconnectionDelay: 1_000,
      reconnectionDelayGrowFactor: 1,
    },
  })
  const client = new Client({ name: 'dragoman', version: '0.1.0' })
  const options = { timeout: timeoutMs, signal: ends }
  try {
    await client.connect(transport, options)
    const result = await Promise.race([use(client, options), overflow(client)])
    await transport.terminateSession().catch(() => {})
    return result
  } catch (error) {
    if (signal.aborted) throw new Error('no answer before the time of the turn was up')
    if (ends.aborted) throw new Error(`no answer within ${timeoutMs} ms`)
    throw new Error(sentenceOf(error, key))
  } finally {
    await client.close().catch(() => {})
  }
}

/** The SDK goes on waiting for the rest of a stream that broke off because it was too large. */
const overflow = (client: Client): Promise<never> =>
  new Promise((_, reject) => {
    client.onerror = (error) => {
      const [sentence] = /the answer is larger than \d+ bytes/.exec(error.message) ?? []
      if (sentence !== undefined) reject(new Error(sentence))
    }
  })

const sentenceLengthMax = 300

const sentenceOf = (error: unknown, key: string | undefined): string => {
  const sentence = error instanceof Error ? error.message : 'failed for an unknown reason'
  // Before it is cut: half a key is a secret, too.
  return (key === undefined ? sentence : sentence.replaceAll(key, '<key>')).slice(0, sentenceLengthMax)
}

const listTools = (
  deps: SessionDeps,
  server: DocumentMcpServer,
  circumstances: Circumstances,
): Promise<ServerTools> => {
  const timeoutMs = Math.min(timeoutOf(server, circumstances), listTimeoutMsMax)
  return withSession(deps, server, { timeoutMs, signal: circumstances.signal }, async (client, options) => {
    const tools = new Map<string, ToolDescription>()
    let cursor: string | undefined
    for (let page = 0; page < listPagesMax; page++) {
      const list = await client.listTools(cursor === undefined ? {} : { cursor }, options)
      for (const { name, description = '', inputSchema } of list.tools) {
        const parameters = jsonOf(inputSchema)
        if (!server.tools.includes(name) || !isJsonObject(parameters)) continue
        // Each question to the model would carry it, and pay for it.
        if (JSON.stringify(parameters).length > parametersLengthMax) continue
        tools.set(name, { description: description.slice(0, descriptionLengthMax), parameters })
      }
      cursor = list.nextCursor
      if (cursor === undefined) break
    }
    return tools
  })
}

const jsonOf = (value: unknown): Json => JSON.parse(JSON.stringify(value ?? null))

/** What a model can read of a result: its structure, or its texts. A tool's own error is told as such. */
const readableResult = (result: Json): JsonObject => {
  if (!isJsonObject(result)) return {}
  const { structuredContent, content, isError } = result
  const texts = (Array.isArray(content) ? content : []).flatMap((part) =>
    isJsonObject(part) && typeof part['text'] === 'string' ? [part['text']] : [],
  )
  if (isError === true) return { is_error: true, text: texts.join('\n') }
  return isJsonObject(structuredContent) ? structuredContent : { text: texts.join('\n') }
}
