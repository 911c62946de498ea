import type { Deps } from '../deps.ts'
import { Refusal } from '../domain/errors.ts'
import { deleteVersion as remove } from '../store/agent-versions.ts'

/**
 * A version that nobody needs: no environment answers with it, no session is still held with it, and it is not the
 * newest, whose number the next one must not get. Recorded conversations stay, and replay on any other version.
 */
export const deleteVersion = async (
  deps: Pick<Deps, 'db'>,
  which: { readonly agentId: string; readonly version: number },
): Promise<void> => {
  const { agentId, version } = which
  switch (await remove(deps.db, which)) {
    case 'deleted':
      return
    case 'not there':
      throw new Refusal('not-found', `version: agent ${agentId} has no version ${version}`)
    case 'newest':
      throw new Refusal('conflict', `version: ${version} is the newest; publish another one first`)
    case 'used':
      throw new Refusal(
        'conflict',
        `version: ${version} answers in an environment or in a session that is not over; point the environment elsewhere, or wait`,
      )
  }
}
