// Which process memmon diagnose means: by name, by pattern, by the pid of a descendant; and what it refuses.
import { expect, test } from 'vitest'
import { type ParentOf, targetOf } from '../../src/cli/diagnose-target.ts'
import { type ProcessInfo, ProcessState } from '../../src/rules/process.ts'

const processOf = (namespec: string, pid: number, state: number = ProcessState.RUNNING): ProcessInfo => {
  const [group = '', name = ''] = namespec.split(':')
  return { group, name, namespec, pid, state, startSeconds: 1, nowSeconds: 2, spawnError: '' }
}

const PROCESSES = [
  processOf('web:web', 10),
  processOf('4711:4711', 11),
  processOf('off:off', 0, ProcessState.STOPPED),
  processOf('starting:starting', 12, ProcessState.STARTING),
  processOf('reused:reused', 13),
  ...Array.from({ length: 9 }, (_, at) => processOf(`pool:pool_${at}`, 20 + at)),
  processOf('evil\u001b[2J:a', 40),
  processOf('evil\u001b[2J:b', 41),
]
const TABLE = { processes: PROCESSES, isListener: () => false, isAnother: (pid: number) => pid === 13 }

/** 10 has a child 100, that one 101; 300 and 301 are each other's parents; 400 is init's, 500 that of a pid used again. */
const PARENTS = new Map([
  [100, 10],
  [101, 100],
  [300, 301],
  [301, 300],
  [400, 1],
  [500, 13],
  [13, 1],
])
const parentOf: ParentOf = pid => PARENTS.get(pid)
const found = (word: string) => {
  const { pid, process } = targetOf(word, TABLE, parentOf)
  return [pid, process.namespec]
}

test.each<[word: string, pid: number, namespec: string]>([
  ['web', 10, 'web:web'],
  ['web:web', 10, 'web:web'],
  ['web:*', 10, 'web:web'],
  ['w?b', 10, 'web:web'],
  ['pool:*_3', 23, 'pool:pool_3'],
  ['starting', 12, 'starting:starting'],
  ['10', 10, 'web:web'],
  ['100', 100, 'web:web'],
  ['101', 101, 'web:web'],
  // Digits are a pid; a process with such a name has a long one, too.
  ['4711:4711', 11, '4711:4711'],
])('%s is pid %s, %s', (word, pid, namespec) => expect(found(word)).toEqual([pid, namespec]))

test.each<[word: string, said: string]>([
  ['webb', 'supervisord has no process or group "webb"; did you mean web?'],
  ['nothing_like_it', 'supervisord has no process or group "nothing_like_it"'],
  ['off', 'off:off is STOPPED: memmon can only look at a running process'],
  ['reused', 'reused:reused is about to end: memmon can only look at a running process'],
  [
    'pool',
    '"pool" names 9 processes; give one of them: pool:pool_0, pool:pool_1, pool:pool_2, pool:pool_3, pool:pool_4, and 4 more',
  ],
  ['evil*', '"evil*" names 2 processes; give one of them: evil\\x1b[2J:a, evil\\x1b[2J:b'],
  ['4711', 'no process here has pid 4711'],
  ['0', 'no process here has pid 0'],
  ...['300', '400', '500', '13'].map((pid): [string, string] => [
    pid,
    `pid ${pid} is neither a program of supervisord's nor a descendant of one; memmon looks at no others`,
  ]),
])('refuses %s', (word, said) => expect(() => found(word)).toThrow(said))
