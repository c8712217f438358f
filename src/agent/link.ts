// The agent's connection to memmon, which it restores after a restart of memmon.
import { type Backoff, backoffMs } from '../base/backoff.ts'
import { type Conversation, converse, type End, type Line } from './conversation.ts'

const WAITS: Backoff = { firstMs: 200, lastMs: 30_000, jitter: 0.5 }
/** memmon knows this process and does not want it: that changes with memmon's settings or supervisord's. */
const WAITS_REFUSED: Backoff = { ...WAITS, lastMs: 300_000 }

export interface LinkPorts {
  readonly paths: readonly string[]
  /** Without its first key. */
  readonly hello: () => Line
  readonly onRequest: (request: Line) => void
  /** After a welcome. */
  readonly onLost: () => void
}

/** `send` does nothing without a connection. */
export type Link = Conversation

/** Tries the places one after another, and again after a while, for as long as the process lives. */
export function openLink(ports: LinkPorts): Link {
  const { paths } = ports
  let failures = 0
  let isEnded = false
  let isWelcome = false
  let current: Conversation | undefined

  const onWelcome = (): void => {
    failures = 0
    isWelcome = true
  }
  const tryPlace = (at: number): void => {
    const path = paths[at]
    if (!isEnded && path !== undefined)
      current = converse(path, { ...ports, onWelcome, onEnd: end => follow(end, at) })
  }
  const follow = (end: End, at: number): void => {
    current = undefined
    if (isWelcome) ports.onLost()
    isWelcome = false
    if (end === 'absent' && at + 1 < paths.length) tryPlace(at + 1)
    else tryLater(end === 'refused' ? WAITS_REFUSED : WAITS)
  }
  const tryLater = (waits: Backoff): void => {
    if (isEnded) return
    setTimeout(() => tryPlace(0), backoffMs(++failures, waits, Math.random())).unref()
  }
  tryPlace(0)
  return {
    send: line => current?.send(line),
    end: () => {
      isEnded = true
      current?.end()
    },
  }
}
