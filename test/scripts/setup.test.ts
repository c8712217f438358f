// What `npm test` and `npm run demo` do on a machine without supervisord: install it, or say in one line who can.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'

const SETUP = join(import.meta.dirname, '..', '..', 'scripts', 'setup.mjs')

const FOR_TESTS = JSON.parse(readFileSync(join(SETUP, '..', 'test-programs.json'), 'utf8')) as {
  readonly name: string
  readonly from: string
}[]

/** The only folder on PATH: nothing is there but what a test puts into it. */
let bin = ''
beforeEach(() => {
  bin = mkdtempSync(join(tmpdir(), 'memmon-setup-'))
  command('ps', 'exit 0')
})
afterEach(() => rmSync(bin, { recursive: true, force: true }))

const command = (name: string, script: string) =>
  writeFileSync(join(bin, name), `#!/bin/sh\n[ "$1" = --version ] && exit 0\n${script}\n`, { mode: 0o755 })

const INSTALL = 'install -y -qq --no-install-recommends -o DPkg::Lock::Timeout=300'

/** An apt-get that notes what it was asked for, and installs a supervisord that only knows its version. */
const aptGet = (install = 'printf "#!/bin/sh\\n" > supervisord && /bin/chmod 755 supervisord') =>
  command('apt-get', `cd '${bin}' && echo "$@" >> asked\n[ "$1" = update ] && exit 0\n${install}`)

/** Runs the setup as that user: what it asks for is faked, for a test may run as either. */
function runSetup(uid: number, script = [SETUP]) {
  const fakeUser = `data:text/javascript,process.getuid = () => ${uid}`
  const result = spawnSync(process.execPath, ['--import', fakeUser, ...script], {
    env: { PATH: bin },
    encoding: 'utf8',
  })
  return { status: result.status, stdout: result.stdout, stderr: result.stderr }
}

test('a build is known by what it was made of, whatever the dates of the files are', async () => {
  // Imported as a script would: it has no types.
  const { sourcesMark } = await import(/* @vite-ignore */ SETUP)
  mkdirSync(join(bin, 'src'))
  writeFileSync(join(bin, 'tsconfig.json'), '{}')
  writeFileSync(join(bin, 'src', 'a.ts'), 'export {}')
  const mark = sourcesMark(bin)
  const inAYear = new Date(Date.now() + 31_536_000_000)
  utimesSync(join(bin, 'src', 'a.ts'), inAYear, inAYear)
  expect(sourcesMark(bin)).toBe(mark)
  writeFileSync(join(bin, 'src', 'b.ts'), '')
  expect(sourcesMark(bin)).not.toBe(mark)
  rmSync(join(bin, 'src', 'b.ts'))
  writeFileSync(join(bin, 'src', 'a.ts'), 'export { }')
  expect(sourcesMark(bin)).not.toBe(mark)
})

test('an ordinary user is told what to install, and apt-get is not tried', () => {
  aptGet()
  expect(runSetup(1000)).toEqual({
    status: 1,
    stdout: '',
    stderr:
      'memmon setup: supervisord is missing: install first, as root, with: apt-get install supervisor\n',
  })
  expect(existsSync(join(bin, 'asked'))).toBe(false)
})

test('root without apt-get is told so', () => {
  expect(runSetup(0)).toEqual({
    status: 1,
    stdout: '',
    stderr:
      'memmon setup: supervisord is missing, and apt-get, which would install supervisor, is not here: put supervisord on PATH\n',
  })
})

test('for root it is installed', () => {
  aptGet()
  const { status, stderr } = runSetup(0)
  expect(stderr).toContain("memmon setup: installing Debian's supervisor\n")
  expect(status, stderr).toBe(0)
  expect(readFileSync(join(bin, 'asked'), 'utf8')).toBe(`update -qq\n${INSTALL} supervisor\n`)
})

test('what else the tests need is installed with it', () => {
  rmSync(join(bin, 'ps'))
  aptGet('for name in supervisord ps; do printf "#!/bin/sh\\n" > $name && /bin/chmod 755 $name; done')
  const { status, stderr } = runSetup(0)
  expect(stderr).toContain("memmon setup: installing Debian's supervisor and procps\n")
  expect(status, stderr).toBe(0)
  expect(readFileSync(join(bin, 'asked'), 'utf8')).toContain(`${INSTALL} supervisor procps\n`)
})

test('for the tests Chromium, gdb and more are installed, too, and for nothing else', () => {
  const programs = ['supervisord', ...FOR_TESTS.map(({ name }) => name)].join(' ')
  aptGet(`for name in ${programs}; do printf "#!/bin/sh\\n" > $name && /bin/chmod 755 $name; done`)
  const forTests = `import { setup } from '${pathToFileURL(SETUP)}'; setup({ forTests: true })`
  const { status, stderr } = runSetup(0, ['--input-type=module', '-e', forTests])
  const packages = ['supervisor', ...new Set(FOR_TESTS.map(({ from }) => from))]
  expect(packages).toEqual(expect.arrayContaining(['chromium', 'gdb', 'prometheus', 'mandoc']))
  expect(stderr).toContain(`memmon setup: installing Debian's ${packages.join(' and ')}\n`)
  expect(status, stderr).toBe(0)
  expect(readFileSync(join(bin, 'asked'), 'utf8')).toContain(`${INSTALL} ${packages.join(' ')}\n`)
})

test('an installation that fails is told in one line, without a stack trace', () => {
  aptGet("echo 'E: no network' >&2; exit 100")
  const { status, stderr } = runSetup(0)
  expect(status).toBe(1)
  expect(stderr.split('\n').slice(1)).toEqual([
    'E: no network',
    `memmon setup: "apt-get ${INSTALL} supervisor" failed (exit code 100)`,
    '',
  ])
})

test('an installation that brings no supervisord is not taken for one', () => {
  aptGet('true')
  const { status, stderr } = runSetup(0)
  expect(status).toBe(1)
  expect(stderr).toMatch(/supervisor is installed, but no supervisord is on PATH: see to PATH\n$/)
})

test('where supervisord is there, nothing is installed', () => {
  aptGet()
  command('supervisord', '')
  const { status, stderr } = runSetup(1000)
  expect(status, stderr).toBe(0)
  expect(existsSync(join(bin, 'asked'))).toBe(false)
})
