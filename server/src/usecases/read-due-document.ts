import { embeddedParts } from '../brain/knowledge/embedded-parts.ts'
import { vectorWeightOf } from '../brain/knowledge/vector-weight.ts'
import type { Deps } from '../deps.ts'
import {
  addPassages,
  type ClaimedDocument,
  claimDocument,
  failDocument as fail,
  finishDocument,
  type NewPassage,
  releaseDocument,
} from '../store/knowledge-reading.ts'

type ReadingDeps = Pick<Deps, 'db' | 'newClaimId' | 'readDocument' | 'embedder' | 'log'>

/**
 * Reads one document that waits: its bytes become passages in a thread, the passages are stored in steps with their
 * vectors, and at the end the draft has it. Killed in between, another process goes on after the last step.
 */
export const readDueDocument = async (
  deps: ReadingDeps,
  stopping: AbortSignal,
): Promise<{ readonly more: boolean }> => {
  const claimed = await claimDocument(deps.db, { claimId: deps.newClaimId(), leaseSeconds })
  if (!claimed) return { more: false }
  const { documentId, origin, source } = claimed
  const error =
    claimed.attempts > attemptsMax
      ? `could not be read in ${attemptsMax} tries: each time the process died`
      : await readClaimed(deps, claimed, stopping)
  if (error !== undefined) await fail(deps.db, claimed, error)
  deps.log.info({ documentId, origin, source, error }, 'document read')
  return { more: true }
}

/** Longer than a document may take to read. */
const leaseSeconds = 180
const attemptsMax = 3

/** @returns why it cannot be read */
const readClaimed = async (
  deps: ReadingDeps,
  claimed: ClaimedDocument,
  stopping: AbortSignal,
): Promise<string | undefined> => {
  const { origin, content, source } = claimed
  const [mediaType = '', charset] = claimed.mediaType.split('; charset=')
  const text = await deps.readDocument(
    {
      name: source === 'file' ? origin.replace(/\.\w+$/, '') : origin,
      mediaType,
      charset,
      isPage: source === 'page',
      content,
    },
    stopping,
  )
  if (stopping.aborted) return await giveBack(deps, claimed)
  if (!text.ok) return text.error
  const { passages } = text
  const hasVectors = vectorWeightOf(passages.map((passage) => passage.text)) > 0
  for (let from = claimed.passagesDone; from < passages.length; from += passagesAtOnce) {
    if (stopping.aborted) return await giveBack(deps, claimed)
    const some = passages.slice(from, from + passagesAtOnce)
    const step = {
      from,
      passages: hasVectors ? await withVectors(deps.embedder, some) : some.map(withoutVectors),
      passagesTotal: passages.length,
      leaseSeconds,
    }
    if (!(await addPassages(deps.db, claimed, step))) return undefined
  }
  await finishDocument(deps.db, claimed, text.title)
  return undefined
}

const giveBack = async ({ db }: ReadingDeps, claimed: ClaimedDocument): Promise<undefined> => {
  await releaseDocument(db, claimed)
}

const passagesAtOnce = 50

interface TextPassage {
  readonly heading?: string
  readonly text: string
}

const withoutVectors = ({ heading, text }: TextPassage): NewPassage => ({
  heading: heading ?? null,
  text,
  embedding: null,
})

const withVectors = async (
  embedder: Deps['embedder'],
  passages: readonly TextPassage[],
): Promise<readonly NewPassage[]> => {
  const parts = passages.map(embeddedParts)
  const outcome = await embedder.embed(parts.flat())
  if (!outcome.ok) return passages.map(withoutVectors)
  let place = 0
  return passages.map((passage, index) => {
    const count = parts[index]?.length ?? 0
    const vectors = outcome.vectors.slice(place, place + count)
    place += count
    return {
      ...withoutVectors(passage),
      embedding: Buffer.concat(vectors.map((vector) => Buffer.from(vector))),
    }
  })
}
