// By which rules `memmon check` looks, and at which supervisord, from options, environment and supervisord.conf.
import { split } from 'shlex'
import { expect, test } from 'vitest'
import { UsageError } from '../../src/base/errors.ts'
import { type Basis, basisOf } from '../../src/cli/rule-sources.ts'
import { settingsFrom } from '../helpers/values.ts'

const SERVER = '[unix_http_server]\nfile=/run/s.sock\n'
const MEMMON = '[eventlistener:memmon]\ncommand=memmon -a 200MB\nevents=TICK_60\n'
const FOUND = '/etc/supervisor/supervisord.conf'

interface Given {
  readonly argv?: readonly string[]
  readonly conf?: string | undefined
  readonly included?: string | Error
  readonly environment?: Record<string, string>
  readonly c?: string
}

function basis({ argv = [], conf, included, environment = {}, c }: Given): Basis {
  return basisOf({
    ownSettings: () => ({ settings: settingsFrom(...argv), warnings: [] }),
    settingsOf: args => ({ settings: settingsFrom(...args), warnings: [`loose ${args[1]}`] }),
    supervisorConf: c,
    split,
    sources: {
      readText(path) {
        if (included instanceof Error && path.endsWith('x.conf')) throw included
        if (path.endsWith('x.conf')) return included as string | undefined
        return path === (c ?? FOUND) ? conf : undefined
      },
      listFolder: () => ['x.conf'],
      environment,
      hostName: 'box',
    },
  })
}

const written = ({ sources }: Basis) =>
  sources.map(
    ({ settings, section }) => `${section?.name ?? 'options'}: ${settings.rules.map(rule => rule.written)}`,
  )

test('without rules those of the section that runs memmon', () => {
  const found = basis({ conf: SERVER + MEMMON })
  expect(written(found)).toEqual(['eventlistener:memmon: -a 200MB'])
  expect(found.sources[0]?.section).toMatchObject({ group: 'memmon', path: FOUND })
  expect(found).toMatchObject({
    server: { address: { kind: 'unix', path: '/run/s.sock' } },
    isByUrl: false,
    notes: [],
    warnings: ['loose 200MB'],
  })
})

test('rules that are given are the only ones', () => {
  expect(written(basis({ argv: ['-p', 'web=1GB'], conf: SERVER + MEMMON }))).toEqual(['options: -p web=1GB'])
})

test('of several sections that run memmon all count, each for itself', () => {
  const two = `${MEMMON}[eventlistener:night]\ncommand=node /opt/memmon.js -p db=1GB\n`
  expect(written(basis({ conf: SERVER + two }))).toEqual([
    'eventlistener:memmon: -a 200MB',
    'eventlistener:night: -p db=1GB',
  ])
})

test('an included file', () => {
  const conf = `${SERVER}[include]\nfiles=conf.d/*.conf\n`
  const found = basis({ conf, included: MEMMON })
  expect(found.sources[0]?.section?.path).toBe('/etc/supervisor/conf.d/x.conf')
  const unread = basis({ conf, included: new Error('x.conf cannot be read (permission denied)') })
  expect(unread.notes).toEqual([
    expect.stringMatching(
      /^No rules: no \[eventlistener:\*\] section of .*supervisord.conf runs memmon. Give rules as/,
    ),
  ])
  // memmon may well be in there.
  expect(unread.faults).toEqual(['Not read: x.conf cannot be read (permission denied)'])
})

test.each<[what: string, given: Given, note: RegExp]>([
  [
    'no listener',
    { conf: SERVER },
    /no \[eventlistener:\*\] section of .* runs memmon. Give rules as in memmon check -a/,
  ],
  [
    'another supervisord',
    { conf: SERVER + MEMMON, argv: ['--server-url', 'unix:///other.sock'] },
    /^No rules: \/etc\/supervisor\/supervisord.conf is of another supervisord \(unix:\/\/\/run\/s.sock\); name yours with -C/,
  ],
  [
    'no supervisord.conf',
    { argv: ['--server-url', 'unix:///s'] },
    /^No rules: no supervisord.conf was found \(super.*\)/,
  ],
])('%s: no rules, and why', (_, given, note) => {
  const found = basis(given)
  expect(found.sources).toEqual([])
  expect(found.notes).toEqual([expect.stringMatching(note)])
})

test.each<[what: string, given: Given]>([
  ['--server-url', { argv: ['--server-url', 'unix:///run/s.sock'] }],
  ['SUPERVISOR_SERVER_URL', { environment: { SUPERVISOR_SERVER_URL: 'unix:///run/s.sock' } }],
  ['by another of its names', { argv: ['--server-url', 'http://127.0.0.1:9001'] }],
])("%s of the same supervisord: the file's rules count", (_, given) => {
  const conf = `[supervisorctl]\nserverurl=http://localhost:9001\n${SERVER}${MEMMON}`
  expect(written(basis({ ...given, conf }))).toEqual(['eventlistener:memmon: -a 200MB'])
})

test.each<[what: string, conf: string, credentials: object | undefined]>([
  ['none', SERVER, undefined],
  ["the server's", `${SERVER}username=a\npassword=b\n`, { username: 'a', password: 'b' }],
  [
    "those of the listener's environment",
    `${SERVER}${MEMMON}environment=SUPERVISOR_USERNAME="u",SUPERVISOR_PASSWORD="p"\n`,
    { username: 'u', password: 'p' },
  ],
])('the credentials: %s', (_, conf, credentials) => {
  expect(basis({ conf, c: '/my.conf' }).server.credentials).toEqual(credentials)
})

test.each<[what: string, given: Given, error: RegExp]>([
  ['nothing at all', {}, /^no supervisord.conf was found \(.*give its file with -C/],
  ['-C of nothing', { c: '/x' }, /^-C \/x: no such file/],
])('%s is refused', (_, given, error) => {
  expect(() => basis(given)).toThrow(error)
  expect(() => basis(given)).toThrow(UsageError)
})

test.each<[what: string, command: string, why: RegExp]>([
  [
    'options of the listener that are wrong',
    'memmon -a 30megs',
    /: -a, --any 30megs: "30megs" is not a size/,
  ],
  [
    'a variable that is not set here',
    'memmon -a %(ENV_LIMIT)s',
    /: line 5: .*LIMIT is not set in this shell/,
  ],
  ['a shell script', "sh -c 'cd /x && memmon -a 1GB'", /: a shell script starts memmon/],
])('%s: the other rules count, and the fault is said', (_, command, why) => {
  const found = basis({ conf: `${SERVER}[eventlistener:m]\nevents=TICK_60\ncommand=${command}\n${MEMMON}` })
  expect(written(found)).toEqual(['eventlistener:memmon: -a 200MB'])
  const start = 'Rules of [eventlistener:m] in /etc/supervisor/supervisord.conf cannot be read'
  expect(found.faults).toEqual([expect.stringMatching(why)])
  expect(found.faults[0]?.startsWith(start)).toBe(true)
})

test('a fault in the options of a listener keeps the secrets of its environment', () => {
  const conf = `${SERVER}[eventlistener:m]\ncommand=memmon -a %(ENV_SUPERVISOR_PASSWORD)s\nenvironment=SUPERVISOR_PASSWORD="hunter2hunter2"\n`
  const { faults } = basis({ conf })
  expect(faults).toEqual([expect.stringContaining('[eventlistener:m]')])
  expect(faults.join()).not.toContain('hunter2')
})
