import type { TextBlock } from '../../brain/knowledge/split-passages.ts'
import type { ParsedText } from './parsed-text.ts'

/**
 * Plain text as paragraphs, which are parted by empty lines. A short line by itself that ends no sentence and has a
 * paragraph behind it is that one's heading; two such lines at the very top are the title and the first heading.
 */
export const parseText = (text: string): ParsedText => {
  const paragraphs = text
    .split(/\r?\n\s*\r?\n/)
    .map((paragraph) => paragraph.trim())
    .filter((paragraph) => paragraph !== '')
  const looksLikeHeading = paragraphs.map(
    (paragraph) => paragraph.length <= headingLengthMax && headingLine.test(paragraph),
  )
  const blocks = paragraphs.map((paragraph, index): TextBlock => {
    const isTitle = index === 0 && looksLikeHeading[0] === true && looksLikeHeading[2] === false
    const isLead = looksLikeHeading[index] === true && looksLikeHeading[index + 1] === false
    if (isTitle || isLead) return { type: 'heading', level: index === 0 ? 1 : 2, text: paragraph }
    return { type: 'text', text: paragraph.replace(/\s*\r?\n\s*/g, ' ') }
  })
  const [first] = blocks
  return { title: first?.type === 'heading' ? first.text : '', blocks }
}

const headingLengthMax = 80
/** One line that is no item of a list and whose end is not that of a sentence. */
const headingLine = /^(?![-*•]|\d+[.)]\s)[^\n]*[^\n.!?:;,…"”»)]$/u
