import { type ApiAnswer, type ApiRequest, request } from './api.ts'

/** A client of the management API: paths are below `/api/v1`. */
export interface Operator {
  readonly send: (one: ApiRequest) => Promise<ApiAnswer>
  readonly get: (path: string) => Promise<ApiAnswer>
  readonly post: (path: string, body?: unknown, headers?: ApiRequest['headers']) => Promise<ApiAnswer>
  readonly patch: (path: string, body: unknown) => Promise<ApiAnswer>
  readonly put: (path: string, body: unknown) => Promise<ApiAnswer>
  readonly remove: (path: string) => Promise<ApiAnswer>
  /** The items of all pages. */
  readonly all: (path: string) => Promise<readonly Item[]>
}

// biome-ignore lint/suspicious/noExplicitAny: a test looks into answers as they come
export type Item = any

export const operatorOf = (dragoman: { readonly url: string; readonly adminToken: string }): Operator => {
  const send = (one: ApiRequest): Promise<ApiAnswer> =>
    request(`${dragoman.url}/api/v1`, {
      ...one,
      headers: { authorization: `Bearer ${dragoman.adminToken}`, ...one.headers },
    })
  const get: Operator['get'] = (path) => send({ method: 'GET', path })
  return {
    send,
    get,
    post: (path, body, headers = {}) => send({ path, body, headers }),
    patch: (path, body) => send({ method: 'PATCH', path, body }),
    put: (path, body) => send({ method: 'PUT', path, body }),
    remove: (path) => send({ method: 'DELETE', path }),
    all: async (path) => {
      const items: Item[] = []
      let next: unknown = ''
      while (next !== null) {
        const joint = path.includes('?') ? '&' : '?'
        const answer = await get(next === '' ? path : `${path}${joint}after=${next}`)
        if (answer.status !== 200) throw new Error(`expected a page, got ${answer.status} ${answer.text}`)
        items.push(...(answer.body['items'] as Item[]))
        next = answer.body['next']
      }
      return items
    },
  }
}

/** Asserts a refusal by its code, and by what its sentence must name. */
export const assertRefused = (
  answer: ApiAnswer,
  status: number,
  code: string,
  sentence: RegExp = /\S/,
): void => {
  const said = `${answer.status} ${answer.text}`
  if (answer.status !== status || answer.body['error_code'] !== code)
    throw new Error(`expected ${status} ${code}, got ${said}`)
  if (!sentence.test(String(answer.body['error_message'])))
    throw new Error(`expected a sentence that matches ${sentence}, got ${said}`)
}
