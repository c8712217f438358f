// Everything an operator can set, validated: the one form in which the rest of memmon sees it.
import type { RestartCap } from '../core/history.ts'
import type { Rule } from '../core/rules.ts'
import type { Selector } from '../core/selector.ts'
import type { ServerAddress } from '../core/server-url.ts'

export interface Settings {
  readonly rules: readonly Rule[]
  /** Sizes are those of a process and all its descendants (-c). */
  readonly cumulative: boolean
  readonly ignored: readonly Selector[]
  /** The shell command that a mail is handed to on stdin. */
  readonly sendmailCommand: string
  /** Empty: no mail. */
  readonly mailTo: readonly string[]
  /** Mail about a successful restart only if the process had run no longer than this (-u). */
  readonly mailUptimeSeconds?: number
  /** Named in subjects, for several memmons or machines (-n). */
  readonly name?: string
  readonly serverUrl?: ServerAddress
  /** Below it every memmon has a folder of its own for its journal. */
  readonly stateDir?: string
  /** How many processes of a group may be away at a time; 0: any number. */
  readonly maxParallel: number
  readonly maxRestarts?: RestartCap
  /** memmon's own RSS past which it ends, so that supervisord starts it afresh. */
  readonly ownLimitBytes: number
  /** stopwaitsecs of memmon's own section: what SIGTERM leaves it. */
  readonly stopWaitSeconds: number
  readonly verbose: boolean
}

/** Settings while flags are being read; what was not given keeps its default. */
export interface SettingsDraft {
  rules: Rule[]
  cumulative: boolean
  ignored: Selector[]
  sendmailCommand: string
  mailTo: string[]
  mailUptimeSeconds?: number
  name?: string
  serverUrl?: ServerAddress
  stateDir?: string
  maxParallel: number
  maxRestarts?: RestartCap
  ownLimitBytes: number
  stopWaitSeconds: number
  verbose: boolean
}

/** A draft with every default. */
export const defaultSettings = (): SettingsDraft => ({
  rules: [],
  cumulative: false,
  ignored: [],
  sendmailCommand: '/usr/sbin/sendmail -t -i',
  mailTo: [],
  maxParallel: 1,
  ownLimitBytes: 128 * 1024 * 1024,
  stopWaitSeconds: 10,
  verbose: false,
})
