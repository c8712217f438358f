// Lines of memmon.conf that say nothing clear. A password may stand in one, and no redactor knows it yet: no more of it is
// repeated than a key that there is.
import { firstWord, type IniEntry, type IniProblem } from './ini.ts'
import { GENERAL_KEYS, placeOfKey } from './key-table.ts'

/** What is wrong with a line that was not read. */
export function problemText({ kind, word }: IniProblem): string {
  if (kind === 'section') return 'this begins a section and does not end it: write [section]'
  if (kind === 'setting') return noSetting(word)
  const place = placeOfKey(word)
  return place === undefined
    ? 'this stands before the first section: write its section above it, as in [memmon]'
    : `${word} stands before the first section: ${place}`
}

/** What is wrong with an entry before its value is looked at; undefined if nothing is. */
export function faultOfEntry({ key, value }: IniEntry): string | undefined {
  // The first "=" is one of the value's, as in `smtp_password c2VjcmV0==`.
  if (/\s/.test(key)) return noSetting(firstWord(key))
  const below = value.split('\n').slice(1).find(isSecretLine)
  return below === undefined
    ? undefined
    : `${key}: ${firstWord(below)} below it is indented, and so a part of its value: begin that line where ${key} begins`
}

/** True if an entry may be the value of the secret before it, whose line ends behind its "=". */
export const isValueOf = (before: IniEntry | undefined, { key }: IniEntry): boolean =>
  before?.value === '' && GENERAL_KEYS.get(before.key)?.secret === true && placeOfKey(key) === undefined

const noSetting = (word: string): string =>
  placeOfKey(word) === undefined
    ? 'this is not a setting: write key = value'
    : `${word} has no "=" behind it: write ${word} = value`

/** smtp_password even without "=": the other names are words of commands, too. */
const isSecretLine = (line: string): boolean => {
  const word = firstWord(line)
  if (GENERAL_KEYS.get(word)?.secret !== true) return false
  return word === 'smtp_password' || /^\s*[=:]/.test(line.slice(word.length))
}
