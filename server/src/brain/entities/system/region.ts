/** The country of a language tag, or the one where the language is mostly spoken: de-AT is AT, el is GR. */
export const regionOf = (language: string): string => {
  try {
    return new Intl.Locale(language).maximize().region ?? 'US'
  } catch {
    return 'US'
  }
}

/** The language of a tag, without its country: pt-BR is pt. */
export const languageOf = (tag: string): string => tag.split('-')[0]?.toLowerCase() ?? ''

/** A tag that Intl knows; English when it does not. */
export const knownTag = (tag: string): string => {
  try {
    return Intl.NumberFormat.supportedLocalesOf([tag])[0] ?? 'en'
  } catch {
    return 'en'
  }
}
