// The screens of `memmon check` as golden pictures of text, at each width and in a pipe. `vitest -u` draws them anew:
// look at each difference as a tired operator would.
import widthOf from 'string-width'
import { expect, test } from 'vitest'
import { whyOf } from '../../src/evidence/why.ts'
import { pipeLines, terminalLines, watchLines } from '../../src/screen/check-screen.ts'
import { assessmentOf, type Sample } from '../helpers/assessed.ts'
import { HOSTILE, LARGE_WORKER, LOCKED, OF_ANOTHER_USER } from '../helpers/diagnosed.ts'
import { pictureOf } from '../helpers/screens.ts'

const WIDTHS = [60, 80, 120, 200]
const ROWS = 24
const READER = { uid: 1000, nameOf: (uid: number) => (uid === 999 ? 'postgres' : 'deploy') }

/** A ruler shows how wide the terminal is. */
const framed = (width: number, lines: readonly string[]): string =>
  `${`${width} columns `.padEnd(width, '-')}\n${lines.join('\n')}\n`

async function expectPictures(
  name: string,
  argv: readonly string[],
  samples: readonly Sample[],
  more: Parameters<typeof pictureOf>[1] = {},
): Promise<void> {
  const picture = pictureOf(await assessmentOf(argv, samples), more)
  const screens = WIDTHS.map(columns => {
    const lines = terminalLines(picture, { columns, rows: 60, colour: false, widthOf })
    for (const line of lines) expect(widthOf(line), line).toBeLessThanOrEqual(columns)
    return framed(columns, lines)
  })
  const all = [...screens, `in a pipe\n${pipeLines(picture, widthOf).join('\n')}\n`].join('\n')
  await expect(all).toMatchFileSnapshot(`pictures/${name}.txt`)
}

test('one process', async () => {
  await expectPictures('one', ['-p', 'web=65MB'], [{ name: 'web', megabytes: 72.6, uptimeSeconds: 102 }])
})

const LONG = `batch:${'import_of_the_customers_that_have_not_paid_for_their_orders_'.repeat(3).slice(0, 130)}_09`

/** What there is in a day's work, and each word that NOW may have. */
const THIRTY: readonly Sample[] = [
  { name: 'api', megabytes: 62.9, uptimeSeconds: 93_784 },
  { name: 'web', megabytes: 72.6, uptimeSeconds: 102 },
  { name: 'db', megabytes: 280.4, uptimeSeconds: 2_000_000 },
  { name: 'cache', megabytes: 99.7 },
  { name: 'search', megabytes: 100 },
  { name: 'spike', megabytes: 283 },
  { name: 'young', megabytes: 300, uptimeSeconds: 7 },
  { name: 'worker', megabytes: 40.2, threads: 212 },
  { name: 'drained', megabytes: 75 },
  { name: 'signalled', megabytes: 81.3 },
  { name: 'ran', megabytes: 91 },
  { name: 'told', megabytes: 90.1 },
  { name: 'hidden', why: 'hidden' },
  { name: 'off', state: 'STOPPED' },
  { name: 'broken', state: 'FATAL' },
  { name: 'flapping', state: 'BACKOFF' },
  { name: 'starting', state: 'STARTING', megabytes: 3 },
  { name: 'done', state: 'EXITED' },
  { name: 'memmon', megabytes: 48.7, isListener: true },
  { name: LONG, megabytes: 64 },
  ...Array.from({ length: 10 }, (_, at) => ({ name: `team:member_0${at}`, megabytes: 8 + 5 * at })),
]

test('thirty processes', async () => {
  const web = ['-p', 'web=65MB', '-p', 'api=64MB', '--warn', '95%']
  const argv = [...web, '-a', '100MB', '--ignore', 'db', '--group-total', 'team=120MB', '--min-free', '500MB']
  await expectPictures('thirty', argv, THIRTY)
})

test.each<[name: string, argv: string[]]>([
  ['patience', ['-a', '60MB', '--for', '3/5', '--min-uptime', '2m']],
  ['dry-run', ['-a', '60MB', '--dry-run', '--total', '1MB']],
  ['signal', ['-a', '60MB', '--action', 'signal:VTALRM']],
  ['drain', ['-a', '1GB', '--soft-limit', '60MB', '--drain-signal', 'TSTP', '--threads-limit', '200']],
])('thirty processes, %s', async (name, argv) => {
  await expectPictures(`thirty-${name}`, argv, THIRTY)
})

test('beside a memmon that runs: what it has counted, begun and holds back', async () => {
  const at = (hours: number, minutes: number) => new Date(2026, 10, 21, hours, minutes).getTime()
  const over = { megabytes: 90 }
  const capped = { kind: 'capped', cap: '3/1h', untilMs: at(14, 5), leftSeconds: 1_800 } as const
  const held = { kind: 'held', untilMs: at(14, 5), leftSeconds: 251 } as const
  await expectPictures(
    'running',
    ['-a', '60MB', '--for', '3/5', '--soft-limit', '50MB', '--group-total', 'team=10MB'],
    [
      { name: 'capped', ...over, window: { values: [1, 9e9, 9e9, 9e9] }, hold: capped },
      { name: 'held', ...over, window: { values: [1, 9e9, 9e9, 9e9] }, hold: held },
      { name: 'restarted_now', ...over, window: { values: [1, 9e9, 9e9, 9e9] } },
      { name: 'one_more', ...over, window: { values: [1, 1, 1, 9e9] } },
      { name: 'few_checks', ...over, window: { values: [9e9, 9e9] } },
      { name: 'drained', megabytes: 55, pending: { kind: 'draining', forSeconds: 130, graceSeconds: 300 } },
      {
        name: 'long_drain',
        megabytes: 55,
        pending: { kind: 'draining', forSeconds: 93_784, graceSeconds: 2_595_600 },
      },
      { name: 'recovered', megabytes: 40, pending: { kind: 'watched' } },
      { name: 'postponed', ...over, pending: { kind: 'postponed', times: 4 } },
      { name: 'next', ...over, pending: { kind: 'queued' } },
      { name: 'drained_capped', ...over, pending: capped },
      { name: 'down', state: 'STOPPED', pending: { kind: 'restarting' } },
      { name: 'broken', state: 'FATAL', pending: { kind: 'restarting' } },
      { name: 'fine', megabytes: 20 },
      { name: 'team:one', megabytes: 40 },
    ],
  )
})

