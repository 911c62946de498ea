/** Why something outside cannot be asked; with the cure. */
export const missingSecret = (name: string): string =>
  name === 'KEY'
    ? 'the secret cannot be called KEY, which is a setting of the server; give it another name'
    : `the secret ${name} is not set; set DRAGOMAN_SECRET_${name} where the server runs`
