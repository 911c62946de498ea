import { createHash, timingSafeEqual } from 'node:crypto'
import type { Deps } from '../deps.ts'
import { Refusal } from '../domain/errors.ts'

/** Whoever has the management token may do everything. Compared by hash, so neither length nor content shows in time. */
export const authoriseOperator = (
  deps: Pick<Deps, 'adminToken'>,
  authorization: string | undefined,
): void => {
  if (authorization === undefined || authorization === '')
    throw new Refusal('unauthorized', 'Authorization: header is missing; send "Authorization: Bearer TOKEN"')
  const token = /^bearer +(\S+)$/i.exec(authorization)?.[1]
  if (token === undefined) throw new Refusal('unauthorized', 'Authorization: must be "Bearer TOKEN"')
  if (!timingSafeEqual(hashOf(token), hashOf(deps.adminToken)))
    throw new Refusal(
      'unauthorized',
      'Authorization: this is not the management token; it is DRAGOMAN_ADMIN_TOKEN, or in secrets.json of the data folder',
    )
}

const hashOf = (text: string): Buffer => createHash('sha256').update(text).digest()
