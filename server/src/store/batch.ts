import { storeUnavailable } from './store-errors.ts'

/**
 * Natural micro-batching: while one batch is under way, whatever arrives meanwhile is the next, and many callers share
 * one commit. Who comes alone waits for nobody. Where batches follow each other, they leave half as much time between them
 * as they take (docs/decisions/0012-even-load.md).
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
  /**
   * So many that wait are begun at once; fewer, when the last batch has been over for half as long as it took. Without
   * it all are begun at once.
   */
  readonly enoughItems?: number
  /** How long the first of fewer items may wait for company: for those that nobody is waiting for. */
  readonly lingerMs?: number
  readonly keyOf?: (item: Item) => string
  /** Is it pointless to try the items one by one after this error? */
  readonly isFinal: (error: unknown) => boolean
  /** Did it only meet somebody else at the same moment? */
  readonly isClash?: (error: unknown) => boolean
  /** How long an item may wait for its batch to begin. */
  readonly waitMsMax?: number
  /** ms of a monotonic clock */
  readonly now?: () => number
}

const waitMsMaxDefault = 5_000

const clashesMax = 5

/** Of the time that a batch took. */
const pauseRatio = 0.5
/** After a batch that was held up by others nobody needs to wait so long. */
const pauseMsMax = 10

interface Waiting<Item, Result> {
  readonly item: Item
  /** ms of the monotonic clock */
  readonly since: number
  readonly resolve: (result: Result) => void
  readonly reject: (error: unknown) => void
}

export const createBatcher = <Item, Result>(options: BatchOptions<Item, Result>) => {
  const now = options.now ?? (() => performance.now())
  let queue: Waiting<Item, Result>[] = []
  const busyKeys = new Set<string>()
  let inFlight = 0
  let scheduled = false
  /** When the last batch began. */
  let begunAt = 0
  /** When the pause after the last batch that ended is over. */
  let pausedUntil = 0
  let timer: NodeJS.Timeout | undefined

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
    const leftMs = startsAt() - now()
    if (leftMs > 0) timer ??= setTimeout(lookAgain, Math.ceil(leftMs))
    return leftMs <= 0
  }

  const startsAt = (): number => {
    const { lateAfterMs = 0, enoughItems = 1, lingerMs = 0 } = options
    const isEnough = queue.length >= enoughItems
    const lingersUntil = isEnough ? 0 : (queue[0]?.since ?? 0) + lingerMs
    if (inFlight > 0) return Math.max(begunAt + lateAfterMs, lingersUntil)
    return isEnough ? 0 : Math.max(pausedUntil, lingersUntil)
  }

  const lookAgain = (): void => {
    timer = undefined
    schedule()
  }

  const stopTimer = (): void => {
    clearTimeout(timer)
    timer = undefined
  }

  const startNext = (): boolean => {
    if (!mayStart()) return false
    refuseLate()
    const batch = takeBatch()
    if (batch.length === 0) return false
    inFlight += 1
    stopTimer()
    begunAt = now()
    const batchBegunAt = begunAt
    void runBatch(batch).finally(() => {
      inFlight -= 1
      const endedAt = now()
      pausedUntil = endedAt + Math.min((endedAt - batchBegunAt) * pauseRatio, pauseMsMax)
      stopTimer()
      if (options.keyOf) for (const { item } of batch) busyKeys.delete(options.keyOf(item))
      schedule()
    })
    return true
  }

  /** The queue is in the order of arrival. */
  const refuseLate = (): void => {
    const latest = now() - (options.waitMsMax ?? waitMsMaxDefault)
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
        queue.push({ item, since: now(), resolve, reject })
        schedule()
      }),
    /** How many wait; for the metrics. */
    waiting: (): number => queue.length,
  }
}
