// A log of --log-format json, as a collector reads it.
import { expect } from 'vitest'
import { readDocument } from './documents.ts'

interface JsonLine {
  readonly time: string
  readonly level: string
  readonly message: string
  readonly event?: string
  readonly [field: string]: unknown
}

/**
 * Its lines; each has to be an object with the fields that all have, and no other than docs/logs.md names for its event. One that
 * may wake somebody has an event.
 */
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
      const unknown = Object.keys(read).filter(field => !FIELDS.of(read.event).has(field))
      expect(unknown, line).toEqual([])
      if (/^(warn|error|critical)$/.test(read.level)) expect(read.event, line).toEqual(expect.any(String))
      return read
    })

/** The words in quotes. */
const words = (text = ''): string[] => [...text.matchAll(/`(\w+)`/g)].map(([, word = '']) => word)

/** Of each table of the page its rows, as cells. */
const tablesOf = (text: string): string[][][] =>
  [...text.matchAll(/^\|.*\|\n\| --.*\|\n((?:\|.*\|\n)+)/gm)].map(([, rows = '']) =>
    rows
      .trimEnd()
      .split('\n')
      .map(row => row.split('|').slice(1, -1)),
  )

/** What the documents name, by event. */
const FIELDS = {
  ...documented(),
  of(event: string | undefined): ReadonlySet<string> {
    const { common, byEvent } = FIELDS
    const own = event === undefined ? [] : byEvent.get(event)
    expect(own, `${event} in docs/logs.md`).toBeDefined()
    return new Set([...common, ...(own ?? [])])
  },
}

function documented() {
  const [, page = ''] = readDocument('docs/logs.md').split(/^## For machines$|^## At the start$/m)
  const [common = [], onTheWay = [], own = []] = tablesOf(page)
  const [, shared = ''] = /They have its (`process`[\s\S]*?):\n/.exec(page) ?? []
  const [, webhooks = ''] = readDocument('docs/notifications.md').split(/^## Webhooks$/m)
  const outcome = (tablesOf(webhooks)[0] ?? []).flatMap(([field]) => words(field))
  const events = words((tablesOf(webhooks)[0] ?? []).find(([field]) => words(field)[0] === 'event')?.[1])
  return {
    common: [...common.flatMap(([field]) => words(field)), 'is_cut'],
    byEvent: new Map([
      ...[...events, 'skipped'].map(event => [event, [...outcome, 'skip_reason']] as const),
      ...onTheWay.flatMap(([names, when]) =>
        words(names).map(name => [name, [...words(shared), ...words(when)]] as const),
      ),
      ...own.flatMap(([names, fields]) => words(names).map(name => [name, words(fields)] as const)),
    ]),
  }
}
