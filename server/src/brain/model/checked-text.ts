import { note, type OpenTurn } from '../open-turn.ts'
import { withoutInvisible } from './claims/plain-text.ts'
import { uncarriedClaim } from './claims.ts'
import { evidenceOf } from './evidence-of.ts'

/** The text as it may be said; undefined, with a note, when it claims what nothing carries. */
export const checkedText = (
  turn: OpenTurn,
  text: string,
  sources: Parameters<typeof evidenceOf>[1],
): string | undefined => {
  const { factuality_sensitivity = 'medium', forbidden_patterns = [] } = turn.agent.document.guidelines ?? {}
  const shown = withoutInvisible(text).trim()
  const claim = uncarriedClaim(shown, evidenceOf(turn, sources), {
    sensitivity: factuality_sensitivity,
    forbidden: forbidden_patterns,
  })
  if (claim === undefined) return shown
  note(turn, `model: its text was not said, because nothing carries ${claim}`)
  return undefined
}
