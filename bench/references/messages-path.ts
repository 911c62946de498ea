/** The session of `/v1/custom/INTEGRATION/sessions/SESSION/messages`. */
export const sessionOfPath = (path: string): string => path.split('/')[5] ?? ''

export const textOf = (body: unknown): string => {
  if (typeof body !== 'object' || body === null || !('input' in body)) throw new Error('no input')
  const { input } = body
  if (typeof input !== 'object' || input === null || !('text' in input)) throw new Error('no input.text')
  return String(input.text)
}
