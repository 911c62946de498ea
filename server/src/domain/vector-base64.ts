/** A vector of int8s as text, as it is asked for and recorded. */
export const vectorOfBase64 = (text: string): Int8Array => {
  const letters = atob(text)
  // A loop, because `from` goes through an iterator: this is done for every message.
  const vector = new Int8Array(letters.length)
  for (let at = 0; at < letters.length; at++) vector[at] = letters.charCodeAt(at)
  return vector
}
