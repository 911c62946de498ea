import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { DocumentNode, DocumentRequisite } from '../../src/brain/document/document.ts'
import { conversation, textsOf } from './conversation.ts'
import { intentNode, says, smallDocument } from './small-document.ts'

const asks = (text: string): DocumentRequisite['prompt'] => [{ type: 'text', texts: [text] }]

const day: DocumentRequisite = {
  save_as: 'booking.day',
  prompt: asks('For which day?'),
  reprompt: asks('Please give a day, such as tomorrow.'),
  validate: { entity: 'sys-date' },
}
const people: DocumentRequisite = {
  save_as: 'booking.people',
  prompt: asks('For how many?'),
  validate: { entity: 'sys-number' },
}
const name: DocumentRequisite = { save_as: 'booking.name', prompt: asks('In which name?') }

const booking = (
  requisites: readonly DocumentRequisite[],
  more: Partial<DocumentNode> = {},
): DocumentNode => ({
  node_id: 'book',
  name: 'Book a table',
  type: 'intent',
  intent: 'book',
  requisites: [...requisites],
  actions: [says('Booked for {{$booking.day}}, {{$booking.people}} people, {{$booking.name}}.')],
  ...more,
})

const bookIntent = {
  intent: 'book',
  examples: [
    'book a table',
    'reserve a table',
    'I want a reservation',
    'make a booking',
    'can I book dinner',
  ],
}

const restaurant = (node: DocumentNode, more: Parameters<typeof smallDocument>[0] = {}) =>
  smallDocument({ ...more, intents: [bookIntent], nodes: [node, ...(more.nodes ?? [])] })

test('questions are asked one after the other, and the answers are saved as values', () => {
  const talk = conversation(restaurant(booking([day, people, name])))
  assert.deepEqual(textsOf(talk('book a table')), ['For which day?'])
  const second = talk('on 12 March 2026 please')
  assert.deepEqual(textsOf(second), ['For how many?'])
  assert.deepEqual(second.contextPatch, { booking: { day: '2026-03-12' } })
  assert.deepEqual(textsOf(talk('we are four')), ['In which name?'])
  assert.deepEqual(textsOf(talk('Ada Lovelace')), ['Booked for 2026-03-12, 4 people, Ada Lovelace.'])
})

test('what the first message already says is not asked for', () => {
  const talk = conversation(restaurant(booking([day, people])))
  assert.deepEqual(textsOf(talk('book a table on 12 March 2026')), ['For how many?'])
})

test('a variable that is filled is not asked for', () => {
  const talk = conversation(restaurant(booking([day, name])), {
    context: { booking: { day: '2026-01-01' } },
  })
  assert.deepEqual(textsOf(talk('book a table')), ['In which name?'])
})

test('one date in a message answers one question, two answer two', () => {
  const stay = [
    { ...day, save_as: 'from', prompt: asks('From?') },
    { ...day, save_as: 'to', prompt: asks('To?') },
  ]
  const node = booking(stay, { actions: [says('{{$from}} to {{$to}}')] })
  const one = conversation(restaurant(node))
  one('book a table')
  assert.deepEqual(textsOf(one('12 March 2026')), ['To?'])
  assert.deepEqual(textsOf(one('14 March 2026')), ['2026-03-12 to 2026-03-14'])
  const both = conversation(restaurant(node))
  both('book a table')
  assert.deepEqual(textsOf(both('12 March 2026 until 14 March 2026')), ['2026-03-12 to 2026-03-14'])
})

test('an answer that does not hold is asked for again, and after the last attempt it is not understood', () => {
  const talk = conversation(restaurant(booking([{ ...day, attempts_max: 2 }])))
  talk('book a table')
  const again = talk('blue')
  assert.deepEqual(textsOf(again), ['Please give a day, such as tomorrow.'])
  assert.deepEqual(again.trace.path, ['asked again'])
  const given = talk('green')
  assert.ok(given.trace.path.includes('not understood'))
  assert.ok(given.trace.notes.some((note) => note.includes('booking.day')))
  assert.equal(given.state['question'], undefined)
})

