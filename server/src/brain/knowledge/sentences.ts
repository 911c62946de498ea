/**
 * A passage's text as sentences. Paragraphs are lines apart; a line that ends with a colon and the list behind it are
 * one sentence, because neither says anything alone.
 */
export const sentencesOf = (text: string): readonly { readonly text: string; readonly paragraph: number }[] =>
  blocksOf(text).flatMap((block, paragraph) =>
    (block.includes('\n') ? [block] : split(block)).map((sentence) => ({ text: sentence, paragraph })),
  )

const blocksOf = (text: string): readonly string[] => {
  const blocks: string[] = []
  for (const line of text.split('\n').map((one) => one.trim())) {
    const before = blocks.at(-1)
    const isListed = listItem.test(line) && before !== undefined && /:(?:\n|$)/.test(before)
    if (isListed && before.length + line.length < blockLengthMax)
      blocks[blocks.length - 1] = `${before}\n${line}`
    else if (line !== '') blocks.push(line)
  }
  return blocks
}

const blockLengthMax = 800
const listItem = /^(?:[-*•]|\d+[.)])\s/

const split = (line: string): readonly string[] => {
  const sentences: string[] = []
  let isOpen = false
  for (const { segment } of segmenter.segment(line)) {
    const before = sentences.at(-1)
    if (isOpen && before !== undefined) sentences[sentences.length - 1] = before + segment
    else sentences.push(segment)
    isOpen = abbreviation.test(segment)
  }
  return sentences.map((sentence) => sentence.trim()).filter((sentence) => sentence !== '')
}

const segmenter = new Intl.Segmenter('und', { granularity: 'sentence' })
/** An initial, or a title: the sentence goes on. */
const abbreviation =
  /(?:^|[\s(])(?:\p{Lu}|Dr|Mr|Mrs|Ms|Prof|St|No|Nr|z\.B|ca|bzw|e\.g|i\.e|vs|Sr|Sra|art|κ|π\.χ)\.\s*$/u
