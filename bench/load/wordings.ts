/**
 * What a user of the demo agent may write. Every text is new, as in life, so nothing is answered from what is remembered
 * of an earlier one. Most are clear by their words; for a third the sentence model is asked. The agent understands all of
 * them: three in a row that it does not would give the session to a person, who never answers here.
 */
export const nextWording = (): string => {
  written += 1
  const wording = wordings[written % wordings.length] ?? ''
  return wording.replace('#', String(written))
}

let written = 0

const wordings: readonly string[] = [
  'what would it cost for # people?',
  'is it expensive for a shop with # people?',
  'is there anything cheaper, we only have # euros a month',
  'my invoice # looks wrong',
  'Hi, could you tell me the monthly price for # users',
  'do you work at night, say on day #?',
  'starter for # users please',
  'what do I get for # dollars with professional',
  'I never got bill number #',
  'thanks, that is all for ticket #',
  'how does it compare with what we have for our # shops',
  'we have a budget of #, is there something for us',
  'does enterprise cover # branches?',
  'can I try it for # days first',
  'we want to spend less than # a head, what do you suggest',
  'how do I pay invoice # by card',
]
