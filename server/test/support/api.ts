/** One request as it is written here: nothing is checked, nothing is put right, so that errors are easy to provoke. */
export interface ApiRequest {
  readonly method?: string
  readonly path: string
  /** Sent as `apikey KEY`; null = without the header. */
  readonly key?: string | null
  /** Sent as JSON. */
  readonly body?: unknown
  /** Sent as it is, instead of `body`. */
  readonly rawBody?: string | Uint8Array<ArrayBuffer>
  /** Over those that are made; undefined leaves one out. */
  readonly headers?: Readonly<Record<string, string | undefined>>
}

/** Whatever came back; a body that is no JSON object is an empty one, and its text tells. */
export interface ApiAnswer<Body = AnyBody> {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  readonly body: Body
}

export type AnyBody = { readonly [key: string]: unknown }

export const request = async (baseUrl: string, one: ApiRequest): Promise<ApiAnswer> => {
  const { method = 'POST', path, key = null, body } = one
  const content = one.rawBody ?? (body === undefined ? undefined : JSON.stringify(body))
  const headers = new Headers()
  if (key !== null) headers.set('authorization', `apikey ${key}`)
  if (content !== undefined) headers.set('content-type', 'application/json')
  for (const [name, value] of Object.entries(one.headers ?? {}))
    if (value === undefined) headers.delete(name)
    else headers.set(name, value)
  const response = await fetch(`${baseUrl}${path}`, {
    method,
    headers,
    // Bytes, because fetch gives a text a content type of its own where none is wanted.
    ...(content === undefined ? {} : { body: typeof content === 'string' ? Buffer.from(content) : content }),
  })
  const text = await response.text()
  return { status: response.status, headers: response.headers, text, body: objectOf(text) }
}

const objectOf = (text: string): AnyBody => {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as AnyBody) : {}
  } catch {
    return {}
  }
}

/** A client of one integration: paths are below `/v1/custom/INTEGRATION`. */
export interface Api {
  readonly integrationId: string
  readonly key: string
  readonly send: (one: ApiRequest) => Promise<ApiAnswer>
  readonly post: (path: string, body?: unknown, headers?: ApiRequest['headers']) => Promise<ApiAnswer>
  readonly get: (path: string, headers?: ApiRequest['headers']) => Promise<ApiAnswer>
  readonly patch: (path: string, body?: unknown) => Promise<ApiAnswer>
  /** Opens a session that must open; its path, such as `/sessions/ID`, and its id. */
  readonly open: (body?: unknown) => Promise<{ readonly path: string; readonly sessionId: string }>
  /** Sends a user's text that must be accepted; its request_id, which the answer bears as `in_reply_to`. */
  readonly say: (sessionPath: string, text: string) => Promise<string>
}

export const apiOf = (baseUrl: string, credentials: { integrationId: string; key: string }): Api => {
  const root = `${baseUrl}/v1/custom/${credentials.integrationId}`
  const send = (one: ApiRequest): Promise<ApiAnswer> => request(root, { key: credentials.key, ...one })
  const post: Api['post'] = (path, body, headers = {}) => send({ path, body, headers })
  return {
    ...credentials,
    send,
    post,
    get: (path, headers = {}) => send({ method: 'GET', path, headers }),
    patch: (path, body) => send({ method: 'PATCH', path, body }),
    open: async (body = {}) => {
      const sessionId = textOf(await post('/sessions', body), 201, 'session_id')
      return { path: `/sessions/${sessionId}`, sessionId }
    },
    say: async (sessionPath, text) =>
      textOf(await post(`${sessionPath}/messages`, { input: { text } }), 202, 'request_id'),
  }
}

const textOf = (answer: ApiAnswer, status: number, key: string): string => {
  const value = answer.body[key]
  if (answer.status !== status || typeof value !== 'string')
    throw new Error(`expected ${status} with ${key}, got ${answer.status} ${answer.text}`)
  return value
}
