// What memmon says when no tick has come since the start: by what supervisord alerts about it.
import { expect, test } from 'vitest'
import { SupervisorFault } from '../../src/base/errors.ts'
import { ProcessState } from '../../src/rules/process.ts'
import { type NoTickClues, noTickLine, reportNoTick, strayOutput } from '../../src/supervisor/no-tick.ts'
import { processNamed } from '../helpers/values.ts'

const LISTENER = { group: -1, process: 999 }
const PROGRAM = { group: 999, process: 999 }
/** A program of a [group:x]. */
const GROUPED = { group: 999, process: 5 }
const EITHER = { group: 5, process: 5 }
const clues = (some: Partial<NoTickClues>): NoTickClues => ({
  silentSeconds: 80,
  hasHeard: false,
  priorities: LISTENER,
  stdout: 'READY\n',
  isOneOfMany: false,
  ...some,
})

test.each<[string, Partial<NoTickClues>, string, RegExp]>([
  [
    'a program, or a listener with priority=999',
    { priorities: PROGRAM },
    'WARN',
    /in 1m 20s, so .* looks like a \[program:memmon\], .* \[eventlistener:memmon\] .* priority=999, .* \(TICK_3600 takes/,
  ],
  [
    'the same after an hour',
    { priorities: PROGRAM, silentSeconds: 3680 },
    'ERRO',
    /looks like a \[program:memmon\].* such as TICK_60$/,
  ],
  [
    'a program of a group',
    { priorities: GROUPED },
    'ERRO',
    /in 1m 20s, so .* must be \[eventlistener:memmon\], not \[program:memmon\]$/,
  ],
  ['a wrapper that prints', { stdout: 'hello\nREADY\n' }, 'ERRO', /because something wrote "hello" .* >&2/],
  [
    'events=PROCESS_STATE',
    { hasHeard: true },
    'WARN',
    /other events have come: events= .* \(TICK_3600 takes/,
  ],
  ['the same after an hour', { hasHeard: true, silentSeconds: 3680 }, 'ERRO', /such as TICK_60$/],
  ['events=TICK_3600', {}, 'INFO', /^Waiting for the first tick, .*TICK_3600 .* hour, 1m 20s so far/],
  ['nothing after an hour', { silentSeconds: 3680 }, 'ERRO', /in 1h 1m, .* such as TICK_60; that section/],
  ['a priority of its own', { priorities: EITHER }, 'INFO', /^Waiting for the first tick, .* 1m 20s so far/],
  [
    'numprocs=2',
    { isOneOfMany: true },
    'WARN',
    /^Another memmon of this section gets the ticks, .* numprocs=1\./,
  ],
  ['no log of stdout', { stdout: undefined }, 'WARN', /may write nothing to stdout before memmon runs$/],
  ['no name (Go)', { priorities: undefined, stdout: undefined }, 'WARN', /must be an \[eventlistener:x\]/],
])('%s', (_, some, level, text) => {
  expect(noTickLine(clues(some))).toEqual([level, expect.stringMatching(text)])
})

test.each<[string | undefined, string | undefined]>([
  [undefined, undefined],
  ['', undefined],
  ['READY\n', undefined],
  ['READY\nRESULT 2\nOKREADY\nRESULT 2\nOK', undefined],
  ['LY\nRESULT 2\nOKREADY\nREADY\n', undefined],
  ['hello\nREADY\n', 'hello'],
  ['RESULT 2\nOKREADY\nhello\nyou\nREADY\n', 'hello\nyou'],
  ['hello\nREADY\nREADY\n', undefined],
  ['READY\nlater', 'later'],
  [`${'x'.repeat(1000)}READY\n`, 'x'.repeat(200)],
])('stray output in %j is %j', (stdout, stray) => {
  expect(strayOutput(stdout)).toBe(stray)
})

test.each([
  ['both calls fail', { SUPERVISOR_GROUP_NAME: 'memmon', SUPERVISOR_PROCESS_NAME: 'memmon' }],
  ['there is no name to ask by', {}],
])('%s: one line all the same', async (_, environment) => {
  const lines: unknown[] = []
  const fails = () => Promise.reject(new Error('no'))
  await reportNoTick(80, undefined, {
    client: { getPriorities: fails, readStdoutTail: fails, getAllProcessInfo: fails },
    environment,
    hasHeard: () => false,
    log: (level, text, facts) => lines.push(`${level} ${text}`, facts?.()),
  })
  expect(lines).toEqual([
    expect.stringMatching(/^WARN No tick has come in 1m 20s, so nothing is checked: /),
    { event: 'no_tick', silent_seconds: 80 },
  ])
})

test.each<[what: string, namespec: string, state: number, level: string]>([
  ['another of its section runs', 'memmon:memmon_01', ProcessState.RUNNING, 'WARN Another memmon'],
  ['another of its section is stopped', 'memmon:memmon_01', ProcessState.STOPPED, 'INFO Waiting'],
  ['a program of another group runs', 'shop:memmon_01', ProcessState.RUNNING, 'INFO Waiting'],
])('%s', async (_, other, state, begins) => {
  const lines: string[] = []
  const processes = ['memmon:memmon_00', other].map(name =>
    processNamed(name, { state: ProcessState.RUNNING }),
  )
  await reportNoTick(80, undefined, {
    client: {
      getPriorities: async () => LISTENER,
      readStdoutTail: async () => 'READY\n',
      getAllProcessInfo: async () => processes.map(one => (one.namespec === other ? { ...one, state } : one)),
    },
    environment: { SUPERVISOR_GROUP_NAME: 'memmon', SUPERVISOR_PROCESS_NAME: 'memmon_00' },
    hasHeard: () => false,
    log: (level, line) => lines.push(`${level} ${line}`),
  })
  expect(lines).toEqual([expect.stringContaining(begins)])
})

const REFUSED = 'supervisord at http://h:1 refused the user name or password (HTTP 401)'

test.each([
  [false, /^ERRO No tick has come in 1m 20s, so nothing is checked\. memmon cannot ask supervisord either: /],
  [
    true,
    /^ERRO No .*, though other events have come: events= .* TICK_60.*\. memmon cannot ask supervisord either: /,
  ],
])('supervisord refuses memmon, and other events have come: %s', async (hasHeard, text) => {
  const lines: string[] = []
  const never = () => Promise.reject(new Error('asked'))
  await reportNoTick(80, new SupervisorFault('unauthorized', REFUSED), {
    client: { getPriorities: never, readStdoutTail: never, getAllProcessInfo: never },
    environment: {},
    hasHeard: () => hasHeard,
    log: (level, line) => lines.push(`${level} ${line}`),
  })
  expect(lines).toEqual([expect.stringMatching(text)])
  expect(
    lines[0]?.endsWith(
      `: ${REFUSED}: set SUPERVISOR_USERNAME and SUPERVISOR_PASSWORD in environment= of memmon's section to those of the server`,
    ),
  ).toBe(true)
})
