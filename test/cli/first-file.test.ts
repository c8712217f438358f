// The first file of the command: it finds node, or says what is missing, and any Node can read it, however old.
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { nodeOfMajor } from '../../scripts/node-binary.mjs'
import { ROOT } from '../helpers/documents.ts'
import { MEMMON } from '../helpers/supervisord.ts'

const { version, engines } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
const NEEDED = engines.node.replace('>=', '')

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "memmon 100% o'first;"))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** A folder with memmon in it, as npm links it, and with `node` beside it. */
function installed(name: string, node?: (path: string) => void): string {
  const place = join(folder, name)
  mkdirSync(place)
  symlinkSync(MEMMON, join(place, 'memmon'))
  node?.(join(place, 'node'))
  return join(place, 'memmon')
}

const run = (command: string, args: readonly string[], env: NodeJS.ProcessEnv = {}) =>
  spawnSync(command, args, { encoding: 'utf8', env: { PATH: process.env.PATH, ...env } })

describe('as a program', () => {
  const withoutNode = (command: string) => run(command, ['--version', 'a b'], { PATH: '/nonexistent' })

  test('it runs by the node on PATH, with its arguments as they are', () => {
    expect(run(installed('on-path'), ['--version'])).toMatchObject({ status: 0, stdout: `${version}\n` })
    expect(run(installed('arguments'), ['-a', "1 MB'; *"]).stderr).toContain(`-a, --any 1 MB'; *: "1 MB'; *"`)
  })

  test('by the node that it was installed beside, where none is on PATH', () => {
    const command = installed('beside', path => symlinkSync(process.execPath, path))
    expect(withoutNode(command)).toMatchObject({ status: 0, stdout: `${version}\n`, stderr: '' })
  })

  test.each<[what: string, node: ((path: string) => void) | undefined]>([
    ['nothing', undefined],
    ['a folder', path => mkdirSync(path)],
    ['a file that cannot be run', path => writeFileSync(path, '')],
  ])('without any, and %s beside it: it says what to do, and ends as a shell does', (what, node) => {
    const command = installed(what, node)
    expect(withoutNode(command)).toMatchObject({
      status: 127,
      stdout: '',
      stderr: `memmon: no node found on PATH (/nonexistent) or beside ${command}: install Node ${NEEDED} or later, or name it in supervisord.conf, as in command=/opt/node/bin/node ${command}\n`,
    })
  })
})

test.each<[whose: string, own: Record<string, string>, passedOn: string | undefined]>([
  ['of the first file', {}, undefined],
  ["of the operator's environment", { MALLOC_TRIM_THRESHOLD_: '65536' }, '65536'],
])('what malloc is told %s: node gets it, a mail command only what memmon was given', (whose, own, passedOn) => {
  /** A program that keeps its environment in a file beside it. */
  const keeping = (path: string, then: string) =>
    writeFileSync(path, `#!/bin/sh\nenv -0 > "$0.env"\n${then}\n`, { mode: 0o755 })
  const command = installed(whose, path => keeping(path, `exec '${process.execPath}' "$@"`))
  const place = dirname(command)
  keeping(join(place, 'sendmail'), 'cat > /dev/null')
  const env = { ...own, PATH: `${place}:${process.env.PATH}` }
  const { status, stderr } = run(command, ['test-notify', '-m', 'bob@example.com', '-s', 'sendmail'], env)
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  const told = (name: string) =>
    /(?<=(?:^|\0)MALLOC_TRIM_THRESHOLD_=)[^\0]*/.exec(readFileSync(join(place, `${name}.env`), 'latin1'))?.[0]
  expect([told('node'), told('sendmail')]).toEqual([passedOn ?? '131072', passedOn])
})

describe("by BusyBox's shell, which is Alpine's", () => {
  const busybox = (path: string | undefined) => {
    const place = run('sh', ['-c', 'command -v busybox']).stdout.trim()
    return run(place, ['sh', MEMMON, '--version'], { PATH: path })
  }
  test('it runs', () =>
    expect(busybox(process.env.PATH)).toMatchObject({ status: 0, stdout: `${version}\n`, stderr: '' }))
  test('without a node it says what to do', () =>
    expect(busybox('/nonexistent')).toMatchObject({
      status: 127,
      stdout: '',
      stderr: expect.stringMatching(
        /^memmon: [^\n]*node[^\n]* PATH \(\/nonexistent\)[^\n]*: install Node [^\n]+\n$/,
      ),
    }))
})

/** Another version than this Node's own, as the first file sees it. */
function pretended(node: string) {
  const preload = join(folder, 'pretends.cjs')
  const text = `for (const [key, value] of [['version', 'v${node}'], ['versions', { ...process.versions, node: '${node}' }]])
  Object.defineProperty(process, key, { value })`
  writeFileSync(preload, text)
  return run(process.execPath, ['--require', preload, MEMMON, '--version'])
}

test.each(['20.12.0', '20.19.1', '21.0.0', '24.1.0', '100.0.0'])('it takes Node %s', node => {
  expect(pretended(node)).toMatchObject({ status: 0, stdout: `${version}\n`, stderr: '' })
})

test.each(['18.20.8', '20.11.1'])('it refuses Node %s', node => {
  expect(pretended(node)).toMatchObject({ status: 2, stdout: '' })
  expect(pretended(node).stderr).toContain(
    `memmon: Node ${NEEDED} or later is needed, and ${process.execPath} is v${node}: `,
  )
})

test('a real Node 12 reads it, and says which one is needed', () => {
  const old = nodeOfMajor('12')
  for (const args of [['-a', '200MB'], ['check']]) {
    const { status, stdout, stderr } = run(old, [MEMMON, ...args], { SUPERVISOR_ENABLED: '1' })
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' })
    expect(stderr).toMatch(
      new RegExp(
        `^memmon: Node ${NEEDED} or later is needed, and \\S+ is v12[\\d.]+: install a later one, or name it in supervisord\\.conf, as in command=/opt/node/bin/node ${MEMMON}\\n$`,
      ),
    )
  }
})
