// What is in force besides the rules, a line each, where it is not the default. Pure.
import { formatDuration, formatSize } from '../base/units.ts'
import { DEFAULT_SETTINGS, type Settings } from '../config/settings.ts'
import { formatSelector } from '../rules/selector.ts'

/** The lines, as the log has them at the start and after a reload. */
export const termLines = (settings: Settings): string[] =>
  [
    ignoredText(settings),
    settings.mostSpecific
      ? '--most-specific: of all rules for a process, only the closest applies'
      : undefined,
    capText(settings),
    backoffText(settings),
    parallelText(settings),
    staggerText(settings),
    evidenceText(settings),
    diagnoseText(settings),
    ...monitorTexts(settings),
    ...messageTexts(settings),
    ownLimitText(settings),
  ].filter(text => text !== undefined)

type Text = (settings: Settings) => string | undefined

const ignoredText: Text = ({ ignored }) =>
  ignored.length === 0 ? undefined : `--ignore: never touches ${ignored.map(formatSelector).join(', ')}`

const capText: Text = ({ maxRestarts }) =>
  maxRestarts &&
  `--max-restarts ${maxRestarts.written}: restarts a process at most ${timesText(maxRestarts.count)} within ${formatDuration(maxRestarts.windowSeconds)}`

const backoffText: Text = ({ restartBackoffSeconds: seconds }) => {
  if (seconds === DEFAULT_SETTINGS.restartBackoffSeconds) return undefined
  return seconds === 0
    ? '--restart-backoff 0: restarts a process at each tick, even if it exceeds its limit within minutes of each start'
    : `--restart-backoff: a process that exceeds its limit within minutes of its restart waits ${formatDuration(seconds)}, then longer`
}

const parallelText: Text = ({ maxParallel }) => {
  if (maxParallel === DEFAULT_SETTINGS.maxParallel) return undefined
  return maxParallel === 0
    ? '--max-parallel 0: restarts all processes of a group at the same time'
    : `--max-parallel ${maxParallel}: restarts up to ${maxParallel} processes of a group at the same time`
}

const staggerText: Text = ({ staggerSeconds: seconds }) => {
  if (seconds === DEFAULT_SETTINGS.staggerSeconds) return undefined
  return seconds === 0
    ? '--stagger 0: restarts of different groups do not wait for each other'
    : `--stagger: the restart of the next group waits up to ${formatDuration(seconds)} for the last one`
}

const evidenceText: Text = ({ evidence, evidenceTimeoutSeconds: seconds }) => {
  if (!evidence) return '--no-evidence: restarts without recording evidence'
  return seconds === DEFAULT_SETTINGS.evidenceTimeoutSeconds
    ? undefined
    : `--evidence-timeout: a restart waits up to ${formatDuration(seconds)} for its evidence`
}

const diagnoseText: Text = ({ diagnoseTimeoutSeconds: seconds }) =>
  seconds === DEFAULT_SETTINGS.diagnoseTimeoutSeconds
    ? undefined
    : `--diagnose-timeout: a restart waits up to ${formatDuration(seconds)} for diagnose_command`

const monitorTexts = ({ monitors, monitorTimeoutSeconds }: Settings): string[] =>
  monitors.map(
    ({ path }) =>
      `--monitor ${path}: judges the samples of each check, within ${formatDuration(monitorTimeoutSeconds)}`,
  )

function messageTexts({
  onAlertCommand,
  hookTimeoutSeconds,
  mailIntervalSeconds,
  mailUptimeSeconds,
}: Settings) {
  return [
    onAlertCommand === undefined
      ? undefined
      : 'on_alert_command runs for each warning, alert, drain and failure',
    hookTimeoutSeconds === DEFAULT_SETTINGS.hookTimeoutSeconds
      ? undefined
      : `--hook-timeout: ends commands after ${formatDuration(hookTimeoutSeconds)}`,
    mailIntervalText(mailIntervalSeconds),
    mailUptimeSeconds === undefined
      ? undefined
      : `-u: no message about the restart of a process that has run longer than ${formatDuration(mailUptimeSeconds)}`,
  ]
}

function mailIntervalText(seconds: number): string | undefined {
  if (seconds === DEFAULT_SETTINGS.mailIntervalSeconds) return undefined
  return seconds === 0
    ? '--mail-interval 0: sends each message by itself'
    : `--mail-interval: what follows a message within ${formatDuration(seconds)} is one digest`
}

const ownLimitText: Text = ({ ownLimitBytes: bytes }) =>
  bytes === DEFAULT_SETTINGS.ownLimitBytes
    ? undefined
    : `--own-limit: memmon exits when it uses more than ${formatSize(bytes)} itself, and supervisord starts it again`

const timesText = (count: number): string => (count === 1 ? 'once' : `${count} times`)
