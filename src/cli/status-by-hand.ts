// Reads the Status of all listeners of supervisord.conf: what each left in its state folder, and how it sees its
// processes, as in memmon check. Works without supervisord, and without a running memmon. Changes nothing.
import { UsageError } from '../base/errors.ts'
import { formatServerUrl } from '../base/server-url.ts'
import type { Status } from '../status/status.ts'
import { type Listener, readListener } from './listener-by-hand.ts'
import { lookBy, type Seen } from './look.ts'
import { type Asked, type Basis, basisOf, type RuleSource } from './rule-sources.ts'

/** Throws a UsageError without a supervisord.conf, or if the options are wrong. */
export async function readStatus(asked: Asked): Promise<Status> {
  const basis = basisOf(asked)
  const { sources, server, noListener, faults, warnings } = basis
  const seen = await lookOrWhy(basis)
  const isSeen = typeof seen !== 'string'
  const listeners = await Promise.all(
    sources.filter(isListener).map(one => readListener(one, server.address, isSeen ? seen : undefined)),
  )
  return {
    atMs: Date.now(),
    server: formatServerUrl(server.address),
    unanswered: isSeen ? undefined : seen,
    memory: isSeen ? seen.memory : undefined,
    listeners,
    problems: [
      ...(noListener === undefined ? [] : [noListener]),
      ...faults,
      ...(isSeen ? seen.warnings : warnings),
    ],
  }
}

/** Why supervisord did not answer, in one line. */
async function lookOrWhy(basis: Basis): Promise<Seen | string> {
  try {
    return await lookBy(basis)
  } catch (thrown) {
    if (thrown instanceof UsageError) return thrown.message
    throw thrown
  }
}

const isListener = (source: RuleSource): source is Listener => source.section !== undefined
