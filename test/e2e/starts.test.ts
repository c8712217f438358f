// Starts where something is missing, under a real supervisord: memmon's log says what is missing and what to do, as
// docs/troubleshooting.md has it, and memmon ends with an exit code that fits, or runs on.
import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { nodeOfMajor } from '../../scripts/node-binary.mjs'
import { hiddenGroup } from '../../src/proc/cgroup-folders.ts'
import { ProcessState } from '../../src/rules/process.ts'
import { templateRegex, troubles } from '../helpers/documents.ts'
import { hidingShell } from '../helpers/hidepid.ts'
import { ScriptedSupervisord } from '../helpers/scripted-supervisord.ts'
import { holder, MEMMON, Supervisord } from '../helpers/supervisord.ts'
import { confPath } from '../helpers/supervisord-conf.ts'
import { waitFor } from '../helpers/wait.ts'

interface Start {
  /** Of docs/troubleshooting.md; '' where nothing may be said. */
  readonly heading: string
  /** As command= has it; @memmon stands for node and memmon. */
  readonly command: string
  /** More of its section. */
  readonly lines?: string
  /** undefined: it runs on. */
  readonly exitCode?: number
}

const command = `${confPath(process.execPath)} ${confPath(MEMMON)}`
const succeeds = (name: string, ...args: string[]) => spawnSync(name, args).status === 0

/** As root, or in a user namespace of our own; undefined where neither may mount. */
const unshare = [['--mount'], ['--user', '--map-root-user', '--mount']].find(way =>
  succeeds('unshare', ...way, 'mount', '-t', 'tmpfs', 'none', '/proc'),
)
/** Only root may run something as another user, who may still not see what is root's. */
const mayBeNobody = succeeds(
  'setpriv',
  '--reuid=nobody',
  '--clear-groups',
  process.execPath,
  MEMMON,
  '--version',
)
const hidden = hidingShell(2)

const within = (mounts: string, args: string): string =>
  `unshare ${unshare?.join(' ')} sh -c '${mounts} && exec "$@"' within @memmon ${args}`
const PLAIN = '-a 1GB'
const AS_NOBODY = 'user=nobody'
const SHARES = 'Shares of more than a container has'
const READ_ONLY =
  'mkdir -p $STATE_DIRECTORY && mount --bind $STATE_DIRECTORY $STATE_DIRECTORY && mount -o remount,bind,ro $STATE_DIRECTORY && mount -o remount,bind,ro /'

const ALWAYS: readonly Start[] = [
  { heading: 'No node', command: `env PATH=/nonexistent ${confPath(MEMMON)} ${PLAIN}`, exitCode: 127 },
  { heading: 'An old Node', command: `@old ${PLAIN}`, exitCode: 2 },
  { heading: 'No server to ask', command: `env -u SUPERVISOR_SERVER_URL @memmon ${PLAIN}`, exitCode: 2 },
  {
    heading: 'Not started by supervisord',
    command: `env -u SUPERVISOR_SERVER_URL -u SUPERVISOR_ENABLED @memmon ${PLAIN}`,
    exitCode: 2,
  },
  ...['<&-', '>&-', '< /dev/null', '> %(here)s/stray'].map(how => ({
    heading: 'Redirected input or output',
    command: `sh -c 'exec "$@" ${how}' redirected @memmon ${PLAIN}`,
    exitCode: 2,
  })),
  {
    heading: "supervisord's socket is not there",
    command: `@memmon ${PLAIN} --server-url unix://%(here)s/none.sock`,
  },
  { heading: 'No [rpcinterface:supervisor]', command: `@memmon ${PLAIN} --server-url @scripted` },
  {
    heading: 'A time zone that Node does not know',
    command: `env TZ=:/etc/localtime @memmon ${PLAIN} --growth restart --growth-window 02:00-05:00`,
  },
  {
    heading: '',
    command: `env -u HOME -u STATE_DIRECTORY TZ=No/Where LC_ALL=xx_YY.none LANG=zz @memmon ${PLAIN} --state-dir %(here)s/own`,
  },
]
const MOUNTED: readonly Start[] = [
  ...['', '--sampler ps', '--sampler proc'].map(sampler => ({
    heading: 'No /proc',
    command: within('mount -t tmpfs none /proc', `${PLAIN} ${sampler}`),
    exitCode: 2,
  })),
  { heading: 'A read-only file system', command: within(READ_ONLY, PLAIN) },
  {
    heading: 'The /proc of another pid namespace',
    command: `unshare ${unshare?.join(' ')} --pid --fork --kill-child @memmon ${PLAIN} --server-url @foreign`,
  },
]
const NOBODY: readonly Start[] = [
  {
    heading: "supervisord's socket is closed to memmon's user",
    command: `@memmon ${PLAIN}`,
    lines: AS_NOBODY,
  },
  {
    heading: 'The home of another user',
    command: `env -u STATE_DIRECTORY HOME=/root @memmon ${PLAIN}`,
    lines: AS_NOBODY,
  },
  { heading: 'No HOME', command: `env -u STATE_DIRECTORY -u HOME @memmon ${PLAIN}`, lines: AS_NOBODY },
]
/** Where the test is in the root group, or in a namespace, nobody can know that something is missing. */
const UNMOUNTED: readonly Start[] = [
  {
    heading: hiddenGroup(readFileSync('/proc/self/cgroup', 'utf8'), '') ? SHARES : '',
    command: within('umount --recursive --lazy /sys/fs/cgroup', '-a 25%%'),
  },
]
const HIDDEN: readonly Start[] = [
  { heading: 'Programs of other users are hidden', command: `${hidden} @memmon ${PLAIN}` },
]

