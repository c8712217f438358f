// Commands of the operator's around a restart, and what each is told. None can do more than delay the restart that it
// belongs to.
import type { CommandResult } from '../base/pipe-command.ts'
import type { Redactor } from '../base/redact.ts'
import { breachText } from '../messages/breach-text.ts'
import type { Evidence, RestartRequest } from '../rules/outcome.ts'
import { uptimeSecondsOf } from '../rules/process.ts'

/** Runs a command line, told about the request by environment and stdin. Never rejects. */
export type RunHook = (command: string, request: RestartRequest, event: string) => Promise<CommandResult>

/** What a command is told, by environment alone: a process name is never part of a command line. */
export function environmentOf(
  { process, breach }: RestartRequest,
  event: string,
  evidence?: Evidence,
): Record<string, string> {
  return {
    MEMMON_EVENT: event,
    MEMMON_GROUP: process.group,
    MEMMON_PROCESS: process.namespec,
    MEMMON_PID: String(process.pid),
    MEMMON_METRIC: breach.metric,
    MEMMON_VALUE: String(breach.value),
    MEMMON_LIMIT: String(breach.limit),
    MEMMON_RULE: breach.rule,
    MEMMON_UPTIME_SECONDS: String(uptimeSecondsOf(process)),
    MEMMON_REASON: breachText(breach),
    ...(evidence?.path !== undefined && { MEMMON_EVIDENCE: evidence.path }),
  }
}

/** Its sentences without secrets; what names a process or a file stays, or a command could not find it. */
export const redactEnvironment = (
  environment: Readonly<Record<string, string>>,
  { redact }: Pick<Redactor, 'redact'>,
): Record<string, string> =>
  Object.fromEntries(
    Object.entries(environment).map(([key, text]) => [key, SENTENCES.has(key) ? redact(text) : text]),
  )

const SENTENCES: ReadonlySet<string> = new Set(['MEMMON_RULE', 'MEMMON_REASON'])
