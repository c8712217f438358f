// The few errors that memmon throws on purpose.

/** What an operator wrote cannot be used; the message quotes it and says what would be right. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
  /** It may be right: what it takes could only not be read at this moment. */
  readonly isTransient: boolean
  /** Where it was written, if that is what has to be read again. */
  readonly about: WrittenIn | undefined

  constructor(message: string, { isTransient = false, about }: UsageTerms = {}) {
    super(message)
    this.isTransient = isTransient
    this.about = about
  }
}

type WrittenIn = 'command line' | 'memmon.conf'

interface UsageTerms {
  readonly isTransient?: boolean
  readonly about?: WrittenIn | undefined
}

/** Does what reads the command line: a UsageError says that it is about that. */
export function readingArguments<T>(read: () => T): T {
  try {
    return read()
  } catch (thrown) {
    if (!(thrown instanceof UsageError)) throw thrown
    throw new UsageError(thrown.message, { isTransient: thrown.isTransient, about: 'command line' })
  }
}

/** How a call to supervisord failed. */
export type FaultKind =
  | 'fault' // supervisord answered with a fault code
  | 'unauthorized' // HTTP 401
  | 'unreachable' // no connection, or it broke before the answer was whole
  | 'timeout' // no answer in time
  | 'reply' // an answer that is not XML-RPC, or lacks what is needed
  | 'pids' // its pids mean other processes here

/** supervisord's fault codes that memmon tells apart (supervisor/xmlrpc.py, Faults). */
export const FaultCode = {
  SHUTDOWN_STATE: 6,
  BAD_NAME: 10,
  ALREADY_STARTED: 60,
  NOT_RUNNING: 70,
} as const

/** A call to supervisord that failed: expected at any time, never a reason to end. */
export class SupervisorFault extends Error {
  override readonly name = 'SupervisorFault'
  readonly kind: FaultKind
  /** A FaultCode, or another of supervisord's; 0 unless kind is 'fault'. */
  readonly code: number

  constructor(kind: FaultKind, message: string, code = 0) {
    super(message)
    this.kind = kind
    this.code = code
  }
}

/** The message of anything that was thrown. */
export const messageOf = (thrown: unknown): string =>
  thrown instanceof Error ? thrown.message : String(thrown)

/** Its first line: Node adds which files wanted what it cannot load. */
export const firstLineOf = (thrown: unknown): string => messageOf(thrown).split('\n', 1)[0] ?? ''

/** The fault of a call to supervisord; anything else that was thrown is a defect and is thrown on. */
export function faultOf(thrown: unknown): SupervisorFault {
  if (thrown instanceof SupervisorFault) return thrown
  throw thrown
}
