// What the keys about acting mean: the action, how to drain a process, and how to restart it.
import type { Action, Drain } from '../rules/action.ts'
import type { RestartPlan } from '../rules/rule.ts'
import { Contradiction } from './contradiction.ts'
import type { RuleKeys } from './rule-keys.ts'

/** GitLab's for its Sidekiq workers. */
const DEFAULT_GRACE_SECONDS = 900
/** What a sample takes beyond its time: two collections of the worker's garbage, and its report. */
const SAMPLE_GRACE_SECONDS = 90

/** Throws a Contradiction. */
export function actionOf(
  origin: string,
  { action = { kind: 'restart' }, execCommand }: RuleKeys,
  dryRun: boolean,
): Action {
  if (action.kind === 'exec' && execCommand === undefined) {
    throw new Contradiction(
      'action',
      `${origin}: action exec needs exec_command: a program and its arguments`,
    )
  }
  if (dryRun && action.kind !== 'alert' && action.kind !== 'would')
    return { kind: 'would', what: action.kind }
  return action.kind === 'exec' ? { kind: 'exec', command: execCommand ?? '' } : action
}

export const drainOf = ({
  graceSeconds,
  drainAgent,
  drainSignal,
  drainCommand,
  drainCheck,
}: RuleKeys): Drain => ({
  kind: 'drain',
  graceSeconds: graceSeconds ?? DEFAULT_GRACE_SECONDS,
  ...(drainAgent && { agent: true }),
  ...(drainSignal !== undefined && { signal: drainSignal }),
  ...(drainCommand !== undefined && { command: drainCommand }),
  ...(drainCheck !== undefined && { check: drainCheck }),
})

export const planOf = ({
  preRestartCommand,
  diagnoseCommand,
  postRestartCommand,
  restartCommand,
  restartGroup,
  memorySampleSeconds: seconds = 0,
  memorySampleTimeoutSeconds: timeoutSeconds = seconds + SAMPLE_GRACE_SECONDS,
}: RuleKeys): RestartPlan => ({
  group: restartGroup ?? false,
  ...(preRestartCommand !== undefined && { preCommand: preRestartCommand }),
  ...(diagnoseCommand !== undefined && { diagnoseCommand }),
  ...(postRestartCommand !== undefined && { postCommand: postRestartCommand }),
  ...(restartCommand !== undefined && { restartCommand }),
  ...(seconds > 0 && { memorySample: { seconds, timeoutSeconds } }),
})