test('a question that is not required is left out when it cannot be answered', () => {
  const node = booking([{ ...day, attempts_max: 1, required: false }, name], {
    actions: [says('Booked, {{$booking.name}}.')],
  })
  const talk = conversation(restaurant(node))
  talk('book a table')
  assert.deepEqual(textsOf(talk('blue')), ['In which name?'])
  assert.deepEqual(textsOf(talk('Ada')), ['Booked, Ada.'])
})

test('an enum is offered as quick replies, and understood inside a sentence and with a typing error', () => {
  const place: DocumentRequisite = {
    save_as: 'place',
    prompt: asks('Where?'),
    validate: { enum: ['Inside', 'Terrace'] },
  }
  const node = booking([place], { actions: [says('{{$place}} it is.')] })
  for (const answer of ['terrace', 'the terrace please', 'terace']) {
    const talk = conversation(restaurant(node))
    const [question] = talk('book a table').responses
    assert.deepEqual(question, {
      type: 'text',
      text: 'Where?',
      options: [
        { label: 'Inside', text: 'Inside' },
        { label: 'Terrace', text: 'Terrace' },
      ],
    })
    assert.deepEqual(textsOf(talk(answer)), ['Terrace it is.'])
  }
  const talk = conversation(restaurant(node))
  talk('book a table')
  assert.deepEqual(textsOf(talk('inside or terrace')), ['Where?'])
})

test('yes and no are heard in the words that people use, and only when they are all that is said', () => {
  const sure: DocumentRequisite = {
    save_as: 'sure',
    prompt: asks('Sure?'),
    validate: { enum: ['Yes, book it', 'No'] },
  }
  const node = booking([sure], { actions: [says('{{$sure}}.')] })
  const said = (answer: string): readonly string[] => {
    const talk = conversation(restaurant(node))
    talk('book a table')
    return textsOf(talk(answer))
  }
  for (const answer of [
    'yes',
    'Yep!',
    'sure thing',
    'that works',
    'passt',
    'sure, go ahead',
    'ok thanks',
    'oui',
    'Ναι',
    '👍',
  ])
    assert.deepEqual(said(answer), ['Yes, book it.'], answer)
  for (const answer of ['nope', 'no thanks', "don't do it", 'nein danke', 'Όχι'])
    assert.deepEqual(said(answer), ['No.'], answer)
  for (const answer of ['ok but when', 'sure it is late', 'yes or what', 'maybe', 'hm'])
    assert.deepEqual(said(answer), ['Sure?'], answer)
})

test('where a phone number was asked for, one without the code of its country is taken as it is dialled', () => {
  const phone: DocumentRequisite = {
    save_as: 'phone',
    prompt: asks('Your number?'),
    validate: { entity: 'sys-phone' },
  }
  const node = booking([phone], { actions: [says('{{$phone}}.')] })
  const said = (answer: string): readonly string[] => {
    const talk = conversation(restaurant(node))
    talk('book a table')
    return textsOf(talk(answer))
  }
  assert.deepEqual(said('030 901820'), ['030901820.'])
  assert.deepEqual(said('my number is (0151) 234-567 89'), ['015123456789.'])
  assert.deepEqual(said('+49 30 901820'), ['+4930901820.'])
  for (const answer of ['12345', '12345678901234567890', 'room 12 on floor 3', 'no phone'])
    assert.deepEqual(said(answer), ['Your number?'], answer)
})

test('a question that need not be answered is left out at once by who declines, in many words', () => {
  const phone: DocumentRequisite = {
    save_as: 'phone',
    prompt: asks('Your number?'),
    validate: { entity: 'sys-phone' },
    required: false,
  }
  const said = (required: boolean, answer: string): readonly string[] => {
    const talk = conversation(restaurant(booking([{ ...phone, required }], { actions: [says('Done.')] })))
    talk('book a table')
    return textsOf(talk(answer))
  }
  for (const answer of ['skip', 'no', 'no phone', "I don't have one", 'rather not', 'keins', 'nein danke'])
    assert.deepEqual(said(false, answer), ['Done.'], answer)
  for (const answer of ['why', 'no idea what you mean by that', 'hm'])
    assert.deepEqual(said(false, answer), ['Your number?'], answer)
  assert.deepEqual(said(true, 'skip'), ['Your number?'])
})

