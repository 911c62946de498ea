/**
 * The job of the "lane queue ceiling" row: `lanes` lanes with `jobsPerLane` jobs each, a handler that does nothing but
 * look whether its lane's order holds. Filled first, then worked off for at most `durationMs`.
 */
export const lanes = Number(process.env.BENCH_LANES ?? 20_000)
export const jobsPerLane = Number(process.env.BENCH_JOBS_PER_LANE ?? 5)
const durationMs = Number(process.env.BENCH_DURATION_MS ?? 10_000)
const pollMs = 10

export interface LaneJob {
  readonly lane: number
  readonly place: number
}

/** Lane by lane within each place, as traffic over many sessions comes in. */
export const allJobs = (): LaneJob[] => {
  const jobs: LaneJob[] = []
  for (let place = 1; place <= jobsPerLane; place++)
    for (let lane = 0; lane < lanes; lane++) jobs.push({ lane, place })
  return jobs
}

let done = 0
let outOfOrder = 0
const lastPlaces = new Map<number, number>()

export const work = ({ lane, place }: LaneJob): void => {
  if (place !== (lastPlaces.get(lane) ?? 0) + 1) outOfOrder += 1
  lastPlaces.set(lane, place)
  done += 1
}

/** Starts the workers, waits for the end or the time limit, prints the result and ends the process. */
export const measureLanes = async (startWorkers: () => Promise<unknown>): Promise<never> => {
  const startedAt = performance.now()
  await startWorkers()
  let elapsedMs = 0
  while (done < lanes * jobsPerLane && elapsedMs < durationMs) {
    await new Promise((resolve) => setTimeout(resolve, pollMs))
    elapsedMs = performance.now() - startedAt
  }
  process.stdout.write(`${JSON.stringify({ done, outOfOrder, perSecond: done / (elapsedMs / 1000) })}\n`)
  process.exit(0)
}
