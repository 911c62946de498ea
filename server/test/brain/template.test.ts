import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { renderTemplate, templateProblem } from '../../src/brain/template.ts'

const context = {
  user: { display_name: 'Ann', tags: ['a', 'b'], address: {} },
  plan: 'pro',
  count: 3,
  'sys-channel': 'custom',
  hostile: '{{ $plan }} {% include "x" %}',
}
const render = (template: string) => renderTemplate(template, { context, now: Date.UTC(2024, 1, 29, 13, 5) })

const rendered: readonly (readonly [template: string, text: string])[] = [
  ['no template at all: $plan, { }, %', 'no template at all: $plan, { }, %'],
  ['Hello {{$user.display_name}}!', 'Hello Ann!'],
  ['{{ $user.display_name | upcase }}', 'ANN'],
  ['{{-$plan-}} !', 'pro!'],
  ['{{$sys-channel}}', 'custom'],
  ['{{$user.tags}} {{$user.tags[0]}} {{$user["display_name"]}}', 'a, b a Ann'],
  ['{{$nick | default: "friend"}}', 'friend'],
  ['{% if $plan == "pro" %}yes{% else %}no{% endif %}', 'yes'],
  ['{% case $count %}{% when 3 %}three{% endcase %}', 'three'],
  ['{% for tag in $user.tags %}{{forloop.index}}{{tag}} {% endfor %}', '1a 2b '],
  ['{% assign plan = "mine" %}{{plan}} {{$plan}}', 'mine pro'],
  ['{{ "now" | date: "%Y-%m-%d %H:%M" }}', '2024-02-29 13:05'],
  ['{{ "2024-05-06" | date: "%d %b" }}', '06 May'],
  ['{{ "$plan" }} {{ "}}" }}', '$plan }}'],
  ['{{$hostile}}', '{{ $plan }} {% include "x" %}'],
]

for (const [template, text] of rendered)
  test(`${template} renders as "${text}"`, () => {
    assert.deepEqual(render(template), { text, notes: [] })
  })

test('a missing value renders empty, and the note names it', () => {
  assert.deepEqual(render('Hi {{$user.nick}}!'), {
    text: 'Hi !',
    notes: ['{{$user.nick}}: is missing; rendered as nothing'],
  })
})

test('a missing value is named also behind filters, but not where a default stands for it', () => {
  const { text, notes } = render(
    '{{$user.nick | upcase}}{{$user.nick | truncate: 3 | default: ""}}{{"" | upcase}}',
  )
  assert.equal(text, '')
  assert.deepEqual(notes, ['{{$user.nick | upcase}}: is missing; rendered as nothing'])
})

test('a name without $ does not reach the context, and the note says how to write it', () => {
  const { text, notes } = render('{{user.display_name}}')
  assert.equal(text, '')
  assert.match(notes.join(), /written \{\{\$user\.display_name\}\}/)
})

const powerless = [
  '{{ constructor }}',
  '{{ $constructor }}',
  '{{ $user.constructor }}',
  '{{ $plan.constructor.constructor }}',
  '{{ "x".constructor }}',
  '{{ $__proto__ }}',
  '{{ $user.__proto__ }}',
  '{{ $user["__proto__"]["polluted"] }}',
  '{{ $toString }}',
  '{{ $user.hasOwnProperty }}',
  '{{ __proto__ }}',
  '{{ process }}',
  '{{ $user.address }}',
]
for (const template of powerless)
  test(`${template} shows nothing`, () => {
    assert.equal(render(template).text, '')
  })

const refused = [
  '{% include "/etc/passwd" %}',
  '{% render "x" %}',
  '{% layout "x" %}',
  '{% liquid echo $plan %}',
  '{% increment x %}',
  '{{ $plan | where_exp: "i", "true" }}',
  '{{ $plan | sample }}',
  '{{ $plan | no_such_filter }}',
  '{{ $plan ',
  '{% if $plan %}',
  '{{}}',
]
for (const template of refused)
  test(`${template} is refused when it is written, and renders as nothing with a note`, () => {
    assert.notEqual(templateProblem(template), undefined)
    const { text, notes } = render(template)
    assert.equal(text, '')
    assert.equal(notes.length, 1)
  })

const endless = [
  '{% for i in (1..1000000000) %}{% endfor %}',
  '{% for i in (1..900) %}{% for j in (1..900) %}{% endfor %}{% endfor %}',
  '{% assign a = "x" %}{% for i in (1..60) %}{% capture a %}{{a}}{{a}}{% endcapture %}{% endfor %}{{a}}',
  '{% assign a = "xxxxxxxxxx" %}{% for i in (1..60) %}{% assign a = a | append: a %}{% endfor %}{{a}}',
  '{{ 1 | date: "%99999999d" }}',
  `{{ $a${'['.repeat(4000)} }}`,
  '{'.repeat(4999),
]
for (const template of endless)
  test(`${template.slice(0, 70)} ends, as nothing`, () => {
    const { text, notes } = render(template)
    assert.equal(text, '')
    assert.ok(notes.length > 0)
  })

test('loops over long lists of the context end too', () => {
  const list = Array.from({ length: 10_000 }, (_, index) => index)
  const loops = '{% for a in $list %}{% for b in $list %}{% endfor %}{% endfor %}done'
  const { text, notes } = renderTemplate(loops, { context: { list }, now: 0 })
  assert.equal(text, '')
  assert.match(notes.join(), /limit/)
})

test('a rendered text is never longer than the wire allows', () => {
  const { text, notes } = render(
    '{% for i in (1..500) %}{{ "0123456789012345678901234567890123456789" }}{% endfor %}',
  )
  assert.equal(text.length, 10_000)
  assert.match(notes.join(), /cut/)
})

test('the context is not changed by what a template assigns', () => {
  const before = structuredClone(context)
  render('{% assign plan = "x" %}{% assign user = "y" %}{% capture context %}z{% endcapture %}{{$plan}}')
  assert.deepEqual(context, before)
})

test('whatever stands in a template, rendering does not throw and gives the same twice', () => {
  const parts = [
    '{{',
    '}}',
    '{%',
    '%}',
    ' for i in (1..9) ',
    ' endfor ',
    '$plan',
    '$user',
    '.',
    '[',
    ']',
    '|',
    '"',
  ]
  const template = fc
    .array(fc.oneof(fc.constantFrom(...parts, ' date: ', 'default:', ' if ', ' endif '), fc.string()), {
      maxLength: 30,
    })
    .map((pieces) => pieces.join(''))
  fc.assert(
    fc.property(template, (source) => {
      assert.deepEqual(render(source), render(source))
    }),
    { numRuns: 1_000 },
  )
})
