// Who is told of what: each outcome becomes a line of the log, and by its message, the outbox and the channels reaches
// those who want to know; on_alert_command hears of what somebody may have to look at.
import { hostname } from 'node:os'
import { monotonicMs } from '../base/clock.ts'
import { messageOf as whyOf } from '../base/errors.ts'
import type { Log } from '../base/log.ts'
import { defect } from '../base/log-facts.ts'
import type { CommandResult } from '../base/pipe-command.ts'
import { type Redactor, redactDocument } from '../base/redact.ts'
import { sleep } from '../base/sleep.ts'
import type { Settings } from '../config/settings.ts'
import type { ProcessHistory } from '../history/process-history.ts'
import { outcomeFacts, requestFacts } from '../messages/event.ts'
import { hasHistory, historyUntil } from '../messages/growth.ts'
import { isAlert, levelOf } from '../messages/level.ts'
import { type Message, messageId, messageOf, subjectLine } from '../messages/message.ts'
import { outcomeText } from '../messages/outcome-text.ts'
import { type OwnNews, ownMessage } from '../messages/own-message.ts'
import type { Told } from '../messages/told.ts'
import type { RestartOutcome } from '../rules/outcome.ts'
import type { ProcessInfo } from '../rules/process.ts'
import { AlertsOnDemand } from './alerts-on-demand.ts'
import type { Channel } from './channel.ts'
import { createChannels, logChannels } from './channels.ts'
import { Notifier } from './notifier.ts'
import { Outbox } from './outbox.ts'

export interface Notifications {
  /** Tells of an outcome, by every way that there is. */
  tell(outcome: RestartOutcome): void
  /** Sends a message about memmon itself. */
  say(news: OwnNews): void
  /** Other settings from now on; throws a UsageError, and changes nothing, if a secret is missing. */
  use(settings: Settings): void
  readonly outbox: Outbox
  /** Loads what alerts need, if that is missing. */
  onCheckBegins(): void
  /** All current processes: alerts about others end. */
  onTable(processes: readonly ProcessInfo[]): void
  /** memmon has the state folder: keeps queued messages there, and sends those of an earlier memmon. */
  attach(folder: OwnFolder): void
  /** Sends what was gathered; resolves when every channel has had its try. */
  flush(): Promise<void>
  /**
   * Leaves what was not sent to the next memmon, also what is told from now on. Resolves when all that was told is on
   * disk: what is told meanwhile needs another call. Nothing is sent any more.
   */
  keep(): Promise<void>
}

/** A folder that is memmon's alone. */
interface OwnFolder {
  readonly path: string
  isIntact(): Promise<boolean>
}

export interface NotificationPorts {
  readonly log: Log
  readonly redactor: Redactor
  /** Runs on_alert_command; never rejects. */
  readonly runOnAlert: (command: string, outcome: Told, subject: string) => Promise<CommandResult>
  /** What is known of a process's sizes, for the charts of its mail. */
  readonly historyOf: (namespec: string) => ProcessHistory | undefined
  /** The channel with this key failed to send. */
  readonly onFailure: (channelKey: string) => void
}

export function createNotifications(
  initial: Settings,
  { log, redactor, runOnAlert, historyOf, onFailure }: NotificationPorts,
): Notifications {
  let settings = initial
  let channels: readonly Channel[] = createChannels(settings, process.env, redactor)
  logChannels(channels, settings, log)
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
    onFailure,
  })
  const alerts = new AlertsOnDemand(initial, {
    ...{ log, redactor, sleep, onFailure, nowMs: Date.now, random: Math.random },
    context,
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
  const historyFor = (outcome: RestartOutcome): ProcessHistory | undefined =>
    outcome.kind !== 'skipped' && hasHistory(outcome)
      ? historyOf(outcome.request.process.namespec)
      : undefined
  const factsFor = (outcome: RestartOutcome) => {
    const history = historyFor(outcome)
    return outcomeFacts(outcome, history && historyUntil(outcome, history))
  }
  const messageFor = (outcome: RestartOutcome): Message | undefined => {
    try {
      return messageOf(outcome, context(), channels.length > 0 ? historyFor(outcome) : undefined)
    } catch (thrown) {
      const { namespec } = outcome.request.process
      log(
        'ERRO',
        `Internal error in the history of ${namespec}, please report it: ${whyOf(thrown)}`,
        defect(false),
      )
      return messageOf(outcome, context())
    }
  }
  const alert = async (command: string, outcome: Told): Promise<void> => {
    const result = await runOnAlert(command, outcome, subjectLine(outcome, context()))
    const { request } = outcome
    const text = `on_alert_command for ${request.process.namespec}`
    if (!result.ok) log('WARN', `${text}: ${result.why}`, () => requestFacts('hook_failed', request))
  }

  return {
    tell(outcome) {
      log(levelOf(outcome), outcomeText(outcome), () => factsFor(outcome))
      notify(messageFor(outcome))
      alerts.tell(outcome)
      if (settings.onAlertCommand !== undefined && isAlert(outcome))
        void alert(settings.onAlertCommand, outcome)
    },
    say(news) {
      notify(ownMessage(news, context(), Date.now()))
    },
    use(changed) {
      const next = createChannels(changed, process.env, redactor)
      alerts.use(changed)
      channels = next
      settings = changed
      notifier.onInterval()
      outbox.retry()
    },
    outbox,
    onCheckBegins: () => alerts.look(),
    onTable: processes => alerts.now?.onTable(processes),
    attach(folder) {
      void outbox.attach(folder.path)
      alerts.attach(folder)
    },
    async flush() {
      notifier.flush()
      await Promise.all([outbox.whenIdle(), alerts.now?.flush()])
    },
    async keep() {
      try {
        notifier.end()
      } finally {
        await Promise.all([outbox.close(), alerts.now?.keep()])
      }
    },
  }
}
