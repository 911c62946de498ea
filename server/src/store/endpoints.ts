import type { Circuit } from '../domain/endpoint.ts'
import type { Db, Queries } from './db.ts'
import { pullLanesForward } from './delivery-lanes.ts'

/** The state of a webhook's circuit: one row an integration, shared by all processes. */
export interface EndpointRow {
  readonly circuit: Circuit
  readonly reason: string | null
  /** ms until a probe may be made; null unless open */
  readonly probeInMs: number | null
}

const readStatement = {
  name: 'read-endpoint',
  text: `select circuit, reason, (extract(epoch from probe_at - now()) * 1000)::float8 as "probeInMs"
    from endpoints where integration_id = $1`,
}

export const readEndpoint = async (
  queries: Queries,
  integrationId: string,
): Promise<EndpointRow | undefined> => (await queries.rows<EndpointRow>(readStatement, [integrationId]))[0]

/**
 * Does the integration still have the URL that an answer came from? The share lock: a URL that is being changed is
 * changed first, or closes the circuit after this.
 */
const sameUrlText = `same as materialized (
      select from integrations where integration_id = $1 and webhook_url = $2 for share)`

const openStatement = {
  name: 'open-circuit',
  text: `with ${sameUrlText}
    update endpoints set circuit = 'open', reason = $3, changed_at = now(),
      probe_at = now() + $4 * interval '1 millisecond'
    where integration_id = $1 and circuit = 'closed' and exists (select from same)`,
}

/** Changes nothing when the webhook is at another URL by now, as `pauseEndpoint`. */
export const openCircuit = async (
  queries: Queries,
  circuit: {
    readonly integrationId: string
    readonly webhookUrl: string
    readonly reason: string
    readonly probeInMs: number
  },
): Promise<void> => {
  const { integrationId, webhookUrl, reason, probeInMs } = circuit
  await queries.rows(openStatement, [integrationId, webhookUrl, reason, probeInMs])
}

const takeProbeStatement = {
  name: 'take-probe',
  text: `update endpoints set probe_at = now() + $2 * interval '1 millisecond'
    where integration_id = $1 and circuit = 'open' and probe_at <= now() returning integration_id`,
}

/** One prober at a time over all processes; whoever gets true probes, and nobody else before `leaseMs` has passed. */
export const takeProbe = async (queries: Queries, integrationId: string, leaseMs: number): Promise<boolean> =>
  (await queries.rows(takeProbeStatement, [integrationId, leaseMs])).length > 0

const postponeStatement = {
  name: 'postpone-probe',
  text: `update endpoints set probe_at = now() + $2 * interval '1 millisecond'
    where integration_id = $1 and circuit = 'open'`,
}

export const postponeProbe = async (
  queries: Queries,
  integrationId: string,
  delayMs: number,
): Promise<void> => {
  await queries.rows(postponeStatement, [integrationId, delayMs])
}

const pauseStatement = {
  name: 'pause-endpoint',
  text: `with ${sameUrlText}
    update endpoints set circuit = 'paused', reason = $3, probe_at = null, changed_at = now()
    where integration_id = $1 and exists (select from same) returning integration_id`,
}

/** @returns false when the webhook is at another URL by now: what the old one says is no matter of the new one */
export const pauseEndpoint = async (
  queries: Queries,
  pause: { readonly integrationId: string; readonly webhookUrl: string; readonly reason: string },
): Promise<boolean> =>
  (await queries.rows(pauseStatement, [pause.integrationId, pause.webhookUrl, pause.reason])).length > 0

const closeStatement = {
  name: 'close-circuit',
  text: `update endpoints set circuit = 'closed', reason = null, probe_at = null, changed_at = now()
    where integration_id = $1 and circuit = any($2::text[]) returning integration_id`,
}

/**
 * The endpoint is back: what waits is due now, and the circuit closes. In this order and in many commits: who breaks off
 * in between leaves the circuit as it was, and the next probe or the next person does it all again.
 *
 * @param from which circuits may be closed by this: a probe closes `open`, a person also `paused`
 */
export const recoverEndpoint = async (
  db: Db,
  integrationId: string,
  from: readonly Circuit[],
): Promise<boolean> => {
  const endpoint = await readEndpoint(db, integrationId)
  if (!endpoint || !from.includes(endpoint.circuit)) return false
  await pullLanesForward(db, integrationId)
  return (await db.rows(closeStatement, [integrationId, from])).length > 0
}
