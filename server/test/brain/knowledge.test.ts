import assert from 'node:assert/strict'
import { test } from 'node:test'
import { prepareAgent } from '../../src/brain/agent.ts'
import type { AgentDocument } from '../../src/brain/document/document.ts'
import { answerFromKnowledge, type KnowledgeAnswer } from '../../src/brain/knowledge/answer-from-knowledge.ts'
import { indexPassages, type KnowledgePassage } from '../../src/brain/knowledge/passage-index.ts'
import { rankSentences } from '../../src/brain/knowledge/rank-sentences.ts'
import { searchPassages } from '../../src/brain/knowledge/search-passages.ts'
import { sentencesOf } from '../../src/brain/knowledge/sentences.ts'
import { splitPassages } from '../../src/brain/knowledge/split-passages.ts'
import { vectorWeightOf } from '../../src/brain/knowledge/vector-weight.ts'
import { openTurn } from '../../src/brain/open-turn.ts'
import { type Answer, initialDialogState, type SearchAsk } from '../../src/brain/turn-types.ts'
import type { Json } from '../../src/domain/json.ts'
import { conversation } from './conversation.ts'
import { smallDocument } from './small-document.ts'

const passage = (id: string, text: string, more: Partial<KnowledgePassage> = {}): KnowledgePassage => ({
  passage_id: id,
  title: 'Help',
  text,
  collection: 'faq',
  vectors: null,
  ...more,
})

const shop = [
  passage('returns', 'You can send back any item within 30 days. The label is in the box.', {
    heading: 'Returns',
  }),
  passage('delivery', 'Orders arrive within three working days. Parcels to Crete take five.'),
  passage('warranty', 'Every bicycle has a warranty of two years. Batteries have six months.'),
  passage('payment', 'We take cards and bank transfers. Cash is not taken.', {
    url: 'https://shop.example/pay_(en)',
  }),
  passage('hours', 'The shop in Athens is open from nine to five. It is closed on Sundays.', {
    collection: 'shops',
  }),
]
const index = indexPassages(shop)

const idsOf = (query: string, more: object = {}): readonly string[] =>
  searchPassages(index, { query, passagesMax: 5, ...more }).map(({ passage_id }) => passage_id)

const answerTo = (query: string, agent: Partial<AgentDocument['agent']> = {}, passages: Json = null) => {
  const turn = openTurn(prepareAgent(smallDocument({ agent }), null), {
    kind: 'message',
    text: query,
    context: {},
    state: initialDialogState,
    now: 0,
    seed: 1,
  })
  const thinking = answerFromKnowledge(turn, { query })
  const asks: SearchAsk[] = []
  let step = thinking.next({ ok: true, value: null })
  while (!step.done) {
    assert.equal(step.value.kind, 'search')
    asks.push(step.value as SearchAsk)
    const found = passages ?? ([...searchPassages(index, asks[0] as SearchAsk)] as unknown as Json)
    const answer: Answer = { ok: true, value: { passages: found } }
    step = thinking.next(answer)
  }
  const result: KnowledgeAnswer | undefined = step.value
  return { turn, asks, text: result?.response.type === 'text' ? result.response.text : undefined }
}

test('the passage that has the rare words of a question comes first', () => {
  assert.equal(idsOf('how long is the warranty of my bicycle')[0], 'warranty')
  assert.equal(idsOf('can I send an item back?')[0], 'returns')
})

test('other forms of a word, accents and typing errors find it all the same', () => {
  assert.equal(idsOf('warrantys for bicycls')[0], 'warranty')
  assert.equal(idsOf('dèliver my PARCEL')[0], 'delivery')
  const greek = indexPassages([
    passage('a', 'Η ακύρωση της παραγγελίας γίνεται δωρεάν.'),
    passage('b', 'Το κατάστημα ανοίγει στις εννέα.'),
  ])
  assert.equal(searchPassages(greek, { query: 'ακυρώσεις', passagesMax: 1 })[0]?.passage_id, 'a')
  const japanese = indexPassages([
    passage('a', '返品は30日以内に可能です。'),
    passage('b', '営業時間は九時からです。'),
  ])
  assert.equal(searchPassages(japanese, { query: '返品できますか', passagesMax: 1 })[0]?.passage_id, 'a')
})

test('a search looks only into the collections it names, and gives no more than was asked for', () => {
  assert.deepEqual(idsOf('open warranty', { collections: ['shops'] }), ['hours'])
  assert.deepEqual(idsOf('warranty', { collections: ['none'] }), [])
  assert.equal(idsOf('the shop has a warranty and parcels', { passagesMax: 2 }).length, 2)
  assert.deepEqual(idsOf(''), [])
  assert.deepEqual(idsOf('?!'), [])
})

test('scores are from 0 to 1 and never rise from a better passage to a worse one', () => {
  const scores = searchPassages(index, { query: 'open parcels in Athens with cash', passagesMax: 5 }).map(
    ({ score }) => score,
  )
  assert.ok(scores.length > 1)
  assert.deepEqual(
    scores,
    scores.toSorted((one, other) => other - one),
  )
  assert.ok(scores.every((score) => score >= 0 && score <= 1))
})

