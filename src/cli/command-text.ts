// What help says about one command for people, and the phrases that many of them share.

interface ArgumentText {
  readonly name: string
  readonly help: string
  /** All possible values, if these are few. */
  readonly choices?: readonly string[]
}

export interface CommandText {
  readonly argument?: ArgumentText
  readonly second?: ArgumentText
  readonly summary: string
  readonly help: string
  /** After the options. */
  readonly more: string
  readonly examples: readonly (readonly [args: string, what: string])[]
}

/** For one process. */
export const ITS_NAME =
  'its name, as supervisorctl status has it, a pattern that one process matches, or a pid: of a process of supervisord, or of a descendant of one'

/** For one process or many. */
export const NAMES = 'its name, as supervisorctl status has it, a group, or a pattern with * and ?'
