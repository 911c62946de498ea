import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { DocumentNode, DocumentRequisite } from '../../src/brain/document/document.ts'
import { conversation, textsOf } from './conversation.ts'
import { intentNode, says, smallDocument } from './small-document.ts'

/** Quick replies, typed where the user's app has no buttons for them. */
const offering: DocumentNode = intentNode('plans', [
  {
    type: 'text',
    texts: ['Which one?'],
    options: [
      { label: 'A drink', text: 'bring me a beer' },
      { label: 'Páy', text: 'the bill please' },
    ],
  },
])
const plans = { intent: 'plans', examples: ['what is there', 'what do you offer', 'show me everything'] }

const offered = (nodes: readonly DocumentNode[] = [offering]) => {
  const talk = conversation(smallDocument({ intents: [plans], nodes }))
  talk('what do you offer')
  return talk
}

test('a quick reply that is typed by its label or its number is as good as pressed', () => {
  for (const said of [
    'Pay',
    'pay!',
    '2',
    '2.',
    'the second one',
    'option 2 please',
    'das zweite',
    'the last one',
  ]) {
    const turn = offered()(said)
    assert.deepEqual(textsOf(turn), ['Here is your bill.'], said)
    assert.deepEqual(turn.trace.path, ['choice', 'intent'])
    assert.deepEqual(turn.trace.notes, [`"${said}" was taken as the choice "the bill please"`])
  }
})

test('what names no quick reply is heard as it is', () => {
  for (const said of ['3', '0', 'the third one', 'second to none is your beer', 'yes', 'pay later'])
    assert.ok(!offered()(said).trace.path.includes('choice'), said)
})

test('only the quick replies that were offered last can be named', () => {
  const talk = offered()
  talk('bring me a beer')
  assert.ok(!talk('2').trace.path.includes('choice'))
})

test('yes takes the only quick reply of a question, and thanks for what was told takes none', () => {
  const single = (text: string): DocumentNode =>
    intentNode('plans', [
      { type: 'text', texts: [text], options: [{ label: 'Pay', text: 'the bill please' }] },
    ])
  assert.deepEqual(textsOf(offered([single('Shall I bring the bill?')])('yes please')), [
    'Here is your bill.',
  ])
  const declined = offered([single('Shall I bring the bill?')])('no thanks')
  assert.deepEqual(declined.trace.path, ['declined'])
  assert.deepEqual(textsOf(declined), ['All right. Just write when you need me.'])
  assert.equal(declined.state.unknown_counter, 0)
  assert.deepEqual(offered([single('You can pay here.')])('no').trace.path, ['not understood'])
  assert.ok(!offered([single('You can pay here.')])('ok').trace.path.includes('choice'))
})

test('a node that listens to yes itself hears it', () => {
  const asking = intentNode('plans', [
    {
      type: 'text',
      texts: ['Shall I bring the bill?'],
      options: [{ label: 'Pay', text: 'the bill please' }],
    },
  ])
  const agreed: DocumentNode = { ...intentNode('agree', [says('Agreed.')]), parent_id: 'plans' }
  const agree = { intent: 'agree', examples: ['yes', 'yes please', 'I agree'] }
  const talk = conversation(smallDocument({ intents: [plans, agree], nodes: [asking, agreed] }))
  talk('what do you offer')
  assert.deepEqual(textsOf(talk('yes')), ['Agreed.'])
})

test('a number that answers the open question is its answer, not the place of a quick reply', () => {
  const asking = (requisite: Partial<DocumentRequisite>) => {
    const options = ['four', 'six'].map((text) => ({ label: `Table for ${text}`, text }))
    const talk = offered([
      {
        ...intentNode('plans', [says('{{$seats}}')]),
        requisites: [
          { save_as: 'seats', prompt: [{ type: 'text', texts: ['Seats?'], options }], ...requisite },
        ],
      },
    ])
    return textsOf(talk('2'))
  }
  assert.deepEqual(asking({ validate: { entity: 'sys-number' } }), ['2'])
  assert.deepEqual(asking({ validate: { pattern: '\\d+' } }), ['2'])
  assert.deepEqual(asking({ validate: { enum: ['four', 'six'] } }), ['six'])
  assert.deepEqual(asking({}), ['six'])
})

test('yes takes what the agent thinks was meant, when that is one thing, and no refuses it', () => {
  const options = ['the bill please', 'None of these'].map((text) => ({ label: text, text }))
  const state = { unknown_counter: 0, is_clarifying: true, offer: { options, is_asked: true } }
  const said = (text: string) => conversation(smallDocument({}))({ text, state })
  assert.deepEqual(textsOf(said('yes')), ['Here is your bill.'])
  assert.deepEqual(said('no').trace.path, ['choice', 'not understood'])
})
