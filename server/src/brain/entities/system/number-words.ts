import { fold, type TextWord } from '../text-words.ts'
import { type NumberGrammar, numberGrammars } from './number-grammars.ts'
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

interface NumberTable {
  readonly grammar: NumberGrammar
  /** 0 to 999, folded, without spaces. */
  readonly below1000: ReadonlyMap<string, number>
  /** Words that a number may be made of. */
  readonly parts: ReadonlySet<string>
  /** Largest first. */
  readonly scales: readonly (readonly [name: string, value: number])[]
}

const tables = new Map<string, NumberTable>()

const tableOf = (language: string): NumberTable | undefined => {
  const grammar = numberGrammars.get(language)
  if (grammar === undefined) return undefined
  const known = tables.get(language)
  if (known !== undefined) return known
  const table = makeTable(language, grammar)
  tables.set(language, table)
  return table
}

const makeTable = (language: string, grammar: NumberGrammar): NumberTable => {
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

const formsOf = (
  words: readonly string[],
  { and, others = [] }: NumberGrammar,
): readonly (readonly string[])[] => {
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
  { scales = [] }: { readonly scales?: readonly (readonly [string, number])[] } = numberGrammars.get(
    language,
  ) ?? {},
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
  for (const and of ands)
    if (written.startsWith(and)) {
      const value = writtenValue(table, written.slice(and.length), below)
      if (value !== undefined) return value
    }
  return undefined
}

const ands = ['and', 'und', 'y', 'et', 'e', 'και', 'en']

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
