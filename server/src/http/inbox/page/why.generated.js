// Made from why.ts by npm run generate.
/** Why the agent said it: what it heard, what that meant to it, and the way that led to the answer. */

/** Asked for when it is opened, once. */
export const whyShown = (sessionId        , requestId                    )                     => {
  const details = document.createElement('details')
  details.append(made('summary', 'Why this answer'))
  details.addEventListener('toggle', async () => {
    if (!details.open || details.childElementCount > 1) return
    details.append(await explained(sessionId, requestId).catch(() => made('p', 'Dragoman does not tell')))
  })
  return details
}

const explained = async (sessionId        , requestId                    )                       => {
  const query = new URLSearchParams({ session_id: sessionId, ...(requestId && { request_id: requestId }) })
  const response = await fetch(`/inbox/why?${query}`)
  if (!response.ok) throw new Error(`HTTP ${response.status}`)
  const { said, trace, asks } = (await response.json())
  const list = made('dl', '')
  list.className = 'why'
  const tell = (name        , ...parts                            )       => {
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
  (threshold        ) =>
  ({ name, confidence }                                                        )              => {
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

const percent = (part        )         => `${Math.round(100 * part)}%`

const asText = (value         )         => (typeof value === 'string' ? value : JSON.stringify(value))

const chip = (text        )              => {
  const shown = made('span', text)
  shown.className = 'chip'
  return shown
}

const made = (tag        , text        )              => {
  const element = document.createElement(tag)
  element.textContent = text
  return element
}
