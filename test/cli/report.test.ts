// `memmon report`, the built command: what a memmon under a scripted supervisord has recorded, as a page.
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { xmlText } from '../../src/picture/xml.ts'
import { Memmon } from '../helpers/memmon.ts'
import { ScriptedSupervisord } from '../helpers/scripted-supervisord.ts'
import { confPath, MEMMON } from '../helpers/supervisord-conf.ts'
import { Terminal } from '../helpers/terminal.ts'

const HARMFUL = 'w:<img src=x onerror=alert(1)>'

let folder = ''
let conf = ''
let server: ScriptedSupervisord
let programs: ChildProcess[]

/** A memmon looks at two programs, and ends. */
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'memmon-report-'))
  conf = writeConf('supervisord.conf', join(folder, 'state'))
  programs = [spawn('sleep', ['600']), spawn('sleep', ['600'])]
  const scripts = ['w:web', HARMFUL].map((namespec, at) => ({ namespec, pid: programs[at]?.pid ?? 0 }))
  server = await ScriptedSupervisord.start({ socketPath: join(folder, 's.sock'), programs: scripts })
  const memmon = new Memmon(['-a', '200MB', '--state-dir', join(folder, 'state')], {
    SUPERVISOR_SERVER_URL: server.url,
    SUPERVISOR_GROUP_NAME: 'memmon',
    SUPERVISOR_PROCESS_NAME: 'memmon',
  })
  await memmon.tickUntil('its history', () => memmon.logHolds('Checks read the sizes'))
  await memmon.end()
})
afterAll(async () => {
  await server.close()
  for (const program of programs) program.kill()
  rmSync(folder, { recursive: true, force: true })
})

let work = ''
beforeEach(() => {
  work = mkdtempSync(join(folder, 'work-'))
})

function writeConf(name: string, stateDir: string, args = '-a 200MB'): string {
  const path = join(folder, name)
  writeFileSync(
    path,
    `[unix_http_server]
file=${join(folder, 's.sock')}
[eventlistener:memmon]
command=${confPath(process.execPath)} ${confPath(MEMMON)} ${args} --state-dir ${confPath(stateDir)}
events=TICK_60
`,
  )
  return path
}

interface Run {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

/** With a umask that shows; beside the scripted supervisord, which has to answer meanwhile. */
function report(...args: string[]): Promise<Run> {
  const command = ['-c', 'umask 027; exec "$@"', 'sh', process.execPath, MEMMON, 'report', ...args]
  return new Promise(resolve => {
    const env = { PATH: process.env.PATH }
    execFile('sh', command, { cwd: work, env, maxBuffer: 2 ** 24 }, (error, stdout, stderr) =>
      resolve({ status: error ? Number(error.code) : 0, stdout, stderr }),
    )
  })
}

test('into a file, in one step, for whom the umask lets', async () => {
  writeFileSync(join(work, 'page.html'), 'what was there')
  const run = await report('-C', conf, '--html', 'page.html')
  expect(run).toMatchObject({ status: 0, stdout: 'page.html: 2 processes\n', stderr: '' })
  const html = readFileSync(join(work, 'page.html'), 'utf8')
  expect(html).toMatch(/^<!DOCTYPE html>\n[\s\S]*<\/html>\n$/)
  expect(html).toContain('<bdi>w:web</bdi>')
  expect(html).toContain('<bdi>w:&lt;img src=x onerror=alert(1)&gt;</bdi>')
  expect(html).not.toContain('<img')
  expect(statSync(join(work, 'page.html')).mode & 0o777).toBe(0o640)
  expect(readdirSync(work)).toEqual(['page.html'])
})

test('to stdout, if that is no terminal', async () => {
  const run = await report('-C', conf)
  expect(run).toMatchObject({ status: 0, stderr: '' })
  expect(run.stdout).toMatch(/^<!DOCTYPE html>\n[\s\S]*<\/html>\n$/)
})

test('on a terminal it says what to type', async () => {
  const terminal = new Terminal(['report', '-C', conf])
  expect((await terminal.ended).code).toBe(2)
  expect(terminal.output).toContain(
    'memmon: memmon report writes HTML: name a file, as in memmon report --html report.html',
  )
})

describe('--html', () => {
  const refused = async (path: string, why: string) => {
    const run = await report('-C', conf, '--html', path)
    expect(run).toMatchObject({ status: 2, stdout: '' })
    expect(run.stderr.split('\n')[0]).toBe(`memmon: --html ${path}: ${why}`)
  }

  test('a link is not followed, nor replaced', async () => {
    writeFileSync(join(work, 'target'), 'mine')
    symlinkSync('target', join(work, 'link'))
    await refused('link', 'it is a link; name the file itself')
    expect(readFileSync(join(work, 'target'), 'utf8')).toBe('mine')
  })

  test('nor is a directory or a device', async () => {
    mkdirSync(join(work, 'folder'))
    await refused('folder', 'it is not a regular file')
    await refused('/dev/null', 'it is not a regular file')
  })

  test('in a folder that does not exist', async () => {
    const run = await report('-C', conf, '--html', 'none/page.html')
    expect(run).toMatchObject({ status: 2, stdout: '' })
    expect(run.stderr).toMatch(/^memmon: --html none\/page\.html: ENOENT/)
  })

  test('without a name', async () => {
    expect(await report('-C', conf, '--html', '')).toMatchObject({ status: 2, stdout: '' })
  })
})

describe('nothing to show', () => {
  test('no memmon has written anything there', async () => {
    const run = await report('-C', writeConf('young.conf', join(work, 'state')), '--html', 'page.html')
    expect(run).toMatchObject({ status: 1, stdout: '' })
    expect(run.stderr).toMatch(
      /^Of \[eventlistener:memmon\] nothing can be read: \S+ cannot be found here; memmon makes it when it runs, .*\nNo history yet: memmon records sizes .*\n$/,
    )
    expect(existsSync(join(work, 'page.html'))).toBe(false)
  })

  test('no section runs memmon', async () => {
    const path = join(work, 'none.conf')
    writeFileSync(path, `[unix_http_server]\nfile=${join(folder, 's.sock')}\n`)
    const why = `no [eventlistener:*] section of ${path} runs memmon`
    expect(await report('-C', path)).toMatchObject({ status: 1, stdout: '', stderr: `No history: ${why}\n` })
  })

  test('no supervisord.conf', async () => {
    expect(await report('-C', join(work, 'none.conf'))).toMatchObject({ status: 2, stdout: '' })
  })
})

test('a rule says nothing to a report', async () => {
  expect((await report('-a', '200MB')).stderr).toBe(
    'memmon: memmon report does not take -a, --any\nmemmon report --help shows its options.\n',
  )
})

test('without an answer of supervisord there is a page, which says so, as stderr does', async () => {
  const away = writeConf('away.conf', join(folder, 'state'))
  writeFileSync(away, readFileSync(away, 'utf8').replace('file=', 'file=/nonexistent'))
  const missing = await report('-C', away)
  expect([missing.status, missing.stderr.split('\n').length]).toEqual([1, 4])
  server.shuttingDown = true
  try {
    const run = await report('-C', conf)
    expect(run.status).toBe(0)
    expect(run.stderr).toMatch(/^\S.*\n$/)
    expect(run.stdout).toContain('<bdi>w:web</bdi>')
    expect(run.stdout).toContain(`<p>${xmlText(run.stderr.trim())}</p>`)
  } finally {
    server.shuttingDown = false
  }
})
