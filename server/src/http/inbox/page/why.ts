/** Why the agent said it: what it heard, what that meant to it, and the way that led to the answer. */
interface Explanation {
  readonly said: string | null
  readonly asks: readonly { readonly kind: string; readonly ms: number }[]
  readonly trace: {
    readonly intent?: {
      readonly name: string
      readonly threshold: number
      readonly ranking: readonly { readonly name: string; readonly confidence: number }[]
      readonly because: readonly { readonly feature: string; readonly weight: number }[]
    }
    readonly entities?: readonly { readonly entity: string; readonly text: string; readonly value: unknown }[]
    readonly path: readonly string[]
    readonly nodes: readonly string[]
    readonly variables?: Readonly<Record<string, { readonly before: unknown; readonly after: unknown }>>
    readonly passages?: readonly { readonly title: string; readonly score: number }[]
    readonly notes: readonly string[]
  }
}

/** Asked for when it is opened, once. */
export const whyShown = (sessionId: string, requestId: string | undefined): HTMLDetailsElement => {
  const details = document.createElement('details')
  details.append(made('summary', 'Why this answer'))
  details.addEventListener('toggle', async () => {
    if (!details.open || details.childElementCount > 1) return
    details.append(await explained(sessionId, requestId).catch(() => made('p', 'Dragoman does not tell')))
  })
  return details
}

const explained = async (sessionId: string, requestId: string | undefined): Promise<HTMLElement> => {
  const query = new URLSearchParams({ session_id: sessionId, ...(requestId && { request_id: requestId }) })
  const response = await fetch(`/inbox/why?${query}`)
  if (!response.ok) throw new Error(`HTTP ${response.status}`)
  const { said, trace, asks } = (await response.json()) as Explanation
  const list = made('dl', '')
  list.className = 'why'
  const tell = (name: string, ...parts: readonly (string | Node)[]): void => {
    if (parts.length === 0) return
    const told = made('dd', '')
    told.append(...parts)
    list.append(made('dt', name), told)
  }
  tell('heard', said === null ? 'nothing yet: a greeting' : `“${said}”`)
  if (trace.intent) {
    tell('intent', ...trace.intent.ranking.slice(0, intentsShownMax).map(intentShown(trace.intent.threshold)))
    tell('because of', ...trace.intent.because.map(({ feature }) => chip(feature)))
  }
  tell('entities', ...(trace.entities ?? []).map(({ entity, text }) => chip(`${entity}: ${text}`)))
  tell('decided by', ...trace.path.map(chip))
  tell('nodes', ...trace.nodes.map(chip))
  tell(
    'set',
    ...Object.entries(trace.variables ?? {}).map(([name, { after }]) => chip(`${name} = ${asText(after)}`)),
  )
  tell(
    'passages',
    ...(trace.passages ?? []).map(({ title, score }) => chip(`${title} (${score.toFixed(2)})`)),
  )
  tell('asked outside', ...asks.map(({ kind, ms }) => chip(`${kind}, ${ms} ms`)))
  tell('notes', ...trace.notes.map((note) => made('p', note)))
  return list
}

const intentsShownMax = 3

const intentShown =
  (threshold: number) =>
  ({ name, confidence }: { readonly name: string; readonly confidence: number }): HTMLElement => {
    const row = made('div', '')
    row.className = 'intent'
    const meter = document.createElement('meter')
    meter.value = confidence
    meter.high = threshold
    meter.low = threshold
    meter.optimum = 1
    meter.title = `understood from ${percent(threshold)} on`
    meter.ariaLabel = `${name}: ${percent(confidence)}`
    row.append(made('span', name), meter, made('span', percent(confidence)))
    return row
  }

const percent = (part: number): string => `${Math.round(100 * part)}%`

const asText = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value))

const chip = (text: string): HTMLElement => {
  const shown = made('span', text)
  shown.className = 'chip'
  return shown
}

const made = (tag: string, text: string): HTMLElement => {
  const element = document.createElement(tag)
  element.textContent = text
  return element
}
