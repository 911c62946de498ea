import type { EventOf, EventType } from '@dragoman/sdk'

/** One event of each type, as they appear in both documents. The first is the worked example. */
const ids = {
  session_id: '01a204cb-5670-7be8-b68f-50e80f0ce06b',
  external_session_id: 'chat-session-001',
  integration_id: '01a204cb-51d3-7ca8-814c-e7f7a9421440',
  desk_id: '01a204cb-51d3-7dfb-9bb7-ee877ac2c6a3',
}
const requestId = '01a204cb-5668-7559-b78b-fd2d9a177391'
const messageId = '01a204cb-5681-7b1e-9f4c-3c7f6a1d2e90'
const timestamp = 1_795_376_764_528

const envelope = (sequence: number) => ({
  event_id: `01a204cb-5699-7000-8000-${String(sequence).padStart(12, '0')}`,
  request_id: requestId,
  ...ids,
  timestamp: timestamp + sequence,
  sequence,
})

const user = { type: 'user', id: '2f9d1c1e-0000-8000-a000-000000000001' } as const
const ann = { type: 'agent', id: 'ann', name: 'Ann' } as const

export const eventExamples: { readonly [Name in EventType]: EventOf<Name> } = {
  'message:brain_send': {
    event_type: 'message:brain_send',
    ...envelope(1),
    message_id: messageId,
    in_reply_to: '01a204cb-5660-7a11-a5b1-6c0ffee00001',
    output: {
      responses: [
        {
          type: 'text',
          text: 'We offer three pricing plans: Starter, Professional, and Enterprise.',
          options: [
            { label: 'See Starter', text: 'Tell me about the Starter plan' },
            { label: 'See Professional', text: 'Tell me about the Professional plan' },
            { label: 'See Enterprise', text: 'Tell me about the Enterprise plan' },
          ],
        },
      ],
    },
  },
  'message:send': {
    event_type: 'message:send',
    ...envelope(5),
    message_id: messageId,
    message: { text: 'Ann here. Which plan do you have in mind?' },
    agent: { agent_id: 'ann', agent_name: 'Ann' },
  },
  'message:compose': (() => {
    const { sequence: _, ...unordered } = envelope(4)
    return {
      event_type: 'message:compose',
      ...unordered,
      action: 'start',
      author: 'agent',
      agent: { agent_id: 'ann', agent_name: 'Ann' },
    }
  })(),
  'message:read': {
    event_type: 'message:read',
    ...envelope(6),
    caused_by: requestId,
    message_ids: [messageId],
    by: user,
  },
  'message:delivered': {
    event_type: 'message:delivered',
    ...envelope(2),
    caused_by: requestId,
    message_ids: [messageId],
    by: user,
  },
  'conversation:member_join': { event_type: 'conversation:member_join', ...envelope(4), member: ann },
  'conversation:member_leave': {
    event_type: 'conversation:member_leave',
    ...envelope(3),
    member: { type: 'brain', id: '01a204cb-51d3-7001-8000-000000000001', name: 'Demo agent' },
  },
  'conversation:closed': {
    event_type: 'conversation:closed',
    ...envelope(7),
    by: ann,
    reason: 'solved',
  },
  'conversation:reopened': { event_type: 'conversation:reopened', ...envelope(8), by: user },
  'session:closed': { event_type: 'session:closed', ...envelope(9), reason: 'resolved' },
  'session:expired': {
    event_type: 'session:expired',
    ...envelope(9),
    expired_at: timestamp + 86_400_000,
  },
}
