// Monitors in real processes, and what they may do there: whatever it is, memmon is told, goes on, and tries again.
import { spawn } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { CustomMonitors } from '../../src/monitors/custom-monitors.ts'
import type { MonitorNews } from '../../src/monitors/failures.ts'
import type { MonitorAnswer } from '../../src/rules/monitor.ts'
import type { Need } from '../../src/rules/monitor-types.ts'
import { isAlive } from '../helpers/alive.ts'
import { ROOT } from '../helpers/documents.ts'
import { sampleOf } from '../helpers/monitor-samples.ts'
import { settingsFrom } from '../helpers/values.ts'
import { waitFor } from '../helpers/wait.ts'

const HOST = join(ROOT, 'build', 'monitors', 'host.js')
const SAMPLE = sampleOf('web:web')

let folder: string
let lines: string[]
let answers: MonitorAnswer[]
let mails: MonitorNews[]
let needed: (readonly Need[])[]
let tick: number
let timeoutMs: number
let monitors: CustomMonitors
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'memmon-monitor-'))
  lines = []
  answers = []
  mails = []
  needed = []
  tick = 0
  timeoutMs = 60_000
  monitors = monitorsOf()
})
afterEach(() => {
  monitors.end()
  rmSync(folder, { recursive: true, force: true })
})

const monitorsOf = (more: { uid?: number; hostPath?: string } = {}) =>
  new CustomMonitors({
    hostPath: HOST,
    timeoutMs: () => timeoutMs,
    log: (level, text) => lines.push(`${level} ${text.replaceAll(folder, '/m')}`),
    tick: () => tick,
    nowMs: () => 1_000,
    mail: news => mails.push(news),
    ...more,
  })

function write(text: string, name = 'own.mjs'): string {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}

const use = (...paths: string[]) =>
  monitors.use(settingsFrom('-a', '1GB', ...paths.flatMap(path => ['--monitor', path])).monitors)

const check = () =>
  monitors.ask(
    needs => {
      needed.push(needs)
      return [SAMPLE]
    },
    answer => answers.push(answer),
  )

/** Checks until the log says so. */
const checkUntil = (text: string) =>
  waitFor(
    () => `${text}\n${lines.join('\n')}`,
    () => {
      check()
      return lines.some(line => line.includes(text))
    },
  )

const checkUntilAnswered = (count = answers.length + 1) =>
  waitFor(
    () => `an answer\n${lines.join('\n')}`,
    () => {
      check()
      return answers.length >= count
    },
  )

/** `prefix` has the pid of its process in it. */
const pidIn = (prefix: string): number =>
  Number(lines.map(line => new RegExp(`${prefix}(\\d+)$`).exec(line)?.[1]).find(pid => pid !== undefined))

const RESTART = `[{ process: 'web:web', action: 'restart', reason: 'it has had its time' }]`

test.each([
  ['ESM', 'own.mjs', `export const name = 'own', evaluate = () => (${RESTART})`],
  ['ESM, by default', 'own.mjs', `export default { name: 'own', evaluate: async () => ${RESTART} }`],
  ['CommonJS', 'own.cjs', `module.exports = { name: 'own', evaluate() { return ${RESTART} } }`],
  ['CommonJS, names', 'own.cjs', `exports.name = 'own'; exports.evaluate = () => (${RESTART})`],
])('%s', async (_, name, text) => {
  use(write(text, name))
  await checkUntilAnswered()
  expect(answers[0]).toMatchObject({
    name: 'own',
    samples: [SAMPLE],
    verdicts: [{ process: 'web:web', action: 'restart', reason: 'it has had its time' }],
  })
  expect(lines).toEqual([`INFO Monitor own is loaded from /m/${name}`])
})

test('what it needs is read when it is asked, and it is given what was read, the time and the host', async () => {
  use(
    write(
      `export const name = 'own', needs = ['pss', 'threads'], evaluate = (samples, context) => { console.log(JSON.stringify([samples, context])); return [] }`,
    ),
  )
  await checkUntilAnswered()
  expect(needed[0]).toEqual(['pss', 'threads'])
  expect(lines[0]).toBe('INFO Monitor own is loaded from /m/own.mjs, which needs pss, threads')
  const [, said = ''] = / says: (.*)/.exec(lines.find(line => line.includes('says')) ?? '') ?? []
  expect(JSON.parse(said)).toEqual([[SAMPLE], { at: 1_000, host: expect.any(String), timeoutMs: 60_000 }])
})

type Misbehaviour = [what: string, text: string, why: RegExp | string, timeoutMs?: number]

