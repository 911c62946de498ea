/**
 * What the world refuses at the start (no such folder, database, address), told with the setting that asked for it:
 * `work.catch(blame('DATABASE_URL'))`.
 */
export const blame =
  (setting: string) =>
  (cause: unknown): never => {
    throw new Error(`${setting}: ${reasonOf(cause)}`, { cause })
  }

/** A host with several addresses gives one refusal for each, and for the whole no words. */
const reasonOf = (error: unknown): string => {
  if (error instanceof AggregateError && error.message === '') return error.errors.map(reasonOf).join(' · ')
  return error instanceof Error ? error.message : String(error)
}
