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
