// What `len` of an event's header counts. supervisor's docs say bytes; supervisord itself, in Python, writes the
// number of characters, and the supervisord in Go that of bytes. Which one runs memmon shows in the environment.

export type LengthUnit = 'characters' | 'bytes'

/**
 * Python's supervisord sets SUPERVISOR_ENABLED for its children, Go's sets no SUPERVISOR_ variable. A guess from the
 * bytes would be unsafe: what a program prints could then be read as an event.
 */
export const lengthUnitOf = (environment: Readonly<Record<string, string | undefined>>): LengthUnit =>
  environment.SUPERVISOR_ENABLED === undefined ? 'bytes' : 'characters'

/** How many bytes follow the first one of a character in UTF-8. Python's supervisord sends nothing but valid UTF-8. */
export function bytesBehind(first: number): number {
  if (first < 0xc0) return 0
  if (first < 0xe0) return 1
  return first < 0xf0 ? 2 : 3
}
