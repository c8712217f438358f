// Whose pids they are, by parents and start times; and what is said when they are not ours.
import { expect, test } from 'vitest'
import { foreignText, judgePids, type Sight, type SupervisordSight } from '../../src/rules/pid-namespace.ts'
import { processNamed } from '../helpers/values.ts'

/** supervisord says: pid 7, and its children started in second 1,000,000. */
const START = 1_000_000
const child = { parentPid: 7, startSeconds: START + 0.3 }
const late = { parentPid: 7, startSeconds: START + 5 }
const otherStart = { parentPid: 7, startSeconds: START + 6 }
const earlier = { parentPid: 7, startSeconds: START - 3600 }
const other = { parentPid: 2, startSeconds: START }
const timeless = { parentPid: 7, startSeconds: undefined }
const gone = undefined

const sighted = (sights: readonly (Sight | undefined)[]) =>
  sights.map((sight, at) => ({
    process: processNamed(`w:p${at}`, { pid: 10 + at, startSeconds: START }),
    sight,
  }))

const PLAIN: SupervisordSight = { pid: 7, isSurely: () => false, isLikely: () => false }
const SURELY = { ...PLAIN, isSurely: (pid: number) => pid === 7 }
const LIKELY = { ...PLAIN, isLikely: (pid: number) => pid === 7 }
const UNKNOWN = { ...PLAIN, pid: undefined }

/** 'ours', with the pids that are left out, or 'foreign'. */
function verdict(sights: readonly (Sight | undefined)[], supervisord: SupervisordSight): string {
  const judged = judgePids(sighted(sights), supervisord)
  return judged.kind === 'foreign' ? 'foreign' : ['ours', ...judged.others].join(' ')
}

test.each<[what: string, sights: (Sight | undefined)[], supervisord: SupervisordSight, verdict: string]>([
  ['parent and start fit', [child, late], PLAIN, 'ours'],
  ['nothing has a pid', [], PLAIN, 'ours'],
  ['every parent is another', [other, other], PLAIN, 'foreign'],
  ['every parent is another, whatever else is known', [other, other], { ...SURELY, ...LIKELY }, 'foreign'],
  ['every parent fits and no start', [otherStart, earlier], PLAIN, 'foreign'],
  ['the same, but it is surely our parent: the clock was set', [otherStart, earlier], SURELY, 'ours'],
  ['the same, but one has another parent', [otherStart, earlier, other], SURELY, 'foreign'],
  ['one start fits among others: the clock was set', [child, otherStart, earlier], PLAIN, 'ours'],
  ['a start cannot be told: the parent decides', [timeless], PLAIN, 'ours'],
  ['one pid was used again', [child, other], PLAIN, 'ours 11'],
  ['most have another parent', [child, other, other], PLAIN, 'foreign'],
  ['none of the pids is here', [gone, gone], PLAIN, 'foreign'],
  ['none is here, but supervisord is: they have just ended', [gone, gone], LIKELY, 'ours'],
  ['some have ended', [child, gone, gone], PLAIN, 'ours'],
  ['one is here, with another start, and most are not', [earlier, gone, gone], SURELY, 'foreign'],
  ['supervisord does not tell its pid', [child, child], UNKNOWN, 'ours'],
  ['it does not tell, and one pid was used again', [child, child, other], UNKNOWN, 'ours 12'],
  ['it does not tell, and no start fits', [earlier, earlier], UNKNOWN, 'foreign'],
  ['it does not tell, and nothing is here', [gone], UNKNOWN, 'foreign'],
])('%s', (_, sights, supervisord, told) => expect(verdict(sights, supervisord)).toBe(told))

test.each<[sights: (Sight | undefined)[], supervisord: SupervisordSight, said: RegExp]>([
  [
    [gone, earlier, other],
    PLAIN,
    /it says that w:p2 is pid 12, a child of its own pid 7, started at 1970-01-1\d \d\d:\d\d:\d\d, but here pid 12 is a child of pid 2\. Run memmon in supervisord's pid namespace, .*NAME\)$/,
  ],
  [
    [gone, earlier],
    PLAIN,
    /it says that w:p1 is pid 11, a child of its own pid 7, started at (.*), but here pid 11 was started at (?!\1).*\. Run memmon .*\. If this machine's clock was set since, restart one of the programs$/,
  ],
  [
    [gone],
    PLAIN,
    /it says that w:p0 is pid 10, .*, but here no process with pid 10 is visible\. Run memmon .*\. If \/proc is mounted with hidepid, run memmon as root$/,
  ],
  [[earlier], UNKNOWN, /it says that w:p0 is pid 10, started at .*, but here pid 10 was started at /],
])('what is said of %j', (sights, supervisord, said) => {
  const judged = judgePids(sighted(sights), supervisord)
  if (judged.kind !== 'foreign') throw new Error('they are ours')
  const text = foreignText(judged, true)
  expect(text).toMatch(
    /^supervisord's pids are those of another pid namespace, .*nothing is measured and nothing/,
  )
  expect(text).toMatch(said)
})

test("where /proc is not even memmon's own, mounting one helps, not another namespace", () => {
  const judged = judgePids(sighted([other]), PLAIN)
  if (judged.kind !== 'foreign') throw new Error('they are ours')
  expect(foreignText(judged, false)).toMatch(
    /but here pid 10 is a child of pid 2\. This \/proc is not that of memmon's pid namespace either: run "mount -t proc proc \/proc" before supervisord starts here$/,
  )
})
