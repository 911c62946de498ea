import { isCommonWord } from '../entities/common-words.ts'
import { languageGuess } from '../entities/language-guess.ts'
import { fold } from '../entities/text-words.ts'
import { hasTerm, type PassageIndex, rarityOf } from './passage-index.ts'
import { isUnspaced, termsOfWord, wordsOf } from './terms.ts'

/**
 * How much of what a query is about a passage has, 0 to 1: the share of its telling words, weighted by how rare they
 * are. It is as if half a word more was asked, because one word that is there tells less than five of them.
 */
export const tellingShare = (index: PassageIndex, query: string): ((position: number) => number) => {
  const words = tellingWords(query).map((terms) => ({ terms, rarity: rarityOf(index, terms[0] ?? '') }))
  const whole = words.reduce((sum, { rarity }) => sum + rarity, 0)
  if (whole === 0) return () => 0
  return (position) => {
    const has = (term: string): boolean => hasTerm(index, term, position)
    const carried = words.reduce((sum, { terms, rarity }) => (isThere(terms, has) ? sum + rarity : sum), 0)
    return carried / (whole * (1 + halfAWord / words.length))
  }
}

const halfAWord = 0.5

/**
 * All words but those that every question has, each by its terms: "Which colours do your helmets come in?" tells of
 * colours and helmets.
 */
const tellingWords = (query: string): readonly (readonly string[])[] => {
  const languages = languageGuess(query)
  return [...new Set(wordsOf(query.replace(elided, ' ')))].flatMap((word) => {
    if (isUnspaced(word)) return termsOfWord(word).map((pair) => [pair])
    const folded = fold(word)
    const isTelling = !languages.some((one) => isCommonWord(folded, one) || isAsking(folded, one))
    return isTelling ? [termsOfWord(word)] : []
  })
}

/** The word itself, or enough of its pieces to be another form of it: warranty and warranties. */
const isThere = ([whole = '', ...pieces]: readonly string[], has: (term: string) => boolean): boolean =>
  has(whole) || (pieces.length > 0 && pieces.filter(has).length >= piecesShareMin * pieces.length)

const piecesShareMin = 0.6

/** The s of "it's", the t of "don't", the l of "l'addition". */
const elided = /(?<=\p{L})['’ʼ`]\p{L}{1,2}(?!\p{L})|(?<!\p{L})\p{L}{1,2}['’ʼ`](?=\p{L})/gu

/** How one asks, where the stop words leave it out. */
const askingWords: Readonly<Record<string, string>> = {
  en: `does did doing done am hello hi hey please thanks want wants need know tell say says explain wonder wondering
    like long often soon kind sort something anything somebody anybody someone anyone there possible able might whose
    im ive id hows whats wheres dont cant isnt doesnt don doesn didn isn aren wasn haven hasn question`,
  de: `hallo bitte danke möchte möchten will wollen brauche weiss sagen sagt erklären gibt gibts geht lange oft bald art etwas
    jemand möglich frage welche welcher welches wieviel wieviele wessen woher wohin weshalb wofür womit`,
  es: `hola favor gracias quiero quisiera necesito saber decir dime hay tiempo tipo alguien posible pregunta cual cuales
    cuanto cuanta cuantos cuantas cuando donde adonde quien quienes como puedo puede pueden tengo`,
  fr: `bonjour plait merci veux voudrais besoin savoir dire dites longtemps souvent bientot sorte quelqu chose possible question
    quel quelle quels quelles combien quand comment pourquoi puis peux peut pouvez faut`,
  pt: `ola favor obrigado obrigada quero queria preciso saber dizer diga tempo tipo alguem possivel pergunta qual quais quanto
    quanta quantos quantas quando onde aonde quem como posso pode podem tenho`,
  it: `ciao buongiorno favore grazie voglio vorrei bisogno sapere dire dimmi tempo tipo qualcuno qualcosa possibile domanda quale
    quali quanto quanta quanti quante quando dove chi come posso puo possono devo`,
  el: `γεια παρακαλώ ευχαριστώ θέλω ήθελα χρειάζομαι ξέρω ξέρετε πείτε μπορώ μπορείτε μπορεί γίνεται υπάρχει υπάρχουν έχετε έχω καιρό
    είδος κάποιος κάτι ερώτηση πώς πως πόσο πόση πόσα πόσοι πόσες πότε πού που ποιος ποια ποιο ποιοι ποιες ποιον γιατί τι`,
  nl: `hallo hoi alstublieft graag bedankt wil willen nodig weten zeggen vertel lang vaak gauw soort iets iemand mogelijk vraag
    welke hoeveel hoelang waar waarom wanneer wie hoe kan kunnen mag`,
}

const folded = new Map(
  Object.entries(askingWords).map(([language, words]) => [language, new Set(words.split(/\s+/).map(fold))]),
)

const isAsking = (word: string, language: string): boolean => folded.get(language)?.has(word) === true
