import assert from 'node:assert/strict'
import { test } from 'node:test'
import { asksForPerson } from '../../src/brain/person-guard.ts'

const asking = [
  'human',
  'Agent please!',
  'I want to talk to a real person',
  'can I speak with someone from support',
  'Get me a human.',
  'connect me to an operator',
  'transfer me to your customer service representative',
  'I need a live agent',
  'Ich möchte mit einem Mitarbeiter sprechen',
  'Mensch bitte',
  'Quiero hablar con una persona',
  'agente por favor',
  'Je voudrais parler à un conseiller',
  'Je peux parler avec quelqu’un ?',
  'Quero falar com um atendente',
  'Vorrei parlare con un operatore',
  'Θέλω να μιλήσω με έναν άνθρωπο',
]
for (const text of asking)
  test(`"${text}" asks for a person`, () => {
    assert.equal(asksForPerson(text), true)
  })

const notAsking = [
  '',
  'how many agents can use the pro plan',
  'human resources software',
  'a person can have two accounts',
  'what does your agent cost',
  'I am an operator of a mobile network',
  'talk to me about prices',
  'my agent told me to update',
  'Persona 5',
  'ich bin eine Person mit Fragen',
  `${'a long story '.repeat(20)} talk to a human`,
]
for (const text of notAsking)
  test(`"${text.slice(0, 50)}" does not ask for a person`, () => {
    assert.equal(asksForPerson(text), false)
  })
