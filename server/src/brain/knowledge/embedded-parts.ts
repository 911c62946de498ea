/** The model reads some 200 words, so a passage is embedded in parts of that length, each with its heading. */
export const embeddedParts = ({
  heading,
  text,
}: {
  readonly heading?: string
  readonly text: string
}): readonly string[] => {
  const words = text.split(/\s+/)
  const count = Math.max(1, Math.round(words.length / partWords))
  const length = Math.ceil(words.length / count)
  return Array.from({ length: count }, (_, index) => {
    const part = words.slice(index * length, (index + 1) * length).join(' ')
    return heading === undefined ? part : `${heading}\n${part}`
  })
}

const partWords = 150
