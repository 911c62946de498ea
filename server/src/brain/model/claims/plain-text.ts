/**
 * A text as it is read, for comparing: what Markdown and Unicode can hide is undone, so that a number in bold, a dot
 * of another script or a letter with a zero-width neighbour is what the reader sees.
 */
export const plainText = (text: string): string =>
  text
    .normalize('NFKC')
    .replace(/\p{DI}/gu, '')
    .replace(/\\(?=[!-/:-@[-`{-~])/g, '')
    .replace(/[*~`]+/g, '')
    .replace(/(?<![\p{L}\p{N}/._-])_+|_+(?![\p{L}\p{N}/._-])/gu, '')
    .replace(/[。｡]/g, '.')

/**
 * Without what shows nothing and changes what stands beside it: zero-width, bidirectional and tag characters. Joiners
 * stay: they hold emoji together, and Persian is written with them.
 */
export const withoutInvisible = (text: string): string =>
  text.replace(/\p{DI}/gu, (character) => (joiners.has(character) ? character : ''))

const joiners: ReadonlySet<string> = new Set(['\u200C', '\u200D', '\uFE0F'])
