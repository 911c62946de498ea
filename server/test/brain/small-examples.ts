import type { Example } from '../../src/brain/intents/model.ts'

const phrases: Readonly<Record<string, readonly string[]>> = {
  drink: [
    'a cold beer please',
    'bring me something to drink',
    'I would like a glass of water',
    'two lemonades',
    'what drinks do you have',
    'can I get a coffee',
    'one more beer',
    'a bottle of red wine',
  ],
  bill: [
    'the bill please',
    'I would like to pay',
    'can we have the check',
    'how much do I owe you',
    'can I pay by card',
    'separate bills please',
    'we want to pay together',
    'how much was it all',
  ],
  table: [
    'a table for two',
    'do you have a free table tonight',
    'I want to reserve a table',
    'can we sit outside',
    'is there a place by the window',
    'book us a table for Friday',
    'we are four people',
    'any seats left this evening',
  ],
  allergy: [
    'I am allergic to nuts',
    'is there gluten in this',
    'does it contain milk',
    'what can I eat without lactose',
    'are there eggs in the sauce',
    'do you have vegan dishes',
    'I cannot have peanuts',
    'which meals are free of gluten',
  ],
}

/** Four intents of a small restaurant. */
export const smallExamples: readonly Example[] = Object.entries(phrases).flatMap(([intent, texts]) =>
  texts.map((text) => ({ text, intent })),
)
