import { request } from 'undici'

/** One number of what a process tells of itself; 0 when it does not know the series yet. */
export const metricOf = async (url: string, series: string): Promise<number> => {
  const { body } = await request(`${url}/metrics`)
  const line = (await body.text()).split('\n').find((one) => one.startsWith(`${series} `))
  return line === undefined ? 0 : Number(line.slice(series.length + 1))
}
