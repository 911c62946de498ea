import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TestContext } from 'node:test'

/**
 * A server that speaks the wires of four providers, streaming and not, from a script: OpenAI's chat completions (also
 * Ollama's and everybody's), Anthropic's messages, Google's generateContent.
 */
export interface ModelServer {
  readonly url: string
  readonly requests: readonly ModelRequest[]
  /** Connections that the other side gave up while they hung. */
  readonly abandoned: () => number
}

export interface ModelRequest {
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: Record<string, unknown>
}

export type ModelLine =
  | {
      readonly text?: string
      readonly tool?: { readonly name: string; readonly input: object }
      readonly finish?: 'length' | 'filtered'
    }
  | { readonly status: number; readonly body?: string; readonly headers?: Record<string, string> }
  | 'hang'
  | 'hang midway'
  | 'reset'

export const modelServer = async (t: TestContext, lines: readonly ModelLine[]): Promise<ModelServer> => {
  const requests: ModelRequest[] = []
  let abandoned = 0
  const server = createServer((request, response) => {
    let text = ''
    request.setEncoding('utf8')
    request.on('data', (chunk: string) => (text += chunk))
    request.on('end', () => {
      const line = lines[requests.length] ?? { status: 500, body: 'no line left' }
      const path = request.url ?? ''
      const body: Record<string, unknown> = JSON.parse(text)
      requests.push({ path, headers: request.headers, body })
      if (typeof line === 'string') response.on('close', () => (abandoned += 1))
      if (line === 'reset') request.socket.destroy()
      else if (line === 'hang midway')
        response.writeHead(200, { 'content-type': 'text/event-stream' }).write(': hello\n\n')
      else if (line !== 'hang') answer(response, path, body, line)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    abandoned: () => abandoned,
  }
}

type Spoken = Exclude<ModelLine, string | { readonly status: number }>

const answer = (
  response: ServerResponse,
  path: string,
  body: Record<string, unknown>,
  line: Exclude<ModelLine, string>,
): void => {
  if ('status' in line) {
    response.writeHead(line.status, { 'content-type': 'application/json', ...line.headers })
    response.end(line.body ?? JSON.stringify({ error: { message: 'out of order', type: 'x' } }))
    return
  }
  const isStream = body['stream'] === true || path.includes(':streamGenerateContent')
  const events = path.endsWith('/chat/completions')
    ? openai(line, isStream)
    : path.endsWith('/messages')
      ? anthropic(line, isStream)
      : google(line)
  if (!isStream) {
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(events[0]))
    return
  }
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  for (const event of events) {
    const type = (event as { type?: unknown }).type
    if (path.endsWith('/messages')) response.write(`event: ${type}\n`)
    response.write(`data: ${JSON.stringify(event)}\n\n`)
  }
  response.end(path.endsWith('/chat/completions') ? 'data: [DONE]\n\n' : '')
}

/** Halves, as a stream brings them. */
const halves = (text: string): readonly string[] => [
  text.slice(0, Math.ceil(text.length / 2)),
  text.slice(Math.ceil(text.length / 2)),
]

const openai = ({ text = '', tool, finish }: Spoken, isStream: boolean): readonly object[] => {
  const base = { id: 'c1', created: 1, model: 'm' }
  const call = tool && {
    id: 'call_1',
    type: 'function',
    function: { name: tool.name, arguments: JSON.stringify(tool.input) },
  }
  const reason =
    finish === 'length' ? 'length' : finish === 'filtered' ? 'content_filter' : tool ? 'tool_calls' : 'stop'
  const usage = { prompt_tokens: 11, completion_tokens: 7, total_tokens: 18 }
  if (!isStream) {
    const message = { role: 'assistant', content: text, ...(call ? { tool_calls: [call] } : {}) }
    return [
      { ...base, object: 'chat.completion', choices: [{ index: 0, message, finish_reason: reason }], usage },
    ]
  }
  const chunk = (delta: object, end: string | null = null): object => ({
    ...base,
    object: 'chat.completion.chunk',
    choices: [{ index: 0, delta, finish_reason: end }],
  })
  return [
    chunk({ role: 'assistant', content: '' }),
    ...halves(text).map((content) => chunk({ content })),
    ...(call ? [chunk({ tool_calls: [{ index: 0, ...call }] })] : []),
    chunk({}, reason),
    { ...base, object: 'chat.completion.chunk', choices: [], usage },
  ]
}

const anthropic = ({ text = '', tool, finish }: Spoken, isStream: boolean): readonly object[] => {
  const reason =
    finish === 'length' ? 'max_tokens' : finish === 'filtered' ? 'refusal' : tool ? 'tool_use' : 'end_turn'
  const message = {
    id: 'm1',
    type: 'message',
    role: 'assistant',
    model: 'm',
    content: [
      ...(text === '' ? [] : [{ type: 'text', text }]),
      ...(tool ? [{ type: 'tool_use', id: 'call_1', name: tool.name, input: tool.input }] : []),
    ],
    stop_reason: reason,
    stop_sequence: null,
    usage: { input_tokens: 11, output_tokens: 7 },
  }
  if (!isStream) return [message]
  return [
    { type: 'message_start', message: { ...message, content: [], stop_reason: null } },
    { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
    ...halves(text).map((part) => ({
      type: 'content_block_delta',
      index: 0,
      delta: { type: 'text_delta', text: part },
    })),
    { type: 'content_block_stop', index: 0 },
    ...(tool
      ? [
          {
            type: 'content_block_start',
            index: 1,
            content_block: { type: 'tool_use', id: 'call_1', name: tool.name, input: {} },
          },
          {
            type: 'content_block_delta',
            index: 1,
            delta: { type: 'input_json_delta', partial_json: JSON.stringify(tool.input) },
          },
          { type: 'content_block_stop', index: 1 },
        ]
      : []),
    {
      type: 'message_delta',
      delta: { stop_reason: reason, stop_sequence: null },
      usage: { output_tokens: 7 },
    },
    { type: 'message_stop' },
  ]
}

const google = ({ text = '', tool, finish }: Spoken): readonly object[] => [
  {
    candidates: [
      {
        content: {
          role: 'model',
          parts: [
            ...(text === '' ? [] : halves(text).map((part) => ({ text: part }))),
            ...(tool ? [{ functionCall: { name: tool.name, args: tool.input } }] : []),
          ],
        },
        finishReason: finish === 'length' ? 'MAX_TOKENS' : finish === 'filtered' ? 'SAFETY' : 'STOP',
        index: 0,
      },
    ],
    usageMetadata: { promptTokenCount: 11, candidatesTokenCount: 7, totalTokenCount: 18 },
  },
]
