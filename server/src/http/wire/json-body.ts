import { isUtf8 } from 'node:buffer'
import type { FastifyInstance } from 'fastify'
import { Refusal } from '../../domain/errors.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** The body as it came, for the hash of the idempotency key. */
    rawBody: string
  }
}

/** Levels of nesting: deeper bodies have no honest use and cost stack. */
const nestingMax = 64

/**
 * JSON bodies, and nothing else: an empty one is no body, a body without `Content-Type: application/json` is told
 * so. Nesting is bounded before parsing.
 */
export const acceptJsonBodies = (app: FastifyInstance): void => {
  app.decorateRequest('rawBody', '')
  app.removeAllContentTypeParsers()
  app.addContentTypeParser(
    /^application\/(?:[\w.+-]+\+)?json\b/i,
    { parseAs: 'buffer' },
    (request, body, done) => {
      const encoding = request.headers['content-encoding'] ?? 'identity'
      if (encoding !== 'identity') return done(contentEncodingRefusal(encoding))
      const bytes = typeof body === 'string' ? Buffer.from(body) : body
      if (!isUtf8(bytes)) return done(new Refusal('invalid-payload', 'body: is not valid UTF-8'))
      const text = bytes.toString('utf8')
      request.rawBody = text
      if (text.trim() === '') return done(null, undefined)
      try {
        done(null, parseBounded(text))
      } catch (error) {
        done(error instanceof Error ? error : new Error(String(error)))
      }
    },
  )
  app.addContentTypeParser('*', { parseAs: 'string' }, (request, body, done) => {
    // Where there is no endpoint, that is what the caller must hear.
    if (body.length === 0 || request.is404) return done(null, undefined)
    done(contentTypeRefusal(request.headers['content-type']))
  })
}

export const contentTypeRefusal = (sent = 'none'): Refusal =>
  new Refusal('invalid-payload', `Content-Type: must be application/json, not ${sent.slice(0, 100)}`)

const contentEncodingRefusal = (sent: string): Refusal =>
  new Refusal(
    'invalid-payload',
    `Content-Encoding: bodies are read as they are, not ${sent.slice(0, 100)}; send it uncompressed`,
  )

const parseBounded = (text: string): unknown => {
  if (nestingOf(text) > nestingMax)
    throw new Refusal('invalid-payload', `body: is nested deeper than ${nestingMax} levels`)
  if (text.startsWith('\ufeff'))
    throw new Refusal('invalid-payload', 'body: is not valid JSON (leave out the byte order mark)')
  try {
    const value: unknown = JSON.parse(text)
    if (suspicious.test(text)) refuseUnkept(value)
    return value
  } catch (error) {
    if (error instanceof Refusal) throw error
    const sentence = sentenceOf(error)
    const shown = sentence === '' ? '' : ` (${sentence})`
    throw new Refusal('invalid-payload', `body: is not valid JSON${shown}`, { cause: error })
  }
}

/**
 * Looking at each value costs time, so only a text that may have what is refused, escaped or not, is looked at. A run of
 * digits is counted from its beginning only: from each digit anew, 256 KiB of them took 250 ms instead of 2. 210
 * and an exponent of two digits are beyond all doubles, too.
 */
const suspicious = /__proto__|\\u00[5-7]|[eE]\+?\d{3}|(?<!\d)\d{210}/

/**
 * What would not come back as it was sent: a key that becomes a prototype, a number that becomes null. Walked through
 * afterwards, as deep as the nesting may be: asked by JSON.parse for each value, 256 KiB of numbers took 90 ms more.
 */
const refuseUnkept = (value: unknown): void => {
  if (typeof value === 'number' && !Number.isFinite(value))
    throw new Refusal('invalid-payload', 'body: has a number beyond 1.8e308; send it as a string')
  if (typeof value !== 'object' || value === null) return
  if (Object.hasOwn(value, '__proto__'))
    throw new Refusal('invalid-payload', 'body: a key may not be named __proto__')
  for (const item of Array.isArray(value) ? value : Object.values(value)) refuseUnkept(item)
}

const sentenceOf = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).replace(/,? ?"[\s\S]*$/, '').slice(0, 200)

const nestingOf = (text: string): number => {
  let depth = 0
  let deepest = 0
  let inString = false
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index)
    if (inString) {
      if (code === backslash) index += 1
      else if (code === quote) inString = false
    } else if (code === quote) inString = true
    else if (code === openBrace || code === openBracket) {
      depth += 1
      if (depth > deepest) deepest = depth
    } else if (code === closeBrace || code === closeBracket) depth -= 1
  }
  return deepest
}

const quote = 0x22
const backslash = 0x5c
const openBrace = 0x7b
const closeBrace = 0x7d
const openBracket = 0x5b
const closeBracket = 0x5d
