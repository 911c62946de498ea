type Environment = Readonly<Record<string, string | undefined>>

export const secretPrefix = 'DRAGOMAN_SECRET_'

/** As the agent document writes a name. */
const namePattern = /^[A-Z][A-Z0-9_]{0,63}$/

/**
 * The secrets that agent documents name: `DRAGOMAN_SECRET_OPENAI` is the secret `OPENAI`. Settings of our own are
 * none of them, so that no document can send out DRAGOMAN_SECRET_KEY, which seals what is stored.
 */
export const documentSecrets = (
  env: Environment,
  ownNames: readonly string[],
): {
  readonly byName: ReadonlyMap<string, string>
  /** What is left of the environment. */
  readonly others: Environment
  readonly faults: readonly string[]
} => {
  const byName = new Map<string, string>()
  const others: Record<string, string | undefined> = {}
  const faults: string[] = []
  for (const [name, value] of Object.entries(env)) {
    if (!name.startsWith(secretPrefix) || ownNames.includes(name)) {
      others[name] = value
      continue
    }
    const secretName = name.slice(secretPrefix.length)
    const secret = value?.trim() ?? ''
    if (!namePattern.test(secretName))
      faults.push(`${name} is no name of a secret: after ${secretPrefix} come capital letters, digits and _`)
    else if (secret !== '') byName.set(secretName, secret)
  }
  return { byName, others, faults }
}
