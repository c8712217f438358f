// The recipes for a container, as far as they can be tried without an engine: a linter reads the Dockerfiles, and supervisord
// runs with their configuration, paths aside.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { validate } from 'dockerfile-utils'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { commandIn, instructionsOf, RECIPES, textsOf } from '../helpers/dockerfile.ts'
import { ROOT, readDocument } from '../helpers/documents.ts'
import { MEMMON } from '../helpers/supervisord-conf.ts'
import { waitFor } from '../helpers/wait.ts'

/** A program of the test's own, which cannot be started. */
const BROKEN = '[program:broken]\ncommand=false\nautostart=false\nstartretries=0\n'

const DOCKERFILES = ['Dockerfile.debian', 'Dockerfile.alpine']

describe.each(DOCKERFILES)('%s', name => {
  test('the linter finds no fault', () => {
    expect(validate(readDocument(`${RECIPES}/${name}`))).toEqual([])
  })
  test('its base has a version, and its programs do not run as root', () => {
    expect(textsOf(name, 'FROM')).toEqual([expect.stringMatching(/^[a-z]+:(?!latest)[\w.-]+$/)])
    const keywords = instructionsOf(name).map(({ keyword }) => keyword)
    expect(keywords.lastIndexOf('USER')).toBeGreaterThan(keywords.lastIndexOf('RUN'))
    expect(textsOf(name, 'USER')).toEqual(['app'])
  })
  test('what it copies is beside it, or is the package that its first lines make', () => {
    for (const text of textsOf(name, 'COPY')) {
      const [source = ''] = text.split(' ')
      expect(
        existsSync(join(ROOT, RECIPES, source)) || /^memmon[_-]\*\.(deb|tgz)$/.test(source),
        source,
      ).toBe(true)
    }
  })
  test('its volume is where memmon keeps its state, and its folders are those of supervisord.conf', () => {
    const [volume = ''] = textsOf(name, 'VOLUME')
    expect(readDocument(`${RECIPES}/memmon.conf`)).toContain(`\nstate_dir = ${volume}\n`)
    const made = textsOf(name, 'RUN').join('\n')
    expect(made).toContain(` ${volume}`)
    const [, socketFolder = ''] =
      /^file=(.*)\/[^/]*$/m.exec(readDocument(`${RECIPES}/supervisord.conf`)) ?? []
    expect(made).toContain(` ${socketFolder} `)
  })
  test('its commands are of the shell', () => {
    const [health = ''] = textsOf(name, 'HEALTHCHECK')
    for (const script of [...textsOf(name, 'RUN'), commandIn(health)[2] ?? ''])
      for (const [shell = '', ...own] of [['sh'], ['busybox', 'sh']])
        expect(spawnSync(shell, [...own, '-n', '-c', script], { encoding: 'utf8' })).toMatchObject({
          status: 0,
          stderr: '',
        })
  })
})

test('both start the same, and see in the same way whether it works', () => {
  const [debian, alpine] = DOCKERFILES.map(name => [textsOf(name, 'CMD'), textsOf(name, 'HEALTHCHECK')])
  expect(debian).toEqual(alpine)
})

test('what the Debian one installs is in Debian', () => {
  const [install = ''] = textsOf('Dockerfile.debian', 'RUN')
  const [, names = ''] = /install -y --no-install-recommends ([^&]*)/.exec(install) ?? []
  const packages = names
    .trim()
    .split(' ')
    .filter(name => !name.startsWith('/'))
  expect(packages).not.toEqual([])
  expect(spawnSync('apt-cache', ['show', ...packages], { stdio: 'ignore' }).status).toBe(0)
})

