import { Refusal } from './errors.ts'

/** One page of a list: at most `limit` of the rows, of which one more was asked for to know whether there are more. */
export interface ListPage<Item> {
  readonly items: readonly Item[]
  /** Where to go on from; null at the end. */
  readonly next: string | null
}

export const pageOf = <Item>(
  rows: readonly Item[],
  limit: number,
  cursorOf: (item: Item) => string,
): ListPage<Item> => {
  const items = rows.slice(0, limit)
  const last = items.at(-1)
  return { items, next: rows.length > limit && last !== undefined ? cursorOf(last) : null }
}

/** A cursor that counts within a session: a position, a sequence, a turn. */
export const countAfter = (after: string | undefined): number => {
  if (after === undefined) return 0
  if (!/^\d{1,9}$/.test(after))
    throw new Refusal('invalid-payload', 'after: must be the `next` of an earlier page')
  return Number(after)
}
