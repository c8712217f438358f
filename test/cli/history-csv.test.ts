// CSV as RFC 4180 has it, and no cell that a spreadsheet would run.
import { expect, test } from 'vitest'
import { historyCsv } from '../../src/cli/history-csv.ts'
import { historyOf, lifeOf, pointsUntil } from '../helpers/histories.ts'

const lives = [lifeOf(pointsUntil(Date.parse('2026-11-21T02:00:00Z'), [4096]))]
const ROW = '2026-11-21T01:59:00.000Z,2026-11-21T02:00:00.000Z,4096,4096,1\r\n'

test.each([
  ['web:web', 'web:web'],
  ['a:b,c', '"a:b,c"'],
  ['a:"b"', '"a:""b"""'],
  ['a:b\nc', '"a:b\nc"'],
  ['=1+1:x', "'=1+1:x"],
  ['+1:x', "'+1:x"],
  ['-1:x', "'-1:x"],
  ['@x:x', "'@x:x"],
  ['\tx:x', "'\tx:x"],
  ['a=1:x', 'a=1:x'],
  ['=a,"b"', `"'=a,""b"""`],
])('%j is %j', (namespec, cell) => {
  expect(historyCsv([historyOf({ namespec, lives })])).toBe(
    `process,from,until,low_bytes,high_bytes,life\r\n${cell},${ROW}`,
  )
})
