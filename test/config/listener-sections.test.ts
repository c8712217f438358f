// Which sections of supervisord.conf run memmon, with which arguments: by our own reading, and by supervisord's.
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { split } from 'shlex'
import { expect, test } from 'vitest'
import { listenerSections } from '../../src/config/listener-sections.ts'
import { memmonCommand } from '../../src/config/memmon-command.ts'
import { readSupervisorConf, type SupervisorSources } from '../../src/config/supervisor-files.ts'
import { PYTHON } from '../helpers/python.ts'

test.each<[command: string, args: string[]]>([
  ['memmon -a 200MB', ['-a', '200MB']],
  ['/usr/local/bin/memmon -p "web=1GB"', ['-p', 'web=1GB']],
  ['/opt/node/bin/node --max-old-space-size=64 /opt/memmon/bin/memmon.js -a 1GB', ['-a', '1GB']],
  ['/usr/bin/env NODE_ENV=production memmon -a 1GB', ['-a', '1GB']],
  ['nice -n 5 memmon -a 1GB', ['-a', '1GB']],
  ["sh -c 'exec memmon -a 1GB'", ['-a', '1GB']],
  [`bash -lc "exec memmon -p 'worker_*=1GB'"`, ['-p', 'worker_*=1GB']],
])('%s', (command, args) => {
  expect(memmonCommand(command, split)).toEqual({ kind: 'memmon', args })
})

test.each<[command: string, kind: string]>([
  ['httpok -p web http://localhost/', 'other'],
  ['crashmail -p memmon -m bob@example.com', 'other'],
  ['/opt/memmonitor -a 1GB', 'other'],
  ["sh -c 'echo hello'", 'other'],
  ["sh -c 'exec memmon -a $LIMIT'", 'script'],
  ["sh -c 'cd /srv && memmon -a 1GB'", 'script'],
])('%s: %s', (command, kind) => {
  expect(memmonCommand(command, split).kind).toBe(kind)
})

function sectionsOf(text: string, environment: Record<string, string> = {}) {
  const sources = { readText: () => text, listFolder: () => [], environment, hostName: 'box' }
  const conf = readSupervisorConf('/e/s.conf', sources)
  if (!conf) throw new Error('no file')
  return listenerSections(conf, { ...sources, split })
}

test('the environment of the section, upon that of [supervisord], upon that of the shell', () => {
  const text = `[supervisord]
environment=A="global",B="global"
[eventlistener:memmon]
command=memmon -a %(ENV_B)s --config etc/memmon.conf
environment=B="%(ENV_A)s-own",UNKNOWN="%(ENV_NOWHERE)s"
directory=/srv/%(group_name)s
`
  expect(sectionsOf(text, { A: 'shell', C: 'shell' })).toMatchObject([
    {
      name: 'eventlistener:memmon',
      group: 'memmon',
      path: '/e/s.conf',
      run: {
        kind: 'memmon',
        args: ['-a', 'global-own', '--config', '/srv/memmon/etc/memmon.conf'],
        environment: { A: 'global', B: 'global-own', C: 'shell' },
      },
    },
  ])
})

test('programs, other listeners and their mistakes are left alone', () => {
  const text =
    '[program:memmon]\ncommand=memmon -a 1GB\n[eventlistener:x]\ncommand=crash %(ENV_NO)s 50%\n[eventlistener:y]\nevents=TICK_5\n'
  expect(sectionsOf(text)).toEqual([])
})

test.each<[command: string, why: RegExp]>([
  ['memmon -a %(ENV_LIMIT)s', /^line 2: %\(ENV_LIMIT\)s cannot.*LIMIT is not set/],
  ['memmon -a 25%', /a single % is not allowed/],
  ["memmon -p 'web=1GB", /quot/i],
  ["sh -c 'cd /srv && memmon -a 1GB'", /^a shell script starts memmon$/],
])('%s cannot be read', (command, why) => {
  expect(sectionsOf(`[eventlistener:m]\ncommand=${command}\n`)).toMatchObject([
    {
      name: 'eventlistener:m',
      path: '/e/s.conf',
      run: { kind: 'unreadable', why: expect.stringMatching(why) },
    },
  ])
})

test("supervisord's own code reads the same words and environments", () => {
  const folder = mkdtempSync(join(tmpdir(), 'memmon-sections-'))
  try {
    mkdirSync(join(folder, 'conf.d'))
    writeFileSync(
      join(folder, 'supervisord.conf'),
      `[supervisord]
environment=TEAM="a,b"
[unix_http_server]
file=%(here)s/s
[rpcinterface:supervisor]
supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface
[include]
files = conf.d/*.conf
[eventlistener:first]
command=memmon -a 25%% -n "%(program_name)s on %(host_node_name)s" --state-dir %(here)s/state ; a comment
events=TICK_60
`,
    )
    writeFileSync(
      join(folder, 'conf.d', 'm.conf'),
      `[eventlistener:second]
command=/usr/bin/env node /opt/memmon.js --config %(here)s/memmon.conf
  -p 'worker_*=1GB' -n %(ENV_NAME)s-%(process_num)02d
process_name=%(program_name)s_%(process_num)02d
numprocs=2
numprocs_start=3
environment=NAME="x %(ENV_TEAM)s",URL='https://x/y'
events=TICK_60
`,
    )
    const reader = join(import.meta.dirname, '..', 'helpers', 'supervisor-config.py')
    const path = join(folder, 'supervisord.conf')
    const run = spawnSync(PYTHON, [reader, path], { encoding: 'utf8' })
    expect(run.stderr).toBe('')
    const { processes } = JSON.parse(run.stdout) as {
      processes: { name: string; words: string[]; environment: Record<string, string> }[]
    }
    const sources: SupervisorSources = {
      readText: file => readFileSync(file, 'utf8'),
      listFolder: at => readdirSync(at),
      environment: {},
      hostName: hostname(),
    }
    const conf = readSupervisorConf(path, sources)
    const sections = conf ? listenerSections(conf, { ...sources, split }) : []
    const byName = (name: string) => processes.find(process => process.name === name)
    const [first, second] = [byName('first'), byName('second_03')]
    expect(sections.map(({ run }) => run)).toEqual([
      { kind: 'memmon', args: first?.words.slice(1), environment: first?.environment },
      { kind: 'memmon', args: second?.words.slice(3), environment: second?.environment },
    ])
    expect(sections[1]?.path).toBe(join(folder, 'conf.d', 'm.conf'))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
