import { performActions } from './actions/perform-actions.ts'
import { firstThatHolds } from './conditions.ts'
import type { OpenQuestion } from './dialog-state.ts'
import type { DocumentNode } from './document/document.ts'
import { enhance } from './model/enhance.ts'
import { note, type OpenTurn } from './open-turn.ts'
import { nextRequisite, sayPrompt, type TakeFromMessage } from './question.ts'
import type { Thinking } from './turn-types.ts'

/** Nodes in one turn (spec 2.2). A circle of jumps ends here. */
const nodesMaxDefault = 80

export type WalkOutcome =
  | { readonly type: 'finished'; readonly lastNode: DocumentNode }
  /** It waits for the user's answer. */
  | { readonly type: 'asked'; readonly question: OpenQuestion }
  /** The document had no answer here (knowledge without one). */
  | { readonly type: 'not_understood'; readonly lastNode: DocumentNode }
  /** It went in a circle or led nowhere; what it said is not to be trusted. */
  | { readonly type: 'failed' }

/**
 * Runs a node and those it jumps to: first its questions, then its actions, then the first condition that holds. It
 * stops where the user has to answer, and is begun anew with the answer in the context.
 */
export function* walk(turn: OpenTurn, start: DocumentNode, options: WalkOptions = {}): Thinking<WalkOutcome> {
  const nodesMax = turn.agent.document.agent.turn_limits?.nodes_max ?? nodesMaxDefault
  let { take = 'nothing' } = options
  let { skipped = [] } = options
  let node = start
  for (;;) {
    if (turn.nodes.length >= nodesMax) {
      note(turn, `more than ${nodesMax} nodes in one turn, last ${node.node_id}: a circle of jumps`)
      return { type: 'failed' }
    }
    turn.nodes.push(node.node_id)
    const requisite = nextRequisite(turn, node, skipped, take)
    if (requisite) {
      sayPrompt(turn, requisite)
      const question = { node_id: node.node_id, save_as: requisite.save_as, attempts: 0, skipped }
      return { type: 'asked', question }
    }
    const onward = yield* runNode(turn, node)
    if (onward.type === 'not_understood') return { type: 'not_understood', lastNode: node }
    if (onward.type !== 'jump') return { type: 'finished', lastNode: node }
    const next = turn.agent.nodes.get(onward.nodeId)
    if (next === undefined) {
      note(turn, `node ${node.node_id} jumps to ${onward.nodeId}, which is not there`)
      return { type: 'failed' }
    }
    node = next
    skipped = []
    if (take === 'all') take = 'open'
  }
}

export interface WalkOptions {
  /** Requisites of the first node that were given up. */
  readonly skipped?: readonly string[]
  /** The user's message may already say what the requisites ask for; nothing without it. */
  readonly take?: TakeFromMessage
}

function* runNode(turn: OpenTurn, node: DocumentNode) {
  const saidBefore = turn.responses.length
  const onward = yield* performActions(turn, node.actions ?? [])
  const condition = onward.type === 'on' ? yield* firstThatHolds(turn, node) : undefined
  const after = condition ? yield* performActions(turn, condition.actions) : onward
  if (node.enhance === true) {
    const said = turn.responses.splice(saidBefore)
    turn.responses.push(...(yield* enhance(turn, said)))
  }
  return after
}
