/** The country of a language tag, or the one where the language is mostly spoken: de-AT is AT, el is GR. */
export const regionOf = (language: string): string => {
  const known = regions.get(language)
  if (known !== undefined) return known
  const region = likelyRegion(language)
  if (regions.size < regionsMax) regions.set(language, region)
  return region
}

/** Asked for with every message, and always with the same few tags. */
const regions = new Map<string, string>()
const regionsMax = 1_000

const likelyRegion = (language: string): string => {
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