const ALL = [ALWAYS, MOUNTED, NOBODY, UNMOUNTED, HIDDEN].flat()
const IMPOSSIBLE = [
  unshare ? [] : MOUNTED,
  mayBeNobody ? [] : NOBODY,
  unshare?.length === 1 ? [] : UNMOUNTED,
  hidden ? [] : HIDDEN,
].flat()
const POSSIBLE = ALL.filter(start => !IMPOSSIBLE.includes(start)).map((start, at) => ({
  ...start,
  name: `start${at}`,
}))
for (const { heading } of IMPOSSIBLE)
  console.warn(`"${heading}" is not tried here: it needs root, who may mount (CAP_SYS_ADMIN)`)

let supervisord: Supervisord
let scripted: ScriptedSupervisord
/** Its program is no child of it. */
let foreign: ScriptedSupervisord
beforeAll(async () => {
  scripted = await ScriptedSupervisord.start()
  foreign = await ScriptedSupervisord.start({ programs: [{ namespec: 'w:p', pid: process.ppid }] })
  scripted.misbehave('*', { kind: 'fault', code: 1, text: 'UNKNOWN_METHOD' }, 1_000)
  const replaced = (text: string) =>
    text
      .replace('@memmon', command)
      .replace('@old', `${confPath(nodeOfMajor('12'))} ${confPath(MEMMON)}`)
      .replace('@scripted', scripted.url)
      .replace('@foreign', foreign.url)
  const sections = POSSIBLE.map(
    start => `[eventlistener:${start.name}]
command=${replaced(start.command)}
events=TICK_5
autorestart=false
startretries=0
stderr_logfile=%(here)s/${start.name}.log
${start.lines ?? ''}
`,
  )
  supervisord = await Supervisord.start({ programs: [holder('big', 5), ...sections].join('\n') })
  if (!mayBeNobody) return
  // Those that nobody may not use at first say so, and go on when they may.
  for (const { name, lines } of POSSIBLE)
    if (lines === AS_NOBODY) await waitFor(`EACCES of ${name}`, () => logOf(name).includes('EACCES'))
  chmodSync(join(supervisord.folder, 'supervisor.sock'), 0o777)
  chmodSync(supervisord.folder, 0o711)
})
afterAll(async () => {
  await Promise.all([supervisord?.stop(), scripted?.close(), foreign?.close()])
})

function logOf(name: string): string {
  const path = join(supervisord.folder, `${name}.log`)
  return existsSync(path) ? readFileSync(path, 'utf8') : ''
}

/** Without their time and level, which what ends at once does not have. */
const textsOf = (name: string): string[] =>
  logOf(name)
    .split('\n')
    .map(line => line.replace(/^\d{4}-\S+ \S+ [A-Z]{4} /, ''))

describe.each(POSSIBLE)('$heading: $command', ({ name, heading, exitCode }) => {
  test('it is said', async () => {
    const line =
      troubles().find(one => one.heading === heading)?.line ??
      'memmon watches supervisord at <url>, by <source>'
    await waitFor(
      () => `${line} in:\n${logOf(name)}`,
      () => textsOf(name).some(text => templateRegex(line).test(text)),
    )
    if (heading === '') expect(logOf(name)).not.toMatch(/ (WARN|ERRO|CRIT) /)
    expect(logOf(name)).not.toMatch(/^ {4}at |\[pidusage\]/m)
  })

  test(exitCode === undefined ? 'it runs on' : `it ends with exit code ${exitCode}`, async () => {
    if (exitCode === undefined)
      expect(await supervisord.process(`${name}:${name}`)).toMatchObject({ state: ProcessState.RUNNING })
    else
      await waitFor(
        () => supervisord.log(),
        () => supervisord.log().includes(`exited: ${name} (exit status ${exitCode};`),
      )
  })
})

test('every line that docs/troubleshooting.md explains is of one of these starts', () => {
  const headings = ALL.map(({ heading }) => heading).filter(heading => heading !== '')
  expect(new Set([...headings, SHARES])).toEqual(new Set(troubles().map(({ heading }) => heading)))
})
