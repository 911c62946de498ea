import type { Understanding } from './model.ts'

/**
 * Quick replies and greetings are worded alike all day long. What words alone made of the last texts is kept, so that
 * such a message is not taken apart again: more than half of the time that an ordinary turn thinks. The same text means the
 * same to the same agent, so nobody can tell the difference.
 *
 * @param agent goes by identity: another version, another memory
 * @param read undefined = words alone do not make it clear
 */
export const recall = (
  agent: object,
  text: string,
  read: () => Understanding | undefined,
): Understanding | undefined => {
  const known = readingsOf(agent)
  const kept = known.get(text)
  if (kept) return kept
  const fresh = read()
  if (fresh && text.length <= textLengthMax) keep(known, text, fresh)
  return fresh
}

const textsMax = 100
const textLengthMax = 200

const readings = new WeakMap<object, Map<string, Understanding>>()

const readingsOf = (agent: object): Map<string, Understanding> => {
  const known = readings.get(agent)
  if (known) return known
  const fresh = new Map<string, Understanding>()
  readings.set(agent, fresh)
  return fresh
}

/** The oldest goes: one that is said often is soon there again. */
const keep = (known: Map<string, Understanding>, text: string, understanding: Understanding): void => {
  const oldest = known.keys().next()
  if (known.size >= textsMax && !oldest.done) known.delete(oldest.value)
  known.set(text, understanding)
}
