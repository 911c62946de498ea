import type { Deps } from '../deps.ts'
import { type EnvironmentRow, listEnvironments as list } from '../store/environments.ts'

/** Oldest first. */
export const listEnvironments = (deps: Pick<Deps, 'db'>): Promise<readonly EnvironmentRow[]> => list(deps.db)
