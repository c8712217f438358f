// The names that memmon takes from supervisord.conf, beside those that supervisor's own code makes of the same file.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { supervisorSources } from '../../src/cli/supervisor-sources.ts'
import { readSupervisorConf } from '../../src/config/supervisor-files.ts'
import { namesIn } from '../../src/config/supervisor-names.ts'
import { PYTHON } from '../helpers/python.ts'

const READER = join(import.meta.dirname, '..', 'helpers', 'supervisor-config.py')

const CONF = `[supervisord]
[program:web]
command=/bin/cat
[program:worker]
command=/bin/cat
numprocs=3
numprocs_start=7
process_name=%(program_name)s_%(process_num)02d
[program:api]
command=/bin/cat
[program:cart]
command=/bin/cat
process_name=%(group_name)s-%(host_node_name)s-%(ENV_WHERE)s
[group:shop]
programs=api, cart
[eventlistener:memmon]
command=/bin/cat
events=TICK_60
[fcgi-program:php]
command=/bin/cat
socket=unix:///tmp/php.sock
`

const namesOf = (text: string, environment: Record<string, string | undefined>) => {
  const folder = mkdtempSync(join(tmpdir(), 'memmon-names-'))
  const path = join(folder, 'supervisord.conf')
  try {
    writeFileSync(path, text)
    const conf = readSupervisorConf(path, { ...supervisorSources(), environment })
    if (!conf) throw new Error(path)
    const { processes } = JSON.parse(
      execFileSync(PYTHON, [READER, path], { env: { ...environment }, encoding: 'utf8' }),
    ) as { processes: { group: string; name: string }[] }
    const theirs = processes.map(({ group, name }) => (group === name ? name : `${group}:${name}`))
    return {
      own: namesIn(conf, { environment, hostName: hostname() }),
      theirs,
      theirGroups: processes.map(({ group }) => group),
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

test('programs, groups, numprocs and expansions: the same names as supervisor', () => {
  const { own, theirs, theirGroups } = namesOf(CONF, { PATH: process.env.PATH, WHERE: 'here' })
  expect(theirs).toContain('worker:worker_09')
  expect([...own.processes].sort()).toEqual(theirs.sort())
  expect([...own.groups].sort()).toEqual([...new Set(theirGroups)].sort())
})

test('a name that cannot be expanded in this shell is left out, the others stay', () => {
  const folder = mkdtempSync(join(tmpdir(), 'memmon-names-'))
  try {
    writeFileSync(join(folder, 'supervisord.conf'), CONF)
    const sources = { ...supervisorSources(), environment: {} }
    const conf = readSupervisorConf(join(folder, 'supervisord.conf'), sources)
    expect(conf && namesIn(conf, sources).processes).toEqual([
      'web',
      ...['worker:worker_07', 'worker:worker_08', 'worker:worker_09'],
      'shop:api',
      'memmon',
      'php',
    ])
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})

test('so many processes of one program are named, and no more', () => {
  const keys = new Map(
    Object.entries({ numprocs: '1000000000', process_name: 'p%(process_num)d' }).map(([key, value]) => [
      key,
      { value, path: '/x', line: 1 },
    ]),
  )
  const conf = { file: '/x', sections: new Map([['program:p', keys]]), unread: [] }
  expect(namesIn(conf, { environment: {}, hostName: '' }).processes.length).toBe(1_000)
})
