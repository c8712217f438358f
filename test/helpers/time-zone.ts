// Times as in UTC, for the tests of the file that asks for it.
import { afterAll } from 'vitest'

export function inUtc(): void {
  const zone = process.env.TZ
  process.env.TZ = 'UTC'
  afterAll(() => {
    if (zone === undefined) delete process.env.TZ
    else process.env.TZ = zone
  })
}
