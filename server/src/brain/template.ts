import { Context, ForTag, Liquid, type Template, type TopLevelToken } from 'liquidjs'
import type { JsonObject } from '../domain/json.ts'
import { limits } from '../domain/limits.ts'

/*
 * Templates in an agent's texts: `{{$user.display_name}}`, filters, if, case, for. Liquid carries them, because it
 * walks values and never compiles text to code. What keeps it pure and bounded:
 *
 * 1. Only `$name` reaches the context, only through own properties; a plain name is a template's own (assign, for).
 * 2. No file, no other template, no clock, no chance: tags and filters are an allow-list, and `now` is the turn's.
 * 3. Cost is counted, not timed (the wall clock would break replay): every character shown and every round of a
 *    loop is charged to one budget. Nested loops pay for each round, also when their body is empty.
 * 4. It never throws: what could not be rendered is empty, and a note says why.
 *
 * `$` is no letter to Liquid. So `$name` becomes `context["name"]` inside the delimiters and outside of quotes, and
 * every output ends in our own filter `shown`, which knows what stood there and so can name the missing value.
 */
export interface TemplateScope {
  readonly context: JsonObject
  /** When the turn began, ms since 1970 UTC. */
  readonly now: number
}

export interface Rendering {
  readonly text: string
  readonly notes: readonly string[]
}

export const renderTemplate = (template: string, scope: TemplateScope): Rendering => {
  if (!hasTemplate(template)) return { text: template, notes: [] }
  if (template.length > templateLengthMax)
    return { text: '', notes: [`template: ${tooLong}; rendered as nothing`] }
  const notes: string[] = []
  try {
    const { source, shownNames } = rewrite(template)
    const run: Run = { notes, shownNames, missing: new Set(), now: scope.now }
    const text = renderParsed(engine.parse(source), scope.context, run)
    if (text.length <= limits.textLengthMax) return { text, notes }
    notes.push(`template: cut to ${limits.textLengthMax} characters`)
    return { text: text.slice(0, limits.textLengthMax), notes }
  } catch (error) {
    return { text: '', notes: [...notes, `template: ${problemOf(error)}; rendered as nothing`] }
  }
}

/** What is wrong with the template's syntax, or undefined. */
export const templateProblem = (template: string): string | undefined => {
  if (!hasTemplate(template)) return undefined
  if (template.length > templateLengthMax) return tooLong
  try {
    engine.parse(rewrite(template).source)
    return undefined
  } catch (error) {
    return problemOf(error)
  }
}

/** The longest template that is read: reading is quadratic in unclosed braces, 40 ms at this length. */
const templateLengthMax = 5_000

const tooLong = `longer than ${templateLengthMax} characters`

const hasTemplate = (text: string): boolean => text.includes('{{') || text.includes('{%')

/** Characters shown, array items made and rounds of loops of one rendering, in one budget. */
const costMax = 100_000
const costOfOneRound = 100

/** The facts of one rendering that our filters need; they travel with Liquid's context. */
interface Run {
  readonly notes: string[]
  /** What stood between the braces, by the number that `shown` is given. */
  readonly shownNames: readonly string[]
  /** Numbers of those that were not there before their filters. */
  readonly missing: Set<number>
  readonly now: number
}

const runs = new WeakMap<Context, Run>()

const renderParsed = (templates: Template[], context: JsonObject, run: Run): string => {
  const liquidContext = new Context({ context }, engine.options, {
    sync: true,
    ownPropertyOnly: true,
    memoryLimit: costMax,
  })
  runs.set(liquidContext, run)
  const text: unknown = engine.renderSync(templates, liquidContext)
  return typeof text === 'string' ? text : ''
}

