import { getDocumentProxy } from 'unpdf'
import type { TextBlock } from '../../brain/knowledge/split-passages.ts'
import type { ParsedText } from './parsed-text.ts'

/**
 * A PDF knows where letters stand, not what a heading is. Here a line is what stands at one height; a line in larger
 * letters than most of the text is a heading; a gap wider than a line ends a paragraph; what stands on most pages,
 * page numbers aside, is a running head and left out, and so is the table of contents.
 */
export const parsePdf = async (content: Uint8Array): Promise<ParsedText> => {
  const pdf = await getDocumentProxy(new Uint8Array(content)).catch((error: unknown) => {
    const isLocked = error instanceof Error && error.name === 'PasswordException'
    throw new Error(isLocked ? 'is protected by a password' : 'is not a PDF that can be read', {
      cause: error,
    })
  })
  if (pdf.numPages > pagesMax) throw new Error(`has ${pdf.numPages} pages; at most ${pagesMax} are read`)
  const pages: Line[][] = []
  for (let number = 1; number <= pdf.numPages; number += 1) {
    const page = await pdf.getPage(number)
    const { items } = await page.getTextContent()
    pages.push(linesOf(items.filter((item) => 'str' in item)))
    page.cleanup()
  }
  const lines = withoutRunningHeads(pages)
  const { info } = await pdf.getMetadata()
  const title = 'Title' in info && typeof info.Title === 'string' ? info.Title : ''
  const blocks = blocksOf(lines)
  const firstHeading = blocks.find(({ type }) => type === 'heading')
  // What programs write as title is often the name of a file that nobody knows.
  return { title: firstHeading?.text ?? title, blocks }
}

const pagesMax = 2_000

interface Line {
  readonly text: string
  readonly size: number
  /** From the page's top edge down to the line before, in points; 0 for a page's first one. */
  readonly gap: number
}

interface Item {
  readonly str: string
  readonly height: number
  readonly hasEOL: boolean
  readonly transform: readonly number[]
}

const linesOf = (items: readonly Item[]): Line[] => {
  const lines: Line[] = []
  let text = ''
  let size = 0
  let top: number | undefined
  let before: number | undefined
  const close = (): void => {
    if (text.trim() !== '') {
      const gap = before === undefined || top === undefined ? 0 : Math.abs(before - top)
      lines.push({ text: text.replace(/\s+/g, ' ').trim(), size: Math.round(size * 2) / 2, gap })
      before = top
    }
    text = ''
    size = 0
    top = undefined
  }
  for (const item of items) {
    const height = item.transform[5] ?? 0
    if (top !== undefined && Math.abs(height - top) > Math.max(size, item.height) / 2) close()
    if (item.str.trim() !== '') top ??= height
    text += item.str
    size = Math.max(size, item.height)
    if (item.hasEOL) close()
  }
  close()
  return lines
}

const withoutRunningHeads = (pages: readonly (readonly Line[])[]): readonly Line[] => {
  const seen = new Map<string, number>()
  for (const page of pages)
    for (const key of new Set(page.map(runningKey))) seen.set(key, (seen.get(key) ?? 0) + 1)
  const isRunning = (line: Line): boolean =>
    pages.length >= 3 && line.text.length < 120 && (seen.get(runningKey(line)) ?? 0) * 2 > pages.length
  return pages.flatMap((page) => page.filter((line) => !isRunning(line) && !contentsLine.test(line.text)))
}

/** Of a table of contents: dots up to the number of a page. */
const contentsLine = /(?:\.\s?){5,}\s*\d*$/

const runningKey = ({ text }: Line): string => text.replace(/\d+/g, '#')

const blocksOf = (lines: readonly Line[]): readonly TextBlock[] => {
  const usual = commonest(lines)
  const blocks: TextBlock[] = []
  let isOpen = false
  for (const { text, size, gap } of lines) {
    const last = blocks.at(-1)
    if (size >= usual * headingRatioMin && text.length <= headingLengthMax) {
      blocks.push({ type: 'heading', level: size >= usual * topHeadingRatioMin ? 1 : 2, text })
      isOpen = false
    } else if (isOpen && last && (gap === 0 || gap <= size * lineGapMax) && !listItem.test(text)) {
      blocks[blocks.length - 1] = { type: 'text', text: continued(last.text, text) }
    } else {
      blocks.push({ type: 'text', text })
      isOpen = true
    }
  }
  return blocks
}

const headingRatioMin = 1.15
const topHeadingRatioMin = 1.6
const headingLengthMax = 150
const lineGapMax = 1.7
const listItem = /^(?:[-*•–▪]|\d+[.)])\s/

const continued = (before: string, line: string): string =>
  /\p{Ll}-$/u.test(before) && /^\p{Ll}/u.test(line) ? before.slice(0, -1) + line : `${before} ${line}`

/** The size in which most letters are set. */
const commonest = (lines: readonly Line[]): number => {
  const letters = new Map<number, number>()
  for (const { size, text } of lines) letters.set(size, (letters.get(size) ?? 0) + text.length)
  return [...letters].sort((one, other) => other[1] - one[1])[0]?.[0] ?? 1
}
