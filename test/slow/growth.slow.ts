// Real programs for half an hour, under a real supervisord with TICK_5: one that leaks is told and restarted, a cache that
// fills, a collector's teeth and what stays as it is are not. RECORD=FILE keeps what was seen, as `memmon analyse` reads it.
import { readFileSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readHistories } from '../../src/history/read-histories.ts'
import { stateFolderIn } from '../helpers/own-state.ts'
import { PYTHON } from '../helpers/python.ts'
import { Supervisord } from '../helpers/supervisord.ts'
import { waitFor } from '../helpers/wait.ts'

const MINUTE_MS = 60_000
const INTERVAL_SECONDS = 5

const program = (name: string, command: string): string => `[program:${name}]\ncommand=${command}\n`
const python = (code: string): string => `${PYTHON} -c "import time; ${code}; time.sleep(9999)"`
const node = (code: string): string => `${process.execPath} -e "${code}"`

const PROGRAMS = {
  // 200 kB a second.
  leaks: python("b = []; [(time.sleep(0.5), b.append(b'x' * 100_000)) for _ in range(99999)]"),
  // 60 MB within ten minutes, then no more.
  fills: python("b = []; [(time.sleep(1), b.append(b'x' * 100_000)) for _ in range(600)]"),
  teeth: node('setInterval(() => { globalThis.x = Array.from({ length: 2e4 }, Math.random) }, 20)'),
  holds: python("b = b'x' * (50 << 20)"),
}

interface Sample {
  readonly t: number
  readonly rss: number
  readonly pid: number
}

const recorded = new Map<string, Sample[]>(Object.keys(PROGRAMS).map(name => [name, []]))
let supervisord: Supervisord
let timer: NodeJS.Timeout

beforeAll(async () => {
  supervisord = await Supervisord.start({
    programs: Object.entries(PROGRAMS)
      .map(([name, command]) => program(name, command))
      .join(''),
    memmon: '-a 600MB --growth restart --growth-lead 45m -s true',
    loglevel: 'info',
  })
  const begunMs = Date.now()
  timer = setInterval(() => void record(Math.round((Date.now() - begunMs) / 1000)), INTERVAL_SECONDS * 1000)
})
afterAll(async () => {
  clearInterval(timer)
  await supervisord.stop()
})

async function record(t: number): Promise<void> {
  for (const [name, samples] of recorded) {
    const { pid } = await supervisord.process(`${name}:${name}`)
    const [, pages = '0'] = readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')
    samples.push({ t, rss: Number(pages) * 4096, pid })
  }
}

test('the leak is seen and restarted before its limit, and nothing else is', async () => {
  await waitFor('the leak', () => supervisord.memmonLog().includes('Restarted leaks:leaks'), 40 * MINUTE_MS)
  await waitFor('half an hour', () => (recorded.get('holds')?.at(-1)?.t ?? 0) >= 1_800, 40 * MINUTE_MS)
  const log = supervisord.memmonLog()
  expect(log.match(/\S+ \(pid \d+\) leaks: .*/g)).toEqual([
    expect.stringMatching(/^leaks:leaks .*: it reaches its limit of 600MB in \d+m/),
  ])
  expect(log.match(/Restarted \S+: /g)).toEqual(['Restarted leaks:leaks: '])
  const { histories } = await readHistories(stateFolderIn(supervisord))
  const verdicts = histories.map(({ namespec, verdict }) => [namespec, verdict.kind])
  expect(Object.fromEntries(verdicts)).toMatchObject({ 'teeth:teeth': 'steady', 'holds:holds': 'steady' })
  if (process.env.RECORD) writeFileSync(process.env.RECORD, lines())
})

const lines = (): string =>
  [...recorded]
    .map(([id, samples]) =>
      JSON.stringify({ id, interval_s: INTERVAL_SECONDS, limit_bytes: 600 << 20, samples }),
    )
    .join('\n')
