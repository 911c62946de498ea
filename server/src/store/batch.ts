import { storeUnavailable } from './store-errors.ts'

/**
 * Natural micro-batching: while one batch is under way, whatever arrives meanwhile is the next. Nobody waits on a
 * timer, and many callers share one commit.
 *
 * 1. Items of one key (a session) are worked on in the order of their arrival, and never in two batches at once.
 * 2. A batch that fails is tried again item by item, so that one bad item fails alone; when the store is away
 *    there is no second try.
 * 3. An item that clashed with another process is tried again: by then the other one is done.
 * 4. An item that has waited too long is refused: behind a store that stands still the queue would grow without end,
 *    of callers who have long gone.
 */
export interface BatchOptions<Item, Result> {
  /** One result for each item, in order; an Error among them fails that item alone. */
  readonly run: (items: readonly Item[]) => Promise<readonly (Result | Error)[]>
  readonly itemsMax: number
  readonly inFlightMax: number
  /**
   * A further batch begins beside others only when all of them have been under way for so long. Fewer and larger
   * batches cost less; but one that is stuck behind somebody's lock must not hold up the rest.
   */
  readonly lateAfterMs?: number
  readonly keyOf?: (item: Item) => string
  /** Is it pointless to try the items one by one after this error? */
  readonly isFinal: (error: unknown) => boolean
  /** Did it only meet somebody else at the same moment? */
  readonly isClash?: (error: unknown) => boolean
  /** How long an item may wait for its batch to begin. */
  readonly waitMsMax?: number
}

const waitMsMaxDefault = 5_000

const clashesMax = 5

interface Waiting<Item, Result> {
  readonly item: Item
  /** ms of the monotonic clock */
  readonly since: number
  readonly resolve: (result: Result) => void
  readonly reject: (error: unknown) => void
}

export const createBatcher = <Item, Result>(options: BatchOptions<Item, Result>) => {
  let queue: Waiting<Item, Result>[] = []
  const busyKeys = new Set<string>()
  let inFlight = 0
  let scheduled = false
  /** When the last batch began. */
  let begunAt = 0
  let lateTimer: NodeJS.Timeout | undefined

  const schedule = (): void => {
    if (scheduled || queue.length === 0 || !mayStart()) return
    scheduled = true
    // Requests read in the same turn of the event loop share the batch.
    setImmediate(() => {
      scheduled = false
      // When all that waits is of keys in hand, the end of their batch schedules the next.
      if (startNext()) schedule()
    })
  }

  const mayStart = (): boolean => {
    if (inFlight >= options.inFlightMax) return false
    const { lateAfterMs = 0 } = options
    const leftMs = inFlight === 0 ? 0 : begunAt + lateAfterMs - performance.now()
    if (leftMs > 0) lateTimer ??= setTimeout(lookAgain, Math.ceil(leftMs))
    return leftMs <= 0
  }

  const lookAgain = (): void => {
    lateTimer = undefined
    schedule()
  }

  const startNext = (): boolean => {
    if (!mayStart()) return false
    refuseLate()
    const batch = takeBatch()
    if (batch.length === 0) return false
    inFlight += 1
    begunAt = performance.now()
    void runBatch(batch).finally(() => {
      inFlight -= 1
      clearTimeout(lateTimer)
      lateTimer = undefined
      if (options.keyOf) for (const { item } of batch) busyKeys.delete(options.keyOf(item))
      schedule()
    })
    return true
  }

  /** The queue is in the order of arrival. */
  const refuseLate = (): void => {
    const latest = performance.now() - (options.waitMsMax ?? waitMsMaxDefault)
    const onTime = queue.findIndex(({ since }) => since >= latest)
    for (const { reject } of queue.splice(0, onTime === -1 ? queue.length : onTime))
      reject(storeUnavailable('the store did not get round to it in time', undefined))
  }

  /** The oldest items whose key no other batch has in hand. */
  const takeBatch = (): Waiting<Item, Result>[] => {
    const batch: Waiting<Item, Result>[] = []
    const { keyOf, itemsMax } = options
    if (!keyOf) return queue.splice(0, itemsMax)
    const held: Waiting<Item, Result>[] = []
    const ownKeys = new Set<string>()
    let index = 0
    for (; index < queue.length && batch.length < itemsMax; index += 1) {
      const waiting = queue[index]
      if (waiting === undefined) break
      const key = keyOf(waiting.item)
      if (busyKeys.has(key) && !ownKeys.has(key)) held.push(waiting)
      else {
        ownKeys.add(key)
        busyKeys.add(key)
        batch.push(waiting)
      }
    }
    queue = held.concat(queue.slice(index))
    return batch
  }

  const runBatch = async (batch: readonly Waiting<Item, Result>[], clashes = 0): Promise<void> => {
    try {
      const results = await options.run(batch.map(({ item }) => item))
      batch.forEach((waiting, index) => {
        const result = results[index]
        if (result instanceof Error) waiting.reject(result)
        else waiting.resolve(result as Result)
      })
    } catch (error) {
      if (options.isFinal(error)) for (const { reject } of batch) reject(error)
      else if (batch.length > 1) for (const waiting of batch) await runBatch([waiting])
      else if (clashes < clashesMax && options.isClash?.(error)) await runBatch(batch, clashes + 1)
      else for (const { reject } of batch) reject(error)
    }
  }

  return {
    add: (item: Item): Promise<Result> =>
      new Promise((resolve, reject) => {
        queue.push({ item, since: performance.now(), resolve, reject })
        schedule()
      }),
    /** How many wait; for the metrics. */
    waiting: (): number => queue.length,
  }
}
