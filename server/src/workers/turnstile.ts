/** Lets so many works through at once; the others wait, first come, first served. */
export const createTurnstile = (atOnceMax: number): (<T>(work: () => Promise<T>) => Promise<T>) => {
  let inside = 0
  const waiting: (() => void)[] = []
  return async (work) => {
    if (inside < atOnceMax) inside += 1
    else await new Promise<void>((enter) => waiting.push(enter))
    try {
      return await work()
    } finally {
      const enter = waiting.shift()
      if (enter) enter()
      else inside -= 1
    }
  }
}
