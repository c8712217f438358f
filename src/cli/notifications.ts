// Who is told of what: each outcome becomes a line of the log, and by its message, the outbox and the channels reaches
// those who want to know; on_alert_command hears of what somebody may have to look at.
import { hostname } from 'node:os'
import { monotonicMs } from '../base/clock.ts'
import { type Redactor, redactDocument } from '../base/redact.ts'
import type { Settings } from '../config/settings.ts'
import type { RestartOutcome, RestartRequest } from '../core/outcome.ts'
import { outcomeText } from '../core/outcome-text.ts'
import type { Channel } from '../notify/channel.ts'
import { CommandQueue, type Lane } from '../notify/command-queue.ts'
import { eventOf } from '../notify/event.ts'
import { type Message, messageId, messageOf, plainMessage } from '../notify/message.ts'
import { Notifier } from '../notify/notifier.ts'
import { Outbox } from '../notify/outbox.ts'
import { runCommand } from '../notify/pipe-command.ts'
import type { Level, Log } from '../observe/log.ts'
import { createRunHook, type RunHook } from '../restart/hooks.ts'
import { prepareToSplit, splitCommand } from '../restart/split-command.ts'
import { createChannels } from './channels.ts'
import { hasHooks } from './deciding-files.ts'
import { logChannels } from './start-lines.ts'

export interface Notifications {
  /** Tells of an outcome, by every way that there is. */
  tell(outcome: RestartOutcome): void
  /** A message about memmon itself. */
  say(subject: string, text: string): void
  /** Other settings from now on; throws a UsageError, and changes nothing, if a secret is not to be had. */
  use(settings: Settings): void
  /** Runs a command of the operator's. */
  readonly runHook: RunHook
  readonly outbox: Outbox
  /** Sends what was gathered; resolves when every channel has had its try and no command runs. */
  flush(): Promise<void>
  /** Leaves what was not sent to the next memmon; resolves when it is on disk. Nothing is sent any more. */
  keep(): Promise<void>
}

export function createNotifications(initial: Settings, log: Log, redactor: Redactor): Notifications {
  let settings = initial
  let channels: readonly Channel[] = createChannels(settings, process.env, redactor)
  logChannels(channels, settings, log)
  if (hasHooks(settings)) prepareToSplit()
  const context = () => ({
    host: hostname(),
    name: settings.name,
    mailUptimeSeconds: settings.mailUptimeSeconds,
  })
  const outbox = new Outbox({
    channels: () => channels,
    log,
    nowMs: Date.now,
    tick: monotonicMs,
    random: Math.random,
  })
  const notifier = new Notifier({
    send: message => outbox.add(message),
    intervalMs: () => settings.mailIntervalSeconds * 1000,
    context,
    newId: () => messageId(Date.now(), process.pid, Math.random()),
    nowMs: Date.now,
    tick: monotonicMs,
  })
  const notify = (message: Message | undefined): void => {
    if (message && channels.length > 0) notifier.take(redactDocument(message, redactor))
  }
  const documentOf = (request: RestartRequest, event: string) =>
    redactDocument(
      eventOf(
        { kind: 'noticed', what: 'alerted', request, occurredAt: Date.now(), detail: '' },
        context(),
        event,
      ),
      redactor,
    )
  const commands = new CommandQueue(sleep)
  const runHookIn = (lane: Lane): RunHook =>
    createRunHook((command, input, environment) => {
      const terms = { timeoutMs: settings.hookTimeoutSeconds * 1000, environment, redactor }
      return commands.run(lane, async () => {
        const split = await splitCommand(command)
        return split.ok ? await runCommand(split.words, input, terms) : split
      })
    }, documentOf)
  const [ofRestart, ofAlert] = [runHookIn('restart'), runHookIn('alert')]
  // exec_command is run for each process over its limit, and no restart waits for it.
  const runHook: RunHook = (command, request, event) =>
    (event === 'over_limit' ? ofAlert : ofRestart)(command, request, event)
  const runOnAlert = async (command: string, outcome: RestartOutcome): Promise<void> => {
    const event = outcome.kind === 'noticed' ? outcome.what : outcome.kind
    const result = await ofAlert(command, outcome.request, event)
    if (!result.ok) log('WARN', `on_alert_command for ${outcome.request.process.namespec}: ${result.why}`)
  }

  return {
    tell(outcome) {
      log(levelOf(outcome), outcomeText(outcome))
      notify(messageOf(outcome, context()))
      if (settings.onAlertCommand !== undefined && isAlert(outcome))
        void runOnAlert(settings.onAlertCommand, outcome)
    },
    say: (subject, text) => notify(plainMessage('settings', subject, text, context(), Date.now())),
    use(changed) {
      channels = createChannels(changed, process.env, redactor)
      settings = changed
      if (hasHooks(settings)) prepareToSplit()
    },
    runHook,
    outbox,
    async flush() {
      notifier.flush()
      await Promise.all([outbox.whenIdle(), commands.whenIdle()])
    },
    async keep() {
      try {
        notifier.flush()
      } finally {
        await outbox.close()
      }
    },
  }
}

function levelOf(outcome: RestartOutcome): Level {
  switch (outcome.kind) {
    case 'failed':
      return 'ERRO'
    case 'capped':
      return 'WARN'
    case 'noticed':
      return outcome.what === 'warned' || outcome.what === 'alerted' ? 'WARN' : 'INFO'
    default:
      return 'INFO'
  }
}

/** What somebody may have to look at. */
const isAlert = (outcome: RestartOutcome): boolean =>
  outcome.kind === 'failed' ||
  outcome.kind === 'capped' ||
  (outcome.kind === 'noticed' && ['warned', 'alerted', 'draining'].includes(outcome.what))

const sleep = (ms: number): Promise<void> => new Promise(resolve => setTimeout(resolve, ms))
