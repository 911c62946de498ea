/**
 * `npm run test:faults`: the faults of every commit. `-- --long` for the long form, `-- --rounds 30 --seed 7` to
 * choose, a file's name (`-- kill`) to run that one alone.
 */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    long: { type: 'boolean', default: false },
    seed: { type: 'string' },
    rounds: { type: 'string' },
    backlog: { type: 'string' },
    requests: { type: 'string' },
    outage: { type: 'string' },
  },
})
const chosen = {
  seed: values.seed,
  rounds: values.rounds,
  backlog: values.backlog,
  requests: values.requests,
  outage: values.outage,
}
const folder = fileURLToPath(new URL('.', import.meta.url))
const files = positionals.length === 0 ? ['*'] : positionals

const { status } = spawnSync(
  process.execPath,
  ['--test', '--test-concurrency=2', ...files.map((name) => `${folder}${name}.test.ts`)],
  {
    stdio: 'inherit',
    env: {
      ...process.env,
      ...(values.long ? { FAULT_LONG: '1' } : {}),
      ...Object.fromEntries(
        Object.entries(chosen).flatMap(([name, value]) =>
          value === undefined ? [] : [[`FAULT_${name.toUpperCase()}`, value]],
        ),
      ),
    },
  },
)
process.exitCode = status ?? 1
