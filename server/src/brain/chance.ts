/** A stream of numbers in [0, 1) that its seed decides (mulberry32): the brain's only source of chance. */
export const chance = (seed: number): (() => number) => {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** One of the items; undefined only when there is none. */
export const pick = <Item>(random: () => number, items: readonly Item[]): Item | undefined =>
  items[Math.floor(random() * items.length)]

/** A new array in random order (Fisher-Yates). */
export const shuffled = <Item>(random: () => number, items: readonly Item[]): Item[] => {
  const order = [...items]
  for (let last = order.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1))
    const moved = order[last]
    const replacement = order[other]
    if (moved === undefined || replacement === undefined) continue
    order[last] = replacement
    order[other] = moved
  }
  return order
}
