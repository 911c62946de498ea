import { patternFault } from '../../entities/linear-pattern.ts'
import { phraseOf } from '../../intents/normalise.ts'
import type { DocumentCondition, DocumentRequisite, DocumentRule } from '../document.ts'
import type { DocumentFault } from '../document-fault.ts'
import type { Names, PlacedNode } from '../placed-nodes.ts'
import { systemEntities } from '../understanding-part.ts'
import { checkVariable } from './check-variable.ts'
import { duplicates, reference } from './references.ts'

/** Questions to the user and to the context. */
export const checkQuestions = (names: Names, { node, path }: PlacedNode): DocumentFault[] => [
  ...(node.requisites ?? []).flatMap((requisite, index) =>
    checkRequisite(names, requisite, `${path}.requisites[${index}]`),
  ),
  ...duplicates(
    (node.requisites ?? []).map(({ save_as: saveAs }, index) => [
      saveAs,
      `${path}.requisites[${index}].save_as`,
    ]),
    'variable',
  ),
  ...(node.conditions ?? []).flatMap((condition, index) =>
    checkCondition(condition, `${path}.conditions[${index}]`, index === (node.conditions ?? []).length - 1),
  ),
]

const checkRequisite = (names: Names, requisite: DocumentRequisite, path: string): DocumentFault[] => {
  const { validate } = requisite
  const faults = checkVariable(requisite.save_as, `${path}.save_as`)
  if (requisite.prompt.length === 0)
    faults.push({ path: `${path}.prompt`, message: 'asks nothing', cure: 'give it a text action' })
  if (!validate) return faults
  const given = Object.keys(validate)
  if (given.length !== 1)
    faults.push({
      path: `${path}.validate`,
      message: given.length === 0 ? 'is empty' : `has ${given.join(' and ')} together`,
      cure: 'give exactly one of entity, pattern, enum, guideline',
    })
  if (validate.entity !== undefined)
    faults.push(
      ...reference(
        new Set([...names.entities, ...systemEntities]),
        validate.entity,
        `${path}.validate.entity`,
        {
          message: 'is no entity',
          cure: `name an entity of this document or one of ${systemEntities.join(', ')}`,
        },
      ),
    )
  faults.push(...twinChoices(validate.enum ?? [], `${path}.validate.enum`))
  if (validate.pattern !== undefined)
    faults.push(...checkPattern(validate.pattern, `${path}.validate.pattern`))
  return faults
}

/** Who says one of two equal choices has chosen none. */
const twinChoices = (choices: readonly string[], path: string): DocumentFault[] => {
  const phrases = choices.map((choice) => phraseOf(choice))
  return phrases.flatMap((phrase, index) => {
    const first = phrases.indexOf(phrase)
    if (phrase === '' || first === index) return []
    return [
      {
        path: `${path}[${index}]`,
        message: `says the same as "${choices[first]}"`,
        cure: 'leave out one of the two',
      },
    ]
  })
}

/** A regular expression that runs in linear time. */
export const checkPattern = (pattern: string, path: string): DocumentFault[] => {
  const problem = patternFault(pattern)
  if (problem === undefined) return []
  return [{ path, message: `cannot be used: ${problem}`, cure: 'write it in the syntax of RE2' }]
}

const checkCondition = (condition: DocumentCondition, path: string, isLast: boolean): DocumentFault[] => {
  const { match, rules = [] } = condition
  if (match === 'else') {
    if (rules.length > 0)
      return [{ path: `${path}.rules`, message: 'have no meaning in else', cure: 'leave them out' }]
    return isLast ? [] : [{ path, message: 'is else, but not the last', cure: 'move it to the end' }]
  }
  if (rules.length === 0)
    return [{ path: `${path}.rules`, message: 'are missing', cure: 'give a rule, or make it else' }]
  return rules.flatMap((rule, index) => checkRule(rule, `${path}.rules[${index}]`))
}

const listOperators: readonly DocumentRule['operator'][] = ['in', 'not_in']
const operatorsWithoutValue: readonly DocumentRule['operator'][] = ['exists', 'not_exists']

const checkRule = ({ operator, name, value }: DocumentRule, path: string): DocumentFault[] => {
  const faults: DocumentFault[] = []
  if (operator === 'guideline' ? name !== undefined : name === undefined)
    faults.push({
      path: `${path}.name`,
      message: operator === 'guideline' ? 'has no meaning with guideline' : 'is missing',
      cure: operator === 'guideline' ? 'say all in value' : 'name the variable that is compared',
    })
  if (operatorsWithoutValue.includes(operator) ? value !== undefined : value === undefined)
    faults.push({
      path: `${path}.value`,
      message: value === undefined ? 'is missing' : `has no meaning with ${operator}`,
      cure: value === undefined ? 'say what it is compared with' : 'leave it out',
    })
  if (Array.isArray(value) && !listOperators.includes(operator))
    faults.push({
      path: `${path}.value`,
      message: `is a list, but ${operator} compares one value`,
      cure: 'use in or not_in',
    })
  if (operator === 'guideline' && value !== undefined && typeof value !== 'string')
    faults.push({
      path: `${path}.value`,
      message: 'is no sentence',
      cure: 'write what must be true, as text',
    })
  if (operator === 'matches' && typeof value === 'string' && !value.includes('{{'))
    faults.push(...checkPattern(value, `${path}.value`))
  return faults
}
