export interface Amount {
  /** Any of these carries it: some spellings can be read two ways. None: it claims nothing, and only carries. */
  readonly keys: readonly string[]
  /** What it carries, where it is the evidence. */
  readonly carries: readonly string[]
  readonly text: string
}

export interface Page {
  readonly amounts: Amount[]
  readonly rest: () => string
  /** Gives what matches to an amount and blanks it; undefined leaves it for others. */
  readonly take: (pattern: RegExp, amountOf: (match: RegExpMatchArray) => Amount | undefined) => void
  readonly blank: (start: number, end: number) => void
}

export const pageOf = (text: string): Page => {
  let rest = text
  const amounts: Amount[] = []
  const blank = (start: number, end: number): void => {
    rest = rest.slice(0, start) + ' '.repeat(end - start) + rest.slice(end)
  }
  return {
    amounts,
    rest: () => rest,
    blank,
    take: (pattern, amountOf) => {
      for (const match of [...rest.matchAll(pattern)]) {
        const amount = amountOf(match)
        if (amount === undefined) continue
        amounts.push(amount)
        blank(match.index, match.index + match[0].length)
      }
    },
  }
}

export const plainAmount = (text: string, ...keys: string[]): Amount => ({
  keys,
  carries: keys,
  text: text.trim(),
})
