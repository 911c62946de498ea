/**
 * Without what steers a terminal: names, sentences and titles come from a server, and whoever named an agent could
 * otherwise write over what is shown, or into the title bar and the clipboard.
 */
export const plainText = (text: string): string => text.replace(steering, '')

/** All control characters but the tab and the end of a line. */
const steering = /[^\P{Cc}\t\n]/gu
