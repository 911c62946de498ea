/**
 * A text as it is read, for comparing: what Markdown and Unicode can hide is undone, so that a number in bold, a dot
 * of another script or a letter with a zero-width neighbour is what the reader sees.
 */
export const plainText = (text: string): string =>
  withoutInvisible(text.normalize('NFKC'))
    .replace(/\\(?=[!-/:-@[-`{-~])/g, '')
    .replace(/[*~`]+/g, '')
    .replace(/(?<![\p{L}\p{N}/._-])_+|_+(?![\p{L}\p{N}/._-])/gu, '')
    .replace(/[。｡]/g, '.')

/** Zero-width, bidirectional and tag characters show nothing, and change what stands beside them. */
export const withoutInvisible = (text: string): string => text.replace(invisible, '')

/** Not U+200D, which holds emoji together, nor U+200C, which Persian is written with. */
const invisible = /[\u00AD\u034F\u061C\u115F\u1160\u17B4\u17B5\u180E\u200B\u200E\u200F\u2028-\u202E\u2060-\u206F\uFEFF\u{E0000}-\u{E0FFF}]/gu
