// What the log says of the settings at the start and after a reload: everything in force that is not as usual, a line each.
import { expect, test } from 'vitest'
import { inForce } from '../../src/config/in-force.ts'
import { logRules } from '../../src/messages/start-lines.ts'
import { MB, settingsFrom } from '../helpers/values.ts'

function linesFor(...argv: string[]): string[] {
  const lines: string[] = []
  const log = (_: string, text: string) => void lines.push(text)
  logRules(
    inForce(settingsFrom(...argv), () => ({ bytes: 1000 * MB, source: 'a test' })),
    log,
  )
  return lines
}

/** Behind the line of the one rule. */
const termsFor = (...argv: string[]): string[] => linesFor('-a', '200MB', ...argv).slice(1)

test('as usual: the rules alone', () => {
  expect(linesFor('-a', '200MB', '-p', 'web=100MB')).toEqual([
    '-p web=100MB: restarts web in any group over 104857600 bytes (100MB) of RSS',
    '-a 200MB: restarts any process over 209715200 bytes (200MB) of RSS',
  ])
})

test('one byte', () => {
  expect(linesFor('-a', '1', '--hard-limit', '1B', '--total', '1')).toEqual([
    '-a 1: restarts any process over 1 byte of RSS, at once over 1 byte of RSS',
    '--total 1: restarts the one with the most private memory, one at a time, when all processes use more than 1 byte together',
  ])
  expect(linesFor('-a', '700', '--warn', '1')).toEqual([
    '-a 700: restarts any process over 700 bytes of RSS, warns over 1 byte',
  ])
})

test.each<[argv: string, line: string]>([
  ['--ignore crashmail --ignore web:*', '--ignore: never touches crashmail, web:*'],
  ['--most-specific', '--most-specific: of all rules for a process, only the closest applies'],
  ['--max-restarts 3/1h', '--max-restarts 3/1h: restarts a process at most 3 times within 1h'],
  ['--max-restarts 1/30m', '--max-restarts 1/30m: restarts a process at most once within 30m'],
  [
    '--restart-backoff 5m',
    '--restart-backoff: a process that exceeds its limit within minutes of its restart waits 5m, then longer',
  ],
  [
    '--restart-backoff 0',
    '--restart-backoff 0: restarts a process at each tick, even if it exceeds its limit within minutes of each start',
  ],
  ['--max-parallel 3', '--max-parallel 3: restarts up to 3 processes of a group at the same time'],
  ['--max-parallel 0', '--max-parallel 0: restarts all processes of a group at the same time'],
  ['--stagger 1m', '--stagger: the restart of the next group waits up to 1m for the last one'],
  ['--stagger 0', '--stagger 0: restarts of different groups do not wait for each other'],
  ['--no-evidence', '--no-evidence: restarts without recording evidence'],
  ['--evidence-timeout 5s', '--evidence-timeout: a restart waits up to 5s for its evidence'],
  ['--diagnose-timeout 2m', '--diagnose-timeout: a restart waits up to 2m for diagnose_command'],
  ['--monitor /m/a.mjs', '--monitor /m/a.mjs: judges the samples of each check, within 5s'],
  [
    '--monitor /m/a.mjs --monitor-timeout 1m',
    '--monitor /m/a.mjs: judges the samples of each check, within 1m',
  ],
  ['--on-alert-command /opt/page', 'on_alert_command runs for each warning, alert, drain and failure'],
  ['--hook-timeout 2m', '--hook-timeout: ends commands after 2m'],
  ['--mail-interval 1h', '--mail-interval: what follows a message within 1h is one digest'],
  ['--mail-interval 0', '--mail-interval 0: sends each message by itself'],
  ['-u 1h', '-u: no message about the restart of a process that has run longer than 1h'],
  [
    '--own-limit 64MB',
    '--own-limit: memmon exits when it uses more than 64MB itself, and supervisord starts it again',
  ],
])('%s is one line', (argv, line) => expect(termsFor(...argv.split(' '))).toEqual([line]))

test('the defaults, given, are as usual', () => {
  const argv =
    '--restart-backoff 1m --max-parallel 1 --stagger 10s --hook-timeout 30s --mail-interval 5m --evidence-timeout 2s --diagnose-timeout 30s'
  expect(termsFor(...argv.split(' '))).toEqual([])
})

const WEB = '-p web=200MB: restarts web in any group over 209715200 bytes (200MB) of RSS'
test.each<[argv: string[], lines: string[]]>([
  [
    ['--pre-restart-command', '/opt/sick', '--post-restart-command', '/opt/well'],
    [`${WEB}, with pre_restart_command, post_restart_command`],
  ],
  [['--restart-command', '/opt/again'], [`${WEB}, with restart_command`]],
  [['--memory-sample', '30s'], [`${WEB}, sampled for 30s before (memory_sample)`]],
  [['--restart-group'], [`${WEB}, the whole group together (restart_group)`]],
  [
    ['--action', 'alert', '--pre-restart-command', '/opt/sick'],
    ['-p web=200MB: alerts about web in any group over 209715200 bytes (200MB) of RSS'],
  ],
  [
    [
      '--soft-limit',
      '150MB',
      '--drain-signal',
      'TSTP',
      '--drain-command',
      '/opt/drain',
      '--drain-check',
      'x',
    ],
    [
      WEB,
      expect.stringMatching(
        /: drains web .*, asked to finish by SIGTSTP and drain_command, restarted when drain_check succeeds, or after 15m$/,
      ),
    ],
  ],
])('a rule says which commands go with it, and never what they are: %j', (argv, lines) => {
  expect(linesFor('-p', 'web=200MB', ...argv)).toEqual(lines)
  expect(linesFor('-p', 'web=200MB', ...argv).join()).not.toContain('/opt')
})

test('a budget says so, too', () => {
  expect(linesFor('--total', '500MB', '--restart-group', '--action', 'alert')).toEqual([
    '--total 500MB: alerts when all processes use more than 524288000 bytes together',
  ])
})
