// What a list of processes says of each: its most telling sentence, else why there may be more to say.
import { expect, test } from 'vitest'
import type { Facts } from '../../src/evidence/facts.ts'
import { whyOf, whyText } from '../../src/evidence/why.ts'
import { OF_ANOTHER_USER } from '../helpers/diagnosed.ts'
import { factsOf, statusOf, threadsOf } from '../helpers/facts.ts'

const READER = { uid: 1000, nameOf: (uid: number) => (uid === 999 ? 'postgres' : 'deploy') }
const WAITING = threadsOf(40, { byWchan: [{ what: 'futex_do_wait', count: 39 }] })
const WAIT_TEXT = '39 of 40 threads wait in a futex (a lock, or a queue without work)'

test.each<[what: string, facts: Facts, text: string, unread: string | undefined]>([
  ['all was read', factsOf({ threads: WAITING }), WAIT_TEXT, undefined],
  [
    'something was read, and something not',
    factsOf({ threads: WAITING, status: statusOf({ uid: 1000 }), missing: { syscall: 'EPERM' } }),
    WAIT_TEXT,
    'Not all read (EPERM): Yama (/proc/sys/kernel/yama/ptrace_scope) allows that to root and CAP_SYS_PTRACE only: run this with sudo',
  ],
  [
    'it is of another user',
    OF_ANOTHER_USER,
    'Not all read (EACCES, EPERM): pid 4711 runs as postgres, and this command as deploy: run it with sudo',
    'Not all read (EACCES, EPERM): pid 4711 runs as postgres, and this command as deploy: run it with sudo',
  ],
  [
    'the time was over',
    factsOf({ missing: { cgroup: 'ENOENT', mappings: 'timeout' } }),
    'Not all read (timeout): the time was over; the process or the machine is very busy',
    'Not all read (timeout): the time was over; the process or the machine is very busy',
  ],
  [
    'it has ended',
    factsOf({ missing: { process: 'ESRCH' } }),
    'Not read: anything (ESRCH): pid 4711 has ended, or /proc hides it from this user (hidepid): run this with sudo',
    'Not read: anything (ESRCH): pid 4711 has ended, or /proc hides it from this user (hidepid): run this with sudo',
  ],
  ['nothing stands out', factsOf({ status: statusOf() }), 'nothing stands out', undefined],
  [
    'this kernel has less than others',
    factsOf({ missing: { cgroup: 'ENOENT', rollup: 'ENOENT' } }),
    'nothing stands out',
    undefined,
  ],
])('where %s', (_, facts, text, unread) => {
  const why = whyOf(facts, {}, READER)
  expect(whyText(why)).toBe(text)
  expect(why.unread).toBe(unread)
})
