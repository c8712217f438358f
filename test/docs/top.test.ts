// docs/top.md shows what `memmon top` draws, and names every key; what it says of SIGKILL is tried by test/e2e/top.test.ts.
import { expect, test } from 'vitest'
import { DELAY_SECONDS } from '../../src/cli/given.ts'
import { LEAST } from '../../src/top/canvas.ts'
import { KEYS } from '../../src/top/keys.ts'
import { codeBlocks, readDocument } from '../helpers/documents.ts'
import { inUtc } from '../helpers/time-zone.ts'
import { after, canvasOf, saturday } from '../helpers/top.ts'

inUtc()

const text = readDocument('docs/top.md')

test('its picture is what is drawn', async () => {
  const all = await saturday()
  const model = { ...all, rows: all.rows.filter(({ key }) => !key.startsWith('evil')) }
  const { lines } = after([{ kind: 'model', model }], canvasOf(80, 18))
  const drawn = `${lines.map(line => line.trimEnd()).join('\n')}\n`
  expect(codeBlocks('docs/top.md').find(({ language }) => language === 'text')?.text).toBe(drawn)
})

test('its table of keys is that of the help page', () => {
  const rows = [...text.matchAll(/^\| `([^|]*)` +\| ([^|]*?) +\|$/gm)].map(([, names = '', help = '']) => [
    names.replaceAll('`', ''),
    help,
  ])
  const keys = KEYS.map(({ name, help }) => [name, help])
  expect(rows.filter(([name = '']) => keys.some(([known]) => known === name))).toEqual(keys)
})

test('its figures are those of the command', () => {
  expect(text).toContain(`${LEAST.columns}x${LEAST.rows} or more`)
  expect(DELAY_SECONDS).toBe(2)
  expect(text).toContain('Every two seconds')
})
