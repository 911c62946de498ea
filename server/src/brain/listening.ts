import { type Agent, rootKey } from './agent.ts'
import type { DocumentNode } from './document/document.ts'

/**
 * Which node hears. A node under a parent is heard only while the conversation stands at that parent, and is asked
 * before the ones farther out; so a follow-up ("and for a year?") can mean different things at different places.
 */
export const listeningNode = (
  agent: Agent,
  standsAt: string | undefined,
  hears: (node: DocumentNode) => boolean,
): DocumentNode | undefined => {
  let parent = standsAt
  for (let depth = 0; parent !== undefined && depth <= agent.nodes.size; depth++) {
    const found = agent.childrenOf.get(parent)?.find(hears)
    if (found) return found
    parent = agent.nodes.get(parent)?.parent_id
  }
  return agent.childrenOf.get(rootKey)?.find(hears)
}

export const hearsIntent =
  (intent: string) =>
  (node: DocumentNode): boolean =>
    node.type === 'intent' && node.intent === intent

export const hearsAttachment = (node: DocumentNode): boolean =>
  node.type === 'event' && node.event === 'attachment'

export const hearsUnknown = (node: DocumentNode): boolean => node.type === 'unknown'
