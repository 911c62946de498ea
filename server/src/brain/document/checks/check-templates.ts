import { didYouMean } from '../../../domain/closest-name.ts'
import { templateFilters, templateProblem, templateTags } from '../../template.ts'
import type { DocumentFault } from '../document-fault.ts'
import type { PlacedNode } from '../placed-nodes.ts'
import { childPath } from '../schema-faults.ts'

/** Of one text of a node, with its place. */
export const checkTemplate = ([path, text]: readonly [path: string, text: string]): DocumentFault[] => {
  const problem = templateProblem(text)
  if (problem === undefined) return []
  return [{ path, message: `has a template that cannot be read: ${problem}`, cure: cureOf(problem) }]
}

const cureOf = (problem: string): string => {
  const [, filter] = /^undefined filter: (\w+)/.exec(problem) ?? []
  if (filter !== undefined)
    return didYouMean(filter, templateFilters, `filters are ${templateFilters.join(', ')}`)
  const [, tag] = /^tag "(\w+)" not found/.exec(problem) ?? []
  if (tag !== undefined) return didYouMean(tag, templateTags, `tags are ${templateTags.join(', ')} and for`)
  if (/^tag .* not closed/.test(problem)) return 'close it, as {% if $name %} ... {% endif %}'
  return 'write {{$name}} or {{$name | filter}}'
}

/** Every text of a node may be a template; the walk is over values, so that nothing new is forgotten. */
export const textsOfNode = (placed: PlacedNode): (readonly [path: string, text: string])[] =>
  allTextsOfNode(placed).filter(([, text]) => text.includes('{'))

export const allTextsOfNode = ({ node, path }: PlacedNode): (readonly [path: string, text: string])[] => [
  ...textsOf(node.requisites ?? [], `${path}.requisites`),
  ...textsOf(node.actions ?? [], `${path}.actions`),
  ...textsOf(node.conditions ?? [], `${path}.conditions`),
]

const textsOf = (value: unknown, path: string): (readonly [string, string])[] => {
  if (typeof value === 'string') return [[path, value]]
  if (Array.isArray(value)) return value.flatMap((item, index) => textsOf(item, childPath(path, index)))
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, item]) => textsOf(item, childPath(path, key)))
}
