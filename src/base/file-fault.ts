// What makes a file or directory unusable, as one clause that says what is wrong and what mends it.
import { messageOf } from './errors.ts'

/**
 * - unsafe: somebody else could have written it or could replace it; do not even read it
 * - unwritable: the disk or its permissions refuse (errno in `code`); what is there may still be readable
 * - held: another living process has locked it
 */
export type FileFaultKind = 'unsafe' | 'unwritable' | 'held'

export class FileFault extends Error {
  override readonly name = 'FileFault'
  readonly kind: FileFaultKind
  /** As in errno(3), of 'unwritable' only. */
  readonly code: string | undefined

  constructor(kind: FileFaultKind, message: string, code?: string) {
    super(message)
    this.kind = kind
    this.code = code
  }
}

const ADVICE: Readonly<Record<string, string>> = {
  EACCES: 'give memmon read and write permission there',
  EPERM: 'give memmon read and write permission there',
  EROFS: 'mount it read-write',
  ENOSPC: 'free some space or inodes there',
  EDQUOT: 'raise the quota or free some space there',
}

/** A file system's error as a FileFault; anything else that was thrown is a defect and is thrown on. */
export function fileFaultOf(thrown: unknown): FileFault {
  if (thrown instanceof FileFault) return thrown
  const code = errnoOf(thrown)
  if (code === undefined) throw thrown
  const advice = ADVICE[code] ?? 'check the path and its file system'
  return new FileFault('unwritable', `${(thrown as Error).message}: ${advice}`, code)
}

/** Why it failed, in words: of a file system's error with what mends it. */
export const faultText = (thrown: unknown): string =>
  errnoOf(thrown) === undefined ? messageOf(thrown) : fileFaultOf(thrown).message

/** The name of a system error, such as ENOENT; undefined for any other error. */
export function errnoOf(thrown: unknown): string | undefined {
  const { code, errno } = (thrown ?? {}) as NodeJS.ErrnoException
  return typeof errno === 'number' ? code : undefined
}

/** For `catch`: goes on after one of these errors, throws any other on. */
export const unless =
  (...codes: readonly string[]) =>
  (thrown: unknown): undefined => {
    if (!codes.includes(errnoOf(thrown) ?? '')) throw thrown
  }
