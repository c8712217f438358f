// What could not be read of a process, and what would allow it, for people at a terminal. Pure.
import { oneLine } from '../base/text.ts'
import type { Facts, MissingPart } from './facts.ts'

/** Who reads. */
export interface Reader {
  readonly uid: number
  readonly nameOf: (uid: number) => string
}

const PARTS: ReadonlyMap<string, string> = new Map<MissingPart, string>([
  ['status', 'status'],
  ['machine', 'memory of the machine'],
  ['limits', 'limits'],
  ['cgroup', 'control group'],
  ['program', 'executable'],
  ['threads', 'threads'],
  ['descriptors', 'descriptors'],
  ['io', 'I/O'],
  ['children', 'children'],
  ['rollup', 'PSS and shared memory (smaps_rollup)'],
  ['mappings', 'mappings'],
  ['smaps', 'memory by mapping (smaps)'],
  ['wchan', 'what threads wait in (wchan)'],
  ['syscall', 'system calls of threads'],
  ['sockets', 'states of sockets'],
])

const DENIED = ['EACCES', 'EPERM']
/** The kernel asks Yama about these even where both processes are of one user, and about nothing else that is read. */
const ASKED_OF_YAMA = ['wchan', 'syscall']

/** A line for each reason; an empty list if everything was read. */
export function missingTexts(facts: Facts, reader: Reader): string[] {
  const { process: gone } = facts.missing
  const lines = reasonsOf(facts, reader).map(
    ({ why, parts, codes }) => `Not read: ${parts.join(', ')} (${codes.join(', ')}): ${why}`,
  )
  return [...(gone === undefined ? [] : [goneText(facts, gone, reader)]), ...lines].map(oneLine)
}

/** What this kernel or machine does not have says nothing about the process. */
const NOT_HERE = ['ENOENT', 'unsupported']

/** In short the first reason why something was not read; undefined if everything was. */
export function unreadText(facts: Facts, reader: Reader): string | undefined {
  const { process: gone } = facts.missing
  if (gone !== undefined) return oneLine(goneText(facts, gone, reader))
  const reason = reasonsOf(facts, reader).find(({ codes }) => codes.some(code => !NOT_HERE.includes(code)))
  return reason && oneLine(`Not all read (${reason.codes.join(', ')}): ${reason.why}`)
}

interface Reason {
  readonly why: string
  readonly parts: readonly string[]
  readonly codes: readonly string[]
}

function reasonsOf(facts: Facts, reader: Reader): Reason[] {
  const { process: _, ...parts } = facts.missing
  const denied = Object.keys(parts).filter(part => DENIED.includes(facts.missing[part as MissingPart] ?? ''))
  const byYama = denied.every(part => ASKED_OF_YAMA.includes(part))
  const byWhy = new Map<string, { readonly part: string; readonly code: string }[]>()
  for (const [part, code] of Object.entries(parts)) {
    const why = DENIED.includes(code) ? deniedText(byYama, facts, reader) : whyText(code)
    byWhy.set(why, [...(byWhy.get(why) ?? []), { part: PARTS.get(part) ?? part, code }])
  }
  return [...byWhy].map(([why, found]) => ({
    why,
    parts: found.map(({ part }) => part),
    codes: [...new Set(found.map(({ code }) => code))],
  }))
}

function goneText({ pid, status }: Facts, code: string, { uid }: Reader): string {
  if (code === 'unsupported') return "Not read: anything: this needs Linux's /proc, and there is none here"
  if (status) return `pid ${pid} ended while it was read: what is shown may not be whole`
  const hidden = uid === 0 ? '' : ', or /proc hides it from this user (hidepid): run this with sudo'
  return `Not read: anything (${code}): pid ${pid} has ended${hidden}`
}

function deniedText(byYama: boolean, { pid, status }: Facts, { uid, nameOf }: Reader): string {
  if (uid === 0)
    return 'root lacks CAP_SYS_PTRACE here, as in most containers, or a security module forbids it: add that capability'
  if (status && status.uid !== uid)
    return `pid ${pid} runs as ${nameOf(status.uid)}, and this command as ${nameOf(uid)}: run it with sudo`
  if (byYama)
    return 'Yama (/proc/sys/kernel/yama/ptrace_scope) allows that to root and CAP_SYS_PTRACE only: run this with sudo'
  return 'the process is not dumpable, or a security module forbids it: run this with sudo'
}

function whyText(code: string): string {
  switch (code) {
    case 'ENOENT':
      return 'this kernel does not have that file'
    case 'ESRCH':
      return 'it had ended by then'
    case 'timeout':
      return 'the time was over; the process or the machine is very busy'
    case 'too_large':
      return 'the process is so large that reading it would hold it up'
    case 'unreadable':
      return 'the kernel writes it in another form than memmon knows; please report it'
    case 'unsupported':
      return 'this system does not have it'
    default:
      return 'the system has refused it'
  }
}
