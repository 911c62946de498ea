import type { Understanding } from '../../server/src/brain/intents/model.ts'

/** What the model made of one message of the test. */
export interface Guess {
  /** null when the message means none of the intents */
  readonly meant: string | null
  readonly guessed: string
  readonly confidence: number
  readonly verdict: Understanding['verdict']
}

export const isRight = ({ meant, guessed }: Guess): boolean => meant === guessed

/** Parts of 1. */
export const share = (guesses: readonly Guess[], is: (guess: Guess) => boolean): number =>
  guesses.filter(is).length / guesses.length

/** The mean over the intents of the test, each counting the same. */
export const macroF1 = (guesses: readonly Guess[]): number => {
  const meant = Map.groupBy(guesses, (one) => one.meant)
  const guessed = Map.groupBy(guesses, (one) => one.guessed)
  const scores = [...meant].map(([intent, own]) => {
    const right = own.filter(isRight).length
    return (2 * right) / (own.length + (guessed.get(intent ?? '')?.length ?? 0))
  })
  return scores.reduce((sum, score) => sum + score, 0) / scores.length
}

/** The chance that a message with a meaning is given more confidence than one without. */
export const areaUnderCurve = (meant: readonly Guess[], strange: readonly Guess[]): number => {
  const rising = strange.map(({ confidence }) => confidence).sort((one, other) => one - other)
  const below = (confidence: number, orEqual: boolean): number => {
    let [from, to] = [0, rising.length]
    while (from < to) {
      const middle = (from + to) >> 1
      const value = rising[middle] ?? 0
      if (value < confidence || (orEqual && value === confidence)) from = middle + 1
      else to = middle
    }
    return from
  }
  const wins = meant.map(({ confidence }) => (below(confidence, false) + below(confidence, true)) / 2)
  return wins.reduce((sum, won) => sum + won, 0) / (meant.length * strange.length)
}

/** Expected calibration error in ten steps: how far confidence is from being right. */
export const calibrationError = (guesses: readonly Guess[]): number => {
  const steps = Map.groupBy(guesses, ({ confidence }) => Math.min(9, Math.floor(confidence * 10)))
  const errors = [...steps.values()].map((step) =>
    Math.abs(step.reduce((sum, one) => sum + one.confidence - (isRight(one) ? 1 : 0), 0)),
  )
  return errors.reduce((sum, error) => sum + error, 0) / guesses.length
}
