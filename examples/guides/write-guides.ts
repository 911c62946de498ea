/** Puts the answers of a fresh run into the guides: `npx node examples/guides/write-guides.ts [name ...]`. */
import { writeFile } from 'node:fs/promises'
import { guideNames, pathOf, runOne } from './run-guides.ts'

/** A new block shows what is there after this long. */
const patienceMs = 2_000

const wanted = process.argv.slice(2)
const closers: (() => Promise<void>)[] = []
try {
  for (const name of guideNames) {
    if (wanted.length > 0 && !wanted.includes(name)) continue
    const { before, now } = await runOne({ after: (close) => closers.push(close) }, name, patienceMs)
    await writeFile(pathOf(name), now)
    process.stdout.write(`${name}: ${now === before ? 'unchanged' : 'written'}\n`)
  }
} finally {
  for (const close of closers.reverse()) await close()
}
