/** A vector of int8s as text, as it is asked for and recorded. */
export const vectorOfBase64 = (text: string): Int8Array => {
  const letters = atob(text)
  return Int8Array.from({ length: letters.length }, (_, at) => (letters.charCodeAt(at) << 24) >> 24)
}
