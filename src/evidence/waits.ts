// What threads wait for: functions of the kernel (wchan) and system calls, in words. Pure.
import type { Count, Facts, ThreadFacts } from './facts.ts'
import { countText, nameText, plural } from './word-rule.ts'

/** Names of functions differ from kernel to kernel: the first pattern that fits says what they mean. */
const WAITS: readonly (readonly [pattern: RegExp, words: string])[] = [
  [/futex/, 'a futex (a lock, or a queue without work)'],
  [/nanosleep/, 'a sleep'],
  [/accept/, 'accept (new connections)'],
  [/epoll|ep_poll/, 'epoll (events)'],
  [/^(do_)?(poll|ppoll|select|pselect)|sys_poll|sys_select|^poll_/, 'poll or select (events)'],
  [/skb_|sk_wait|tcp_|recv|unix_stream|sock_/, 'a socket (an answer)'],
  [/pipe/, 'a pipe'],
  [/^(do_)?wait(4|id|pid)?$|kernel_wait/, 'wait (a child)'],
  [/flock|fcntl_setlk|posix_lock/, 'a file lock'],
  [/nfs|rpc_/, 'NFS'],
  [/io_schedule|folio_wait|wait_on_page|wait_on_buffer|blk_|jbd2|fsync/, 'the disk'],
  [/signal|sigtimedwait|pause/, 'a signal'],
]

/** It runs, or waits for no system call; '' is not known. */
const IDLE = /^(0|running|none|)$/

/** 'a futex (...)', or the very name where it is not known. */
const waitWords = (name: string): string =>
  WAITS.find(([pattern]) => pattern.test(name))?.[1] ?? nameText(name)

/** What they wait for, the most frequent first, equal meanings together; by wchan, else by system call. */
export function waitsOf({ byWchan, bySyscall }: ThreadFacts): readonly Count[] {
  const known = [byWchan, bySyscall].map(counts => counts.filter(({ what }) => !IDLE.test(what)))
  const sums = new Map<string, number>()
  for (const { what, count } of known.find(counts => counts.length > 0) ?? [])
    sums.set(waitWords(what), (sums.get(waitWords(what)) ?? 0) + count)
  return [...sums].map(([what, count]) => ({ what, count })).sort((a, b) => b.count - a.count)
}

/** One kind of thread: what it does, and how many do. */
export interface Alike {
  readonly state: string
  /** By wchan, else the system call; '' if neither is known, or it runs. */
  readonly wait: string
  readonly count: number
}

/** Of what is known of them, whatever their names, the most frequent first. */
export function alikeThreads({ alike }: ThreadFacts): readonly Alike[] {
  const sums = new Map<string, Alike>()
  for (const { state, wchan, syscall, count } of alike) {
    const wait = [wchan, syscall].find(name => !IDLE.test(name)) ?? ''
    const key = `${state}\n${wait}`
    sums.set(key, { state, wait, count: count + (sums.get(key)?.count ?? 0) })
  }
  return [...sums.values()].sort((a, b) => b.count - a.count)
}

const MOST_KINDS = 3

/** '200 threads: 187 sleeping in futex_do_wait, 12 sleeping in do_epoll_wait, 1 running'; undefined if unknown. */
export function threadsText({ threads }: Facts): string | undefined {
  if (!threads) return undefined
  const kinds = alikeThreads(threads)
  const parts = kinds
    .slice(0, MOST_KINDS)
    .map(
      ({ state, wait, count }) => `${countText(count)} ${nameText(state)}${wait && ` in ${nameText(wait)}`}`,
    )
  const others = threads.lookedAtCount - kinds.slice(0, MOST_KINDS).reduce((sum, { count }) => sum + count, 0)
  const rest = others > 0 ? [plural(others, 'other')] : []
  const looked =
    threads.lookedAtCount < threads.count ? `, ${countText(threads.lookedAtCount)} looked at` : ''
  return `${plural(threads.count, 'thread')}${looked}${parts.length > 0 ? `: ${[...parts, ...rest].join(', ')}` : ''}`
}
