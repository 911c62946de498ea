import { flushCompileCache } from 'node:module'
import { inspect } from 'node:util'
import { readConfig } from './config.ts'
import { helpText } from './help.ts'
import { openDataFolder } from './open-data-folder.ts'
import { createLog } from './outside/log.ts'
import type { Dragoman } from './start.ts'
import { welcome } from './welcome.ts'

/** Time to drain after SIGTERM or SIGINT, before the process ends anyway. */
const drainMs = 30_000

/** A Ctrl-C reaches everybody in the terminal, and npm passes it on besides: one that comes so soon is no second one. */
const sameSignalMs = 1_000

const argv = process.argv.slice(2)
if (argv.includes('--help') || argv.includes('-h')) {
  process.stdout.write(helpText())
  process.exit(0)
}

const outcome = readConfig(process.env, argv)
if (!outcome.ok) {
  process.stderr.write(`Dragoman cannot start:\n${outcome.faults.map((fault) => `  ${fault}`).join('\n')}\n`)
  process.exit(2)
}

const { config } = outcome
const log = createLog({ level: config.logLevel })

try {
  const waiting = Promise.withResolvers<void>()
  const opening = openDataFolder(config, log, waiting.resolve)
  await Promise.race([waiting.promise, opening])
  // While PostgreSQL is made or started. Loading lets nothing of ours be done in between, so that is under way by now.
  const { startDragoman } = await import('./start.ts')
  // What was compiled is kept now: at the exit, a process that is killed would not, and its next start would take half as
  // long again. 6 ms where nothing is new, and before anybody can wait for an answer.
  flushCompileCache()
  const dragoman = await startDragoman(config, log, opening)
  // Before it is announced: whoever waits for the line may send a signal the moment it is out.
  stopOnSignals(dragoman)
  process.stdout.write(
    config.json ? `${JSON.stringify(announcement(dragoman))}\n` : welcome(dragoman, config),
  )
} catch (error) {
  process.stderr.write(`Dragoman cannot start: ${error instanceof Error ? error.message : String(error)}\n`)
  log.debug({ error: inspect(error) }, 'start failed')
  process.exit(1)
}

function announcement(dragoman: Dragoman): object {
  return {
    listening: dragoman.url,
    pid: process.pid,
    ...(dragoman.demo
      ? { demo: { integration_id: dragoman.demo.integrationId, api_key: dragoman.demo.apiKey } }
      : {}),
  }
}

/** The first signal drains, the second ends at once: nothing that was accepted is lost either way. */
function stopOnSignals(dragoman: Dragoman): void {
  let stoppingSince: number | undefined
  const stop = (signal: NodeJS.Signals): void => {
    if (stoppingSince !== undefined) {
      if (performance.now() - stoppingSince > sameSignalMs) process.exit(1)
      return
    }
    stoppingSince = performance.now()
    log.info({ signal }, 'draining')
    setTimeout(() => process.exit(1), drainMs).unref()
    dragoman.stop().then(
      () => process.exit(0),
      () => process.exit(1),
    )
  }
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
}
