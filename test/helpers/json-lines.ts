// A log of --log-format json, as a collector reads it.
import { expect } from 'vitest'

interface JsonLine {
  readonly time: string
  readonly level: string
  readonly message: string
  readonly event?: string
  readonly [field: string]: unknown
}

/** Its lines; each has to be an object with the fields that all have, and one that may wake somebody says what it is about. */
export const jsonLines = (log: string): JsonLine[] =>
  log
    .split('\n')
    .filter(line => line !== '')
    .map(line => {
      const read = JSON.parse(line)
      expect(read, line).toMatchObject({
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
        level: expect.stringMatching(/^(debug|info|warn|error|critical)$/),
        message: expect.any(String),
      })
      if (/^(warn|error|critical)$/.test(read.level)) expect(read.event, line).toEqual(expect.any(String))
      return read
    })
