// docs/monitors.md: its example is compiled against the types of the package, and run as a monitor.
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { replyIn } from '../../src/monitors/messages.ts'
import { checkVerdicts } from '../../src/monitors/verdicts.ts'
import { METRICS } from '../../src/rules/metric.ts'
import type { Monitor, Sample } from '../../src/rules/monitor-types.ts'
import { codeBlocks, ROOT, readDocument } from '../helpers/documents.ts'

const text = readDocument('docs/monitors.md')
const example = codeBlocks('docs/monitors.md').find(({ language }) => language === 'js')?.text ?? ''

/** A project that has memmon among its packages. */
let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'memmon-monitors-'))
  mkdirSync(join(folder, 'node_modules'))
  symlinkSync(ROOT, join(folder, 'node_modules', 'memmon'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** What the compiler says of a module; '' if it is content. */
function compiled(name: string, module: string): string {
  writeFileSync(join(folder, name), module)
  const tsc = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc')
  const flags = [
    '--noEmit',
    '--strict',
    '--allowJs',
    '--checkJs',
    '--module',
    'nodenext',
    '--target',
    'es2022',
  ]
  try {
    execFileSync(process.execPath, [tsc, ...flags, '--types', '', name], { cwd: folder, encoding: 'utf8' })
    return ''
  } catch (thrown) {
    return (thrown as { stdout: string }).stdout
  }
}

test('the example compiles against the types that the package exports', () => {
  expect(compiled('example.mjs', example)).toBe('')
  expect(compiled('wrong.mjs', example.replace("action: 'restart'", "action: 'stop'"))).toContain('"stop"')
  expect(compiled('wrong.mjs', example.replace("['cpu_time']", "['cpu']"))).toContain('"cpu"')
})

const TYPESCRIPT = (verdict: string) => `import type { Monitor } from 'memmon/monitor'
export default {
  name: 'many-threads',
  needs: ['threads'],
  evaluate: async samples => samples
    .filter(({ threads = 0 }) => threads > 100)
    .map(({ process, threads = 0 }) => (${verdict})),
} satisfies Monitor
`
test('and so does one in TypeScript; a figure is given whole or not at all', () => {
  const whole = `{ process, action: 'alert' as const, reason: 'x', metric: 'threads' as const, value: threads, limit: 100 }`
  expect(compiled('typed.mts', TYPESCRIPT(whole))).toBe('')
  expect(compiled('typed.mts', TYPESCRIPT(whole.replace(', limit: 100', '')))).toContain("'limit'")
})

test('the example restarts what keeps a CPU busy for five checks in a row, and nothing else', async () => {
  writeFileSync(join(folder, 'run.mjs'), example)
  const { default: monitor } = (await import(pathToFileURL(join(folder, 'run.mjs')).href)) as {
    default: Monitor
  }
  const { name, needs } = monitor
  expect(replyIn(JSON.stringify({ kind: 'ready', name, needs }))).toEqual({ kind: 'ready', name, needs })
  const sample = (own: string, pid: number, cpuSeconds: number): Sample => ({
    process: own,
    group: own,
    name: own,
    pid,
    startedAt: pid,
    uptimeSeconds: 60,
    rssBytes: 1,
    cpuSeconds,
  })
  const said: (readonly unknown[])[] = []
  for (let check = 0; check <= 6; check++) {
    const samples = [
      sample('busy', 1, check * 58),
      sample('calm', 2, check * 6),
      sample('restarted', 3 + (check > 2 ? 1 : 0), check * 60),
    ]
    const verdicts = await monitor.evaluate(samples, { at: check * 60_000, host: 'x', timeoutMs: 1 })
    expect(checkVerdicts(verdicts, samples).faults).toEqual([])
    said.push(verdicts)
  }
  const busy = (times: number) => ({
    process: 'busy',
    action: 'restart',
    reason: `it has used 97% of a CPU for ${times} checks in a row`,
  })
  expect(said).toEqual([[], [], [], [], [], [busy(5)], [busy(6)]])
  expect(text).toContain(`Rule:    monitor cpu-time: ${busy(5).reason}`)
})

test('every need, action and metric is named', () => {
  for (const need of ['cpu_time', 'pss', 'uss', 'swap', 'threads', 'fds'])
    expect(text).toContain(`\`${need}\``)
  for (const action of ['restart', 'drain', 'alert']) expect(text).toContain(`**${action}**`)
  for (const metric of METRICS) expect(text).toContain(`\`${metric}\``)
})
