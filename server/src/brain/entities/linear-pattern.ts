import { RE2JS } from 're2js'

/*
 * Regular expressions that an operator writes, in time linear in the text whatever the pattern: a port of RE2, which
 * has no backtracking. (V8's own engine takes minutes for `(a+)+$` on thirty letters.) What linear time cannot have,
 * look-around and back references, is refused when the document is checked.
 *
 * Linear is per instruction of the compiled pattern, so the size of that is bounded too. Compiled patterns are kept;
 * the oldest goes when there are many.
 */
export interface LinearPattern {
  test(text: string): boolean
  /** The first match at or after `from`. */
  exec(text: string, from?: number): PatternMatch | undefined
}

export interface PatternMatch {
  readonly start: number
  readonly end: number
  readonly text: string
  /** Group 1, 2, …; undefined where a group took no part. */
  readonly groups: readonly (string | undefined)[]
}

/** The pattern, ready to run. Throws on a pattern in which `patternFault` finds a fault. */
export const linearPattern = (source: string): LinearPattern => {
  const known = kept.get(source)
  if (known !== undefined) return known
  const pattern = makePattern(compile(source))
  const oldest = kept.size >= keptMax ? kept.keys().next().value : undefined
  if (oldest !== undefined) kept.delete(oldest)
  kept.set(source, pattern)
  return pattern
}

/** What is wrong with the pattern, for the person who wrote it, or undefined. */
export const patternFault = (source: string): string | undefined => {
  try {
    linearPattern(source)
    return undefined
  } catch (error) {
    return problemOf(source, error)
  }
}

const keptMax = 1_000
const kept = new Map<string, LinearPattern>()

/** Steps for each character of the text: 2,000 of them read a message of 10,000 characters in about 100 ms. */
const instructionsMax = 2_000

const compile = (source: string): RE2JS => {
  const compiled = RE2JS.compile(source)
  const size = compiled.programSize()
  if (size > instructionsMax)
    throw new RangeError(`it is too large: ${size} steps, ${instructionsMax} at most; repeat less`)
  return compiled
}

const makePattern = (compiled: RE2JS): LinearPattern => ({
  test: (text) => compiled.matcher(text).find(),
  exec: (text, from = 0) => {
    const matcher = compiled.matcher(text)
    if (from > text.length || !matcher.find(from)) return undefined
    const groups = Array.from(
      { length: matcher.groupCount() },
      (_, index) => matcher.group(index + 1) ?? undefined,
    )
    return { start: matcher.start(), end: matcher.end(), text: matcher.group() ?? '', groups }
  },
})

const problemOf = (source: string, error: unknown): string => {
  if (/\(\?<?[=!]/.test(source)) return 'it looks ahead or behind, which is not possible in linear time'
  if (/(?<!\\)(?:\\\\)*\\[1-9]/.test(source))
    return 'it refers back to a group, which is not possible in linear time'
  if (error instanceof RangeError) return error.message
  return error instanceof Error ? error.message.replace('error parsing regexp: ', '') : 'cannot be read'
}
