// memmon diagnose, the built command, on a real Python process: in a pipe, on a terminal, as JSON, by name and by pid.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import widthOf from 'string-width'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { UsageError } from '../../src/base/errors.ts'
import { diagnose as callDiagnose, type DiagnoseAsked } from '../../src/cli/diagnose.ts'
import { ProcessState } from '../../src/rules/process.ts'
import { LOCKED_THREADS } from '../helpers/locked-threads.ts'
import { runMemmon } from '../helpers/memmon.ts'
import { PythonProcess } from '../helpers/python-process.ts'
import { ScriptedSupervisord } from '../helpers/scripted-supervisord.ts'
import { MEMMON } from '../helpers/supervisord-conf.ts'
import { Terminal } from '../helpers/terminal.ts'

/** With a child of its own, which is no program of supervisord's. */
const PARENT = `
import json, subprocess, sys
child = subprocess.Popen([sys.executable, '-c', 'import sys; sys.stdin.read()'], stdin=subprocess.PIPE)
print(json.dumps(child.pid))
sys.stdin.read()
`

let folder = ''
let server: ScriptedSupervisord
let locked: PythonProcess
let parent: PythonProcess
let childPid = 0
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'memmon-diagnose-'))
  locked = new PythonProcess(LOCKED_THREADS)
  parent = new PythonProcess(PARENT)
  expect(await locked.next()).toBe('ready')
  childPid = await parent.next<number>()
  server = await ScriptedSupervisord.start({
    socketPath: join(folder, 's.sock'),
    programs: [
      { namespec: 'web:web', pid: locked.pid },
      { namespec: 'worker:worker_00', pid: parent.pid },
      { namespec: 'worker:worker_01', state: ProcessState.FATAL },
    ],
  })
})
afterAll(async () => {
  await server.close()
  await locked.end()
  await parent.end()
  rmSync(folder, { recursive: true, force: true })
})

const diagnose = (...args: string[]) => runMemmon(['diagnose', ...args, '--server-url', server.url])
const FUTEX = 'of 115 threads wait in a futex (a lock, or a queue without work)'

