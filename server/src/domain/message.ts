/** What people and the agent say: the shapes that messages and the agent's answers have (spec of the wire, 1.5 and 1.7). */

export type AttachmentType = 'audio' | 'image' | 'video' | 'file'

/** `id` (a file of ours) or `url` is there. */
export interface Attachment {
  readonly type: AttachmentType
  readonly mime_type: string
  readonly id?: string
  readonly url?: string
  readonly title?: string
  readonly filename?: string
}

/** What a user or a human agent says: text, attachments, or both. */
export interface MessageInput {
  readonly text?: string
  readonly attachments?: readonly Attachment[]
}

export interface QuickReply {
  readonly label: string
  readonly text: string
}

export interface CardButton {
  readonly type: 'postback' | 'url' | 'webview' | 'phone'
  readonly label: string
  readonly value?: string
  readonly url?: string
  readonly trigger_node_id?: string
  readonly height?: string
}

export interface Card {
  readonly title: string
  readonly subtitle?: string
  readonly media?: { readonly type: 'image' | 'video'; readonly url: string }
  readonly default_action?: { readonly type: string; readonly url?: string }
  readonly buttons: readonly CardButton[]
}

/** One entry of `output.responses`, in the order in which the agent says them. */
export type AgentResponse =
  | { readonly type: 'text'; readonly text: string; readonly options?: readonly QuickReply[] }
  | { readonly type: 'image'; readonly url: string; readonly name?: string }
  | { readonly type: 'video'; readonly url: string; readonly name?: string; readonly size?: number }
  | { readonly type: 'audio'; readonly url: string; readonly name?: string }
  | { readonly type: 'file'; readonly url: string; readonly name: string; readonly size?: number }
  | { readonly type: 'carousel'; readonly cards: readonly Card[] }
  | {
      readonly type: 'webview'
      readonly url: string
      readonly label: string
      readonly name?: string
      readonly trigger_node_id?: string
      readonly height?: string
    }
  | { readonly type: 'handover'; readonly name?: string }
  | { readonly type: 'pause'; readonly duration: number; readonly show_typing?: boolean }

/** A person who answers: of the desk, or of the customer's own system. */
export interface HumanAgent {
  readonly agent_id: string
  readonly agent_name?: string
  readonly agent_avatar?: string
}

/** As events name a person: the id stands in where no name was given. */
export interface NamedAgent extends HumanAgent {
  readonly agent_name: string
}

/** An empty name is none. */
export const nameOf = ({ agent_name, agent_id }: HumanAgent): string => agent_name || agent_id

export type MessageAuthor = 'user' | 'brain' | 'agent'