const SAID = new Map(
  Object.entries({
    web: whyOf(LARGE_WORKER, {}, READER),
    worker: whyOf(LOCKED, {}, READER),
    db: whyOf(OF_ANOTHER_USER, {}, READER),
    evil: whyOf(HOSTILE, {}, READER),
    late: { unread: 'Not looked at: the 5s for all processes were over' },
    ...Object.fromEntries(['api', 'cache', 'small'].map(name => [name, {}])),
  }).map(([name, why]) => [`${name}:${name}`, why] as const),
)
const EXPLAINED: readonly Sample[] = [
  ...['web', 'worker', 'api', 'cache', 'db', 'evil', 'late', 'small'].map((name, at) => ({
    name,
    megabytes: 90 - 9 * at,
  })),
  { name: 'off', state: 'STOPPED' },
]

test('--why: what the evidence of each says first', async () => {
  await expectPictures('why', ['-p', 'web=65MB', '-a', '100MB'], EXPLAINED, { whys: SAID })
})

test('--why --watch: no row without its sentence, none half, and no more lines than the terminal has', async () => {
  const picture = pictureOf(await assessmentOf(['-p', 'web=65MB', '-a', '100MB'], EXPLAINED), { whys: SAID })
  for (const rows of [6, 9, 12, 40]) {
    const lines = watchLines(picture, { columns: 80, rows, colour: false, widthOf }, '12:00:00')
    expect(lines.length).toBeLessThanOrEqual(rows)
    const shown = picture.rows.filter(({ name }) => lines.some(line => line.startsWith(`${name} `)))
    for (const { cells } of shown) {
      const text = lines.join(' ').replace(/ +/g, ' ')
      if (cells.why !== 'nothing stands out') expect(text).toContain(cells.why)
    }
    const more = /^… (\d+) more$/.exec(lines.at(-1) ?? '')?.[1]
    expect(Number(more ?? 0)).toBe(picture.rows.length - shown.length)
  }
})

test('no rules: all sizes, the largest first', async () => {
  const note =
    'No rules: no [eventlistener:*] section of /etc/supervisor/supervisord.conf runs memmon. Give rules as in memmon check -a 200MB'
  await expectPictures('no-rules', [], THIRTY.slice(0, 20), { hasRules: false, sort: 'size', notes: [note] })
})

test('names in other scripts, with emoji, and such as would steer a terminal', async () => {
  const names = [
    'データベース接続プール管理デーモン:書き込み担当ワーカー_01',
    '결제_서버',
    '🚀launcher🚀',
    '👩‍👩‍👧‍👦:👩‍👩‍👧‍👦_family_of_workers_that_is_long_enough_to_be_cut_👩‍👩‍👧‍👦',
    'café_e\u0301te\u0301',
    'مرحبا',
    'evil\u001b[31m\u202egnp.exe',
  ]
  await expectPictures(
    'scripts',
    ['-a', '100MB'],
    names.map((name, at) => ({ name, megabytes: 30 + at * 12 })),
  )
})

test('96 %, 100 % and 283 % are told apart, and so is what is a byte to either side of its limit', async () => {
  const shares = [0, 0.5, 50, 96, 99.99, 100, 100.01, 112, 150, 151, 283, 999, 40_000, 5_000_000]
  const samples = shares.map(share => ({ name: `at_${String(share).replace('.', '_')}`, megabytes: share }))
  await expectPictures('shares', ['-a', '100MB'], samples)
})

test('200 processes by numprocs: what is over stands on top of a screen of 24 rows', async () => {
  const samples = Array.from({ length: 200 }, (_, at) => ({
    name: `worker:worker_${String(at).padStart(3, '0')}`,
    megabytes: at % 67 === 5 ? 120 + at / 10 : 20 + ((at * 37) % 70),
  }))
  const picture = pictureOf(await assessmentOf(['-g', 'worker=100MB'], samples))
  const screens = WIDTHS.map(columns => {
    const lines = watchLines(
      picture,
      { columns, rows: ROWS, colour: false, widthOf },
      '12:00:00, every 2s, q quits',
    )
    expect(lines.length).toBeLessThanOrEqual(ROWS)
    return framed(columns, lines)
  })
  const once = terminalLines(picture, { columns: 80, rows: ROWS, colour: false, widthOf })
  expect(once).toHaveLength(200 + 4)
  screens.push(`printed once, its last rows\n${once.slice(-6).join('\n')}\n`)
  await expect(screens.join('\n')).toMatchFileSnapshot('pictures/numprocs.txt')
})