test('vectors find what is said in other words, in the languages their model knows', () => {
  const english = 'You can return it and we will pay you for it, this is for all of you. '
  const vectors = [Int8Array.of(100, 0), Int8Array.of(0, 100)]
  const both = indexPassages([
    passage('money', `${english} Refunds are quick.`, { vectors: vectors[0] ?? null }),
    passage('time', `${english} Hours vary.`, { vectors: vectors[1] ?? null }),
  ])
  assert.equal(both.vectorWeight, 0.5)
  const query = 'give me my cash back'
  const [best] = searchPassages(both, { query, vector: Int8Array.of(90, 10), passagesMax: 1 })
  assert.equal(best?.passage_id, 'money')
  const [other] = searchPassages(both, { query, vector: Int8Array.of(10, 90), passagesMax: 1 })
  assert.equal(other?.passage_id, 'time')
  assert.equal(vectorWeightOf(['Wir liefern die Ware in die ganze Welt und nehmen sie zurück.']), 0.3)
  assert.equal(vectorWeightOf(['Παραδίδουμε σε όλη την Ελλάδα.']), 0)
  assert.equal(indexPassages([...both.passages, passage('new', english)]).vectorWeight, 0)
})

test('an answer is in the words of the documents, with its source, and is recorded', () => {
  const { text, turn, asks } = answerTo('how long is the warranty of a bicycle?')
  assert.equal(text, 'Every bicycle has a warranty of two years. Batteries have six months.\n\nSource: Help')
  assert.deepEqual(asks, [
    { kind: 'search', query: 'how long is the warranty of a bicycle?', passagesMax: 5 },
  ])
  assert.deepEqual(
    turn.passages.map(({ passage_id }) => passage_id),
    ['warranty'],
  )
  assert.deepEqual(turn.responses, [])
})

test('a source with an address is a link that Markdown cannot break', () => {
  assert.match(
    answerTo('do you take bank transfers?').text ?? '',
    /\nSource: \[Help\]\(https:\/\/shop\.example\/pay_%28en%29\)$/,
  )
  const found = [{ passage_id: '1', title: 'A](https://evil.example)[b', text: 'Cash.', score: 1 }]
  assert.match(
    answerTo('cash', {}, found).text ?? '',
    /^Cash\.\n\nSource: A\\\]\(https:\/\/evil\.example\)\\\[b$/,
  )
  assert.match(answerTo('cash', { language: 'el' }, found).text ?? '', /\nΠηγή: /)
})

test('a question that the documents do not answer gets silence and a note, not the nearest passage', () => {
  const { text, turn } = answerTo('who is the president of the shop of France?')
  assert.equal(text, undefined)
  assert.deepEqual(turn.passages, [])
  assert.match([...turn.notes].join(), /knowledge: the nearest passage is of "Help" with 0\.\d+, below 0\.5/)
  assert.equal(answerTo('hello there').text, undefined)
})

test('a question about another thing gets silence, though a passage has all its other words', () => {
  assert.match(answerTo('does a bicycle have a warranty').text ?? '', /two years/)
  assert.equal(answerTo('does a passport have a warranty').text, undefined)
  assert.equal(answerTo('does the pharmacy have a warranty').text, undefined)
})

test('a question that is asked politely is the same question', () => {
  assert.match(
    answerTo('hello, could you please tell me how long the warranty of a bicycle is').text ?? '',
    /two years/,
  )
  assert.match(answerTo('please tell me what you do with parcels to Crete, thanks').text ?? '', /take five/)
  const german = indexPassages([
    passage('a', 'Pakete nach Kreta brauchen fünf Tage.'),
    passage('b', 'Die Garantie auf Fahrräder gilt zwei Jahre.'),
  ])
  const scoreOf = (query: string) => searchPassages(german, { query, passagesMax: 1 })[0]?.score ?? 0
  assert.ok(scoreOf('Hallo, wie lange gilt bitte die Garantie?') >= 0.5)
})

test('the threshold of the document decides, where it sets one', () => {
  const found = [{ passage_id: '1', title: 'T', text: 'Cash.', score: 0.7 }]
  assert.equal(answerTo('cash', { knowledge_threshold: 0.8 }, found).text, undefined)
  assert.equal(answerTo('cash', { knowledge_threshold: 0.6 }, found).text, 'Cash.\n\nSource: T')
})

test('a recorded answer of another form is no answer and no exception', () => {
  for (const found of [null, 'x', [1, null, {}], [{ passage_id: 1, title: 'T', text: 'x', score: 1 }]])
    assert.equal(answerTo('cash', {}, found ?? 'none').text, undefined)
})

test('of a long passage the sentence that answers is chosen, and a list stays with the line that opens it', () => {
  const long = {
    ...passage('long', ''),
    score: 1,
    text: `${'The company was founded long ago by two brothers. '.repeat(12)}\nFor a refund you need:\n- the receipt\n- the box\n${'They like music a lot. '.repeat(12)}`,
  }
  assert.equal(
    rankSentences('what do I need for a refund', [long])[0]?.text,
    'For a refund you need:\n- the receipt\n- the box',
  )
})