test('in a pipe: what stands out comes first, then all of it, plain and whole', async () => {
  const { code, stdout, stderr } = await diagnose('web')
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  const lines = stdout.trimEnd().split('\n')
  expect(lines[0]).toMatch(new RegExp(`^web:web: RUNNING, pid ${locked.pid}, up \\S+, [\\d.]+MB RSS$`))
  expect(lines[1]).toMatch(/^\/\S*python\S*, runs as \S+, sleeping$/)
  expect(lines[3]).toBe(`1. 114 ${FUTEX}`)
  expect(stdout).toMatch(/ descriptors are of one file, \/\S*python\S*: it is opened again and again/)
  for (const title of ['Memory: ', 'Threads: 115\n', 'Descriptors: ', 'Control group ', 'Since its start '])
    expect(stdout).toContain(`\n\n${title}`)
  expect(stdout).toMatch(/\n {2}COUNT {2}STATE +WAITS IN\n {4}114 {2}sleeping {2}futex\w+\n/)
  expect(stdout).not.toMatch(/[[#]#|\u001b/)
})

test('on a terminal: bars, and no line that is wider than it', async () => {
  const terminal = new Terminal(['diagnose', 'web', '--server-url', server.url], 24, 72)
  expect((await terminal.ended).code).toBe(0)
  const lines = terminal.output.replace(/\u001b\[\d+m/g, '').split('\r\n')
  expect(lines.join(' ').replace(/ +/g, ' ')).toContain(`1. 114 ${FUTEX}`)
  for (const line of lines) expect(widthOf(line), line).toBeLessThanOrEqual(72)
  expect(terminal.output).toMatch(/ {2}file .*\[#+\.*\]/)
  expect(terminal.output).toContain('\u001b[1mThreads: 115\u001b[22m')
})

test('as JSON: one document of a version, with the sentences and all facts', async () => {
  const { code, stdout, stderr } = await diagnose('web', '--json')
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  const document = JSON.parse(stdout)
  expect(document).toMatchObject({
    version: 1,
    process: 'web:web',
    state: 'RUNNING',
    process_pid: locked.pid,
    pid: locked.pid,
    sentences: expect.arrayContaining([
      { rule: 'threads_wait', score: expect.any(Number), text: `114 ${FUTEX}` },
    ]),
    facts: { version: 1, pid: locked.pid, threads: { count: 115 }, status: { thread_count: 115 } },
  })
})

test('a child that a program has forked, by its pid', async () => {
  const { code, stdout } = await diagnose(String(childPid))
  expect(code).toBe(0)
  expect(stdout).toMatch(
    new RegExp(
      `^worker:worker_00: RUNNING, pid ${parent.pid}, .*\npid ${childPid} \\(python\\S*\\), a descendant of it\n`,
    ),
  )
  expect(stdout).toContain('\nThreads: 1\n')
})

test('its parent shows it, and is found by a pattern', async () => {
  const { stdout } = await diagnose('worker:*_00')
  expect(stdout).toMatch(new RegExp(`\nChildren: 1, [\\d.]+MB RSS together\n.*\n +${childPid} +python`))
})

test('exit code 1 where it is over a limit, as explain has it', async () => {
  expect((await diagnose('web', '-a', '1MB')).code).toBe(1)
  expect((await diagnose('web', '-a', '1GB')).code).toBe(0)
  expect((await diagnose(String(childPid), '-p', 'worker_00=1MB')).code).toBe(1)
})

test.each<[what: string, args: () => string[], said: RegExp]>([
  [
    'an unknown name',
    () => ['wub'],
    /^memmon: supervisord has no process or group "wub"; did you mean web\?\n/,
  ],
  [
    'a name of several',
    () => ['worker'],
    /^memmon: "worker" names 2 processes; give one of them: worker:worker_00, worker:worker_01\n/,
  ],
  [
    'one that does not run',
    () => ['worker_01'],
    /^memmon: worker:worker_01 is FATAL: memmon can only look at a running process\n/,
  ],
  [
    'a pid that is not of supervisord',
    () => [String(process.ppid)],
    /^memmon: pid \d+ is neither a program of supervisord's nor a descendant of one; memmon looks at no others\n/,
  ],
  ['a pid that nobody has', () => ['4194999'], /^memmon: no process here has pid 4194999\n/],
  ['no name', () => [], /^memmon: diagnose needs a process\nmemmon diagnose --help shows its options\.\n/],
  ['two names', () => ['web', 'worker'], /^memmon: unexpected argument "worker"/],
])('refuses %s', async (_, args, said) => {
  const { code, stdout, stderr } = await diagnose(...args())
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  expect(stderr).toMatch(said)
})

test('where there is no /proc of Linux it says so, and asks nobody', async () => {
  const asked = { word: 'web', json: false, widthOf, open: () => undefined } as unknown as DiagnoseAsked
  await expect(callDiagnose(asked)).rejects.toThrow(
    new UsageError("memmon diagnose needs Linux's /proc, which this system does not have"),
  )
})

test('one that ends before it is read is said to have ended, with exit code 2', async () => {
  const gone = spawn('true')
  const pid = gone.pid ?? 0
  await once(gone, 'exit')
  server.add({ namespec: 'gone:gone', pid })
  const { code, stdout } = await diagnose('gone')
  server.programs.delete('gone:gone')
  expect(code).toBe(2)
  expect(stdout).toMatch(new RegExp(`\nNot read: anything \\(ESRCH\\): pid ${pid} has ended`))
})

/** Root alone may read it: as another user's. */
const SHUT = `
import ctypes, json, sys
PR_SET_DUMPABLE = 4
assert ctypes.CDLL(None).prctl(PR_SET_DUMPABLE, 0) == 0
print(json.dumps('ready'))
sys.stdin.read()
`

test('what it may not read it names, with what would allow it, and shows the rest', async () => {
  const shut = new PythonProcess(SHUT)
  expect(await shut.next()).toBe('ready')
  const tcp = await ScriptedSupervisord.start({ programs: [{ namespec: 'shut:shut', pid: shut.pid }] })
  const isRoot = process.geteuid?.() === 0
  const user = isRoot ? { uid: 65534, gid: 65534 } : {}
  const child = spawn(process.execPath, [MEMMON, 'diagnose', 'shut', '--server-url', tcp.url], {
    env: { PATH: process.env.PATH },
    ...user,
  })
  let stdout = ''
  child.stdout.on('data', chunk => {
    stdout += chunk
  })
  const [code] = await once(child, 'close')
  await tcp.close()
  await shut.end()
  expect(code).toBe(0)
  expect(stdout).toContain('\n\nThreads: 1\n')
  const why = isRoot ? 'runs as root, and this command as \\S+' : 'is not dumpable'
  expect(stdout).toMatch(new RegExp(`\nNot read: .*descriptors.*mappings.* \\(E\\w+\\): .*${why}.*sudo\n`))
})
