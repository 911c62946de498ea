import { toCardinal as german } from 'n2words/de-DE'
import { toCardinal as greek } from 'n2words/el-GR'
import { toCardinal as english } from 'n2words/en-GB'
import { toCardinal as americanEnglish } from 'n2words/en-US'
import { toCardinal as spanish } from 'n2words/es-ES'
import { toCardinal as belgianFrench } from 'n2words/fr-BE'
import { toCardinal as french } from 'n2words/fr-FR'
import { toCardinal as italian } from 'n2words/it-IT'
import { toCardinal as dutch } from 'n2words/nl-NL'
import { toCardinal as portuguese } from 'n2words/pt-PT'
import { fold, type TextWord } from '../text-words.ts'
import { languageOf } from './region.ts'

/*
 * Numbers in words, by a library that writes them, read backwards: what it writes for 0 to 999 is a table, and the
 * names of thousand, million and milliard (those of the CLDR) join what stands in the table. All of it without
 * spaces, so "twenty-five", "fünfundzwanzig" and "vinte e cinco" are one case. Other forms of the same words
 * (gender, Brazil, Belgium, no "and") are made by replacing.
 */
export interface WordNumber {
  readonly value: number
  readonly start: number
  readonly end: number
  /** An article or a pronoun as well: "eine", "one". */
  readonly isArticle: boolean
}

export const hasNumberWords = (language: string): boolean => grammars.has(languageOf(language))

export const findWordNumbers = (
  text: string,
  words: readonly TextWord[],
  language: string,
): readonly WordNumber[] => {
  const table = tableOf(languageOf(language))
  if (table === undefined) return []
  const found: WordNumber[] = []
  for (let first = 0; first < words.length; ) {
    const run = runFrom(table, text, words, first)
    if (run === undefined) first += 1
    else {
      found.push(run.number)
      first = run.next
    }
  }
  return found
}

interface Grammar {
  readonly write: readonly ((value: number) => string)[]
  /** Between the parts of a number: left out, it is the same number. */
  readonly and?: string
  /** Other names of 1,000, 1,000,000 and 1,000,000,000 than the CLDR's. */
  readonly scales?: readonly (readonly [name: string, value: number])[]
  /** May 1,000 stand without a number before it? */
  readonly bareThousand: boolean
  readonly others?: readonly (readonly [written: RegExp, other: string])[]
  readonly more?: readonly (readonly [word: string, value: number])[]
  /** Words that mean 1 (or another number) only when nothing else is said. */
  readonly articles: readonly string[]
  /** A "one" behind these is a pronoun. */
  readonly pronounAfter?: readonly string[]
  readonly point: readonly string[]
  readonly half?: RegExp
}