test('who takes an earlier answer back is heard, also where any text would be an answer', () => {
  const talk = conversation(restaurant(booking([day, name, people])))
  talk('book a table tomorrow')
  const after = talk('no wait, on 12 March')
  assert.deepEqual(textsOf(after), ['In which name?'])
  assert.deepEqual(textsOf(talk('Friday Adams')), ['For how many?'])
  assert.deepEqual(textsOf(talk('4')), ['Booked for 2026-03-12, 4 people, Friday Adams.'])

  const sure: DocumentRequisite = {
    save_as: 'sure',
    prompt: asks('Sure?'),
    validate: { enum: ['Yes', 'No'] },
  }
  const confirmed = conversation(
    restaurant(booking([day, sure], { actions: [says('{{$sure}}, {{$booking.day}}.')] })),
  )
  confirmed('book a table tomorrow')
  assert.deepEqual(textsOf(confirmed('no, on 12 March')), ['Sure?'])
  assert.deepEqual(textsOf(confirmed('yes')), ['Yes, 2026-03-12.'])
})

test('a pattern matches the whole answer and saves its group', () => {
  const code: DocumentRequisite = {
    save_as: 'code',
    prompt: asks('Code?'),
    validate: { pattern: '(?i)(?:no\\.? ?)?([A-Z]{2}\\d{3})' },
  }
  const talk = conversation(restaurant(booking([code], { actions: [says('{{$code}}')] })))
  talk('book a table')
  assert.deepEqual(textsOf(talk('AB12')), ['Code?'])
  assert.deepEqual(textsOf(talk('No. AB123')), ['AB123'])
})

test('a clear other wish interrupts the question, which comes back after it', () => {
  const talk = conversation(restaurant(booking([day, name])))
  talk('book a table')
  const aside = talk('the bill please')
  assert.deepEqual(textsOf(aside), ['Here is your bill.', 'For which day?'])
  assert.deepEqual(aside.trace.path, ['digression', 'resumed'])
  assert.deepEqual(textsOf(talk('12 March 2026')), ['In which name?'])
})

test('digressions with questions of their own nest, and each question comes back', () => {
  const allergy = {
    ...intentNode('allergy', [says('Noted: {{$allergy}}.')]),
    node_id: 'ask_allergy',
    requisites: [{ save_as: 'allergy', prompt: asks('Against what?') }],
  }
  const document = restaurant(booking([day]))
  const workflow = document.workflows[0]
  assert.ok(workflow)
  workflow.nodes = workflow.nodes.map((node) => (node.node_id === 'allergy' ? allergy : node))
  const talk = conversation(document)
  talk('book a table')
  const [allergyExample] = document.intents.find(({ intent }) => intent === 'allergy')?.examples ?? []
  assert.deepEqual(textsOf(talk(allergyExample ?? '')), ['Against what?'])
  assert.deepEqual(textsOf(talk('peanuts')), ['Noted: peanuts.', 'For which day?'])
})

test('free text is an answer also when it sounds a little like something else', () => {
  const talk = conversation(restaurant(booking([name], { actions: [says('Hello {{$booking.name}}')] })))
  talk('book a table')
  assert.deepEqual(textsOf(talk('Bill Tableman')), ['Hello Bill Tableman'])
})

test('a user who changes their mind is heard: within the question, and with a new wish', () => {
  const talk = conversation(restaurant(booking([people, day, name])))
  talk('book a table')
  assert.deepEqual(textsOf(talk('5')), ['For which day?'])
  const corrected = talk('no wait, we are 7')
  assert.deepEqual(corrected.trace.path, ['corrected'])
  assert.deepEqual(corrected.contextPatch, { booking: { people: 7 } })
  assert.deepEqual(textsOf(corrected), ['For which day?'])
  assert.deepEqual(talk('I want a reservation for 3').contextPatch, { booking: { people: 3 } })
})

test('a question is no answer to a question, when the agent understands it', () => {
  const talk = conversation(restaurant(booking([name])))
  talk('book a table')
  const result = talk('what drinks do you have on the menu?')
  assert.equal(result.trace.path[0], 'digression')
  assert.deepEqual(textsOf(result), ['Coming!', 'In which name?'])
})

test('a bare number is a time where a time was asked for', () => {
  const time: DocumentRequisite = { save_as: 'time', prompt: asks('When?'), validate: { entity: 'sys-time' } }
  const talk = conversation(restaurant(booking([time], { actions: [says('{{$time}}')] })))
  talk('book a table')
  assert.deepEqual(textsOf(talk('25')), ['When?'])
  assert.deepEqual(textsOf(talk('9')), ['09:00'])
})

