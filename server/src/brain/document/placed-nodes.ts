import type { AgentDocument, DocumentNode } from './document.ts'

/** A node with where it stands. */
export interface PlacedNode {
  readonly node: DocumentNode
  readonly path: string
  readonly workflow: number
}

export const placedNodes = (document: AgentDocument): PlacedNode[] =>
  document.workflows.flatMap((workflow, workflowIndex) =>
    workflow.nodes.map((node, index) => ({
      node,
      path: `workflows[${workflowIndex}].nodes[${index}]`,
      workflow: workflowIndex,
    })),
  )

/** All names of a document that others may refer to. Built once: a large document has thousands of references. */
export interface Names {
  readonly intents: ReadonlySet<string>
  readonly nodeIds: ReadonlySet<string>
  /** For each workflow its nodes and their parents. */
  readonly parentsOf: readonly ReadonlyMap<string, string | undefined>[]
}

export const namesOf = (document: AgentDocument): Names => ({
  intents: new Set(document.intents.map(({ intent }) => intent)),
  nodeIds: new Set(document.workflows.flatMap(({ nodes }) => nodes.map((node) => node.node_id))),
  parentsOf: document.workflows.map(
    ({ nodes }) => new Map(nodes.map((node) => [node.node_id, node.parent_id])),
  ),
})
