/**
 * Other forms of a word that its ending alone makes: plural, case, gender. Cheap and rough, by swapping endings, so
 * it is used only to look for words that somebody listed: of ten forms made here, the nine that nobody listed do no
 * harm. Words are folded.
 */
export const inflections = (word: string, language: string): readonly string[] => {
  const endings = endingsOf.get(language.split('-')[0] ?? '') ?? []
  const forms = new Set<string>()
  for (const ending of endings) {
    if (!word.endsWith(ending)) continue
    const stem = word.slice(0, word.length - ending.length)
    if (stem.length < stemLengthMin) continue
    for (const other of endings) if (other !== ending) forms.add(stem + other)
  }
  return [...forms]
}

const stemLengthMin = 3

const endingsOf: ReadonlyMap<string, readonly string[]> = new Map([
  ['en', ['', 's', 'es']],
  ['de', ['', 'e', 'n', 'en', 'er', 'ern', 'es', 's', 'em']],
  ['es', ['', 's', 'es', 'o', 'a', 'os', 'as']],
  ['pt', ['', 's', 'es', 'o', 'a', 'os', 'as', 'ao', 'oes']],
  ['fr', ['', 's', 'e', 'es', 'x', 'al', 'aux']],
  ['it', ['o', 'i', 'a', 'e']],
  ['nl', ['', 's', 'e', 'en']],
  ['el', ['', 'σ', 'ο', 'οσ', 'ου', 'οι', 'ων', 'ουσ', 'α', 'ασ', 'εσ', 'η', 'ησ', 'ι', 'ια', 'ιου', 'ιων']],
])