test('whoever says stop leaves the workflow; whoever asks for a person gets one', () => {
  const stopped = conversation(restaurant(booking([day])))
  stopped('book a table')
  const result = stopped('never mind')
  assert.deepEqual(result.trace.path, ['stop'])
  assert.equal(result.state['question'], undefined)
  const helped = conversation(restaurant(booking([day])))
  helped('book a table')
  assert.equal(helped('can I talk to a human').effects[0]?.type, 'handover')
})

test('after the silence that the document allows, the question is forgotten and the variables are not', () => {
  const document = restaurant(booking([day, name]), { agent: { inactivity_timeout: 60 } })
  const early = conversation(document)
  early({ text: 'book a table', now: 0 })
  assert.deepEqual(textsOf(early({ text: '12 March 2026', now: 60_000 })), ['In which name?'])
  const late = conversation(document)
  late({ text: 'book a table on 12 March 2026', now: 0 })
  const result = late({ text: 'the bill please', now: 61_000 })
  assert.deepEqual(textsOf(result), ['Here is your bill.'])
  assert.deepEqual(textsOf(late({ text: 'book a table', now: 62_000 })), ['In which name?'])
})

test('a question of a node that is gone is forgotten with a note', () => {
  const talk = conversation(restaurant(booking([day])))
  const result = talk({
    text: 'the bill please',
    state: { unknown_counter: 0, question: { node_id: 'gone', save_as: 'x', attempts: 0 } },
  })
  assert.deepEqual(textsOf(result), ['Here is your bill.'])
  assert.ok(result.trace.notes.some((note) => note.includes('gone')))
})

test('conditions: the first that holds runs, else the last, and the trace tells which were looked at', () => {
  const node = booking([people], {
    actions: [],
    conditions: [
      {
        match: 'all',
        rules: [{ operator: 'greater', name: 'booking.people', value: 8 }],
        actions: [says('Please call us.')],
      },
      {
        match: 'any',
        rules: [
          { operator: 'equal', name: 'booking.people', value: 1 },
          { operator: 'equal', name: 'booking.people', value: 2 },
        ],
        actions: [says('A small table.')],
      },
      { match: 'else', actions: [says('A table.')] },
    ],
  })
  const answerTo = (count: string) => {
    const talk = conversation(restaurant(node))
    talk('book a table')
    return talk(count)
  }
  assert.deepEqual(textsOf(answerTo('10')), ['Please call us.'])
  assert.deepEqual(textsOf(answerTo('2')), ['A small table.'])
  const last = answerTo('5')
  assert.deepEqual(textsOf(last), ['A table.'])
  assert.deepEqual(
    last.trace.conditions?.map(({ held }) => held),
    [false, false, true],
  )
})

test('reset forgets what the document set, and nothing else', () => {
  const document = restaurant(booking([day], { actions: [{ type: 'reset' }, says('Forgotten.')] }))
  const talk = conversation(document, { context: { plan: 'pro' } })
  const result = talk('book a table on 12 March 2026')
  assert.deepEqual(result.contextPatch, { booking: {} })
  assert.deepEqual(textsOf(talk('book a table')), ['For which day?'])
})

test('the second message in a row that is not understood is offered the topics', () => {
  const talk = conversation(smallDocument({}))
  assert.match(textsOf(talk('quantum chromodynamics'))[0] ?? '', /other words/)
  const [offer] = talk('gauge symmetry').responses
  assert.ok(offer?.type === 'text' && (offer.options ?? []).length > 1)
  const [topic] = offer.options ?? []
  assert.notEqual(talk(topic?.text ?? '').trace.path[0], 'not understood')
})

test('a topic that two nodes listen to is offered once', () => {
  const again = { ...intentNode('drink', [says('Again!')]), node_id: 'drink-again' }
  const talk = conversation(smallDocument({ nodes: [again] }))
  talk('quantum chromodynamics')
  const [offer] = talk('gauge symmetry').responses
  const labels = offer?.type === 'text' ? (offer.options ?? []).map(({ label }) => label) : []
  assert.equal(labels.length, 4)
  assert.equal(new Set(labels).size, 4)
})
