import { fold } from '../../entities/text-words.ts'

/**
 * Words with a capital letter that are no names and carry nothing: how sentences of a support agent begin, and in
 * German the nouns that such sentences are full of. Beside the stop words of the language.
 */
export const isOpener = (word: string, language: string): boolean =>
  openersOf(language.split('-')[0] ?? '').has(word)

const lists: Readonly<Record<string, string>> = {
  en: `absolutely actually additionally afterwards alternatively also although apologies apply ask because before begin
    below besides both bring call can cannot certainly check choose click come complete confirm congratulations contact
    copy could create currently customers dear delete depending despite details did do does done download due during each
    either email ensure enter even every everything exactly fill final finally find first follow following for fortunately
    generally get give glad go good got great happy have having hello help here hey hi hope how however i if important in
    indeed information instead it just keep kindly know last later let like log look make many maybe may meanwhile message
    more most moreover my navigate need never next no not note nothing now of off often ok okay on once one only open
    otherwise our overall pay perfect perhaps please pleased press provide put reach read regarding remember reply
    request right second see select send several share should similarly simply since so some someone sometimes soon
    sorry start step steps still submit sure tap tell thank thanks that the then there therefore these they third this
    those though through to together try turn type typically under unfortunately unless until update upon upload use
    usually via visit wait we welcome well what whatever when whenever where whether which while who why will with
    within without wonderful would write yes yet you your yours faq faqs tip tips ps id pdf`,
  de: `anfang anfrage angabe angaben angebot anliegen ansprechpartner antwort antworten art aufgabe auskunft auswahl
    beispiel bereich bestellung bitte daten dank danke details eingabe einstellungen einzelheiten ende entschuldigung ergebnis
    erfahrung fall fehler form formular frage fragen gern gerne gespräch grund grüße gruß guten hallo hand hilfe hinweis
    hinweise information informationen inhalt kontakt kollege kollegen kollegin konto kunde kunden kundin leider link
    melden menü minuten mitarbeiter moment möglichkeit möglichkeiten morgen nachricht name namen nähe nein nummer ordnung ort
    person problem probleme punkt rückmeldung sache schritt schritte seite selbstverständlich situation stelle
    stunde stunden support tag tage team teil telefon text thema tipp typ uhr unterlagen unterstützung verfügung verständnis
    vorgang vorteil weg weise weiteres wert woche wochen wunsch zeit ziel zugang zusammenhang`,
  es: `además ahora antes aquí ayuda bienvenido buenas bueno buenos claro cliente consulta cuando debe después disculpe
    encantado entonces gracias hola información lamentablemente lamento mensaje necesita para perdón perfecto por
    primero puede puedes recuerde según si sí siento solo también tenga tiene usted`,
  fr: `ainsi alors après aujourd avant avec bien bienvenue bonjour bonsoir cela certainement cliquez comment contactez
    d'abord désolé désolée ensuite enfin information informations malheureusement merci non notez oui parfait pour pouvez
    sinon si selon veuillez voici vous`,
  pt: `além agora antes aqui ajuda bem bom boa cliente claro com depois desculpe então informação infelizmente lamento
    mensagem obrigado obrigada olá para perfeito pode por primeiro sim também você`,
  it: `allora anche benvenuto buongiorno certo ciao con dopo ecco grazie informazioni mi per perfetto prego prima può
    purtroppo puoi salve scusa se sì spiacente`,
  el: `αν αυτό βεβαίως βοήθεια γεια για δυστυχώς εδώ επίσης ευχαριστώ ευχαριστούμε θα καλημέρα καλησπέρα λυπάμαι λυπούμαστε
    μετά μπορείτε μπορώ ναι όχι όταν παρακαλώ πρώτα πληροφορίες συγγνώμη φυσικά χρειάζεται`,
}

const folded = new Map<string, ReadonlySet<string>>()

const openersOf = (language: string): ReadonlySet<string> => {
  const known = folded.get(language)
  if (known !== undefined) return known
  const words = new Set((lists[language] ?? '').split(/\s+/).map(fold))
  folded.set(language, words)
  return words
}
