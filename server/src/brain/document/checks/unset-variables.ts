import { editDistance } from '../../../domain/edit-distance.ts'
import type { AgentDocument } from '../document.ts'
import type { DocumentFault } from '../document-fault.ts'
import { type PlacedNode, placedActions } from '../placed-nodes.ts'
import { allTextsOfNode, textsOfNode } from './check-templates.ts'

/**
 * Variables that a text shows, a rule compares or a reset forgets, and that nothing here sets. A webhook may set any,
 * and so may the customer's system below a name that is known; then only what is a letter off is told.
 */
export const variableWarnings = (document: AgentDocument, nodes: readonly PlacedNode[]): DocumentFault[] => {
  const paths = knownPaths(nodes.flatMap(variablesSetBy))
  const names = knownPaths([...paths.written].map(topLevelOf))
  const isFromOutside = (document.webhooks ?? []).length > 0
  const seen = new Set<string>()
  let compared = 0
  return nodes.flatMap((placed) =>
    variablesReadBy(placed).flatMap(([at, path]): DocumentFault[] => {
      const name = topLevelOf(path)
      if (isOfTheSystem(name) || seen.has(path) || isKnown(paths, path)) return []
      seen.add(path)
      const isNameSet = names.written.has(name)
      const meant =
        ++compared > comparedMax ? undefined : isNameSet ? misspelt(path, paths) : misspelt(name, names)
      if (meant !== undefined)
        return [
          { path: at, message: `names $${path}, which nothing here sets`, cure: `did you mean $${meant}?` },
        ]
      if (isNameSet || isFromOutside || seen.has(name)) return []
      seen.add(name)
      return [
        {
          path: at,
          message: `names $${name}, which nothing in this document sets`,
          cure: 'set it, correct the name, or let your system send it in the context',
        },
      ]
    }),
  )
}

/** Each is compared with all that are set; nobody writes more by hand. */
const comparedMax = 1_000

interface KnownPaths {
  readonly written: ReadonlySet<string>
  /** What they lie in: of `order.number` it is `order`. */
  readonly outer: ReadonlySet<string>
}

const knownPaths = (paths: readonly string[]): KnownPaths => ({
  written: new Set(paths),
  outer: new Set(paths.flatMap(outerPaths)),
})

const outerPaths = (path: string): string[] =>
  [...path.matchAll(/\./g)].map(({ index }) => path.slice(0, index))

const isKnown = ({ written, outer }: KnownPaths, path: string): boolean =>
  written.has(path) || outer.has(path) || outerPaths(path).some((one) => written.has(one))

/** `$name` outside of braces is shown to the user as it stands. */
export const bareVariableWarnings = (nodes: readonly PlacedNode[]): DocumentFault[] => {
  const names = new Set(nodes.flatMap(variablesSetBy).map(topLevelOf))
  return nodes.flatMap((placed) =>
    allTextsOfNode(placed).flatMap(([path, text]) => {
      const plain = text.replaceAll(/\{\{.*?\}\}|\{%.*?%\}/gs, ' ')
      const bare = [...plain.matchAll(/\{?\$\{?([A-Za-z_]\w*)((?:\.\w+)*)\}?/g)].find(
        ([, name = '']) => names.has(name) || knownVariables.has(name),
      )
      if (!bare) return []
      const [shown, name, rest] = bare
      return [{ path, message: `shows ${shown} as it stands`, cure: `write {{$${name}${rest}}}` }]
    }),
  )
}

/** The variable that is set and differs in one slip of one name. */
const misspelt = (path: string, { written }: KnownPaths): string | undefined => {
  for (const set of written) if (isNear(path, set) && isOneSlipOff(path, set)) return set
  return undefined
}

/** Cheap, because nearly all are not: all but two letters are the same at the beginning and at the end. */
const isNear = (one: string, other: string): boolean => {
  if (Math.abs(one.length - other.length) > 1) return false
  const shorter = Math.min(one.length, other.length)
  let same = 0
  while (same < shorter && one[same] === other[same]) same++
  let tail = 0
  while (tail < shorter - same && one[one.length - 1 - tail] === other[other.length - 1 - tail]) tail++
  return same + tail >= shorter - 2
}

const isOneSlipOff = (path: string, set: string): boolean => {
  const names = set.split('.')
  const written = path.split('.')
  const [one, another] = written.flatMap((name, index) => (name === names[index] ? [] : [index]))
  if (written.length !== names.length || one === undefined || another !== undefined) return false
  return isSlip(written[one] ?? '', names[one] ?? '')
}

/** `line1` and `line2`, an item and the items, are two things; so may be any two short names. */
const isSlip = (written: string, name: string): boolean =>
  Math.min(written.length, name.length) >= nameLengthMin &&
  written[0] === name[0] &&
  editDistance(written, name) === 1 &&
  withoutDigits(written) !== withoutDigits(name) &&
  !isPlural(written, name) &&
  !isPlural(name, written)

const nameLengthMin = 4
const withoutDigits = (name: string): string => name.replaceAll(/\d/g, '')
const isPlural = (many: string, one: string): boolean => many === `${one}s` && !one.endsWith('s')

const isOfTheSystem = (name: string): boolean => name.startsWith('sys-') || knownVariables.has(name)

const knownVariables: ReadonlySet<string> = new Set([
  'user',
  'tags',
  'global',
  'channels',
  'live_instructions',
])

const topLevelOf = (path: string): string => path.split('.')[0] ?? path

const variablesSetBy = (placed: PlacedNode): string[] => [
  ...(placed.node.requisites ?? []).map(({ save_as: saveAs }) => saveAs),
  ...placedActions(placed).flatMap(({ action }) =>
    action.type === 'set_variables' ? Object.keys(action.variables) : [],
  ),
]

const variablesReadBy = (placed: PlacedNode): (readonly [at: string, path: string])[] => [
  ...textsOfNode(placed).flatMap(([at, text]) =>
    [...text.matchAll(/\{[{%][^}]*?\$(\w+(?:-+\w+)*(?:\.\w+(?:-+\w+)*)*)/g)].map(
      ([, path = '']) => [at, path] as const,
    ),
  ),
  ...(placed.node.conditions ?? []).flatMap(({ rules = [] }, index) =>
    rules.flatMap(({ name }, at) =>
      name === undefined ? [] : [[`${placed.path}.conditions[${index}].rules[${at}].name`, name] as const],
    ),
  ),
  ...placedActions(placed).flatMap(({ action, path: at }) =>
    action.type === 'reset'
      ? (action.variables ?? []).map((path, index) => [`${at}.variables[${index}]`, path] as const)
      : [],
  ),
]
