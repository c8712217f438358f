// What `len` of an event's header counts. supervisor's docs say bytes; supervisord in Python 3 writes the number of
// characters, and the one in Go that of bytes. Nothing but the events themselves tells which one sends them: a wrapper
// drops the environment, and another supervisord's may be inherited.

export type LengthUnit = 'characters' | 'bytes'

/** How many bytes follow the first one of a character in UTF-8. Python's supervisord sends nothing but valid UTF-8. */
export function bytesBehind(first: number): number {
  if (first < 0xc0) return 0
  if (first < 0xe0) return 1
  return first < 0xf0 ? 2 : 3
}
