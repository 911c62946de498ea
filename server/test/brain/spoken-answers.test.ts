import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { DocumentNode, DocumentRequisite } from '../../src/brain/document/document.ts'
import { conversation, textsOf } from './conversation.ts'
import { intentNode, says, smallDocument } from './small-document.ts'

/** Answers as people give them: with a reservation, all at once, by asking back. */
const question = (saveAs: string, more: Partial<DocumentRequisite> = {}): DocumentRequisite => ({
  save_as: saveAs,
  prompt: [{ type: 'text', texts: [`${saveAs}?`] }],
  ...more,
})
const day = question('day', { validate: { entity: 'sys-date' } })
const people = question('people', { validate: { entity: 'sys-number' } })
const size = question('size', { validate: { enum: ['Small', 'Large'] } })
const sure = question('sure', { validate: { enum: ['Yes', 'No'] } })
const name = question('name')

const talkOf = (requisites: readonly DocumentRequisite[], more: readonly DocumentNode[] = []) => {
  const variables = requisites.map(({ save_as: saveAs }) => `${saveAs}={{$${saveAs}}}`)
  const node = { ...intentNode('book', [says(variables.join(' '))]), requisites: [...requisites] }
  const intents = [{ intent: 'book', examples: ['book a room', 'I want a room', 'reserve a room'] }]
  return conversation(smallDocument({ intents, nodes: [node, ...more] }))
}

test('a yes with a reservation confirms nothing', () => {
  for (const answer of ['yes but only for a day', 'yes, except breakfast', 'yes?', 'ja, aber nur heute']) {
    const talk = talkOf([sure])
    talk('book a room')
    assert.deepEqual(textsOf(talk(answer)), ['sure?'], answer)
  }
  for (const answer of ['yes book it please', 'YES!!!', 'yes, thank you very much', 'yes I think so']) {
    const talk = talkOf([sure])
    talk('book a room')
    assert.deepEqual(textsOf(talk(answer)), ['sure=Yes'], answer)
  }
})

test('a no that denies nothing is no refusal', () => {
  const talk = talkOf([sure])
  talk('book a room')
  assert.deepEqual(textsOf(talk('no problem')), ['sure?'])
  assert.deepEqual(textsOf(talk('no, leave it')), ['sure=No'])
})

test('a yes that changes something changes it and is asked to confirm again', () => {
  const talk = talkOf([day, sure])
  talk('book a room on 12 March')
  const changed = talk('yes but make it 13 March')
  assert.deepEqual(textsOf(changed), ['sure?'])
  assert.deepEqual(changed.trace.path, ['corrected'])
  assert.deepEqual(textsOf(talk('yes')), ['day=2026-03-13 sure=Yes'])
})

test('who takes back what is known already is asked on, and confirms with the same words', () => {
  const named = talkOf([day, name])
  named('book a room on 12 March')
  assert.deepEqual(textsOf(named('sorry, I meant 12 March')), ['name?'])
  const confirmed = talkOf([day, sure])
  confirmed('book a room on 12 March')
  assert.deepEqual(textsOf(confirmed('no, on 12 March')), ['sure?'])
  assert.deepEqual(textsOf(confirmed('yes, on 12 March')), ['day=2026-03-12 sure=Yes'])
})

test('what a message says is kept for questions that come later, too', () => {
  const talk = talkOf([size, day, people])
  assert.deepEqual(textsOf(talk('book a room on 12 March')), ['size?'])
  assert.deepEqual(textsOf(talk('large')), ['people?'])
  assert.deepEqual(textsOf(talk('4')), ['size=Large day=2026-03-12 people=4'])
})

test('a text that is an answer as it stands answers no other question', () => {
  const talk = talkOf([name, people, day])
  talk('book a room')
  talk('Friday Adams')
  assert.deepEqual(textsOf(talk('2')), ['day?'])
})

test('the trace tells why a question was left out', () => {
  for (const [answer, path] of [
    ['blue', ['given up']],
    ['skip', ['declined']],
  ] as const) {
    const talk = talkOf([question('day', { ...day, required: false, attempts_max: 1 }), name])
    talk('book a room')
    assert.deepEqual(talk(answer).trace.path, path)
  }
})

