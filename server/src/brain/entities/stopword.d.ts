declare module 'stopword' {
  type Words = readonly string[]
  export const eng: Words
  export const spa: Words
  export const deu: Words
  export const fra: Words
  export const ell: Words
  export const por: Words
  export const porBr: Words
  export const ita: Words
  export const nld: Words
  export const rus: Words
  export const ukr: Words
  export const fin: Words
  export const swe: Words
  export const ind: Words
}
