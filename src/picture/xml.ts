// Text within the markup of a picture or a page: whatever a name holds, it stays text.
import { oneLine } from '../base/text.ts'

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Text for SVG and HTML, between tags and in quoted attributes. What XML cannot hold is left out. */
export const xmlText = (text: string): string =>
  oneLine(text)
    .replace(/\p{Surrogate}|[\ufffe\uffff]/gu, '')
    .replace(/[&<>"']/g, char => ESCAPES[char] ?? '')
