/**
 * How text is seen by the intents: NFKC, lower case, no apostrophes inside words (what's = whats = what’s), split
 * into words of letters, marks and digits, and single emoji. Punctuation and layout are gone, so "Pricing, please!"
 * and "pricing please" are the same phrase.
 */
export interface NormaliseOptions {
  /** Treat é as e. Off by default: in many languages the accent tells words apart. */
  readonly foldAccents?: boolean
}

/** Words beyond this length of text are not looked at: intents are short, and time must be bounded. */
export const classifiedLengthMax = 1_000

export const words = (text: string, options: NormaliseOptions = {}): readonly string[] => {
  const lower = text.slice(0, classifiedLengthMax).normalize('NFKC').toLowerCase().replace(apostrophes, '')
  return folded(lower, options).match(wordPattern) ?? []
}

/** The phrase by which two texts count as the same; empty when nothing in the text can be understood. */
export const phraseOf = (text: string, options: NormaliseOptions = {}): string =>
  words(text, options).join(' ')

const apostrophes = /(?<=\p{L})['’ʼ`](?=\p{L})/gu
const wordPattern = /[\p{L}\p{M}\p{N}]+|\p{Extended_Pictographic}/gu

const folded = (text: string, options: NormaliseOptions): string =>
  options.foldAccents
    ? text
        .normalize('NFD')
        .replace(/\p{M}+/gu, '')
        .normalize('NFC')
    : text
