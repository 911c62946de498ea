/** What the agent says where its document says nothing, in the document's language, English otherwise. */
export interface BuiltinSentences {
  readonly notUnderstood: string
  readonly handover: string
  /** Before the topics that the agent knows. */
  readonly topics: string
  /** Before the intents that may be meant. */
  readonly clarify: string
  /** The choice beside those intents. */
  readonly noneOfThese: string
  /** The user does not want to go on. */
  readonly stopped: string
  /** The user does not want what was offered. */
  readonly declined: string
}

export const builtinSentences = (language: string | undefined): BuiltinSentences =>
  sentences.get((language ?? 'en').split('-')[0] ?? 'en') ?? english

const english: BuiltinSentences = {
  notUnderstood: 'Sorry, I did not understand that. Could you say it in other words?',
  handover: 'I am passing you on to a colleague.',
  topics: 'I can help with these topics:',
  clarify: 'Did you mean one of these?',
  noneOfThese: 'None of these',
  stopped: 'All right, I have stopped that. Just write when you need me.',
  declined: 'All right. Just write when you need me.',
}

const sentences: ReadonlyMap<string, BuiltinSentences> = new Map([
  ['en', english],
  [
    'de',
    {
      notUnderstood: 'Das habe ich leider nicht verstanden. Können Sie es anders sagen?',
      handover: 'Ich gebe Sie an eine Kollegin oder einen Kollegen weiter.',
      topics: 'Bei diesen Themen kann ich helfen:',
      clarify: 'Meinen Sie eines davon?',
      noneOfThese: 'Nichts davon',
      stopped: 'In Ordnung, ich höre damit auf. Schreiben Sie einfach, wenn Sie mich brauchen.',
      declined: 'In Ordnung. Schreiben Sie einfach, wenn Sie mich brauchen.',
    },
  ],
  [
    'es',
    {
      notUnderstood: 'Lo siento, no lo he entendido. ¿Puede decirlo con otras palabras?',
      handover: 'Le paso con una persona de nuestro equipo.',
      topics: 'Puedo ayudarle con estos temas:',
      clarify: '¿Se refiere a algo de esto?',
      noneOfThese: 'Nada de esto',
      stopped: 'De acuerdo, lo dejo. Escríbame cuando me necesite.',
      declined: 'De acuerdo. Escríbame cuando me necesite.',
    },
  ],
  [
    'fr',
    {
      notUnderstood: 'Désolé, je n’ai pas compris. Pouvez-vous le dire autrement ?',
      handover: 'Je vous passe une personne de notre équipe.',
      topics: 'Je peux vous aider sur ces sujets :',
      clarify: 'Voulez-vous dire l’une de ces choses ?',
      noneOfThese: 'Rien de tout cela',
      stopped: 'D’accord, j’arrête. Écrivez-moi quand vous aurez besoin de moi.',
      declined: 'D’accord. Écrivez-moi quand vous aurez besoin de moi.',
    },
  ],
  [
    'pt',
    {
      notUnderstood: 'Desculpe, não entendi. Pode dizer de outra forma?',
      handover: 'Vou passar a conversa a uma pessoa da nossa equipa.',
      topics: 'Posso ajudar com estes temas:',
      clarify: 'Quer dizer alguma destas coisas?',
      noneOfThese: 'Nenhuma destas',
      stopped: 'Certo, paro por aqui. Escreva quando precisar de mim.',
      declined: 'Certo. Escreva quando precisar de mim.',
    },
  ],
  [
    'it',
    {
      notUnderstood: 'Mi dispiace, non ho capito. Può dirlo in altre parole?',
      handover: 'La metto in contatto con una persona del nostro team.',
      topics: 'Posso aiutarla su questi temi:',
      clarify: 'Intende una di queste cose?',
      noneOfThese: 'Nessuna di queste',
      stopped: 'Va bene, mi fermo. Mi scriva quando ha bisogno.',
      declined: 'Va bene. Mi scriva quando ha bisogno.',
    },
  ],
  [
    'el',
    {
      notUnderstood: 'Συγγνώμη, δεν το κατάλαβα. Μπορείτε να το πείτε με άλλα λόγια;',
      handover: 'Σας συνδέω με έναν συνάδελφο.',
      topics: 'Μπορώ να βοηθήσω σε αυτά τα θέματα:',
      clarify: 'Εννοείτε κάτι από αυτά;',
      noneOfThese: 'Κανένα από αυτά',
      stopped: 'Εντάξει, σταματώ. Γράψτε μου όποτε με χρειαστείτε.',
      declined: 'Εντάξει. Γράψτε μου όποτε με χρειαστείτε.',
    },
  ],
])
