/**
 * Natural micro-batching: one batch is in flight; whatever arrives meanwhile is the next. Nobody waits on a timer.
 */
export const batches = <Item>(
  write: (items: readonly Item[]) => Promise<void>,
): ((item: Item, onWritten: (error?: unknown) => void) => void) => {
  let waiting: { item: Item; onWritten: (error?: unknown) => void }[] = []
  let isWriting = false

  const writeNext = (): void => {
    if (isWriting || waiting.length === 0) return
    const batch = waiting
    waiting = []
    isWriting = true
    const written = (error?: unknown): void => {
      isWriting = false
      writeNext()
      for (const { onWritten } of batch) onWritten(error)
    }
    write(batch.map(({ item }) => item)).then(() => written(), written)
  }

  return (item, onWritten) => {
    waiting.push({ item, onWritten })
    // What this turn of the event loop still brings in shares the commit.
    if (!isWriting && waiting.length === 1) setImmediate(writeNext)
  }
}
