import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deflateSync } from 'node:zlib'
import type { DocumentBytes } from '../../src/deps.ts'
import { readInThread, readWithin } from '../../src/workers/read-document.ts'
import { smallDocx, smallPdf } from '../support/small-documents.ts'

const read = (
  mediaType: string,
  content: string | Buffer,
  more: Partial<DocumentBytes> = {},
): ReturnType<typeof readInThread> =>
  readInThread({
    name: 'file',
    charset: undefined,
    isPage: false,
    mediaType,
    content: Buffer.from(content),
    ...more,
  })

const docx = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'

test('Markdown becomes a passage for each heading, with the path of headings above it', async () => {
  const text =
    '---\nauthor: x\n---\n# Shop\n\nWelcome.\n\n## Returns\n\nWithin *30 days*:\n\n- unused\n- with receipt\n'
  assert.deepEqual(await read('text/markdown', text), {
    ok: true,
    title: 'Shop',
    passages: [
      { heading: 'Shop', text: 'Welcome.' },
      { heading: 'Shop › Returns', text: 'Within 30 days:\n- unused\n- with receipt' },
    ],
  })
})

test('of a web page only what it is about is read, of an uploaded page all of it', async () => {
  const html =
    '<html><head><title>Help | Shop</title><script>evil()</script></head><body><nav>Home Cart</nav><main><h2>Delivery</h2><p>Takes 3 days.</p></main><footer>Imprint</footer></body></html>'
  const page = await read('text/html', html, { isPage: true })
  assert.deepEqual(page, {
    ok: true,
    title: 'Help | Shop',
    passages: [{ heading: 'Delivery', text: 'Takes 3 days.' }],
  })
  const file = await read('text/html', html)
  assert.ok(file.ok)
  assert.match(JSON.stringify(file.passages), /Imprint/)
  assert.doesNotMatch(JSON.stringify(file.passages), /evil/)
})

test('text in the encoding of its page is read as what it says', async () => {
  const html = Buffer.from(
    '<html><head><meta charset="iso-8859-1"></head><body><p>Größe</p></body></html>',
    'latin1',
  )
  const outcome = await read('text/html', html)
  assert.ok(outcome.ok)
  assert.equal(outcome.passages[0]?.text, 'Größe')
})

test('text in the encoding of a country, or with a byte order mark, is read as what it says', async () => {
  const german = 'Sie können die Ware zurückgeben.'
  const greek = 'Μπορείτε να το επιστρέψετε. Άλλη ερώτηση;'
  const bytes: readonly [string, readonly number[]][] = [
    [german, [...Buffer.from(german, 'latin1')]],
    [german, [0xff, 0xfe, ...Buffer.from(german, 'utf16le')]],
    [greek, [0xfe, 0xff, ...Buffer.from(greek, 'utf16le').swap16()]],
    [greek, [...greek].map(windows1253)],
    [german, [0xef, 0xbb, 0xbf, ...Buffer.from(german)]],
  ]
  for (const [text, content] of bytes) {
    const outcome = await read('text/plain', Buffer.from(content))
    assert.ok(outcome.ok)
    assert.equal(outcome.passages[0]?.text, text)
  }
})

/** Greek as Windows writes it. */
const windows1253 = (letter: string): number => {
  const code = letter.codePointAt(0) ?? 0
  if (letter === 'Ά') return 0xa2
  return code < 0x80 ? code : code - 0x2d0
}

test('a PDF is read with its headings, without running heads and table of contents, and with its words made whole', async () => {
  const page = (heading: string, ...lines: string[]) => ['Acme Manual, page 1', `# ${heading}`, ...lines]
  const outcome = await read(
    'application/pdf',
    smallPdf([
      page('Cleaning', '2.1 Storage . . . . . . . 2', 'Unplug the machine before clean-', 'ing it.'),
      page('Storage', 'Keep it dry.'),
      page('Repair', 'Only by us.'),
    ]),
  )
  assert.deepEqual(outcome, {
    ok: true,
    title: 'Cleaning',
    passages: [
      { heading: 'Cleaning', text: 'Unplug the machine before cleaning it.' },
      { heading: 'Storage', text: 'Keep it dry.' },
      { heading: 'Repair', text: 'Only by us.' },
    ],
  })
})

test('letters that a font of a PDF says are nothing are left out, because no text can hold them', async () => {
  const outcome = await read('application/pdf', smallPdf([['Retx~urns within 30 days.']], { '~': '\0' }))
  assert.ok(outcome.ok)
  assert.equal(outcome.passages[0]?.text, 'Retxurns within 30 days.')
})

test('a Word document is read with its headings', async () => {
  assert.deepEqual(await read(docx, smallDocx(['# Warranty', 'Two years.', 'Batteries: six months.'])), {
    ok: true,
    title: 'Warranty',
    passages: [{ heading: 'Warranty', text: 'Two years.\nBatteries: six months.' }],
  })
})

