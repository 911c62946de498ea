import type { Passage } from '../turn-types.ts'

/** Where an answer stands, as a line of Markdown: `Source: [title](url)`, or the title alone without an address. */
export const citation = (passages: readonly Passage[], language: string | undefined): string => {
  const links = new Set(passages.map(({ title, url }) => linkOf(title, url)))
  const words = sourceWords[(language ?? 'en').split('-')[0] ?? 'en'] ?? english
  return `${words[links.size > 1 ? 1 : 0]}: ${[...links].join(', ')}`
}

const linkOf = (title: string, url: string | undefined): string => {
  const text = title.replace(/[\\[\]*_`<>]/g, '\\$&')
  return url === undefined ? text : `[${text}](${url.replaceAll('(', '%28').replaceAll(')', '%29')})`
}

const english = ['Source', 'Sources'] as const

/** One, and several. */
const sourceWords: Readonly<Record<string, readonly [string, string]>> = {
  en: english,
  de: ['Quelle', 'Quellen'],
  es: ['Fuente', 'Fuentes'],
  fr: ['Source', 'Sources'],
  pt: ['Fonte', 'Fontes'],
  it: ['Fonte', 'Fonti'],
  nl: ['Bron', 'Bronnen'],
  el: ['Πηγή', 'Πηγές'],
}
