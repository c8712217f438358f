// /proc/<pid>/status and /proc/<pid>/stat, as proc_pid_status(5) and proc_pid_stat(5) have them. Pure.
import type { StatusFacts } from './facts.ts'
import { bytesOf, fieldsOf, known, numberOf, Unread, word } from './known.ts'

const STATES: Readonly<Record<string, string>> = {
  R: 'running',
  S: 'sleeping',
  D: 'disk sleep',
  T: 'stopped',
  t: 'tracing stop',
  Z: 'zombie',
  X: 'dead',
  x: 'dead',
  I: 'idle',
  P: 'parked',
}

const stateOf = (letter: string): string => STATES[letter] ?? word(letter)

export function parseStatus(text: string): StatusFacts {
  const fields = fieldsOf(text)
  const number = (name: string): number => numberOf(fields.get(name)) ?? unreadable()
  const bytes = (name: string) => bytesOf(fields.get(name))
  return known<StatusFacts>({
    name: word(fields.get('Name') ?? unreadable()),
    state: stateOf(fields.get('State')?.[0] ?? unreadable()),
    parentPid: number('PPid'),
    uid: number('Uid'),
    threadCount: number('Threads'),
    rssBytes: bytes('VmRSS'),
    rssAnonBytes: bytes('RssAnon'),
    rssFileBytes: bytes('RssFile'),
    rssShmemBytes: bytes('RssShmem'),
    peakRssBytes: bytes('VmHWM'),
    sizeBytes: bytes('VmSize'),
    dataBytes: bytes('VmData'),
    swapBytes: bytes('VmSwap'),
    pageTableBytes: bytes('VmPTE'),
  })
}

export interface Stat {
  readonly name: string
  readonly state: string
  readonly parentPid: number
  readonly threadCount: number
  readonly startTicks: number
  readonly rssPages: number
}

/** Of a process or of a thread. A name may hold blanks and parentheses: the last one ends it. */
export function parseStat(text: string): Stat {
  const end = text.lastIndexOf(')')
  const fields = text.slice(end + 2).split(' ')
  if (end < 0 || fields.length < 22) throw new Unread('unreadable')
  /** Numbered as in proc(5); the state is the third. */
  const field = (number: number) => fields[number - 3] ?? ''
  return {
    name: word(text.slice(text.indexOf('(') + 1, end)),
    state: stateOf(field(3)),
    parentPid: Number(field(4)),
    threadCount: Number(field(20)),
    startTicks: Number(field(22)),
    rssPages: Number(field(24)),
  }
}

function unreadable(): never {
  throw new Unread('unreadable')
}