test('each row of a table of questions is one passage, whatever separates its columns', async () => {
  const rows = (separator: string) =>
    `Question${separator}Answer\n"Where are you?"${separator}"In ""Athens"".\nNear the sea."\nEmpty?${separator}\n`
  const passages = [{ heading: 'Where are you?', text: 'In "Athens".\nNear the sea.' }]
  for (const separator of [',', ';', '\t'])
    assert.deepEqual(await read('text/csv', rows(separator)), { ok: true, title: 'file', passages })
})

test('plain text is cut into passages of about 400 words, between paragraphs where it can be', async () => {
  const paragraph = 'All work and no play makes a dull boy of everybody here. '.repeat(10)
  const outcome = await read('text/plain', Array(10).fill(paragraph).join('\n\n'))
  assert.ok(outcome.ok)
  const words = outcome.passages.map(({ text }) => text.split(/\s+/).length)
  assert.deepEqual(words, [360, 360, 360, 120])
})

test('what has no spaces is cut as well, so that no passage is a megabyte', async () => {
  const outcome = await read('text/plain', 'x'.repeat(1_000_000))
  assert.ok(outcome.ok)
  assert.ok(outcome.passages.every(({ text }) => text.length <= 10_000))
})

test('short lines of plain text above a paragraph are its headings, and the first one is the title', async () => {
  const text =
    'Security\n\nLost phone\n\nCall us at once,\nday or night.\n\nPassword\n\nNever tell it.\n\nmilk\n\neggs\n\nbread'
  assert.deepEqual(await read('text/plain', text), {
    ok: true,
    title: 'Security',
    passages: [
      { heading: 'Security › Lost phone', text: 'Call us at once, day or night.' },
      { heading: 'Security › Password', text: 'Never tell it.\nmilk\neggs\nbread' },
    ],
  })
})

test('what cannot be read is told with its reason, never as an empty document', async () => {
  const errors: readonly [string, string | Buffer, RegExp][] = [
    ['application/pdf', 'no pdf at all', /is not a PDF/],
    ['application/pdf', smallPdf([[]]), /has no text; if it is a scan/],
    [docx, 'no zip', /is not a Word document/],
    ['text/csv', 'frage,antwort\na,b\n', /columns question and answer; it has frage, antwort/],
    [
      'text/csv',
      'question,answer\nParking?,Yes, behind the shop\n',
      /has 3 columns behind "Parking\?", and 2 in its first line; put an answer with a comma in quotes/,
    ],
    ['text/csv', 'question,answer\n"open,b\n', /is not a valid table/],
    ['text/plain', '  \n\n ', /has no text/],
    ['text/plain', deflateSync(Buffer.from(docx.repeat(50))), /is not text; is it another kind of file/],
    ['text/markdown', `${'>'.repeat(20_000)} x`, /cannot be read as Markdown: it is nested too deep/],
  ]
  for (const [mediaType, content, sentence] of errors) {
    const outcome = await read(mediaType, content)
    assert.ok(!outcome.ok, `${mediaType} ${content}`)
    assert.match(outcome.error, sentence)
  }
})

test('a page nested twenty thousand deep is read like any other', async () => {
  const deep = `${'<div>'.repeat(20_000)}<p>Bottom.</p>${'</div>'.repeat(20_000)}`
  assert.deepEqual(await read('text/html', deep), {
    ok: true,
    title: 'file',
    passages: [{ text: 'Bottom.' }],
  })
})

test('a reading that is stopped ends, with nothing that could be taken for the document', async () => {
  const stopping = new AbortController()
  const content = Buffer.from('Some text.')
  const document = { name: 'file', charset: undefined, isPage: false, mediaType: 'text/plain', content }
  const reading = readInThread(document, stopping.signal)
  stopping.abort()
  assert.deepEqual(await reading, { ok: false, error: 'was interrupted' })
})

test('a small PDF that unpacks to more than a reading may hold is refused, and does not take the server with it', async () => {
  const packed = deflateSync(Buffer.alloc(600 * 1024 * 1024, ' '), { level: 1 })
  const head = `%PDF-1.4
1 0 obj
<< /Type /Catalog /Pages 2 0 R >>
endobj
2 0 obj
<< /Type /Pages /Kids [3 0 R] /Count 1 >>
endobj
3 0 obj
<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Contents 4 0 R >>
endobj
4 0 obj
<< /Length ${packed.length} /Filter /FlateDecode >>
stream
`
  const content = Buffer.concat([
    Buffer.from(head),
    packed,
    Buffer.from('\nendstream\nendobj\ntrailer\n<< /Size 5 /Root 1 0 R >>\n'),
  ])
  const bomb = { name: 'bomb', charset: undefined, isPage: false, mediaType: 'application/pdf', content }
  const outcome = await readWithin(bomb, 128)
  assert.match(outcome.ok ? '' : outcome.error, /takes more than .* of memory to read/)
})
