import { phraseOf } from '../intents/normalise.ts'
import { bareNameWarnings } from './checks/bare-names.ts'
import { headerSecretWarnings } from './checks/check-secrets.ts'
import { entityWarnings } from './checks/entity-warnings.ts'
import { idleButtonWarnings } from './checks/idle-buttons.ts'
import { partedTextWarnings } from './checks/parted-texts.ts'
import { bareVariableWarnings, variableWarnings } from './checks/unset-variables.ts'
import {
  type AgentDocument,
  type DocumentAction,
  type DocumentNode,
  endsNode,
  offtopicsIntent,
} from './document.ts'
import type { DocumentFault } from './document-fault.ts'
import { actionLists, type PlacedNode, placedActions, placedNodes } from './placed-nodes.ts'

/**
 * What runs, but not as its author thinks: dead intents, contradicting phrases, nodes that are never reached,
 * variables that nothing sets.
 */
export const documentWarnings = (document: AgentDocument): DocumentFault[] => {
  const nodes = placedNodes(document)
  return [
    ...languageWarnings(document),
    ...intentWarnings(document, nodes),
    ...phraseWarnings(document),
    ...entityWarnings(document),
    ...siblingWarnings(nodes),
    ...nodes.flatMap(idleNodeWarnings),
    ...nodes.flatMap(deadActionWarnings),
    ...nodes.flatMap(partedTextWarnings),
    ...nodes.flatMap(idleButtonWarnings),
    ...unreachableWarnings(document, nodes),
    ...jumpCycleWarnings(nodes),
    ...variableWarnings(document, nodes),
    ...nodes.flatMap(bareNameWarnings),
    ...bareVariableWarnings(nodes),
    ...headerSecretWarnings(document),
    ...outsideWarnings(document, nodes),
  ]
}

/** `gr` and `sp` look like languages; Greek is `el`, Spanish `es`. */
const languageWarnings = ({ agent: { language } }: AgentDocument): DocumentFault[] =>
  language === undefined || languageNames.of(language.split('-')[0] ?? '') !== undefined
    ? []
    : [
        {
          path: 'agent.language',
          message: `"${language}" is the tag of no language`,
          cure: 'write it as ISO 639 does: en, de, el for Greek, es for Spanish',
        },
      ]

/** Of the first part alone: what stands behind it may be what no name can be made of. */
const languageNames = new Intl.DisplayNames('en', { type: 'language', fallback: 'none' })

const fewExamples = 5

const intentWarnings = (document: AgentDocument, nodes: readonly PlacedNode[]): DocumentFault[] => {
  const used = new Set(nodes.map(({ node }) => node.intent))
  return document.intents.flatMap((intent, index) => {
    const path = `intents[${index}]`
    const faults: DocumentFault[] = []
    if (intent.intent !== offtopicsIntent && !used.has(intent.intent))
      faults.push({
        path,
        message: `"${intent.intent}" is used by no node`,
        cure: 'add a node for it, or remove it',
      })
    if (intent.examples.length < fewExamples)
      faults.push({
        path: `${path}.examples`,
        message: `has only ${intent.examples.length}`,
        cure: `give at least ${fewExamples}, better 10, each worded differently`,
      })
    return faults
  })
}

const phraseWarnings = (document: AgentDocument): DocumentFault[] => {
  const seen = new Map<string, { readonly intent: string; readonly path: string }>()
  return document.intents.flatMap(({ intent, examples }, intentIndex) =>
    examples.flatMap((example, index): DocumentFault[] => {
      const path = `intents[${intentIndex}].examples[${index}]`
      if (foreignMarks.test(example))
        return [
          {
            path,
            message: 'has marks that no user writes',
            cure: 'write plain words, as a person would; entities are found in them without marks',
          },
        ]
      const phrase = phraseOf(example)
      if (phrase === '')
        return [{ path, message: 'has no word', cure: 'write what a person would say, or remove it' }]
      const earlier = seen.get(phrase)
      if (!earlier) {
        seen.set(phrase, { intent, path })
        return []
      }
      if (earlier.intent === intent)
        return [{ path, message: `says the same as ${earlier.path}`, cure: 'remove one of the two' }]
      return [
        {
          path,
          message: `is an example of "${earlier.intent}" too (${earlier.path})`,
          cure: 'leave it with the one intent that is meant',
        },
      ]
    }),
  )
}

