import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { answerByModel } from '../../../src/brain/model/answer-by-model.ts'
import { passage, turnWith, withModel } from './scripted-model.ts'

/**
 * A model that lies: whatever it puts into a sentence that the passage does not have, it is not said. The passage has
 * the number 30, the price $12, the name Athens and the address https://shop.example/returns.
 */
const returns = passage(
  'You can return items within 30 days for $12. Our shop is in Athens, see https://shop.example/returns for more about items, shops, codes and delivery.',
)
const question = 'Tell me about returns'

const frames: readonly ((lie: string) => string)[] = [
  (lie) => `You can return items within 30 days, or ${lie}.`,
  (lie) => `See ${lie} for more about items.`,
  (lie) => `**${lie}**`,
  (lie) => `- items: ${lie}\n- days: 30`,
  (lie) => `Our shop is in Athens (${lie}).`,
  (lie) => `It is about ${lie}!`,
]

const said = (text: string): string | undefined => {
  const { result } = withModel(
    answerByModel(turnWith({}, { text: question }), { question, passages: [returns] }),
    [text],
  )
  return result?.type === 'text' ? result.text : undefined
}

const lettersOf = (letters: string, lengthMin: number, lengthMax: number): fc.Arbitrary<string> =>
  fc
    .array(fc.constantFrom(...letters), { minLength: lengthMin, maxLength: lengthMax })
    .map((parts) => parts.join(''))

const word = lettersOf('abcdefghijklmnopqrstuvwxyz', 4, 9)
const host = fc
  .tuple(word, fc.constantFrom('com', 'net', 'test', 'co.uk', 'example'))
  .map((parts) => parts.join('.'))
const number = fc.integer({ min: 2, max: 10_000_000 }).filter((value) => value !== 30 && value !== 12)
const grouped = (value: number): string => value.toLocaleString('en')

const lies: Readonly<Record<string, fc.Arbitrary<string>>> = {
  number: fc.oneof(
    number.map(String),
    number.map(grouped),
    number.map((value) => `${value}%`),
    number.map((value) => `$${grouped(value)}`),
    number.map((value) => `${value} days`),
    number.map((value) => [...String(value)].join('\u200b')),
    number.map((value) =>
      [...String(value)].map((digit) => String.fromCodePoint(0xff10 + Number(digit))).join(''),
    ),
    number.map((value) =>
      [...String(value)].map((digit) => String.fromCodePoint(0x0660 + Number(digit))).join(''),
    ),
    fc.integer({ min: 31, max: 99 }).map((value) => `30.${value}`),
  ),
  address: fc.oneof(
    host,
    host.map((name) => `https://${name}`),
    fc.tuple(host, word).map(([name, path]) => `http://${name}/${path}`),
    fc.tuple(host, word).map(([name, text]) => `[${text}](https://${name})`),
    fc.tuple(host, word).map(([name, user]) => `${user}@${name}`),
    host.map((name) => name.replaceAll('.', ' dot ')),
    host.map((name) => name.replaceAll('.', '[.]')),
    host.map((name) => `https://shop.example.${name}/returns`),
    host.map((name) => `https://shop.example@${name}/returns`),
    word.map((path) => `https://shop.example/returns/${path}`),
    word.map((path) => `https://shop.example/returns?${path}`),
    word.map((name) => `@${name}`),
  ),
  name: fc
    .tuple(lettersOf('BDFGKLMNPRTVXZ', 1, 1), lettersOf('aeioukrtn', 4, 8))
    .map(([first, rest]) => first + rest)
    .filter((name) => !/^(?:Rein|Kein|Nein|Ein|Nine|Ten|Trent|Treinta|Nenn|Tre|Neun)/i.test(name)),
}

for (const [kind, lie] of Object.entries(lies))
  test(`no ${kind} that the passages do not carry reaches the user, whatever a lying model makes up`, () => {
    fc.assert(
      fc.property(lie, fc.constantFrom(...frames), (made, frame) => {
        assert.equal(said(frame(made)), undefined)
      }),
      { numRuns: 400, seed: 1 },
    )
  })

test('any text at all is either refused or has only the numbers of the passage', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), (text) => {
      const answer = said(text)
      for (const digits of answer?.normalize('NFKC').match(/\d+/g) ?? [])
        assert.ok(['30', '12'].includes(digits), answer)
    }),
    { numRuns: 1_000, seed: 1 },
  )
})

test('the truth in the same frames is said', () => {
  for (const truth of ['30', 'thirty', '$12', 'Athens', 'https://shop.example/returns'])
    for (const frame of frames) assert.notEqual(said(frame(truth)), undefined, frame(truth))
})