const blockPattern =
  /\{(?:\{((?:"[^"]*"|'[^']*'|[^"'}]|\}(?!\}))*)\}\}|%((?:"[^"]*"|'[^']*'|[^"'%]|%(?!\}))*)%\})/g
const namePattern = /"[^"]*"|'[^']*'|\$(\w+(?:-+\w+)*)/g

const rewrite = (template: string): { readonly source: string; readonly shownNames: readonly string[] } => {
  const shownNames: string[] = []
  const source = template.replace(blockPattern, (block: string, output?: string, tag?: string) => {
    if (output === undefined) return tag === undefined ? block : `{%${withNames(tag)}%}`
    const opening = output.startsWith('-') ? '-' : ''
    const closing = output.endsWith('-') ? '-' : ''
    const expression = output.slice(opening.length, output.length - closing.length).trim()
    if (expression === '') return block
    shownNames.push(expression)
    const number = shownNames.length - 1
    return `{{${opening} ${withSeen(withNames(expression), number)} | shown: ${number} ${closing}}}`
  })
  return { source, shownNames }
}

/** Filters make an empty text of what is missing, so its absence is seen before them; `default` allows for it. */
const withSeen = (expression: string, number: number): string =>
  /\|\s*default\b/.test(expression)
    ? expression
    : expression.replace(firstFilter, (_, value: string) => `${value}| seen: ${number} |`)

const firstFilter = /^((?:"[^"]*"|'[^']*'|[^"'|])*)\|/

const withNames = (expression: string): string =>
  expression.replace(namePattern, (part: string, name?: string) =>
    name === undefined ? part : `context["${name}"]`,
  )

export const templateTags = ['assign', 'capture', 'case', 'if', 'unless', 'break', 'continue']

export const templateFilters = [
  ...['append', 'prepend', 'capitalize', 'upcase', 'downcase', 'strip', 'lstrip', 'rstrip', 'squish'],
  ...['truncate', 'truncatewords', 'replace', 'replace_first', 'remove', 'remove_first', 'split'],
  ...['strip_newlines'],
  ...['join', 'first', 'last', 'size', 'slice', 'reverse', 'sort', 'uniq', 'compact', 'concat', 'map', 'sum'],
  ...['plus', 'minus', 'times', 'divided_by', 'modulo', 'round', 'floor', 'ceil', 'abs', 'at_least'],
  ...['at_most'],
  ...['default', 'url_encode', 'date'],
]

const makeEngine = (): Liquid => {
  const liquid = new Liquid({
    strictFilters: true,
    ownPropertyOnly: true,
    parseLimit: templateLengthMax * 4,
    timezoneOffset: 0,
    locale: 'en-US',
    templates: {},
  })
  const date = liquid.filters.date
  for (const name of Object.keys(liquid.filters))
    if (!templateFilters.includes(name)) delete liquid.filters[name]
  for (const name of Object.keys(liquid.tags)) if (!templateTags.includes(name)) delete liquid.tags[name]
  liquid.registerTag('for', CountedFor)
  liquid.registerFilter('shown', function (value: unknown, index: unknown) {
    const text = shownText(value)
    const run = runs.get(this.context)
    const isMissing = value !== '' || run?.missing.has(Number(index))
    if (text === '' && isMissing) run?.notes.push(missingNote(run.shownNames[Number(index)] ?? '', value))
    this.context.memoryLimit.use(text.length)
    return text
  })
  liquid.registerFilter('seen', function (value: unknown, index: unknown) {
    if (value === undefined || value === null) runs.get(this.context)?.missing.add(Number(index))
    return value
  })
  liquid.registerFilter('date', function (value: unknown, ...rest: unknown[]) {
    const moment = momentOf(value, runs.get(this.context)?.now ?? 0)
    if (moment === undefined || typeof date !== 'function') return value
    return date.call(this, moment, ...rest)
  })
  return liquid
}

/** A for that pays for every round, so that no nest of loops outlasts the budget. */
class CountedFor extends ForTag {
  constructor(...parts: ConstructorParameters<typeof ForTag>) {
    super(...parts)
    const [token] = parts
    this.templates.unshift({
      token: token satisfies TopLevelToken,
      render: (context) => context.memoryLimit.use(costOfOneRound),
    })
  }
}

const engine = makeEngine()

const shownText = (value: unknown): string => {
  if (typeof value === 'string') return value
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  if (Array.isArray(value))
    return value
      .map(shownText)
      .filter((part) => part !== '')
      .join(', ')
  return ''
}

const missingNote = (name: string, value: unknown): string => {
  if (typeof value === 'object' && value !== null) return `{{${name}}}: is no text; rendered as nothing`
  if (/^[A-Za-z_]/.test(name))
    return `{{${name}}}: is missing; a variable of the context is written {{$${name}}}`
  return `{{${name}}}: is missing; rendered as nothing`
}

const isoPattern = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?))?(Z|[+-]\d{2}:?\d{2})?$/

/** Only what means the same moment on every machine: seconds since 1970, ISO dates (UTC when no zone is given), now. */
const momentOf = (value: unknown, nowMs: number): number | undefined => {
  if (value === 'now' || value === 'today') return nowMs / 1000
  if (typeof value === 'number') return value
  if (typeof value !== 'string') return undefined
  if (/^\d{1,12}$/.test(value)) return Number(value)
  const [, day, time, zone] = isoPattern.exec(value) ?? []
  if (day === undefined) return undefined
  const moment = Date.parse(`${day}T${time ?? '00:00'}${zone ?? 'Z'}`)
  return Number.isNaN(moment) ? undefined : moment / 1000
}

const problemOf = (error: unknown): string =>
  (error instanceof Error ? error.message : 'unknown fault')
    .replaceAll(/context\["([\w-]+)"\]/g, '$$$1')
    .split('\n')[0]
    ?.replace(/, line:\d+, col:\d+$/, '') ?? ''
