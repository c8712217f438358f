// The text of both formats as files that a person has read, and promtool's word on it.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createSlices } from '../../src/base/slices.ts'
import { FAMILIES, type Facts } from '../../src/metrics/families.ts'
import { Knowledge, MOST_PROCESSES } from '../../src/metrics/knowledge.ts'
import { type Format, render } from '../../src/metrics/render.ts'
import { type ProcessInfo, ProcessState } from '../../src/rules/process.ts'
import { MB, processNamed } from '../helpers/values.ts'
import { NOW_MS, portsFor } from './known.ts'

const slices = () => createSlices(() => 0)

/** Three programs: one that leaks, one with a name that has to be escaped, one that memmon cannot start. */
async function someFacts(): Promise<Facts> {
  const leaking = processNamed('shop:web')
  const odd = processNamed('shop:a "b\\c"\n\x1b[31m', { pid: 12 })
  const down = processNamed('shop:down', { state: ProcessState.FATAL, pid: 0 })
  const sizes = { 'shop:web': 150 * MB, [odd.namespec]: 7 * MB }
  const flags = ['-p', 'web=200MB', '--metric', 'pss', '-a', '1GB']
  const ports = portsFor([leaking, odd, down], flags, sizes)
  ports.monitor.leaks = [{ namespec: 'shop:web', run: leaking, limitTick: 100_000 + 3_600_000 }]
  ports.restarts.standing = { draining: ['shop:x'], capped: ['shop:y', 'shop:z'], down: ['shop:down'] }
  const series = ports.history.trackedOf('shop:web')?.series
  Object.assign(series ?? {}, { verdict: { kind: 'leak', slopeBytesPerHour: 36 * MB } })
  const knowledge = new Knowledge(ports)
  knowledge.counts.onTick(60)
  knowledge.counts.onTick(5)
  knowledge.counts.onCheck(true, 12.5, NOW_MS)
  knowledge.onFigure(leaking, { metric: 'pss', cumulative: false } as never, 140 * MB)
  const facts = await knowledge.facts(128 * MB, slices())
  return { ...facts, version: '1.2.3', startedAtMs: NOW_MS - 60_000 }
}

const golden = (format: Format): string => join(import.meta.dirname, `golden.${format}.txt`)
const withNode = (text: string): string => text.replace('NODE', process.versions.node)

test.each<Format>(['prometheus', 'openmetrics'])('%s', async format => {
  const text = await render(await someFacts(), format, {}, slices())
  expect(text).toBe(withNode(readFileSync(golden(format), 'utf8')))
})

test('promtool has nothing to say against names, help and units', async () => {
  const input = await render(await someFacts(), 'prometheus', {}, slices())
  const { status, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], { input, encoding: 'utf8' })
  expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '', stderr: '' })
})

test('promtool does say so of a counter without _total: it is asked right', () => {
  const input = '# HELP memmon_restarts Restarts.\n# TYPE memmon_restarts counter\nmemmon_restarts 1\n'
  const { status, stderr } = spawnSync('promtool', ['check', 'metrics'], { input, encoding: 'utf8' })
  expect(status).not.toBe(0)
  expect(stderr).toContain('_total')
})

test('-n is a label of every series: two memmons may write files on one machine', async () => {
  const text = await render(await someFacts(), 'prometheus', { memmon: 'shop' }, slices())
  const series = text.split('\n').filter(line => line !== '' && !line.startsWith('#'))
  expect(series.filter(line => !line.includes('memmon="shop"'))).toEqual([])
})

test('each series is there once, and no label is called pid', async () => {
  const text = await render(await someFacts(), 'prometheus', {}, slices())
  const names = text.split('\n').flatMap(line => (line.startsWith('#') ? [] : line.replace(/ \S+$/, '')))
  expect(new Set(names).size).toBe(names.length)
  expect(FAMILIES.flatMap(({ labels }) => labels)).not.toContain('pid')
})

test('what is rendered in pieces is the same text, with one head for each metric', async () => {
  const processes = Array.from({ length: 250 }, (_, at) => processNamed(`g:p${at}`, { pid: at + 2 }))
  const sizes = Object.fromEntries(processes.map(({ namespec }, at) => [namespec, at * MB]))
  const facts = await new Knowledge(portsFor(processes, ['-a', '1GB'], sizes)).facts(1, slices())
  const lines = (await render(facts, 'prometheus', {}, slices())).split('\n')
  const of = (start: string) => lines.filter(line => line.startsWith(start))
  expect(of('# HELP memmon_process_memory_bytes ')).toHaveLength(1)
  expect(of('memmon_process_memory_bytes{')).toEqual(
    processes.map(
      ({ name }, at) => `memmon_process_memory_bytes{metric="rss",group="g",name="${name}"} ${at * MB}`,
    ),
  )
})

test('others have their turn in between', async () => {
  let now = 0
  const processes = Array.from({ length: 1_000 }, (_, at) => processNamed(`g:p${at}`, { pid: at + 2 }))
  let turns = 0
  const others = setInterval(() => turns++, 0)
  // Each look at the clock takes a millisecond.
  const busy = createSlices(() => now++)
  const knowledge = new Knowledge(portsFor(processes, ['-a', '1GB']))
  await render(await knowledge.facts(1, busy), 'prometheus', {}, busy)
  clearInterval(others)
  expect(turns).toBeGreaterThan(2)
})

test('there are series for so many processes and no more; totals count all', async () => {
  const processes = Array.from({ length: MOST_PROCESSES + 7 }, (_, at) =>
    processNamed(`g:p${at}`, { pid: at + 2 }),
  )
  const facts = await new Knowledge(portsFor(processes, ['-a', '1GB'])).facts(1, slices())
  const text = await render(facts, 'prometheus', {}, slices())
  expect(text.match(/^memmon_process_up\{/gm)).toHaveLength(MOST_PROCESSES)
  expect(text).toContain(`\nmemmon_left_out_processes 7\n`)
  expect(text).toContain(`\nmemmon_watched_processes ${MOST_PROCESSES + 7}\n`)
})

test('two names that no label can hold are no series: they would be the same one', async () => {
  const twins: ProcessInfo[] = [1, 2].map(pid => processNamed('g:a\ufffd', { pid }))
  const facts = await new Knowledge(portsFor(twins, ['-a', '1GB'])).facts(1, slices())
  expect(facts).toMatchObject({ processes: [], leftOutCount: 2 })
})
