/** The URL that a caller's Host header stands for; undefined if it is no plain host, with or without a port. */
export const urlOfHost = (host: string | undefined): string | undefined =>
  host !== undefined && plainHost.test(host) ? `http://${host}` : undefined

const plainHost = /^(?:[\w.-]+|\[[\da-f:.]+\])(?::\d{1,5})?$/i
