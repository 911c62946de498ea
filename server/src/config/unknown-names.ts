import { closestName } from '../domain/closest-name.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** One fault for each DRAGOMAN_* that is none of ours: a misspelt setting must not be silently ignored. */
export const unknownNames = (env: Environment, known: readonly string[]): string[] =>
  Object.keys(env)
    .filter(
      (name) => name.startsWith('DRAGOMAN_') && !known.includes(name) && !isServiceLink(name, env[name]),
    )
    .map((name) => `${name} is no setting${cure(closestName(name, known))}`)

const cure = (meant: string | undefined): string =>
  meant === undefined ? '; docs/guides/configuration.md lists them' : `; did you mean ${meant}?`

/**
 * In a pod beside a Kubernetes service called "dragoman" (or "dragoman-...") the cluster sets DRAGOMAN_SERVICE_HOST,
 * DRAGOMAN_PORT=tcp://10.0.0.7:4000 and more of the kind. They are nobody's mistake, and the port is not ours.
 */
export const isServiceLink = (name: string, value: string | undefined): boolean =>
  /_SERVICE_(?:HOST|PORT(?:_\w+)?)$|_PORT_\d+_(?:TCP|UDP|SCTP)(?:_(?:PROTO|PORT|ADDR))?$/.test(name) ||
  (/_PORT$/.test(name) && /^(?:tcp|udp|sctp):\/\//.test(value ?? ''))
