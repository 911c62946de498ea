/**
 * A text without what is another thing each time: ids, times, signatures, secrets. An id that comes twice is the same
 * id twice, so an answer that names the wrong one of two is not alike.
 */
export const likeness = (text: string): string => {
  const ids = new Map<string, string>()
  const numbered = (id: string): string => {
    const known = ids.get(id) ?? `<id ${ids.size + 1}>`
    ids.set(id, known)
    return known
  }
  return text
    .replaceAll(uuid, numbered)
    .replaceAll(/v1,[\w+/]+=*/g, '<signature>')
    .replaceAll(/(signature=)[\w-]+/g, '$1<signature>')
    .replaceAll(/\b[\da-f]{64}\b/g, '<hex>')
    .replaceAll(/\b(dgm_|dga_|whsec_)[\w+/]+=*/g, '$1<secret>')
    .replaceAll(/"(hint)": "[^"]*"/g, '"$1": "<hint>"')
    .replaceAll(/\b1\d{12}\b/g, '<ms>')
    .replaceAll(/\b1\d{9}\b/g, '<seconds>')
    .replaceAll(/"(duration_ms|next_probe_in_ms)": \d+/g, '"$1": <ms>')
    .replaceAll(/\s+/g, ' ')
}

const uuid = /\b[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}\b/g