/** What it does, and what is said of that. */
const MISBEHAVIOURS: readonly Misbehaviour[] = [
  ['no syntax', 'export const name = ', /SyntaxError: /],
  [
    'a package that is not there',
    `import 'nowhere-to-be-found'`,
    /Cannot find package 'nowhere-to-be-found'/,
  ],
  ['no function', `export const name = 'own'`, 'it exports no function "evaluate"'],
  ['no name', 'export const evaluate = () => []', 'its name is undefined; export a name of letters'],
  ['a forged name', `export const name = 'x\\ny', evaluate = () => []`, 'its name is "x\\ny"; export'],
  [
    'an unknown need',
    `export const name = 'own', needs = ['cpu'], evaluate = () => []`,
    'it needs "cpu"; use a list of cpu_time, pss',
  ],
  ['a loop while it loads', 'for (;;) {}', 'it was not loaded within 2s and was ended', 2_000],
  [
    'a loop',
    `export const name = 'own', evaluate = () => { for (;;) {} }`,
    'it did not answer within 2s and was ended',
    2_000,
  ],
  [
    'a promise for ever',
    `export const name = 'own', evaluate = () => new Promise(() => {})`,
    'it did not answer within 2s and was ended',
    2_000,
  ],
  [
    'an exception',
    `export const name = 'own', evaluate = () => { null.x }`,
    /TypeError: Cannot read .*, at Module.evaluate \(file:.*own\.mjs:2:/,
  ],
  [
    'a rejection',
    `export const name = 'own', evaluate = async () => { throw 'no luck' }`,
    'it threw no luck',
  ],
  [
    'a rejection of nobody',
    `export const name = 'own', evaluate = () => { Promise.reject(new Error('later')); return new Promise(() => {}) }`,
    'Error: later, at Module.evaluate (file:',
  ],
  [
    'an exception of nobody',
    `setTimeout(() => { throw new Error('much later') }); export const name = 'own', evaluate = () => new Promise(() => {})`,
    'Error: much later, at ',
  ],
  [
    'process.exit',
    `export const name = 'own', evaluate = () => process.exit(0)`,
    'it has ended with exit code 0',
  ],
  ['process.abort', `export const name = 'own', evaluate = () => process.abort()`, 'it was ended by SIGABRT'],
  [
    'a kill',
    `export const name = 'own', evaluate = () => process.kill(process.pid, 'SIGKILL')`,
    'it was ended by SIGKILL',
  ],
  [
    'objects without end',
    `export const name = 'own', evaluate = () => { const all = []; for (;;) all.push({ n: all.length }) }`,
    'its objects used more than 64MB',
  ],
  [
    'buffers without end',
    `export const name = 'own', evaluate = () => { const all = []; for (;;) all.push(Buffer.alloc(4 << 20, 1)) }`,
    'it was ended by SIGKILL; it said last: it uses more than 256MB of memory',
  ],
  [
    'output without end',
    `import { writeSync } from 'node:fs'; export const name = 'own', evaluate = () => { for (;;) try { writeSync(1, 'x'.repeat(1e5)) } catch {} }`,
    'it printed more than 4MB before its next answer',
  ],
  [
    'no list',
    `export const name = 'own', evaluate = () => undefined`,
    'evaluate gave back undefined; give a list',
  ],
  [
    'a circle',
    `export const name = 'own', evaluate = () => { const a = []; a.push(a); return a }`,
    'TypeError: Converting circular',
  ],
  [
    'too long an answer',
    `export const name = 'own', evaluate = () => ['x'.repeat(300 << 10)]`,
    'it answered more than 256KB',
  ],
  [
    'garbage on the channel',
    `import { writeSync } from 'node:fs'; export const name = 'own', evaluate = () => { writeSync(3, 'x\\n'); return [] }`,
    'what it sent is not JSON',
  ],
  [
    'an answer before the question',
    `import { writeSync } from 'node:fs'; export const name = 'own', evaluate = () => []; writeSync(3, '{"kind":"answer","verdicts":[]}\\n')`,
    'it answered without a question',
  ],
]

test.each<Misbehaviour>(MISBEHAVIOURS)('%s', async (_, text, why, ownTimeoutMs = 60_000) => {
  timeoutMs = ownTimeoutMs
  use(write(`console.log('pid ' + process.pid)\n${text}`))
  // Not asked twice: the first question is enough.
  let isAsked = false
  await waitFor(
    () => `its failure\n${lines.join('\n')}`,
    () => {
      if (!isAsked) check()
      isAsked = needed.length > 0
      return lines.some(line => line.startsWith('WARN'))
    },
  )
  const warnings = lines.filter(line => line.startsWith('WARN'))
  expect(warnings).toEqual([
    expect.stringMatching(
      /^WARN Monitor own(\.mjs)? failed: .*\. memmon goes on without it and tries it again in 10s$/,
    ),
  ])
  if (typeof why === 'string') expect(warnings[0]).toContain(why)
  else expect(warnings[0]).toMatch(why)
  expect(answers).toEqual([])
  const pid = pidIn('says: pid ')
  if (pid > 0) await waitFor('its process to end', () => !isAlive(pid))
})

test('after each failure in a row it waits longer, ten minutes at most', () => {
  // A file that is not there is seen at once.
  use(join(folder, 'none.mjs'))
  check()
  for (const seconds of [10, 20, 40, 80, 160, 320, 600, 600]) {
    const before = lines.length
    tick += seconds * 1000 - 1
    check()
    expect(lines.length, `${seconds} s`).toBe(before) // not yet
    tick += 1
    check()
    expect(lines.length, `${seconds} s`).toBe(before + 1)
  }
  const waits = lines.map(line => /again in (.*)$/.exec(line)?.[1])
  expect(waits).toEqual(['10s', '20s', '40s', '1m 20s', '2m 40s', '5m 20s', '10m', '10m', '10m'])
})

test('when it answers again, that is said, and the next failure is the first one', async () => {
  use(
    write(`import { existsSync } from 'node:fs'
export const name = 'own', evaluate = () => { if (existsSync('${folder}/well')) return []; throw new Error('not now') }`),
  )
  await checkUntil('again in 10s')
  tick += 10_000
  await checkUntil('again in 20s')
  writeFileSync(join(folder, 'well'), '')
  tick += 20_000
  await checkUntilAnswered()
  expect(lines.at(-1)).toBe('INFO Monitor own works again')
  rmSync(join(folder, 'well'))
  await waitFor(
    () => `another failure\n${lines.join('\n')}`,
    () => {
      check()
      return lines.filter(line => line.endsWith('again in 10s')).length === 2
    },
  )
})

test('one that keeps failing is mailed once, and once when it works again', async () => {
  const path = join(folder, 'own.mjs')
  use(path)
  const fail = (times: number) => {
    for (let time = 0; time < times; time++) {
      check()
      tick += 600_000
    }
  }
  fail(2)
  expect(mails).toEqual([]) // it may be a moment's
  fail(1)
  expect(mails).toEqual([
    {
      event: 'monitor_failed',
      subject: 'monitor own.mjs fails',
      text: expect.stringContaining(`${path} cannot be read (ENOENT)`),
    },
  ])
  fail(3)
  write('throw 1') // another file is tried at once, and is no news
  await checkUntil('it threw 1')
  write(`export const name = 'own', evaluate = () => ${RESTART}`)
  await checkUntilAnswered()
  expect(mails.map(({ event, subject }) => [event, subject])).toEqual([
    ['monitor_failed', 'monitor own.mjs fails'],
    ['monitor_recovered', 'monitor own works again'],
  ])
  await checkUntilAnswered()
  expect(mails).toHaveLength(2)
})

test('a failure that is over at the next try is in the log alone', async () => {
  use(join(folder, 'own.mjs'))
  check()
  write(`export const name = 'own', evaluate = () => ${RESTART}`)
  await checkUntilAnswered()
  expect(lines.some(line => line.startsWith('WARN'))).toBe(true)
  expect(mails).toEqual([])
})

test('while it thinks, checks go on and it is asked nothing else', async () => {
  use(
    write(`import { existsSync } from 'node:fs'
export const name = 'own', evaluate = async () => { while (!existsSync('${folder}/done')) await new Promise(go => setTimeout(go, 5)); return [] }`),
  )
  await waitFor('the first question', () => {
    check()
    return needed.length > 0
  })
  for (let times = 0; times < 5; times++) check()
  expect(needed.length).toBe(1)
  writeFileSync(join(folder, 'done'), '')
  await checkUntilAnswered(2)
})

test('what it prints is in the log, a bounded part of it', async () => {
  use(
    write(
      `export const name = 'own', evaluate = () => { for (let n = 0; n < 50; n++) console.log('line ' + n); console.error('x'.repeat(2000)); return [] }`,
    ),
  )
  await checkUntilAnswered()
  await waitFor('its lines', () => lines.some(line => line.includes('is dropped)')))
  const said = lines.filter(line => line.includes(' says: '))
  expect(said.length).toBe(21)
  expect(Math.max(...said.map(line => line.length))).toBeLessThan(600)
})

test('a verdict that cannot count is refused, once in the log; the others count', async () => {
  use(
    write(
      `export const name = 'own', evaluate = () => [{ process: 'db', action: 'restart', reason: 'x' }, ...${RESTART}]`,
    ),
  )
  await checkUntilAnswered()
  await checkUntilAnswered()
  expect(answers.map(({ verdicts }) => verdicts.length)).toEqual([1, 1])
  expect(lines.filter(line => line.startsWith('WARN'))).toEqual([
    'WARN Monitor own: rejected a verdict: the verdict about "db": no sample is named so; use the "process" of a sample',
  ])
})

test('a file that changes is loaded again at once, also one that has failed', async () => {
  const path = write('export const name = ')
  use(path)
  await checkUntil('failed: ')
  write(`export const name = 'second', evaluate = () => []`)
  await checkUntilAnswered()
  expect(lines.slice(1)).toEqual([
    'INFO Monitor own.mjs: /m/own.mjs has changed and is loaded again',
    'INFO Monitor second is loaded from /m/own.mjs',
  ])
})

test('settings: one that stays keeps its process, one that goes is ended, one that comes is started', async () => {
  const says = (name: string) =>
    `console.log('${name} is ' + process.pid); export const name = '${name}', evaluate = () => []`
  const [a, b, c] = ['a', 'b', 'c'].map(name => write(says(name), `${name}.mjs`)) as [string, string, string]
  use(a, b)
  await checkUntilAnswered(4)
  await waitFor('both', () => pidIn('a is ') > 0 && pidIn('b is ') > 0)
  use(a, c)
  await waitFor('b to end', () => !isAlive(pidIn('b is ')))
  await checkUntil('c is ')
  expect(isAlive(pidIn('a is '))).toBe(true)
  expect(lines.filter(line => line.includes('says: a is '))).toHaveLength(1)
  monitors.end()
  await waitFor('all to end', () => !isAlive(pidIn('a is ')) && !isAlive(pidIn('c is ')))
  expect(lines.filter(line => line.startsWith('WARN'))).toEqual([])
})

test("memmon's secrets are not in its environment", async () => {
  process.env.SUPERVISOR_PASSWORD = 'hush'
  try {
    use(
      write(
        `console.log('knows ' + process.env.SUPERVISOR_PASSWORD + ' of ' + process.env.HOME); export const name = 'own', evaluate = () => []`,
      ),
    )
    await checkUntil('says: knows ')
  } finally {
    delete process.env.SUPERVISOR_PASSWORD
  }
  expect(lines.find(line => line.includes('knows'))).toMatch(/knows undefined of \//)
})

test('what it has started ends with it', async () => {
  use(
    write(
      `import { spawn } from 'node:child_process'; console.log('pid ' + spawn('sleep', ['600']).pid); export const name = 'own', evaluate = () => []`,
    ),
  )
  await checkUntilAnswered()
  await waitFor('its child', () => pidIn('says: pid ') > 0)
  monitors.end()
  await waitFor('its child to end', () => !isAlive(pidIn('says: pid ')))
})

test('it ends with memmon, also if that is killed while the module is busy for ever', async () => {
  const path = write(`import { writeFileSync } from 'node:fs'
export const name = 'own', evaluate = () => { writeFileSync('${folder}/pid', String(process.pid)); for (;;) {} }`)
  const built = (name: string) => JSON.stringify(pathToFileURL(join(ROOT, 'build', name)).href)
  const script = `
const { CustomMonitors } = await import(${built('monitors/custom-monitors.js')})
const { parseFlags } = await import(${built('config/flags.js')})
const monitors = new CustomMonitors({ timeoutMs: () => 600_000, log() {}, mail() {}, tick: () => 0, nowMs: () => 0 })
monitors.use(parseFlags(['-a', '1GB', '--monitor', ${JSON.stringify(path)}]).settings.monitors)
setInterval(() => monitors.ask(() => [], () => {}), 20)`
  const memmon = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: 'inherit' })
  const pid = await waitFor('its question', () => {
    const text = existsSync(join(folder, 'pid')) ? readFileSync(join(folder, 'pid'), 'utf8') : ''
    return text !== '' && Number(text)
  })
  expect(isAlive(Number(pid))).toBe(true)
  memmon.kill('SIGKILL')
  await waitFor('its monitor to end', () => !isAlive(Number(pid)))
})

test('as root, what others may write is not loaded, nor is what is not there; another user loads it', async () => {
  const path = write(`export const name = 'own', evaluate = () => []`)
  chmodSync(path, 0o666)
  monitors = monitorsOf({ uid: 0 })
  use(path, join(folder, 'none.mjs'))
  check()
  expect(lines).toEqual([
    expect.stringMatching(
      /^WARN Monitor own.mjs failed: \/m\/own\.mjs (is writable by everybody|belongs to user).*; memmon runs as root and does not load it\. memmon goes on/,
    ),
    expect.stringMatching(/^WARN Monitor none.mjs failed: \/m\/none.mjs cannot be read \(ENOENT\)\. /),
  ])
  monitors = monitorsOf({ uid: 7 })
  use(path)
  await checkUntilAnswered()
})

test('an upgrade that has taken its host away is a failure like any other', async () => {
  monitors = monitorsOf({ hostPath: join(folder, 'gone.js') })
  use(write(''))
  await checkUntil('failed: it has ended with exit code 1')
})