describe('supervisord with that configuration', () => {
  let folder = ''
  let supervisord: ChildProcess
  const log = () => readFileSync(join(folder, 'container.log'), 'utf8')
  /** Paths of the container, as those of a folder. */
  const here = (text: string) =>
    text
      .replaceAll('/etc/supervisor/', `${folder}/`)
      .replaceAll('/etc/memmon.conf', `${folder}/memmon.conf`)
      .replaceAll('/run/supervisor', `${folder}/run`)
      .replaceAll('/var/lib/memmon', `${folder}/state`)
  const environment = () => ({ PATH: `${folder}/bin:${process.env.PATH}`, HOME: '/', LC_ALL: 'C.UTF-8' })
  const conf = () => join(folder, 'supervisord.conf')
  const ctl = (...args: string[]) => spawnSync('supervisorctl', ['-c', conf(), ...args], { encoding: 'utf8' })
  const health = () => {
    const [command = '', ...args] = commandIn(textsOf('Dockerfile.debian', 'HEALTHCHECK')[0]).map(here)
    return spawnSync(command, args, { env: environment(), cwd: '/', encoding: 'utf8' })
  }

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'memmon-container-'))
    for (const name of ['bin', 'run', 'state']) mkdirSync(join(folder, name), { mode: 0o700 })
    for (const [name, more] of [
      ['supervisord.conf', BROKEN],
      ['memmon.conf', ''],
    ] as const)
      writeFileSync(join(folder, name), here(readDocument(`${RECIPES}/${name}`)) + more, { mode: 0o600 })
    const memmon = `#!/bin/sh\nexec '${process.execPath}' '${MEMMON}' "$@"\n`
    writeFileSync(join(folder, 'bin', 'memmon'), memmon, { mode: 0o755 })
    const output = openSync(join(folder, 'container.log'), 'w')
    const [command = '', ...args] = commandIn(textsOf('Dockerfile.debian', 'CMD')[0]).map(here)
    supervisord = spawn(command, args, { cwd: '/', env: environment(), stdio: ['ignore', output, output] })
    await waitFor(
      () => `memmon to say by what it sends mail\n${log()}`,
      () => log().includes('INFO Mail goes to'),
    )
  })
  afterAll(async () => {
    const ended = new Promise(resolve => supervisord.on('exit', resolve))
    supervisord.kill('SIGTERM')
    await ended
    rmSync(folder, { recursive: true, force: true })
  })

  test('memmon has its rules and its way of mail, and the container is healthy', () => {
    expect(log()).toMatch(/\[any\] memory_limit=50%: restarts any process over \d+ bytes/)
    expect(log()).toContain('Mail goes to ops@example.com by smtp://mail.example.com:587')
    expect(health()).toMatchObject({ status: 0, stderr: '' })
  })
  test('a program that is down is no reason to replace the container', async () => {
    ctl('start', 'broken')
    await waitFor('FATAL', () => ctl('status', 'broken').stdout.includes('FATAL'))
    const seen = spawnSync(`${folder}/bin/memmon`, ['status', '-C', conf()], { env: environment() })
    expect([seen.status, health().status]).toEqual([1, 0])
  })
  test('a memmon that no tick reaches is one', () => {
    const pid = Number(ctl('pid', 'memmon').stdout)
    process.kill(pid, 'SIGSTOP')
    try {
      const [state = ''] = readdirSync(join(folder, 'state'))
      const path = join(folder, 'state', state, 'listener.json')
      const note = JSON.parse(readFileSync(path, 'utf8'))
      writeFileSync(path, `${JSON.stringify({ ...note, startedAtMs: note.startedAtMs - 1e6 })}\n`)
      const long = Date.now() / 1000 - 1000
      utimesSync(path, long, long)
      expect(health().status).not.toBe(0)
    } finally {
      process.kill(pid, 'SIGCONT')
    }
  })
  test('so is one that does not run, and one that cannot be started', () => {
    expect(ctl('stop', 'memmon').status).toBe(0)
    expect(health().status).not.toBe(0)
    rmSync(join(folder, 'bin', 'memmon'))
    expect(health().status).not.toBe(0)
  })
})
