// docs/status.md shows what `memmon status` draws, and names every field of its JSON and every exit code.
import widthOf from 'string-width'
import { expect, test } from 'vitest'
import { statusDocument } from '../../src/cli/status-json.ts'
import { statusLines } from '../../src/screen/status-screen.ts'
import { exitCodeOf } from '../../src/status/standing.ts'
import { codeBlocks, readDocument } from '../helpers/documents.ts'
import { before, listenerWith, statusWith } from '../helpers/status.ts'

const PAGE = 'docs/status.md'

const seen = async () => {
  const window = { values: [1, 1, 1, 9e9] }
  const one = await listenerWith(
    ['-p', 'web=65MB', '-a', '200MB', '--for', '3/5'],
    [
      { name: 'api', megabytes: 62.9 },
      { name: 'web', megabytes: 72.6, window },
      { name: 'db', megabytes: 58.1 },
      { name: 'mailer', state: 'FATAL' },
      { name: 'memmon', megabytes: 48.7, isListener: true },
    ],
    {
      restarts: [
        {
          namespec: 'web:web',
          atMs: before(600),
          reason: '302.6MB RSS (317298278 bytes), over -p web=65MB by 237.6MB',
        },
      ],
    },
  )
  return statusWith([one])
}

test('its picture is what is drawn at 80 columns', async () => {
  const [block] = codeBlocks(PAGE).filter(({ language }) => language === 'text')
  const lines = statusLines(await seen(), { columns: 80, colour: false, widthOf })
  expect(block?.text).toBe(`${lines.join('\n')}\n`)
})

test('each field of the JSON is in its tables, and each standing', async () => {
  const page = readDocument(PAGE)
  const document = statusDocument(await seen())
  const [listener = {}] = document.listeners
  const fields = [...Object.keys(document), ...Object.keys(listener)]
  expect(fields.length).toBeGreaterThan(25)
  for (const field of [...fields, ...Object.keys(document.listeners[0]?.tick ?? {})])
    expect(page).toContain(`\`${field}\``)
  for (const standing of ['well', 'over', 'down', 'failing', 'silent', 'stopped', 'unreadable'])
    expect(page).toContain(`\`${standing}\``)
  for (const code of [0, 1, 2]) expect(page).toMatch(new RegExp(`^\\| ${code} \\| `, 'm'))
  expect(exitCodeOf(await seen())).toBe(1)
})
