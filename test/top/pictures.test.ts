// The screens of `memmon top` as golden pictures of text, at three sizes and in a pipe. `vitest -u` draws them anew: look at
// each difference as a tired operator would.
import widthOf from 'string-width'
import { expect, test } from 'vitest'
import { wordsOf } from '../../src/evidence/words.ts'
import { pipeLines } from '../../src/top/pipe.ts'
import { type Happening, initialState } from '../../src/top/state.ts'
import { LARGE_WORKER } from '../helpers/diagnosed.ts'
import { inUtc } from '../helpers/time-zone.ts'
import { after, canvasOf, keys, modelOf, saturday } from '../helpers/top.ts'

inUtc()

const SIZES = [
  [60, 20],
  [80, 24],
  [200, 50],
] as const

async function expectPictures(
  name: string,
  happenings: readonly Happening[],
  reading = saturday(),
): Promise<void> {
  const model = await reading
  const screens = SIZES.map(([columns, rows]) => {
    const { lines } = after([{ kind: 'model', model }, ...happenings], canvasOf(columns, rows))
    expect(lines).toHaveLength(rows)
    for (const line of lines) expect(widthOf(line), line).toBeLessThanOrEqual(columns)
    return [`${columns}x${rows} `.padEnd(columns, '-'), ...lines.map(line => line.trimEnd()), ''].join('\n')
  })
  await expect(screens.join('\n')).toMatchFileSnapshot(`pictures/${name}.txt`)
}

test('the table, the most urgent on top', () => expectPictures('table', []))

test('another row is selected, and its process is to be restarted', () =>
  expectPictures('question', keys('down', 'down', 'r')))

test('a filter while it is typed', () => expectPictures('filter', keys('/', 'w', 'o', 'r', 'k')))

test('details of a leak', () => expectPictures('details', keys('/', 'w', 'e', 'b', 'enter', 'enter')))

test('the keys', () => expectPictures('help', keys('?')))

test('what the kernel knows of one, scrolled', () => {
  const of = { namespec: 'worker:worker_00', name: 'worker:worker_00', pid: 1004 }
  const diagnosis = {
    heads: ['worker:worker_00'],
    sentences: wordsOf(LARGE_WORKER, {}),
    facts: LARGE_WORKER,
    unread: [],
  }
  return expectPictures('evidence', [
    ...keys('e'),
    { kind: 'evidence', evidence: { of, kind: 'read', diagnosis } },
    ...keys('down', 'down'),
  ])
})

test('a listener that is not heard of, and a reading that failed', async () => {
  const heads = [
    { text: 'memmon (pid 711) has not been heard for 5m: it is deaf, or hangs', isTrouble: true },
    { text: 'memmon2 (pid 712) checked 4s ago', isTrouble: false },
  ]
  const model = modelOf(['-a', '100MB'], [{ name: 'web', megabytes: 99 }], { heads })
  await expectPictures(
    'trouble',
    [{ kind: 'fault', why: 'no answer from supervisord at unix:///run/s.sock' }],
    model,
  )
})

test('a pipe gets one picture, whole', async () => {
  const lines = pipeLines(await saturday(), initialState(), canvasOf(80, 24))
  await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot('pictures/pipe.txt')
})
