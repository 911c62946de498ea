/** The test after which something is cleaned away. */
export interface Owner {
  after(work: () => Promise<void>): void
}

/** Cleans away in the opposite order of making, all of it, whatever fails: a folder goes after who lives in it. */
export const ownerOf = (test: Owner): Owner => {
  const works: (() => Promise<void>)[] = []
  test.after(async () => {
    const failures: unknown[] = []
    for (const work of works.reverse()) await work().catch((error: unknown) => failures.push(error))
    if (failures.length > 0) throw new AggregateError(failures, 'the test could not be cleaned away')
  })
  return { after: (work) => void works.push(work) }
}
