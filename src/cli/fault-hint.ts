// What helps a person at a terminal when supervisord does not answer.
import type { SupervisorFault } from '../base/errors.ts'

const HINTS: readonly (readonly [RegExp, string])[] = [
  [
    /: EACCES$/,
    'this user may not use that socket; run this as root, or see chown= and chmod= of [unix_http_server]',
  ],
  [/: (ENOENT|ECONNREFUSED)$/, 'is supervisord running? If it listens elsewhere, name its file with -C'],
]

/** The fault, and what to do about it if that is known. */
export function hintedText({ message }: Pick<SupervisorFault, 'message'>): string {
  const hint = HINTS.find(([pattern]) => pattern.test(message))?.[1]
  return hint === undefined ? message : `${message}: ${hint}`
}
