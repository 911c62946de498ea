/** How a language tells the time of day; all patterns of regular expressions. */
export interface ClockWords {
  /** Before the hour. */
  readonly at: string
  /** Behind the hour: o'clock. */
  readonly hour: string
  /** Behind the hour, and the minutes they add. */
  readonly minutes: readonly (readonly [pattern: string, minutes: number])[]
  /** Part of the day, behind the hour. */
  readonly morning: string
  /** With these, 1 to 11 are 13 to 23. */
  readonly evening: string
  /** Hours with a name of their own. */
  readonly fixed: readonly (readonly [pattern: string, hour: number])[]
  /** Before the hour: "halb" is -30, "quarter past" 15. */
  readonly before?: readonly (readonly [pattern: string, minutes: number])[]
}

export const clockWords: ReadonlyMap<string, ClockWords> = new Map<string, ClockWords>([
  [
    'en',
    {
      at: 'at',
      hour: "o'?clock",
      minutes: [],
      morning: 'in the morning|a\\.?m\\.?',
      evening: 'in the (?:afternoon|evening)|at night|p\\.?m\\.?',
      fixed: [],
      before: [
        ['(?:five|5)(?: minutes)? past', 5],
        ['(?:ten|10)(?: minutes)? past', 10],
        ['(?:twenty|20)(?: minutes)? past', 20],
        ['(?:twenty[- ]five|25)(?: minutes)? past', 25],
        ['half past', 30],
        ['quarter past', 15],
        ['a quarter past', 15],
        ['quarter to', -15],
        ['a quarter to', -15],
      ],
    },
  ],
  [
    'de',
    {
      at: 'um|gegen|ab',
      hour: 'uhr',
      minutes: [],
      morning: 'morgens|früh|vormittags|am morgen|am vormittag',
      evening: 'nachmittags|abends|am nachmittag|am abend',
      fixed: [],
      before: [
        ['halb', -30],
        ['viertel nach', 15],
        ['viertel vor', -15],
        ['dreiviertel', -15],
      ],
    },
  ],
  [
    'es',
    {
      at: 'a las|a la|sobre las|desde las|hasta las',
      hour: 'h|hs|horas|en punto',
      minutes: [
        ['y media', 30],
        ['y cuarto', 15],
        ['menos cuarto', -15],
      ],
      morning: 'de la mañana|de la madrugada',
      evening: 'de la tarde|de la noche',
      fixed: [
        ['(?:al )?mediod[ií]a', 12],
        ['(?:a )?medianoche', 0],
      ],
    },
  ],
  [
    'pt',
    {
      at: 'às|as|à|pelas|até às',
      hour: 'h|hs|horas|hora',
      minutes: [
        ['e meia', 30],
        ['e quinze', 15],
      ],
      morning: 'da manhã|da madrugada',
      evening: 'da tarde|da noite',
      fixed: [
        ['(?:ao )?meio[- ]dia', 12],
        ['(?:à )?meia[- ]noite', 0],
      ],
    },
  ],
  [
    'fr',
    {
      at: 'à|vers|dès',
      hour: 'h|heures?',
      minutes: [
        ['et demie?', 30],
        ['et quart', 15],
        ['moins le quart', -15],
      ],
      morning: 'du matin',
      evening: "de l['’]apr[eè]s-midi|du soir",
      fixed: [
        ['(?:à )?midi', 12],
        ['(?:à )?minuit', 0],
      ],
    },
  ],
  [
    'it',
    {
      at: "alle|all['’]|verso le",
      hour: 'h|in punto',
      minutes: [
        ['e mezz[ao]', 30],
        ['e un quarto', 15],
        ['meno un quarto', -15],
      ],
      morning: 'di mattina|del mattino',
      evening: 'del pomeriggio|di sera|di notte',
      fixed: [
        ['(?:a )?mezzogiorno', 12],
        ['(?:a )?mezzanotte', 0],
      ],
    },
  ],
  [
    'el',
    {
      at: 'στις|στη|στην|κατά τις',
      hour: 'η ώρα|ακριβώς',
      minutes: [
        ['και μισή', 30],
        ['και τέταρτο', 15],
        ['παρά τέταρτο', -15],
      ],
      morning: 'το πρωί|π\\.?μ\\.?',
      evening: 'το απόγευμα|το βράδυ|το μεσημέρι|μ\\.?μ\\.?',
      fixed: [
        ['(?:το )?μεσημέρι', 12],
        ['(?:τα )?μεσάνυχτα', 0],
      ],
    },
  ],
])
