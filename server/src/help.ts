import { variables } from './config.ts'

/** What `npm start -- --help` prints. */
export const helpText = (): string => {
  const all = Object.values(variables)
  const width = Math.max(...all.map(({ name }) => name.length))
  return [
    'Starts Dragoman: npm start, or npm start -- --json',
    '',
    '  --json  prints one line of JSON when it listens: {"listening":"http://…", …}',
    '  --help  prints this',
    '',
    'It is configured by the environment; more in docs/guides/configuration.md.',
    '',
    ...all.map(
      ({ name, fallback, meaning }) =>
        `  ${name.padEnd(width)}  ${meaning}${fallback === '' ? '' : ` (${fallback})`}`,
    ),
    '',
  ].join('\n')
}