test('a short passage is said whole, so that what is asked for is there although its sentence says "it"', () => {
  const card = [
    'The credit card costs 36 euros a year. What you pay is taken on the 15th of the next month.',
    'Its limit is between 500 and 10,000 euros. The credit card includes an insurance for your trips.',
  ].join(' ')
  const query = 'what is the limit of my credit card'
  const found = [{ passage_id: '1', title: 'Cards', text: card, score: 1 }]
  assert.equal(answerTo(query, {}, found).text, `${card}\n\nSource: Cards`)
  const long = [
    { passage_id: '1', title: 'Cards', text: `${card} ${'They are blue. '.repeat(40)}`, score: 1 },
  ]
  const sentences = sentencesOf(answerTo(query, {}, long).text?.split('\n\nSource')[0] ?? '')
  assert.ok(sentences.length <= 3, `${sentences.length} sentences`)
})

test('the answer is from the passage whose heading asks the question, not from one that shares its words', () => {
  const found = [
    ['Do you have mortgages, and at which interest rate?', 'They are made in a personal consultation.', 0.98],
    ['Savings interest', 'You get an interest rate of 1.25 % a year.', 0.9],
  ].map(([heading = '', text = '', score = 0], index) => ({
    ...{ passage_id: `${index}`, title: `T${index}`, heading, text, score },
  }))
  const { text } = answerTo('what is the interest rate for a mortgage', {}, found)
  assert.equal(text, 'They are made in a personal consultation.\n\nSource: T0')
})

test('of two passages that are as telling, the one that the search put first is said', () => {
  const found = [
    [
      'Address',
      'You find us at Ermou 12 in Athens, two minutes from the metro station Monastiraki. There is no parking in front of the shop.',
      0.857,
    ],
    ['Jobs', 'We look for mechanics in Athens. Send your CV to jobs@shop.example.', 0.723],
    [
      'About us',
      'Two brothers, Nikos and Yannis Pappas, founded the shop in 1987. Today 23 people work here.',
      0.678,
    ],
  ].map(([heading = '', text = '', score = 0], index) => ({
    ...{ passage_id: `${index}`, title: 'Help', heading, text, score },
  }))
  assert.match(answerTo('where is your shop', {}, found).text ?? '', /Ermou 12/)
})

test('sentences are not cut behind titles and initials', () => {
  assert.deepEqual(
    sentencesOf('Ask Dr. Who or J. Doe. They know.\nNext line').map(({ text }) => text),
    ['Ask Dr. Who or J. Doe.', 'They know.', 'Next line'],
  )
})

test('no passage is longer than some 400 words, and none loses a word', () => {
  const words = Array.from({ length: 2_000 }, (_, index) => `w${index}${index % 20 === 19 ? '.' : ''}`)
  const passages = splitPassages([{ type: 'text', text: words.join(' ') }])
  assert.ok(passages.length >= 5)
  for (const { text } of passages) assert.ok(text.split(' ').length <= 400)
  assert.equal(passages.map(({ text }) => text).join(' '), words.join(' '))
})

test('a bare yes, no, what or figure is no question to the documents, though they are full of it', () => {
  const document = { ...smallDocument({}), knowledge: [{ collection: 'faq' }] }
  const found = [{ passage_id: '1', title: 'T', text: 'Yes, you can pay with your phone.', score: 1 }]
  const talk = conversation(document, { answer: () => ({ ok: true, value: { passages: found } }) })
  for (const text of ['yes', 'ok thanks', 'nope', 'what?', 'why not', '10', '???'])
    assert.ok(!talk(text).trace.path.includes('knowledge'), text)
  assert.ok(talk('yes and do you repair bicycles').trace.path.includes('knowledge'))
})

test('an intent that is only likely gives way to an answer that stands in the documents, and to no lesser one', () => {
  const document = { ...smallDocument({}), knowledge: [{ collection: 'faq' }] }
  const heard = (text: string, score: number) => {
    const found = [
      { passage_id: '1', title: 'Wine', text: 'You may bring wine for ten euros a bottle.', score },
    ]
    const talk = conversation(document, { answer: () => ({ ok: true, value: { passages: found } }) })
    const { path, intent } = talk(text).trace
    return {
      path,
      intent: intent?.name,
      isLikely: (intent?.confidence ?? 0) > 0.5 && (intent?.confidence ?? 1) < 0.8,
    }
  }
  const likely = 'may I bring my own wine'
  assert.deepEqual(heard(likely, 0.97), { path: ['knowledge'], intent: 'drink', isLikely: true })
  assert.deepEqual(heard(likely, 0.9), { path: ['intent'], intent: 'drink', isLikely: true })
  assert.deepEqual(heard('is there a table with a view', 0.99).path, ['intent'])
  assert.deepEqual(heard('what is in the house wine', 0.97).path, ['knowledge'])
})