test('where a time was asked for, figures are one, however they are written', () => {
  const time = question('time', { validate: { entity: 'sys-time' } })
  const said = (answer: string): readonly string[] => {
    const talk = talkOf([time])
    talk('book a room')
    return textsOf(talk(answer))
  }
  for (const answer of ['15.30', '1530', '15h30', '15 30', 'half past 3 pm'])
    assert.deepEqual(said(answer), ['time=15:30'], answer)
  assert.deepEqual(said('830'), ['time=08:30'])
  assert.deepEqual(said('15h'), ['time=15:00'])
  for (const answer of ['2530', '1575', '15.3', '12345']) assert.deepEqual(said(answer), ['time?'], answer)
})

test('where a day was asked for, a day of the month is the next one', () => {
  const said = (answer: string): readonly string[] => {
    const talk = talkOf([day])
    talk('book a room')
    return textsOf(talk(answer))
  }
  for (const answer of ['the 12th', 'on the 12th', '12th', 'am 12.', 'el 12', '12.'])
    assert.deepEqual(said(answer), ['day=2026-03-12'], answer)
  assert.deepEqual(said('the 3rd'), ['day=2026-04-03'])
  assert.deepEqual(said('the 4th'), ['day=2026-03-04'])
  assert.deepEqual(said('31.12.'), ['day=2026-12-31'])
  assert.deepEqual(said('3.2.'), ['day=2027-02-03'])
  for (const answer of ['12', 'the 32nd', '31.2.', 'the 12th floor', 'room 12.'])
    assert.deepEqual(said(answer), ['day?'], answer)
})

test('"now" beside a wish is no day to ask no further for', () => {
  const talk = talkOf([day])
  assert.deepEqual(textsOf(talk('I want a room now')), ['day?'])
  assert.deepEqual(textsOf(talk('what shall I do now')), ['day?'])
  assert.deepEqual(textsOf(talk('now')), ['day=2026-03-04'])
})

test('who asks back instead of answering is asked again, also where any text is an answer', () => {
  const asked = [
    'what?',
    'Why do you need that?',
    'what do you need it for',
    "sorry I don't understand",
    '???',
    'wie bitte',
    'wozu brauchen Sie das?',
  ]
  for (const answer of asked) {
    const talk = talkOf([name])
    talk('book a room')
    const again = talk(answer)
    assert.deepEqual(textsOf(again), ['name?'], answer)
    assert.deepEqual(again.trace.path, ['asked again'], answer)
  }
  for (const answer of ['Will Whatmore', 'Watt', 'why not Bob', 'what do I need to bring']) {
    const talk = talkOf([name])
    talk('book a room')
    assert.deepEqual(textsOf(talk(answer)), [`name=${answer}`])
  }
})

test('a day within another wish is not taken for the answer, a day in a sentence is', () => {
  for (const wish of ['how much was it all on 12 March', 'can we pay the bill of 12 March by card']) {
    const talk = talkOf([day])
    talk('book a room')
    const turn = talk(wish)
    assert.deepEqual(textsOf(turn), ['Here is your bill.', 'day?'], wish)
    assert.equal(turn.contextPatch, undefined)
  }
  for (const answer of ['on 12 March in the evening please', 'can we do 12 March?', 'what about 12 March']) {
    const talk = talkOf([day])
    talk('book a room')
    assert.deepEqual(textsOf(talk(answer)), ['day=2026-03-12'], answer)
  }
})

test('a day is understood in the language that the user writes, whatever the language of the agent', () => {
  const time = question('time', { validate: { entity: 'sys-time' } })
  for (const [text, answer] of [
    ['am Donnerstag', 'day=2026-03-05'],
    ['mañana', 'day=2026-03-05'],
    ['demain', 'day=2026-03-05'],
    ['amanhã por favor', 'day=2026-03-05'],
    ['αύριο', 'day=2026-03-05'],
    ['Können wir das am Donnerstag machen?', 'day=2026-03-05'],
  ] as const) {
    const talk = talkOf([day])
    talk('book a room')
    assert.deepEqual(textsOf(talk(text)), [answer], text)
  }
  for (const text of ['um halb vier', 'a las tres y media', 'às 3 e meia']) {
    const talk = talkOf([time])
    talk('book a room')
    assert.deepEqual(textsOf(talk(text)), ['time=03:30'], text)
  }
})

test('another language is no way to misread an answer', () => {
  for (const text of [
    'so?',
    'I do',
    'mi casa',
    'I live next to a shop that is called Demain, at the river',
  ]) {
    const talk = talkOf([day])
    talk('book a room')
    assert.deepEqual(textsOf(talk(text)), ['day?'], text)
  }
  const talk = talkOf([people])
  talk('book a room')
  assert.deepEqual(textsOf(talk('once')), ['people?'])
})
