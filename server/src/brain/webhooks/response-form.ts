import Type from 'typebox'
import Schema from 'typebox/schema'
import { limits } from '../../domain/limits.ts'
import type { AgentResponse } from '../../domain/message.ts'
import { Card } from '../document/action-part.ts'
import { closed, Label, Text, Url } from '../document/words.ts'

const Name = Type.Optional(Label)
const ByteSize = Type.Optional(Type.Integer({ minimum: 0 }))
const WebUrl = Type.Intersect([Url, Type.String({ pattern: '^[Hh][Tt][Tt][Pp][Ss]?://\\S+$' })])

/** The responses that somebody outside may put into the agent's mouth (wire spec 1.7). */
const Response = Type.Union([
  Type.Object(
    {
      type: Type.Literal('text'),
      text: Type.String({ minLength: 1, maxLength: limits.textLengthMax }),
      options: Type.Optional(Type.Array(Type.Object({ label: Label, text: Text }, closed), { maxItems: 20 })),
    },
    closed,
  ),
  Type.Object({ type: Type.Literal('image'), url: WebUrl, name: Name }, closed),
  Type.Object({ type: Type.Literal('video'), url: WebUrl, name: Name, size: ByteSize }, closed),
  Type.Object({ type: Type.Literal('audio'), url: WebUrl, name: Name }, closed),
  Type.Object({ type: Type.Literal('file'), url: WebUrl, name: Label, size: ByteSize }, closed),
  Type.Object(
    { type: Type.Literal('carousel'), cards: Type.Array(Card, { minItems: 1, maxItems: 6 }) },
    closed,
  ),
  Type.Object(
    {
      type: Type.Literal('webview'),
      url: WebUrl,
      label: Label,
      name: Name,
      trigger_node_id: Type.Optional(Label),
      height: Type.Optional(Label),
    },
    closed,
  ),
  Type.Object(
    {
      type: Type.Literal('pause'),
      duration: Type.Integer({ minimum: 0, maximum: 30_000 }),
      show_typing: Type.Optional(Type.Boolean()),
    },
    closed,
  ),
])

const validator = Schema.Compile(Response)

/** Is this a response that can be sent on as it is? */
export const isResponse = (value: unknown): value is AgentResponse => validator.Check(value)
