import type { DocumentFault } from '../document-fault.ts'
import type { PlacedNode } from '../placed-nodes.ts'
import { textsOfNode } from './check-templates.ts'

/** `{{name}}` shows a name that the template itself made; a variable has a `$`. */
export const bareNameWarnings = (placed: PlacedNode): DocumentFault[] =>
  textsOfNode(placed).flatMap(([path, text]) => {
    const own = new Set([...text.matchAll(/\{%-?\s*(?:assign|capture|for)\s+(\w+)/g)].map(([, name]) => name))
    const bare = [...text.matchAll(/\{\{-?\s*([A-Za-z_]\w*)([\w.]*)/g)].filter(
      ([, name = '']) => !own.has(name) && !templateWords.has(name),
    )
    return bare.slice(0, 1).map(([, name, rest]) => ({
      path,
      message: `shows nothing for {{${name}${rest}}}: the template makes no such name`,
      cure: `write {{$${name}${rest}}} for the variable`,
    }))
  })

const templateWords: ReadonlySet<string> = new Set([
  'true',
  'false',
  'nil',
  'null',
  'empty',
  'blank',
  'forloop',
])
