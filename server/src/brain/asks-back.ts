import { phraseOf } from './intents/normalise.ts'

/**
 * Does the user ask what is meant, or why it is asked, in place of an answer? Whole messages only ("what?", "why do you
 * need that", "???"); it matters where any text would be an answer.
 */
export const asksBack = (text: string): boolean => {
  const phrase = phraseOf(text, { foldAccents: true })
  return phrase === '' || (phrase.length <= phraseLengthMax && wholeMessages.test(phrase))
}

const phraseLengthMax = 60

const wholeMessages = new RegExp(
  `^(?:(?:sorry|ok|and|but|hm+|aber|und|pero|mais|mas|ma|και) )*(?:${[
    ...['what', 'why', 'why not', 'huh', 'how so', 'pardon', 'come again', 'what for', 'why me', 'say again'],
    ...['what (?:do you mean|does (?:that|this|it) mean|is that|is this|kind of [a-z]+)'],
    ...['why (?:do|would|should) (?:you|i) (?:need|want|ask|care|tell)(?: [a-z]+){0,4}'],
    ...['what do you (?:need|want)(?: (?:it|that|this|my [a-z]+))?(?: for| from me)?'],
    ...['i (?:dont|do not|didnt|did not) (?:understand|get)(?: (?:it|that|you|the question))?'],
    ...['was', 'wie bitte', 'warum', 'warum nicht', 'wieso', 'wozu', 'hae?', 'weshalb', 'was meinen sie'],
    ...['was meinst du'],
    ...['(?:warum|wozu|wofur) (?:brauch(?:en|st)|wollen|willst|frag(?:en|st)) [a-z ]+', 'verstehe ich nicht'],
    ...['das verstehe ich nicht', 'ich verstehe (?:das |die frage )?nicht'],
    ...['que', 'como', 'por que', 'por que no', 'porque', 'para que', 'que quiere decir'],
    ...['no (?:lo )?entiendo'],
    ...['quoi', 'comment', 'pourquoi', 'pourquoi pas', 'pourquoi faire', 'cest a dire'],
    ...['je ne comprends pas', 'pas compris'],
    ...['o que', 'porque', 'porque nao', 'como assim', 'para que', 'nao (?:entendi|entendo|percebi|percebo)'],
    ...['cosa', 'che cosa', 'perche', 'perche no', 'come scusi', 'non (?:ho capito|capisco)'],
    ...['τι', 'γιατι', 'γιατι οχι', 'τι εννοειτε', 'τι εννοεις', 'δεν (?:καταλαβα|καταλαβαινω)'],
  ].join('|')})$`,
  'u',
)
