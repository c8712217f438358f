// Everything an operator can set, validated: the one form in which the rest of memmon sees it.

import type { ListenAddress } from '../base/listen-address.ts'
import type { LogFormat } from '../base/log.ts'
import type { SamplerName } from '../base/sampler-name.ts'
import type { ServerAddress } from '../base/server-url.ts'
import type { SmtpServer } from '../base/smtp-url.ts'
import type { BudgetSpec } from '../rules/budgets.ts'
import type { RestartCap } from '../rules/history.ts'
import type { MonitorSpec } from '../rules/monitor.ts'
import type { RuleSpec } from '../rules/rule.ts'
import type { Selector } from '../rules/selector.ts'

/** What no rule is needed for. */
interface GeneralSettings {
  /** Options that were given in vain, in words, with their places in memmon.conf. */
  readonly notes: readonly string[]
  readonly ignored: readonly Selector[]
  /** Of several rules the closest decides alone. */
  readonly mostSpecific: boolean
  /** Limits are checked and logged, nothing is done. */
  readonly dryRun: boolean
  /** The shell command that a mail is handed to on stdin. */
  readonly sendmailCommand: string
  /** Empty: no mail. */
  readonly mailTo: readonly string[]
  /** Tried in order; empty: the sendmail command. */
  readonly smtpServers: readonly SmtpServer[]
  readonly from?: string
  readonly smtpPasswordFile?: string
  /** From memmon.conf alone, which then nobody else may read. */
  readonly smtpPassword?: string
  readonly smtpCaFile?: string
  /** URLs are secrets. */
  readonly webhooks: readonly string[]
  readonly webhookFiles: readonly string[]
  readonly allowHttpWebhook: boolean
  /** URLs that may hold a password. */
  readonly alertmanagers: readonly string[]
  readonly onAlertCommand?: string
  /** What commands of the operator's get before TERM. */
  readonly hookTimeoutSeconds: number
  /** What the kernel knows of a process is taken down before its restart. */
  readonly evidence: boolean
  /** No restart waits longer for it. */
  readonly evidenceTimeoutSeconds: number
  /** The same of diagnose_command. */
  readonly diagnoseTimeoutSeconds: number
  /** What comes within it is gathered into one message; 0: none. */
  readonly mailIntervalSeconds: number
  /** Mail about a successful restart only if the process had run no longer than this (-u). */
  readonly mailUptimeSeconds?: number
  /** Modules of the operator's own, by their whole paths. */
  readonly monitorPaths: readonly string[]
  /** What one of them gets to load, or for an answer. */
  readonly monitorTimeoutSeconds: number
  /** Named in subjects, for several memmons or machines (-n). */
  readonly name?: string
  readonly serverUrl?: ServerAddress
  /** How memory is measured. */
  readonly sampler: SamplerName
  /** Below it every memmon has a folder of its own for its journal. */
  readonly stateDir?: string
  /** That of the agents of workers: off, auto, or its path. */
  readonly agentSocket: string
  readonly agentSocketGroup?: string
  readonly agentSocketMode?: number
  /** How many processes of a group may be away at a time; 0: any number. */
  readonly maxParallel: number
  readonly maxRestarts?: RestartCap
  /** The next group's restart waits this long for the last one, unless that is RUNNING before; 0: not at all. */
  readonly staggerSeconds: number
  /** How long a program waits that is over its limit within minutes of its restart, doubling; 0: not at all. */
  readonly restartBackoffSeconds: number
  /** For node_exporter's textfile collector; ends in .prom. */
  readonly metricsFile?: string
  /** The address for Prometheus. */
  readonly metricsListen?: ListenAddress
  /** Contains user:password for that address. */
  readonly metricsAuthFile?: string
  /** memmon's own RSS past which it ends, so that supervisord restarts it. */
  readonly ownLimitBytes: number
  /** stopwaitsecs of memmon's own section: what SIGTERM leaves it. */
  readonly stopWaitSeconds: number
  readonly verbose: boolean
  readonly logFormat: LogFormat
}

export interface Settings extends GeneralSettings {
  readonly rules: readonly RuleSpec[]
  readonly budgets: readonly BudgetSpec[]
  readonly monitors: readonly MonitorSpec[]
  /** memmon.conf, if there is one: read again when it changes. */
  readonly configPath?: string
  /** Where a key of [memmon], or a rule or budget by its id, stands in memmon.conf; a flag stands nowhere. */
  readonly places?: ReadonlyMap<string, string>
}

/** There is nothing to watch. */
export const isIdle = ({ rules, budgets, monitors }: Settings): boolean =>
  rules.length + budgets.length + monitors.length === 0

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] extends readonly (infer Item)[] ? Item[] : T[Key] }

/** Of the general settings those that were given, by flags or in memmon.conf. */
export type GeneralDraft = Partial<Mutable<GeneralSettings>>

/** The default of --own-limit. */
export const OWN_LIMIT_BYTES = 128 * 1024 * 1024

/** Where nothing was given. */
export const DEFAULT_SETTINGS: GeneralSettings = {
  notes: [],
  ignored: [],
  mostSpecific: false,
  dryRun: false,
  sendmailCommand: '/usr/sbin/sendmail -t -i',
  mailTo: [],
  smtpServers: [],
  webhooks: [],
  webhookFiles: [],
  allowHttpWebhook: false,
  alertmanagers: [],
  sampler: 'auto',
  agentSocket: 'off',
  mailIntervalSeconds: 300,
  hookTimeoutSeconds: 30,
  evidence: true,
  evidenceTimeoutSeconds: 2,
  diagnoseTimeoutSeconds: 30,
  monitorPaths: [],
  monitorTimeoutSeconds: 5,
  maxParallel: 1,
  staggerSeconds: 10,
  restartBackoffSeconds: 60,
  ownLimitBytes: OWN_LIMIT_BYTES,
  stopWaitSeconds: 10,
  verbose: false,
  logFormat: 'text',
}
