/** A line of JSON as a person would break it: what fits stays on one line. Anything else stays as it is. */
export const formatted = (line: string): string => {
  try {
    return broken(JSON.parse(line), '')
  } catch {
    return line
  }
}

const lineLengthMax = 108

const broken = (value: unknown, indent: string, lead = ''): string => {
  const flat = spaced(value)
  if (
    indent.length + lead.length + flat.length <= lineLengthMax ||
    typeof value !== 'object' ||
    value === null
  )
    return flat
  const inner = `${indent}  `
  const parts = Array.isArray(value)
    ? value.map((item) => inner + broken(item, inner))
    : Object.entries(value).map(([key, item]) => {
        const name = `${JSON.stringify(key)}: `
        return inner + name + broken(item, inner, name)
      })
  const [open, close] = Array.isArray(value) ? ['[', ']'] : ['{', '}']
  return `${open}\n${parts.join(',\n')}\n${indent}${close}`
}

/** On one line, with a space where a person writes one. */
const spaced = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map(spaced).join(', ')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const parts = Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}: ${spaced(item)}`)
  return parts.length === 0 ? '{}' : `{ ${parts.join(', ')} }`
}
