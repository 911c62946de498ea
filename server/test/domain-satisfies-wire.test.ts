import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AgentResponse, ComposeEvent, EventType, MessageInput, OrderedEvent } from '@dragoman/sdk'
import { errorStatus as wireStatus } from '@dragoman/sdk'
import { errorCodes, errorStatus } from '../src/domain/errors.ts'
import type * as event from '../src/domain/event.ts'
import type * as message from '../src/domain/message.ts'

type Stored = event.EventEnvelope & { readonly sequence: number } & event.EventPayload
type Ephemeral = event.EventEnvelope & event.ComposePayload

type Satisfies<Wire, Domain extends Wire> = Domain

/** The assertion is that this file compiles. */
export type Drift = [
  Satisfies<OrderedEvent, Stored>,
  Satisfies<ComposeEvent, Ephemeral>,
  Satisfies<AgentResponse, message.AgentResponse>,
  Satisfies<message.AgentResponse, AgentResponse>,
  Satisfies<MessageInput, message.MessageInput>,
  Satisfies<message.MessageInput, MessageInput>,
  Satisfies<EventType, event.EventType>,
  Satisfies<event.EventType, EventType>,
]

test('what the domain says is what the wire types promise (checked by the compiler)', () => {})

test('the sdk knows each error code with its status, and no other', () => {
  assert.deepEqual(wireStatus, Object.fromEntries(errorCodes.map((code) => [code, errorStatus(code)])))
})
