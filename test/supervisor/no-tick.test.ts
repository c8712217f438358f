// What memmon says when no tick has come since the start: by what supervisord alerts about it.
import { expect, test } from 'vitest'
import { type NoTickClues, noTickLine, reportNoTick, strayOutput } from '../../src/supervisor/no-tick.ts'

const LISTENER = { group: -1, process: 999 }
const PROGRAM = { group: 999, process: 999 }
const UNSURE = { group: 5, process: 5 }
const clues = (some: Partial<NoTickClues>): NoTickClues => ({
  silentSeconds: 80,
  hasHeard: false,
  priorities: LISTENER,
  stdout: 'READY\n',
  ...some,
})

test.each<[string, Partial<NoTickClues>, string, RegExp]>([
  [
    'a program',
    { priorities: PROGRAM },
    'ERRO',
    /in 1m 20s, so .* \[eventlistener:memmon\], not \[program:memmon\]/,
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
  [
    'a priority of its own',
    { priorities: UNSURE },
    'WARN',
    /TICK_60 \(TICK_3600 takes up to an hour\); that/,
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
  await reportNoTick(80, {
    client: { getPriorities: fails, readStdoutTail: fails },
    environment,
    hasHeard: () => false,
    log: (level, text, facts) => lines.push(`${level} ${text}`, facts?.()),
  })
  expect(lines).toEqual([
    expect.stringMatching(/^WARN No tick has come in 1m 20s, so nothing is checked: /),
    { event: 'no_tick', silent_seconds: 80 },
  ])
})
