import { type AddressList, parseAllowList } from '../domain/address.ts'

/** How a setting is written, in words for the guide, and how it is read. */
export interface Value<Type> {
  readonly form: string
  readonly read: (text: string) => ValueOutcome<Type>
}

/** `fault` goes after the variable's name. It never repeats what might hold a password. */
export type ValueOutcome<Type> =
  | { readonly ok: true; readonly value: Type }
  | { readonly ok: false; readonly fault: string }

const good = <Type>(value: Type): ValueOutcome<Type> => ({ ok: true, value })
const bad = (fault: string): ValueOutcome<never> => ({ ok: false, fault })
const shown = (text: string): string => JSON.stringify(text.slice(0, 60))

/** @param unit such as `ms`; empty for a count */
export const wholeNumber = (min: number, max: number, unit = ''): Value<number> => {
  const form = `whole number${unit === '' ? '' : ` of ${unit}`}, ${min} to ${max}`
  return {
    form,
    read: (text) => {
      const value = Number(text)
      return /^\d+$/.test(text) && value >= min && value <= max
        ? good(value)
        : bad(`must be a ${form}, not ${shown(text)}`)
    },
  }
}

const listMax = 100

/** Numbers separated by commas. */
export const wholeNumbers = (min: number, max: number, unit: string): Value<readonly number[]> => {
  const one = wholeNumber(min, max, unit)
  return {
    form: `${unit}, separated by commas, each ${min} to ${max}`,
    read: (text) => {
      const values: number[] = []
      for (const part of text.split(',')) {
        const outcome = one.read(part.trim())
        if (!outcome.ok) return outcome
        values.push(outcome.value)
      }
      return values.length <= listMax ? good(values) : bad(`must have at most ${listMax} numbers`)
    },
  }
}

export const flag: Value<boolean> = {
  form: 'on or off',
  read: (text) => {
    if (/^(?:on|true|1|yes)$/i.test(text)) return good(true)
    if (/^(?:off|false|0|no)$/i.test(text)) return good(false)
    return bad(`must be on or off, not ${shown(text)}`)
  },
}

export const oneOf = <Name extends string>(names: readonly Name[]): Value<Name> => ({
  form: names.join(', '),
  read: (text) => {
    const known = names.find((name) => name === text)
    return known === undefined ? bad(`must be one of ${names.join(', ')}, not ${shown(text)}`) : good(known)
  },
})

/** Some of the names, separated by commas, or `all`. */
export const someOf = <Name extends string>(names: readonly Name[]): Value<ReadonlySet<Name>> => ({
  form: `all, or some of ${names.join(', ')}, separated by commas`,
  read: (text) => {
    if (text === 'all') return good(new Set(names))
    const some = new Set<Name>()
    for (const part of text.split(',')) {
      const known = names.find((name) => name === part.trim())
      if (known === undefined) return bad(`must be all, or some of ${names.join(', ')}, not ${shown(part)}`)
      some.add(known)
    }
    return good(some)
  },
})

export const folder: Value<string> = { form: 'path of a folder', read: good }

export const host: Value<string> = {
  form: 'address or host name',
  read: (text) =>
    /[/\s@[\]]/.test(text)
      ? bad(`must be an address such as 0.0.0.0 or ::1, not ${shown(text)}`)
      : good(text),
}

export const databaseUrl: Value<string> = {
  form: 'postgres://user:password@host:port/database',
  read: (text) =>
    /^postgres(?:ql)?:\/\//.test(text) && URL.canParse(text)
      ? good(text)
      : bad('must be a URL such as postgres://user:password@host:5432/database'),
}

/** Without a slash at the end, so that paths can follow. */
export const publicUrl: Value<string> = {
  form: 'http or https URL',
  read: (text) => {
    const url = URL.parse(text)
    if (url === null || !/^https?:$/.test(url.protocol))
      return bad('must be a URL such as https://chat.example.com')
    if (url.username !== '' || url.password !== '' || /[?#]/.test(text))
      return bad('must be a URL without user name, query and fragment')
    return good(url.href.replace(/\/+$/, ''))
  },
}

export const addressList: Value<AddressList> = {
  form: 'addresses and CIDR ranges, separated by commas',
  read: (text) => {
    const outcome = parseAllowList(text.split(',').map((entry) => entry.trim()))
    return outcome.ok ? good(outcome.list) : bad(`has a wrong entry: ${outcome.error}`)
  },
}

export const key32: Value<Buffer> = {
  form: '32 bytes in base64 or hex',
  read: (text) => {
    if (/^[\da-f]{64}$/i.test(text)) return good(Buffer.from(text, 'hex'))
    if (/^[\w+/-]{43}=?$/.test(text)) return good(Buffer.from(text, 'base64'))
    return bad('must be 32 bytes in base64 or hex; make one with: openssl rand -base64 32')
  },
}

const tokenLengthMin = 16

export const token: Value<string> = {
  form: `at least ${tokenLengthMin} characters`,
  read: (text) =>
    text.length < tokenLengthMin || /\s/.test(text)
      ? bad(`must have at least ${tokenLengthMin} characters and no space`)
      : good(text),
}

export const fileStore: Value<'local'> = {
  form: 'local',
  read: (text) =>
    text === 'local' ? good('local') : bad('must be local: object storage (s3://...) is not supported yet'),
}
