// The screens of `memmon status` as golden pictures of text, at each width and in a pipe. `vitest -u` draws them anew: look at
// each difference as a tired operator would.
import widthOf from 'string-width'
import { expect, test } from 'vitest'
import { statusLines } from '../../src/screen/status-screen.ts'
import type { Status } from '../../src/status/status.ts'
import type { Sample } from '../helpers/assessed.ts'
import { before, listenerWith, NOW, statusWith } from '../helpers/status.ts'

async function expectPictures(name: string, status: Status): Promise<void> {
  const screens = [60, 80, 120].map(columns => {
    const lines = statusLines(status, { columns, colour: false, widthOf })
    for (const line of lines) expect(widthOf(line), line).toBeLessThanOrEqual(columns)
    return `${`${columns} columns `.padEnd(columns, '-')}\n${lines.join('\n')}\n`
  })
  const piped = statusLines(status, { columns: Number.POSITIVE_INFINITY, colour: false, widthOf })
  const all = [...screens, `in a pipe\n${piped.join('\n')}\n`].join('\n')
  await expect(all).toMatchFileSnapshot(`pictures/status-${name}.txt`)
}

const FINE: readonly Sample[] = [
  { name: 'api', megabytes: 62.9 },
  { name: 'db', megabytes: 58.1 },
  { name: 'memmon', megabytes: 48.7, isListener: true },
]
const RESTARTS = [
  {
    namespec: 'worker:worker_03',
    atMs: before(600),
    reason: '302.6MB RSS (317298278 bytes), over -p worker_03=200MB by 102.6MB, in 3 of the last 5 checks',
  },
  { namespec: 'web:web', atMs: before(86_400), reason: undefined },
]

test('all is well', async () => {
  const one = await listenerWith(['-a', '100MB'], FINE, { restarts: RESTARTS })
  await expectPictures('well', statusWith([one]))
})

test('no tick yet', async () => {
  const hearing = { kind: 'starting', sinceMs: before(61) } as const
  const fine = await listenerWith(['-a', '100MB'], FINE, { hearing })
  await expectPictures('starting', statusWith([fine]))
  const over = await listenerWith(['-a', '60MB'], FINE, { hearing, section: 'eventlistener:second' })
  await expectPictures('starting-over', statusWith([fine, over]))
})

test('everything at once', async () => {
  const capped = { kind: 'capped', cap: '3/1h', untilMs: NOW + 180_000, leftSeconds: 180 } as const
  const one = await listenerWith(
    ['-a', '60MB', '--for', '3/5', '--soft-limit', '50MB', '--group-total', 'team=10MB'],
    [
      { name: 'web', megabytes: 90, window: { values: [1, 9e9, 9e9, 9e9] }, hold: capped },
      { name: 'one_more', megabytes: 90, window: { values: [1, 1, 1, 9e9] } },
      { name: 'drained', megabytes: 55, pending: { kind: 'draining', forSeconds: 130, graceSeconds: 300 } },
      { name: 'postponed', megabytes: 90, pending: { kind: 'postponed', times: 4 } },
      { name: 'next', megabytes: 90, pending: { kind: 'queued' } },
      {
        name: 'quiet',
        megabytes: 90,
        pending: { kind: 'muted', untilMs: NOW + 3_600_000, leftSeconds: 3600 },
      },
      { name: 'leaky', megabytes: 40, leak: { limitMs: NOW + 7_200_000, leftSeconds: 7200 } },
      { name: 'mailer', state: 'FATAL' },
      { name: 'off', state: 'STOPPED' },
      { name: 'team:one', megabytes: 40 },
      { name: 'fine', megabytes: 20 },
      { name: 'evil\u001b[31m\u202e', megabytes: 70 },
    ],
    {
      restarts: RESTARTS,
      outbox: { count: 3, sinceMs: before(900) },
      mutes: [{ namespec: 'quiet:quiet', untilMs: NOW + 3_600_000 }],
      agents: 2,
    },
  )
  await expectPictures('all', statusWith([one]))
})

test('what keeps memmon from its work', async () => {
  const silent = await listenerWith(['-a', '100MB'], FINE, {
    hearing: { kind: 'silent', sinceMs: before(312), tickAtMs: before(312) },
  })
  await expectPictures('silent', statusWith([silent]))
  const failing = await listenerWith(['-a', '100MB'], FINE, {
    failing: {
      sinceMs: before(65),
      why: 'Check skipped, retrying at the next tick: no answer from supervisord',
    },
  })
  const unheard = await listenerWith(['-a', '100MB'], FINE, {
    section: 'eventlistener:second',
    hearing: { kind: 'silent', sinceMs: before(200), tickAtMs: undefined },
  })
  await expectPictures('two', statusWith([failing, unheard]))
})

test('listeners count only where a rule is about them', async () => {
  const more: Sample[] = [
    ...FINE,
    { name: 'other', megabytes: 9, isListener: true },
    { name: 'off', megabytes: 9 },
  ]
  const watched = new Set(['api:api', 'other:other'])
  const one = await listenerWith(['-p', 'api=100MB', '-p', 'other=100MB'], more, { watched })
  expect(statusLines(statusWith([one]), { columns: 80, colour: false, widthOf })).toContain(
    '  Checks     2 of 4 programs watched',
  )
})

test('nothing that can be asked: what is left of it is shown', async () => {
  const gone = await listenerWith([], [], {
    process: undefined,
    pid: undefined,
    assessment: undefined,
    watched: new Set(),
    hearing: { kind: 'silent', sinceMs: before(4000), tickAtMs: before(4000) },
    begun: ['worker:worker_03'],
    restarts: RESTARTS,
  })
  await expectPictures(
    'gone',
    statusWith([gone], {
      unanswered: 'no answer from supervisord at unix:///run/supervisor.sock',
      memory: undefined,
    }),
  )
  await expectPictures(
    'none',
    statusWith([], { problems: ['no [eventlistener:*] section of /etc/supervisord.conf runs memmon'] }),
  )
})

test('colour says the first line, and steers nothing else', async () => {
  const status = statusWith([await listenerWith(['-a', '50MB'], FINE)])
  const [first = ''] = statusLines(status, { columns: 80, colour: true, widthOf })
  expect(first).toMatch(/^\u001b\[31m\u001b\[1mnot well: 2 over a limit/)
})
