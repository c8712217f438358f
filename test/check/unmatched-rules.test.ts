// Rules that match no process: said once, and once when they do.
import { beforeEach, expect, test } from 'vitest'
import { UnmatchedRules } from '../../src/check/unmatched-rules.ts'
import { watchedOf } from '../../src/check/watched.ts'
import { resolveSettings } from '../../src/config/in-force.ts'
import { MB, processNamed, settingsFrom } from '../helpers/values.ts'

let log: string[]
let unmatched: UnmatchedRules
beforeEach(() => {
  log = []
  unmatched = new UnmatchedRules((level, text) => void log.push(`${level} ${text}`))
})

/** What one check of these rules says, with these processes. */
function check(argv: readonly string[], ...names: string[]): string[] {
  const settings = resolveSettings(settingsFrom(...argv), 1000 * MB)
  const processes = names.map(name => processNamed(name))
  const isSelf = ({ name }: { readonly name: string }) => name === 'memmon'
  const { rules, budgets } = settings
  const exempt = { isListener: () => false, isSelf, ignored: [], mostSpecific: false }
  unmatched.tell(settings, processes, watchedOf(processes, { rules, budgets, monitors: [] }, exempt), isSelf)
  return log.splice(0)
}

const WBE = 'WARN -p wbe=1MB matches no process; did you mean web?'

test.each<[what: string, argv: string[], checks: [names: string[], said: string[]][]]>([
  [
    'said once, and when it has one; and again when it has none again',
    ['-p', 'wbe=1MB'],
    [
      [['web'], [WBE]],
      [['web'], []],
      [['web', 'wbe'], ['INFO -p wbe=1MB matches a process now']],
      [['web', 'wbe'], []],
      [['web'], [WBE]],
    ],
  ],
  ['a rule that matches is not worth a line', ['-p', 'web=1MB'], [[['web'], []]]],
  [
    'each limit is a rule',
    ['-p', 'wbe=1MB', '--threads-limit', '5', '--fds-limit', '6'],
    [
      [
        ['web'],
        [
          WBE,
          'WARN -p wbe --threads-limit 5 matches no process; did you mean web?',
          'WARN -p wbe --fds-limit 6 matches no process; did you mean web?',
        ],
      ],
    ],
  ],
  [
    'a budget of a group, too',
    ['--group-total', 'shpo=1MB'],
    [
      [['shop:web'], ['WARN --group-total shpo=1MB matches no process; did you mean shop?']],
      [['shop:web', 'shpo:web'], ['INFO --group-total shpo=1MB matches a process now']],
    ],
  ],
  [
    'a budget of all, or of free memory, matches whatever there is',
    ['--total', '1MB', '--min-free', '1MB'],
    [[[], []]],
  ],
  [
    'a name to be ignored protects nobody, until there is such a process',
    ['-a', '1MB', '--ignore', 'wbe', '--ignore', 'job', '--ignore', 'memmon'],
    [
      [
        ['web', 'job:job_0', 'memmon'],
        [
          'WARN --ignore wbe matches no process, so it protects nothing; did you mean web?',
          "WARN --ignore job matches no process, so it protects nothing: job is a group; --ignore 'job:*' would match job:job_0",
        ],
      ],
      [['web', 'job:job_0', 'memmon'], []],
      [
        ['web', 'wbe', 'job:job', 'memmon'],
        ['INFO --ignore wbe matches a process now', 'INFO --ignore job matches a process now'],
      ],
    ],
  ],
  [
    'memmon itself is no process to watch',
    ['-p', 'memmon=1MB'],
    [
      [
        ['memmon'],
        ['WARN -p memmon=1MB names memmon itself, which no rule restarts: its own limit is --own-limit'],
      ],
    ],
  ],
])('%s', (_, argv, checks) => {
  for (const [names, said] of checks) expect(check(argv, ...names)).toEqual(said)
})

test('other rules that match nothing are said, and those that stay are not said again', () => {
  expect(check(['-p', 'wbe=1MB'], 'web')).toEqual([WBE])
  expect(check(['-p', 'wbe=1MB', '-p', 'bew=2MB'], 'web')).toEqual([expect.stringContaining('-p bew=2MB')])
  expect(check(['-p', 'bew=2MB'], 'web')).toEqual([])
  expect(check(['-p', 'wbe=1MB'], 'web')).toEqual([WBE])
})