const grammars: ReadonlyMap<string, Grammar> = new Map<string, Grammar>([
  [
    'en',
    {
      write: [english, americanEnglish],
      bareThousand: false,
      more: [
        ['ahundred', 100],
        ['athousand', 1_000],
        ['amillion', 1_000_000],
        ['adozen', 12],
        ['dozen', 12],
      ],
      articles: [],
      pronounAfter: [
        ...['this', 'that', 'which', 'the', 'any', 'no', 'every', 'each', 'another', 'other', 'some'],
        ...['last', 'next', 'first', 'right', 'wrong', 'good', 'better', 'new', 'old', 'same', 'only'],
      ],
      point: ['point'],
      half: /^\s+and\s+a\s+half(?!\p{L})/iu,
    },
  ],
  [
    'de',
    {
      write: [german],
      bareThousand: true,
      scales: [
        ['mio', 1e6],
        ['mrd', 1e9],
      ],
      others: [
        [/^ein(?=hundert|tausend)/, ''],
        [/eins$/, 'ein'],
        [/eins$/, 'eine'],
        [/eins$/, 'einen'],
        [/eins$/, 'einem'],
        [/eins$/, 'einer'],
        [/funf/, 'fuenf'],
        [/zwolf/, 'zwoelf'],
        [/zwei/, 'zwo'],
      ],
      more: [
        ['anderthalb', 1.5],
        ['eineinhalb', 1.5],
        ['zweieinhalb', 2.5],
        ['dreieinhalb', 3.5],
        ['viereinhalb', 4.5],
        ['dutzend', 12],
        ['eindutzend', 12],
      ],
      articles: ['ein', 'eine', 'einen', 'einem', 'einer'],
      point: ['komma'],
    },
  ],
  [
    'es',
    {
      write: [spanish],
      bareThousand: true,
      others: [
        [/uno$/, 'un'],
        [/uno$/, 'una'],
        [/cientos/, 'cientas'],
        [/quinientos/, 'quinientas'],
      ],
      more: [
        ['docena', 12],
        ['unadocena', 12],
      ],
      articles: ['un', 'una', 'uno'],
      point: ['punto', 'coma'],
      half: /^\s+y\s+medi[oa](?!\p{L})/iu,
    },
  ],
  [
    'fr',
    {
      write: [french, belgianFrench],
      bareThousand: true,
      others: [
        [/un$/, 'une'],
        [/^cents$/, 'cent'],
        [/^vingts$/, 'vingt'],
      ],
      more: [['unedouzaine', 12]],
      articles: ['un', 'une'],
      point: ['virgule'],
      half: /^\s+et\s+demie?(?!\p{L})/iu,
    },
  ],
  [
    'pt',
    {
      write: [portuguese],
      and: 'e',
      bareThousand: true,
      scales: [
        ['milhao', 1e6],
        ['milhoes', 1e6],
        ['bilhao', 1e9],
        ['bilhoes', 1e9],
      ],
      others: [
        [/dezasseis/, 'dezesseis'],
        [/dezassete/, 'dezessete'],
        [/dezanove/, 'dezenove'],
        [/catorze/, 'quatorze'],
        [/um$/, 'uma'],
        [/dois$/, 'duas'],
        [/entos/, 'entas'],
      ],
      more: [
        ['duzia', 12],
        ['umaduzia', 12],
      ],
      articles: ['um', 'uma'],
      point: ['virgula', 'ponto'],
      half: /^\s+e\s+mei[oa](?!\p{L})/iu,
    },
  ],
  [
    'el',
    {
      write: [greek],
      and: 'και',
      bareThousand: true,
      scales: [
        ['χιλια', 1e3],
        ['χιλιεσ', 1e3],
        ['χιλιοι', 1e3],
        ['χιλιαδεσ', 1e3],
        ['χιλιαδα', 1e3],
      ],
      others: [
        [/ενα$/, 'μια'],
        [/ενα$/, 'ενασ'],
        [/ενα$/, 'εναν'],
        [/τρια$/, 'τρεισ'],
        [/τεσσερα$/, 'τεσσερισ'],
        [/επτα/, 'εφτα'],
        [/οκτω/, 'οχτω'],
        [/εννεα/, 'εννια'],
        [/εννια/, 'εννεα'],
        [/κοσια/, 'κοσιεσ'],
        [/κοσια/, 'κοσιοι'],
      ],
      more: [
        ['μιαμιση', 1.5],
        ['ενάμισι', 1.5],
        ['δυομισι', 2.5],
        ['ντουζινα', 12],
      ],
      articles: ['ενα', 'μια', 'ενασ', 'εναν'],
      point: ['κομμα'],
      half: /^\s+και\s+μισ[ήόη](?!\p{L})/iu,
    },
  ],
  [
    'it',
    {
      write: [italian],
      bareThousand: true,
      scales: [['mila', 1e3]],
      others: [
        [/uno$/, 'un'],
        [/uno$/, 'una'],
      ],
      articles: ['un', 'una', 'uno', 'sei'],
      point: ['virgola'],
      half: /^\s+e\s+mezz[oa](?!\p{L})/iu,
    },
  ],
  [
    'nl',
    {
      write: [dutch],
      bareThousand: true,
      scales: [['duizend', 1e3]],
      more: [['anderhalf', 1.5]],
      articles: ['een'],
      point: ['komma'],
    },
  ],
])

interface NumberTable {
  readonly grammar: Grammar
  /** 0 to 999, folded, without spaces. */
  readonly below1000: ReadonlyMap<string, number>
  /** Words that a number may be made of. */
  readonly parts: ReadonlySet<string>
  /** Largest first. */
  readonly scales: readonly (readonly [name: string, value: number])[]
}

const tables = new Map<string, NumberTable>()

const tableOf = (language: string): NumberTable | undefined => {
  const grammar = grammars.get(language)
  if (grammar === undefined) return undefined
  const known = tables.get(language)
  if (known !== undefined) return known
  const table = makeTable(language, grammar)
  tables.set(language, table)
  return table
}

const makeTable = (language: string, grammar: Grammar): NumberTable => {
  const below1000 = new Map<string, number>()
  const parts = new Set<string>()
  for (let value = 0; value < 1_000; value++)
    for (const write of grammar.write) {
      const words = foldedWords(write(value))
      for (const form of formsOf(words, grammar)) {
        for (const part of form) parts.add(part)
        if (!below1000.has(form.join(''))) below1000.set(form.join(''), value)
      }
    }
  for (const [word, value] of grammar.more ?? []) below1000.set(fold(word), value)
  for (const word of ['a', ...(grammar.more ?? []).map(([word]) => word)]) parts.add(fold(word))
  const scales = scaleNames(language, grammar)
  for (const [name] of scales) parts.add(name)
  return { grammar, below1000, parts, scales }
}

const foldedWords = (written: string): readonly string[] => written.split(/[\s-]+/u).map(fold)

const formsOf = (words: readonly string[], { and, others = [] }: Grammar): readonly (readonly string[])[] => {
  const forms: (readonly string[])[] = [words]
  if (and !== undefined && words.includes(and)) forms.push(words.filter((word) => word !== and))
  for (const [written, other] of others)
    for (const form of [...forms])
      if (form.some((word) => written.test(word)))
        forms.push(form.map((word) => word.replace(written, other)).filter((word) => word !== ''))
  return forms
}

