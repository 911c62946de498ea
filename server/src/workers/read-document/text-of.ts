import chardet from 'chardet'
import type { DocumentBytes } from '../../deps.ts'

/**
 * The text of bytes: in the encoding that was told, in that of the page's own `meta`, in UTF-8. What is none of it is
 * read in the encoding it looks like, because spreadsheets still write that of the country they are in, and a document
 * full of � answers nobody.
 */
export const textOf = ({ content, charset, mediaType }: DocumentBytes): string => {
  const head = Buffer.from(content.subarray(0, 2_048)).toString('latin1')
  const meta = mediaType.includes('html') ? /<meta[^>]+charset=["']?([\w-]+)/i.exec(head)?.[1] : undefined
  const decoder = decoderOf(charset) ?? decoderOf(meta)
  const text = (decoder?.decode(content) ?? utf8Of(content) ?? guessed(content)).replaceAll('\0', '')
  const sample = text.slice(0, sampleLength)
  if ((sample.match(unreadable)?.length ?? 0) > unreadableShareMax * sample.length)
    throw new Error('is not text; is it another kind of file than its name says?')
  return text
}

const sampleLength = 100_000
const unreadableShareMax = 0.05
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const unreadable = /[\x01-\x08\x0e-\x1f\x7f\uFFFD]/g

const decoderOf = (label: string | undefined): TextDecoder | undefined => {
  try {
    return label === undefined ? undefined : new TextDecoder(label)
  } catch {
    return undefined
  }
}

const utf8Of = (content: Uint8Array): string | undefined => {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(content)
  } catch {
    return undefined
  }
}

const guessed = (content: Uint8Array): string => {
  const name = chardet.detect(content.subarray(0, sampleLength)) ?? 'utf-8'
  // Greek files are of Windows, which has another place for Ά.
  const decoder = decoderOf(name === 'ISO-8859-7' ? 'windows-1253' : name) ?? new TextDecoder()
  return decoder.decode(content)
}
