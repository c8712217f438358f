// What could not be read of a process, and what would allow it: by who reads whose process, and by the error.
import { expect, test } from 'vitest'
import type { Facts } from '../../src/evidence/facts.ts'
import { missingTexts } from '../../src/evidence/missing-text.ts'
import { factsOf, statusOf } from '../helpers/facts.ts'

const NAMES: Readonly<Record<number, string>> = { 0: 'root', 999: 'postgres', 1000: 'deploy' }

const textsOf = (missing: Facts['missing'], readerUid: number, ownerUid: number | undefined) =>
  missingTexts(factsOf({ missing, ...(ownerUid !== undefined && { status: statusOf({ uid: ownerUid }) }) }), {
    uid: readerUid,
    nameOf: uid => NAMES[uid] ?? `user ${uid}`,
  })

test.each<
  [what: string, reader: number, owner: number | undefined, missing: Facts['missing'], texts: string[]]
>([
  ['all was read', 1000, 1000, {}, []],
  [
    "another user's process",
    1000,
    999,
    { syscall: 'EPERM', descriptors: 'EACCES' },
    [
      'Not read: system calls of threads, descriptors (EPERM, EACCES): pid 4711 runs as postgres, and this command as deploy: run it with sudo',
    ],
  ],
  [
    'Yama',
    1000,
    1000,
    { syscall: 'EPERM' },
    [
      'Not read: system calls of threads (EPERM): Yama (/proc/sys/kernel/yama/ptrace_scope) allows that to root and CAP_SYS_PTRACE only: run this with sudo',
    ],
  ],
  [
    'a process of the same user that is not dumpable',
    1000,
    1000,
    { mappings: 'EACCES', syscall: 'EPERM' },
    [
      'Not read: mappings, system calls of threads (EACCES, EPERM): the process is not dumpable, or a security module forbids it: run this with sudo',
    ],
  ],
  [
    'root in a container',
    0,
    999,
    { io: 'EACCES' },
    [
      'Not read: I/O (EACCES): root lacks CAP_SYS_PTRACE here, as in most containers, or a security module forbids it: add that capability',
    ],
  ],
  [
    'an older kernel',
    0,
    0,
    { rollup: 'ENOENT' },
    ['Not read: PSS and shared memory (smaps_rollup) (ENOENT): this kernel does not have that file'],
  ],
  [
    'a process too large to be held up',
    0,
    0,
    { smaps: 'too_large' },
    [
      'Not read: memory by mapping (smaps) (too_large): the process is so large that reading it would hold it up',
    ],
  ],
  [
    'a machine that is too busy',
    0,
    0,
    { mappings: 'timeout', children: 'timeout' },
    ['Not read: mappings, children (timeout): the time was over; the process or the machine is very busy'],
  ],
  [
    'a process that ended meanwhile',
    0,
    0,
    { process: 'ESRCH', mappings: 'ESRCH' },
    [
      'pid 4711 ended while it was read: what is shown may not be whole',
      'Not read: mappings (ESRCH): it had ended by then',
    ],
  ],
  [
    'a process that had ended',
    0,
    undefined,
    { process: 'ESRCH' },
    ['Not read: anything (ESRCH): pid 4711 has ended'],
  ],
  [
    'a process that hidepid hides',
    1000,
    undefined,
    { process: 'ESRCH' },
    [
      'Not read: anything (ESRCH): pid 4711 has ended, or /proc hides it from this user (hidepid): run this with sudo',
    ],
  ],
  [
    'an error that nobody knows',
    0,
    0,
    { io: 'EIO\n\u001b[2J' },
    ['Not read: I/O (EIO\\x0a\\x1b[2J): the system has refused it'],
  ],
])('%s', (_, reader, owner, missing, texts) => expect(textsOf(missing, reader, owner)).toEqual(texts))