/** `[yoga](class)`, `{number}`, `$class`: slots of other systems. */
const foreignMarks = /\]\(|\{\w+\}|\{\{|(?:^|\s)\$[a-z]/i

/** Two nodes that listen to the same at the same place: only the first is ever heard. */
const siblingWarnings = (nodes: readonly PlacedNode[]): DocumentFault[] => {
  const first = new Map<string, string>()
  return nodes.flatMap(({ node, path, workflow }) => {
    const listens = node.intent ?? node.event ?? (node.type === 'unknown' ? 'unknown' : undefined)
    if (listens === undefined) return []
    const place = JSON.stringify([
      node.parent_id ?? null,
      node.parent_id === undefined ? null : workflow,
      node.type,
      listens,
    ])
    const earlier = first.get(place)
    if (earlier === undefined) {
      first.set(place, path)
      return []
    }
    return [
      {
        path,
        message: `is never heard: ${earlier} listens to the same`,
        cure: 'join the two, or give one a parent_id',
      },
    ]
  })
}

const idleNodeWarnings = ({ node, path }: PlacedNode): DocumentFault[] => {
  const { type, requisites = [], actions = [], conditions = [] } = node
  if (type === 'event' || requisites.length + actions.length + conditions.length > 0) return []
  return [{ path, message: 'says and does nothing', cure: 'give it actions, or remove it' }]
}

const deadActionWarnings = (placed: PlacedNode): DocumentFault[] =>
  actionLists(placed).flatMap(({ actions, path }) => {
    const end = actions.findIndex(endsNode)
    const ending = actions[end]
    if (ending === undefined || end === actions.length - 1) return []
    return [
      {
        path: `${path}[${end + 1}]`,
        message: `never runs: the ${ending.type} before it ends the node`,
        cure: `move it before the ${ending.type}`,
      },
    ]
  })

const unreachableWarnings = (document: AgentDocument, nodes: readonly PlacedNode[]): DocumentFault[] => {
  const reached = new Set<string | undefined>([document.agent.starting_node_id])
  for (const placed of nodes)
    for (const { action } of placedActions(placed))
      for (const target of targetsOf(action)) reached.add(target)
  return nodes
    .filter(({ node }) => node.type === 'event' && node.event === undefined && !reached.has(node.node_id))
    .map(({ path }) => ({
      path,
      message: 'is never reached: it has no event, and nothing leads to it',
      cure: 'give it an event, jump to it, or make it the starting_node_id',
    }))
}

const targetsOf = (action: DocumentAction): (string | undefined)[] => {
  if (action.type === 'jump') return [action.node_id]
  if (action.type === 'webview') return [action.trigger_node_id]
  if (action.type === 'carousel')
    return action.cards.flatMap((card) => card.buttons.map((button) => button.trigger_node_id))
  return []
}

/**
 * Only jumps that always happen: the first action that ends a node decides, so each node leads to one node at most,
 * and each is walked once. A node with questions waits for its user and so breaks the circle.
 */
const jumpCycleWarnings = (nodes: readonly PlacedNode[]): DocumentFault[] => {
  const next = new Map(nodes.map(({ node }) => [node.node_id, jumpTarget(node)]))
  const inCircle = new Set<string>()
  const walked = new Set<string>()
  for (const { node } of nodes) {
    const way: string[] = []
    let at: string | undefined = node.node_id
    while (at !== undefined && !walked.has(at)) {
      walked.add(at)
      way.push(at)
      at = next.get(at)
    }
    const entry = at === undefined ? -1 : way.indexOf(at)
    if (entry >= 0) for (const id of way.slice(entry)) inCircle.add(id)
  }
  const cure = 'take one jump out of the circle'
  return nodes
    .filter(({ node }) => inCircle.has(node.node_id))
    .map(({ path }) => ({ path, message: 'jumps back to itself without end', cure }))
}

const jumpTarget = (node: DocumentNode): string | undefined => {
  if ((node.requisites ?? []).length > 0) return undefined
  const ending = (node.actions ?? []).find(endsNode)
  return ending?.type === 'jump' ? ending.node_id : undefined
}

/** What is left undone without a language model, and webhooks that nobody calls. */
const outsideWarnings = (document: AgentDocument, nodes: readonly PlacedNode[]): DocumentFault[] => {
  const actions = nodes.flatMap(placedActions)
  const called = new Set(
    actions.flatMap(({ action }) => (action.type === 'webhook' ? [action.webhook_id] : [])),
  )
  const idle = (document.webhooks ?? []).flatMap((webhook, index) =>
    webhook.kind === 'action' && !webhook.tool && !called.has(webhook.id)
      ? [
          {
            path: `webhooks[${index}]`,
            message: `"${webhook.id}" is called by no action`,
            cure: 'call it, offer it as a tool, or remove it',
          },
        ]
      : [],
  )
  if ((document.models ?? []).length > 0) return idle
  const cure = 'add a model, or remove it'
  const message = 'does nothing: there are no models'
  return [
    ...idle,
    ...actions.flatMap(({ action, path }) =>
      action.type === 'generate' && !action.fallback
        ? [{ path, message, cure: 'add a model or a fallback' }]
        : [],
    ),
    ...nodes.flatMap(({ node, path }) => [
      ...(node.enhance === true ? [{ path: `${path}.enhance`, message, cure }] : []),
      ...(node.requisites ?? []).flatMap(({ validate }, index) =>
        validate?.guideline === undefined
          ? []
          : [
              {
                path: `${path}.requisites[${index}].validate.guideline`,
                message: 'holds for every answer: there are no models to judge it',
                cure: 'add a model, or validate by entity, pattern or enum',
              },
            ],
      ),
      ...(node.conditions ?? []).flatMap(({ rules = [] }, index) =>
        rules.flatMap(({ operator }, at) =>
          operator === 'guideline'
            ? [
                {
                  path: `${path}.conditions[${index}].rules[${at}]`,
                  message: 'never holds: there are no models to judge it',
                  cure,
                },
              ]
            : [],
        ),
      ),
    ]),
    ...(document.webhooks ?? []).flatMap(({ tool }, index) =>
      tool ? [{ path: `webhooks[${index}].tool`, message, cure }] : [],
    ),
    ...((document.mcp_servers ?? []).length > 0 ? [{ path: 'mcp_servers', message, cure }] : []),
  ]
}