/** The CLDR's names of thousand, million and milliard, short and long, and those it does not have. */
export const scaleNames = (
  language: string,
  { scales = [] }: { readonly scales?: readonly (readonly [string, number])[] } = grammars.get(language) ??
    {},
): readonly (readonly [name: string, value: number])[] => {
  const names = new Map<string, number>(scales)
  for (const compactDisplay of ['long', 'short'] as const) {
    const format = new Intl.NumberFormat(language, { notation: 'compact', compactDisplay })
    for (const scale of [1e3, 1e6, 1e9])
      for (const count of [1, 2, 5]) {
        const written =
          format.formatToParts(count * scale).find(({ type }) => type === 'compact')?.value ?? ''
        const name = fold(written.replace(/\.$/, ''))
        if (name.length > 2 && !/\s/.test(name) && !names.has(name)) names.set(name, scale)
      }
  }
  return [...names].sort(
    ([name, value], [otherName, other]) => other - value || otherName.length - name.length,
  )
}

const partsMax = 14

const runFrom = (
  table: NumberTable,
  text: string,
  words: readonly TextWord[],
  first: number,
): { readonly number: WordNumber; readonly next: number } | undefined => {
  let past = first
  while (past < words.length && past - first < partsMax && isPart(table, text, words, first, past)) past += 1
  for (; past > first; past--) {
    const written = words.slice(first, past).map(({ word }) => word)
    const value = writtenValue(table, written.join(''))
    const start = words[first]?.start ?? 0
    const end = words[past - 1]?.end ?? 0
    if (value === undefined) continue
    const decimal = decimalBehind(table, text, words, past)
    if (decimal !== undefined)
      return {
        number: { value: Number(`${value}.${decimal.digits}`), start, end: decimal.end, isArticle: false },
        next: decimal.next,
      }
    const half = table.grammar.half?.exec(text.slice(end, end + 30))
    if (half)
      return {
        number: { value: value + 0.5, start, end: end + half[0].length, isArticle: false },
        next: past + 2,
      }
    const before = words[first - 1]?.word ?? ''
    const isArticle =
      written.length === 1 &&
      (table.grammar.articles.includes(written[0] ?? '') ||
        (value === 1 && table.grammar.pronounAfter?.includes(before) === true))
    return { number: { value, start, end, isArticle }, next: past }
  }
  return undefined
}

/** Parts of a number stand beside each other, with a space or a hyphen between them. */
const isPart = (
  table: NumberTable,
  text: string,
  words: readonly TextWord[],
  first: number,
  at: number,
): boolean => {
  const word = words[at]
  const last = words[at - 1]
  if (word === undefined) return false
  if (at > first && last !== undefined && !/^[\s-]{1,3}$/.test(text.slice(last.end, word.start))) return false
  if (at === first && /[\p{N}]/u.test(text[word.start - 1] ?? '')) return false
  return table.parts.has(word.word) || writtenValue(table, word.word) !== undefined
}

const writtenValue = (
  table: NumberTable,
  written: string,
  below = Number.POSITIVE_INFINITY,
): number | undefined => {
  const known = table.below1000.get(written)
  if (known !== undefined || written.length > writtenLengthMax) return known
  for (const [name, scale] of table.scales) {
    const at = scale < below ? written.indexOf(name) : -1
    if (at < 0) continue
    const before = written.slice(0, at)
    const behind = written.slice(at + name.length)
    const times = before === '' ? bareValue(table, scale) : writtenValue(table, before, scale)
    const rest = behind === '' ? 0 : restOf(table, behind, scale)
    if (times !== undefined && rest !== undefined) return times * scale + rest
  }
  return undefined
}

const writtenLengthMax = 120

const bareValue = (table: NumberTable, scale: number): number | undefined =>
  scale === 1_000 && table.grammar.bareThousand ? 1 : undefined

const restOf = (table: NumberTable, written: string, below: number): number | undefined => {
  const direct = writtenValue(table, written, below)
  if (direct !== undefined) return direct
  const and = ['and', 'und', 'y', 'et', 'e', 'και', 'en'].find((word) => written.startsWith(word))
  return and === undefined ? undefined : writtenValue(table, written.slice(and.length), below)
}

const decimalBehind = (
  table: NumberTable,
  text: string,
  words: readonly TextWord[],
  at: number,
): { readonly digits: string; readonly end: number; readonly next: number } | undefined => {
  if (!table.grammar.point.includes(words[at]?.word ?? '')) return undefined
  const gap = text.slice(words[at - 1]?.end, words[at]?.start)
  if (!/^\s{1,3}$/.test(gap)) return undefined
  let digits = ''
  let next = at + 1
  for (; next < words.length && digits.length < 6; next++) {
    const digit = table.below1000.get(words[next]?.word ?? '')
    if (digit === undefined || digit > 99) break
    digits += String(digit)
  }
  return digits === '' ? undefined : { digits, end: words[next - 1]?.end ?? 0, next }
}
