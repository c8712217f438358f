// The Dockerfile for Debian, step by step, in a Debian of its own in a folder: a clean one, with Debian's Node and supervisor, to
// which apt installs the Debian package of this checkout. Needs root and Debian's archive.
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import { chownSync, cpSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { commandIn, instructionsOf, RECIPES, textsOf } from '../helpers/dockerfile.ts'
import { ROOT } from '../helpers/documents.ts'
import { waitFor } from '../helpers/wait.ts'

const DOCKERFILE = 'Dockerfile.debian'
/** As a container has it: nothing of this machine. */
const BARE = ['env', '-i', 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin']

let folder = ''
let root = ''
let first: ChildProcess | undefined
const log = () => readFileSync(join(folder, 'container.log'), 'utf8')

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'memmon-debian-'))
  root = join(folder, 'root')
  const [, suite = ''] = /^debian:(\w+)-slim$/.exec(textsOf(DOCKERFILE, 'FROM')[0] ?? '') ?? []
  execFileSync('mmdebstrap', ['--variant=minbase', suite, root], { stdio: ['ignore', 'ignore', 'inherit'] })
  execFileSync(process.execPath, [join(ROOT, 'scripts', 'deb.mjs'), '--out', join(folder, 'context')])
  cpSync(join(ROOT, RECIPES), join(folder, 'context'), { recursive: true })
  for (const { keyword, text } of instructionsOf(DOCKERFILE)) {
    if (keyword === 'COPY') copy(text)
    if (keyword === 'RUN')
      execFileSync('unshare', inside(['sh', '-ec', text]), { stdio: ['ignore', 'ignore', 'inherit'] })
  }
  await start()
})
afterAll(async () => {
  // With the first process of its namespace all others end. unshare would not see to that: setpriv changes the user.
  if (first) {
    const ended = new Promise(resolve => first?.on('close', resolve))
    process.kill(supervisordPid(), 'SIGKILL')
    await ended
  }
  rmSync(folder, { recursive: true, force: true })
})

/** In namespaces of its own, whose first process it is. */
const inside = (command: readonly string[]) => [
  ...['--pid', '--fork', `--mount-proc=${join(root, 'proc')}`, 'chroot', root],
  ...command,
]

function copy(text: string): void {
  const [source = '', target = ''] = text.split(' ')
  const pattern = new RegExp(`^${source.replaceAll('.', '\\.').replaceAll('*', '.*')}$`)
  for (const name of readdirSync(join(folder, 'context')).filter(one => pattern.test(one)))
    cpSync(join(folder, 'context', name), join(root, target, target.endsWith('/') ? name : ''))
}

const userId = (): number =>
  Number(execFileSync('chroot', [root, 'id', '-u', textsOf(DOCKERFILE, 'USER')[0] ?? '']))
/** What its user runs there. */
const asUser = (command: readonly string[]) => [
  ...BARE,
  'setpriv',
  `--reuid=${userId()}`,
  `--regid=${userId()}`,
  '--clear-groups',
  ...command,
]

async function start(): Promise<void> {
  const output = openSync(join(folder, 'container.log'), 'w')
  // As engines do it: who may not open its own stdout cannot log to /dev/fd/1.
  chownSync(join(folder, 'container.log'), userId(), 0)
  const command = commandIn(textsOf(DOCKERFILE, 'CMD')[0])
  first = spawn('unshare', inside(asUser(command)), { stdio: ['ignore', output, output] })
  await waitFor(
    () => `memmon to say by what it sends mail\n${log()}`,
    () => log().includes('INFO Mail goes to'),
  )
}

/** Of the first process of the namespace, as this machine sees it. */
const supervisordPid = (): number =>
  Number(readFileSync(`/proc/${first?.pid}/task/${first?.pid}/children`, 'utf8').trim())

/** Beside supervisord, in its namespaces. */
function exec(command: readonly string[]) {
  const args = ['-t', String(supervisordPid()), '-p', '-m', 'chroot', root, ...asUser(command)]
  return spawnSync('nsenter', args, { encoding: 'utf8' })
}

test("memmon runs with Debian's Node, as a user of its own, and the container is healthy", () => {
  expect(exec(commandIn(textsOf(DOCKERFILE, 'HEALTHCHECK')[0]))).toMatchObject({ status: 0, stderr: '' })
  const check = exec(['memmon', 'check', '-C', '/etc/supervisor/supervisord.conf'])
  expect(check.status, check.stderr).toBe(0)
  expect(check.stdout).toMatch(/^app +RUNNING /m)
  expect(log()).toContain('Mail goes to ops@example.com by smtp://mail.example.com:587')
})

test('apt takes it away, and leaves its state alone', () => {
  execFileSync('chroot', [root, 'apt-get', 'purge', '-y', '-qq', 'memmon'], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  expect(readdirSync(join(root, 'usr', 'bin'))).not.toContain('memmon')
  expect(readdirSync(join(root, 'var', 'lib', 'memmon'))).not.toEqual([])
})
