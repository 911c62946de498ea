/**
 * Loaded into the product before it starts: each SIGUSR2 moves its wall clock on through these, ms. Its monotonic clock
 * and its timers go on as they do when somebody sets the time of a machine.
 */
const shiftsMs = [3_600_000, -3_600_000, 0]
const realNow = Date.now
let step = -1

Date.now = () => realNow() + (shiftsMs[step] ?? 0)
process.on('SIGUSR2', () => {
  step = (step + 1) % shiftsMs.length
})
