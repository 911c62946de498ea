/**
 * Guides that are executed. A guide is Markdown; its `sh` blocks are pasted into one shell, one after the other, and
 * a `json` or `text` block right behind one is what it printed. Running a guide gives the guide again, with what was
 * printed this time; so the same run writes the answers and checks them.
 *
 * 1. `sh background` is another terminal: it runs on, and the block behind it is all it printed by the end.
 * 2. A block is not run when its info string says `skip`.
 * 3. What only reads is repeated until it prints what the guide shows, or the patience is over: what the guide waits
 *    for by reading on, a machine waits for by asking again.
 * 4. The address, the demo's integration and its key in the guide stand for those of the server that is run.
 * 5. A `yaml` block that begins with `# my-agents/PATH` is that file, as the reader saves it.
 */
import { spawn } from 'node:child_process'
import { connect } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { formatted } from './formatted.ts'
import { likeness } from './likeness.ts'

/** What in a guide stands for something that is another thing at each start. */
export type Substitutes = readonly (readonly [shown: RegExp, real: string, shownAgain: string])[]

export const runGuide = async (
  guide: string,
  options: {
    readonly cwd: string
    readonly substitutes: Substitutes
    readonly patienceMs: number
    /** Beside the machine's own. */
    readonly environment: Readonly<Record<string, string>>
  },
): Promise<string> => {
  const { cwd, substitutes, patienceMs, environment } = options
  const shell = openShell(cwd, environment)
  const others: { readonly block: Block; readonly terminal: OtherTerminal }[] = []
  const answers = new Map<Block, string>()

  /** Until it is what the guide shows, or what it is by the end of the patience. */
  const answer = async (block: Block, print: () => Promise<string>): Promise<void> => {
    const wanted = likeness(block.answer ?? '')
    const deadline = performance.now() + patienceMs
    for (;;) {
      const printed = shown(await print(), block, substitutes)
      answers.set(block, printed)
      if (!block.isRepeatable || likeness(printed) === wanted || performance.now() > deadline) return
      await pause(repeatPauseMs)
    }
  }

  try {
    for (const block of blocksOf(guide)) {
      const code = toReal(block.code, substitutes)
      if (block.kind === 'file') await shell.run(code)
      else if (block.kind === 'run') await answer(block, () => shell.run(code))
      else others.push({ block, terminal: await openTerminal(`${await shell.variables()}\n${code}`, cwd) })
    }
    for (const { block, terminal } of others) await answer(block, async () => terminal.printed())
  } finally {
    for (const { terminal } of others) terminal.close()
    shell.close()
  }
  return filledIn(guide, answers)
}

const repeatPauseMs = 100

interface Block {
  readonly kind: 'run' | 'background' | 'file'
  readonly code: string
  /** It changes nothing, so it may be run again. */
  readonly isRepeatable: boolean
  readonly answerKind: string | undefined
  readonly answer: string | undefined
  /** Where the answer stands in the guide. */
  readonly from: number
  readonly to: number
}

const blockPattern = /^```sh([^\n]*)\n([\s\S]*?)^```\n(?:\n?(```(json|text)\n)([\s\S]*?)^```$)?/gm

const filePattern = /^```yaml\n# (my-agents\/[\w./-]+)\n([\s\S]*?)^```$/gm

/** The yaml files of a guide, in their order. */
export const filesOf = (guide: string): readonly { readonly path: string; readonly text: string }[] =>
  [...guide.matchAll(filePattern)].map(([, path = '', text = '']) => ({ path, text }))

const blocksOf = (guide: string): readonly Block[] =>
  [...commandsOf(guide), ...fileBlocksOf(guide)].sort((one, other) => one.to - other.to)

const fileBlocksOf = (guide: string): readonly Block[] =>
  [...guide.matchAll(filePattern)].map((match) => {
    const [whole, path = '', text = ''] = match
    const to = match.index + whole.length
    return {
      kind: 'file',
      code: `mkdir -p "$(dirname ${path})" && cat > ${path} <<'END OF FILE'\n${text}END OF FILE`,
      isRepeatable: false,
      answerKind: undefined,
      answer: undefined,
      from: to,
      to,
    }
  })

const commandsOf = (guide: string): readonly Block[] =>
  [...guide.matchAll(blockPattern)]
    .filter(([, info = '']) => !info.includes('skip'))
    .map((match) => {
      const [whole, info = '', code = '', , answerKind, answer] = match
      const to = match.index + whole.length - '```'.length
      const isBackground = info.includes('background')
      return {
        kind: isBackground ? 'background' : 'run',
        code,
        isRepeatable: answer !== undefined && (isBackground || !writes.test(code)),
        answerKind,
        answer,
        from: answer === undefined ? to : to - answer.length,
        to,
      }
    })

const writes = /--json|--data|--upload|agents (?:push|publish)|\s-[dTX]\s|>/

const filledIn = (guide: string, answers: ReadonlyMap<Block, string>): string => {
  let filled = ''
  let at = 0
  for (const [block, printed] of [...answers].sort(([a], [b]) => a.from - b.from)) {
    if (block.answer === undefined) continue
    filled += guide.slice(at, block.from) + printed
    at = block.to
  }
  return filled + guide.slice(at)
}

const toReal = (code: string, substitutes: Substitutes): string =>
  substitutes.reduce((text, [pattern, real]) => text.replaceAll(pattern, real), code)

const shown = (printed: string, block: Block, substitutes: Substitutes): string => {
  const text = substitutes.reduce((text, [, real, again]) => text.replaceAll(real, again), printed)
  const lines = text.trimEnd().split('\n')
  return `${block.answerKind === 'json' ? lines.map(formatted).join('\n') : lines.join('\n')}\n`
}

/** One bash for all blocks, so that variables of one are there in the next. */
const openShell = (cwd: string, environment: Readonly<Record<string, string>>) => {
  const env = { ...process.env, ...environment }
  const bash = spawn('bash', [], { cwd, env, stdio: ['pipe', 'pipe', 'inherit'] })
  bash.stdout.setEncoding('utf8')
  const run = (code: string): Promise<string> =>
    new Promise((resolve) => {
      let printed = ''
      const listen = (text: string): void => {
        printed += text
        if (!printed.endsWith(endMark)) return
        bash.stdout.off('data', listen)
        resolve(printed.slice(0, -endMark.length))
      }
      bash.stdout.on('data', listen)
      bash.stdin.write(`${code}\nprintf '${endMark}'\n`)
    })
  return {
    run,
    /** As a script that sets them. */
    variables: () => run('declare -p | grep -E "^declare -[-x]+ [A-Z][A-Z]*="'),
    close: () => bash.kill(),
  }
}

type OtherTerminal = Awaited<ReturnType<typeof openTerminal>>

/** One command that runs on; it is waited for until it listens, if it names its PORT. */
const openTerminal = async (code: string, cwd: string) => {
  const bash = spawn('bash', ['-c', code], { cwd, detached: true, stdio: ['ignore', 'pipe', 'inherit'] })
  let printed = ''
  bash.stdout.setEncoding('utf8').on('data', (text: string) => {
    printed += text
  })
  const port = /^[^#\n]*\bPORT=(\d+)/m.exec(code)?.[1]
  while (port !== undefined && bash.exitCode === null && !(await isOpen(Number(port))))
    await pause(repeatPauseMs)
  return {
    printed: () => printed,
    /** With what it started: it leads a group of its own. */
    close: () => {
      if (bash.pid !== undefined && bash.exitCode === null) process.kill(-bash.pid)
    },
  }
}

const isOpen = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })

/** No text has it. */
const endMark = '\x1e'
