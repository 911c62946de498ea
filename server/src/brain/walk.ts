import { performAction } from './actions.ts'
import type { Agent } from './agent.ts'
import type { DocumentNode } from './document/document.ts'
import { note, type OpenTurn } from './open-turn.ts'

/** Nodes in one turn (spec 2.2). A circle of jumps ends here. */
export const nodesMax = 80

export type WalkOutcome =
  | { readonly ok: true; readonly lastNode: DocumentNode }
  /** The walk went in a circle or led nowhere; what it said is not to be trusted. */
  | { readonly ok: false }

/** Runs the node's actions, and those of the nodes it jumps to. */
export const walk = (agent: Agent, turn: OpenTurn, start: DocumentNode): WalkOutcome => {
  let node = start
  for (let count = 0; count < nodesMax; count++) {
    turn.nodes.push(node.node_id)
    const nextId = performActions(turn, node)
    if (nextId === undefined) return { ok: true, lastNode: node }
    const next = agent.nodes.get(nextId)
    if (next === undefined) {
      note(turn, `node ${node.node_id} jumps to ${nextId}, which is not there`)
      return { ok: false }
    }
    node = next
  }
  note(turn, `more than ${nodesMax} nodes in one turn, last ${node.node_id}: a circle of jumps`)
  return { ok: false }
}

/** The node to jump to, if any. What stands behind a jump, a handover or a close does not run. */
const performActions = (turn: OpenTurn, node: DocumentNode): string | undefined => {
  for (const action of node.actions) {
    const onward = performAction(turn, action)
    if (onward.type === 'jump') return onward.nodeId
    if (onward.type === 'end') return undefined
  }
  return undefined
}
