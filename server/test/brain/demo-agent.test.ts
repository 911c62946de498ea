import assert from 'node:assert/strict'
import { test } from 'node:test'
import { prepareAgent, trainingExamples } from '../../src/brain/agent.ts'
import { validateDocument } from '../../src/brain/document/document-validation.ts'
import { phraseOf } from '../../src/brain/intents/normalise.ts'
import { trainIntents } from '../../src/brain/intents/train.ts'
import { initialDialogState, type TurnResult } from '../../src/brain/turn-types.ts'
import { demoAgentDocument } from '../../src/demo/demo-agent.ts'
import { thinkThrough } from './think-through.ts'

const outcome = validateDocument(demoAgentDocument())
assert.ok(outcome.ok)
const { document, warnings } = outcome
const examples = trainingExamples(document)
const agent = prepareAgent(document, trainIntents(examples, { seed: 1 }))

const ask = (text: string, context = {}): TurnResult =>
  thinkThrough(agent, { kind: 'message', text, context, state: initialDialogState, now: 0, seed: 1 })

const plansAnswer = {
  type: 'text',
  text: 'We offer three pricing plans: Starter, Professional, and Enterprise.',
  options: [
    { label: 'See Starter', text: 'Tell me about the Starter plan' },
    { label: 'See Professional', text: 'Tell me about the Professional plan' },
    { label: 'See Enterprise', text: 'Tell me about the Enterprise plan' },
  ],
}

test('the demo agent answers the worked question to the letter', () => {
  const { responses } = ask('What pricing plans do you offer?')
  assert.equal(JSON.stringify(responses), JSON.stringify([plansAnswer]))
})

test('no question that is asked here stands among the phrases the demo agent was trained on', () => {
  const trained = new Set(examples.map(({ text }) => phraseOf(text)))
  for (const text of ['What pricing plans do you offer?', ...Object.values(heldOut).flat()])
    assert.ok(!trained.has(phraseOf(text)), text)
})

test('the demo document has no fault worth a warning', () => {
  assert.deepEqual(warnings, [])
})

/** Node to messages that must reach it, none of them trained. */
const heldOut: Readonly<Record<string, readonly string[]>> = {
  pricing: [
    'how much does it cost',
    'whats the price list',
    'do you have different subscription tiers?',
    'could you tell me about your pricing?',
    'which pricing plans are there',
    'Can I see your price plans?',
    'PRICES???',
    'what do your subscriptions cost',
    'Which other plans are there?',
    'hi, what plans do you offer and what do they cost',
    'tell me about yuor pricng plans',
  ],
  starter: ['Tell me about the Starter plan', 'what does starter include?', 'See Starter'],
  professional: ['Tell me about the Professional plan', 'what does the pro plan include', 'See Professional'],
  enterprise: ['Tell me about the Enterprise plan', 'is there an enterprize plan', 'See Enterprise'],
  trial: ['Start a free trial', 'can i test it for free first', 'how many days is the trial'],
  billing: ['wheres my bill', 'I have not got my invoice yet', 'my credit card payment failed'],
  cancel: ['cancel pls', 'how can I cancel my subscription?', 'I would like to end my contract'],
  hours: ['r u open on saturday', 'what are your business hours?', 'when do you close today'],
  human: [
    'I would like to talk to a person',
    'give me a real human',
    'operator now',
    'puedo hablar con una persona',
  ],
  welcome: ['hi everybody', 'hello hello', 'good morning to you'],
  thanks: ['thanks so much', 'ok thank you bye'],
  not_understood: [
    'purple monkey dishwasher',
    'asdf qwer zxcv',
    'lorem ipsum dolor sit amet',
    'who won the world cup',
    'write me a poem about cats',
    'the stars are bright tonight',
    'play some music',
    'I am starving',
    '!!!',
    '🙈',
  ],
}

for (const [node, texts] of Object.entries(heldOut))
  for (const text of texts)
    test(`the demo agent, never having seen it, takes "${text}" to ${node}`, () => {
      assert.deepEqual(ask(text).trace.nodes, [node])
    })

test('differently worded questions get the answer of the worked one', () => {
  for (const text of heldOut['pricing'] ?? []) assert.deepEqual(ask(text).responses, [plansAnswer], text)
})

test('why an intent won is told in words of the question', () => {
  const because = ask('What pricing plans do you offer?').trace.intent?.because ?? []
  const features = because.map(({ feature }) => feature)
  assert.ok(features.includes('pricing') && features.includes('plans'), features.join())
})

test('asking for a person hands the conversation over', () => {
  const { responses, effects } = ask('can you get me a human please')
  assert.deepEqual(responses.at(-1), { type: 'handover' })
  assert.deepEqual(effects, [{ type: 'handover', reason: 'The user asked for a person' }])
})

test('the greeting uses the name when there is one, and needs none', () => {
  const named = ask('hello', { user: { display_name: 'Alice Smith' } })
  assert.match(JSON.stringify(named.responses), /(Hello|Hi), Alice Smith!/)
  assert.match(JSON.stringify(ask('hello').responses), /"(Hello|Hi)! /)
})
