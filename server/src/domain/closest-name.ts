import { editDistance } from './edit-distance.ts'

/** The known name that was probably meant, or undefined when none is near (at most a third of the letters differ). */
export const closestName = (written: string, known: Iterable<string>): string | undefined => {
  let best: string | undefined
  let bestDistance = Math.max(1, Math.floor(written.length / 3)) + 1
  for (const name of known) {
    if (Math.abs(name.length - written.length) >= bestDistance) continue
    const distance = editDistance(written.toLowerCase(), name.toLowerCase())
    if (distance < bestDistance) {
      best = name
      bestDistance = distance
    }
  }
  return best
}

/** A cure that starts with the probable name, if there is one. */
export const didYouMean = (written: string, known: Iterable<string>, otherwise: string): string => {
  const name = closestName(written, known)
  return name === undefined ? otherwise : `did you mean ${name}? ${otherwise}`
}
