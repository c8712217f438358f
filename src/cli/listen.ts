// The listener's life: READY first, then all that it needs, until stdin ends, SIGTERM comes, or memmon is unfit.

import { messageOf, UsageError } from '../base/errors.ts'
import { createLog, type Log } from '../base/log.ts'
import { defect } from '../base/log-facts.ts'
import { createRedactor } from '../base/redact.ts'
import { environmentSecrets } from '../base/secrets.ts'
import { parseServerUrl, type ServerAddress } from '../base/server-url.ts'
import { sleep } from '../base/sleep.ts'
import { formatDuration } from '../base/units.ts'
import type { SettingsSource } from '../config/reload.ts'
import { isIdle, OWN_LIMIT_BYTES, type Settings } from '../config/settings.ts'
import type { Memmon } from '../memmon.ts'
import { isProcMissing } from '../proc/mounted.ts'
import type { RuleSpec } from '../rules/rule.ts'
import { COUNTED_IN_BYTES_TEXT, createUnreadableLog, STALLED_TEXT } from '../supervisor/event-trouble.ts'
import { createListener, type Listener } from '../supervisor/listener.ts'
import { takeWarnings } from './node-warnings.ts'
import { type EndingSignal, takeSignals } from './signals.ts'
import { claimStdio, refuseRedirected } from './stdio.ts'

/** At the end of stdin supervisord has gone: restarts get this long. */
const END_OF_INPUT_MS = 10_000
/** Kept of stopwaitsecs for the exit itself. */
const EXIT_RESERVE_MS = 1_000
const EXIT_FAILED = 1
const NO_SERVER =
  'SUPERVISOR_SERVER_URL is not set, so supervisord has no server for memmon to ask: add [unix_http_server] with file=, ' +
  'and [rpcinterface:supervisor], to supervisord.conf (supervisorctl needs them, too); or give --server-url'

type Ending = 'eof' | 'unfit' | EndingSignal

/** Runs the listener until it has to end; the exit code. Throws a UsageError before READY. */
export async function listen(
  settings: Settings,
  args: readonly string[],
  source: SettingsSource,
): Promise<number> {
  const url = process.env.SUPERVISOR_SERVER_URL
  if (!settings.serverUrl && !url && process.env.SUPERVISOR_ENABLED) throw new UsageError(NO_SERVER)
  const whyByHand = byHandReason(settings, url)
  if (whyByHand !== undefined) return await byHand(settings, args, whyByHand, source.warnings)
  if (process.env.SUPERVISOR_ENABLED) refuseRedirected()
  if (isIdle(settings)) {
    const conf = settings.configPath === undefined ? '' : `${settings.configPath} has no rules, so `
    throw new UsageError(
      `${conf}memmon has nothing to watch: set a limit with -p, -g or -a, as in -a 200MB`,
      {
        about: settings.configPath === undefined ? 'command line' : 'memmon.conf',
      },
    )
  }
  const address = settings.serverUrl ?? addressFrom(url ?? '')
  await refuseWrong(settings)

  const stdio = claimStdio()
  const redactor = createRedactor(environmentSecrets(process.env))
  const log = createLog({ format: settings.logFormat, redactor })
  let end: (ending: Ending) => void = () => {}
  const ended = new Promise<Ending>(resolve => {
    end = resolve
  })
  let memmon: Memmon | undefined
  const listener = createListener({
    write: stdio.write,
    check: () => (memmon ? memmon.check() : wired.then(made => made.check())),
    // A tick that comes before all is there counts, too: it may be the last one.
    onTick: periodSeconds =>
      memmon ? memmon.onTick(periodSeconds) : void wired.then(made => made.onTick(periodSeconds)),
    onSkippedTick: (reason, whenSeconds) => log('INFO', skippedTickText(reason, whenSeconds)),
    onUnreadable: createUnreadableLog(log, () => process.uptime() * 1000),
    onCountedInBytes: () => log('INFO', COUNTED_IN_BYTES_TEXT),
    onStalled: () => {
      log('CRIT', STALLED_TEXT, () => ({ event: 'stalled' }))
      end('unfit')
    },
    nowMs: Date.now,
  })
  endOnDefects(listener, () => memmon, log)
  takeWarnings(log)
  takeSignals({ end, reload: () => memmon?.reload(), log })
  stdio.onInput(
    chunk => listener.push(chunk),
    () => end('eof'),
  )
  listener.start()
  const wired = import('../memmon.ts').then(({ Memmon }) => {
    memmon = new Memmon(settings, address, {
      log,
      redactor,
      sleep,
      onUnfit: () => end('unfit'),
      source,
      hasHeard: () => listener.hasHeard,
    })
    memmon.begin()
    return memmon
  })
  return await finish(await wired, await ended, settings, log)
}

/** Ends what is running, within the time that there is; the exit code. */
async function finish(memmon: Memmon, ending: Ending, settings: Settings, log: Log): Promise<number> {
  const { restarts } = memmon
  const facts = () => ({ event: 'ending', cause: ending })
  if (ending === 'eof') log('INFO', 'supervisord has closed the event stream: memmon ends', facts)
  else restarts.end()
  if (ending !== 'eof' && ending !== 'unfit') log('INFO', `${ending}: memmon ends`, facts)
  const budgetMs =
    ending === 'eof' ? END_OF_INPUT_MS : Math.max(0, settings.stopWaitSeconds * 1000 - EXIT_RESERVE_MS)
  const until = process.uptime() * 1000 + budgetMs
  // What was gathered goes into the outbox first: should memmon be killed, it is there. What the rest of the restarts
  // has to say follows, and goes out if there is time.
  void memmon.flushMessages()
  await Promise.race([restarts.whenIdle(), sleep(budgetMs)])
  const leftMs = () => Math.max(EXIT_RESERVE_MS / 2, until - process.uptime() * 1000)
  await Promise.race([memmon.flushMessages(), sleep(leftMs())])
  const unfinished = restarts.unfinished
  if (unfinished.restarts.length > 0)
    log(
      'WARN',
      `The next memmon will finish the restart of ${unfinished.restarts.join(', ')} (journal)`,
      () => ({ event: 'unfinished', ...unfinished }),
    )
  if (unfinished.drains.length > 0)
    log('INFO', `The next memmon will continue draining ${unfinished.drains.join(', ')} (journal)`)
  await Promise.race([memmon.release(), sleep(leftMs())])
  memmon.close()
  return ending === 'unfit' ? EXIT_FAILED : 0
}

/** What nobody expected ends memmon, so that supervisord restarts it; not before the event is answered, or it would come again at once. */
function endOnDefects(listener: Listener, memmon: () => Memmon | undefined, log: Log): void {
  process.on('uncaughtException', thrown => {
    listener.answer()
    log(
      'CRIT',
      `Internal error, please report it. memmon ends, supervisord starts it again: ${thrown.stack ?? thrown.message}`,
      defect(true),
    )
    const exit = () => process.exit(EXIT_FAILED)
    Promise.race([memmon()?.save(), sleep(END_OF_INPUT_MS)]).then(exit, exit)
  })
}

/** Why it is not supervisord that has started this; undefined if it is. */
function byHandReason({ serverUrl }: Settings, url: string | undefined): string | undefined {
  if (!serverUrl && !url) return 'SUPERVISOR_SERVER_URL is not set, so supervisord did not start it.'
  return process.stdin.isTTY ? 'Its input is a terminal, so supervisord did not start it.' : undefined
}

/** Refuses what supervisord would see refused, and prints the rest as supervisord.conf has to have it. */
async function byHand(
  settings: Settings,
  args: readonly string[],
  why: string,
  warnings: readonly string[],
): Promise<number> {
  await refuseWrong(settings)
  const { byHandText } = await import('./by-hand.ts')
  for (const warning of warnings) process.stderr.write(`memmon: warning: ${warning}\n`)
  process.stderr.write(await byHandText(settings, args, why))
  return 2
}

/** What can only be seen here: secrets, shares, memmon's own size. Throws a UsageError. */
async function refuseWrong(settings: Settings): Promise<void> {
  // A plain mail command has no secrets.
  if (
    settings.smtpServers.length + settings.webhooks.length + settings.webhookFiles.length > 0 ||
    process.env.MEMMON_WEBHOOK_URL
  ) {
    const { createChannels } = await import('../delivery/channels.ts')
    createChannels(settings, process.env)
  }
  if (settings.alertmanagers.length > 0 || process.env.MEMMON_ALERTMANAGER_URL) {
    const { createAlertmanagers } = await import('../delivery/alertmanager.ts')
    createAlertmanagers(settings, process.env, createRedactor())
  }
  if (settings.metricsListen !== undefined) {
    const { accessOf } = await import('../metrics/access.ts')
    accessOf(settings)
  }
  // Shares may come to nothing on this machine, and so much may never be free.
  if (
    settings.rules.some(hasShare) ||
    settings.budgets.some(budget => hasShare(budget) || budget.kind === 'free')
  ) {
    const { refuseHere } = await import('./refuse-here.ts')
    refuseHere(settings)
  }
  // A /proc may not be there.
  if (settings.sampler === 'proc' || isProcMissing()) {
    const { openSampler } = await import('../proc/open-sampler.ts')
    openSampler(settings.sampler)
  }
  // Less than the default may be less than memmon needs: measured when all of it is loaded.
  if (settings.ownLimitBytes < OWN_LIMIT_BYTES) {
    const [{ refuseOwnLimit }] = await Promise.all([import('../proc/own-memory.ts'), import('../memmon.ts')])
    refuseOwnLimit(settings)
  }
}

function skippedTickText(reason: 'late' | 'busy', whenSeconds: number): string {
  if (reason === 'busy') return 'Skipped a tick: the previous check is still running'
  return `Skipped an old tick (${formatDuration(Date.now() / 1000 - whenSeconds)} late): a newer one is waiting`
}

const hasShare = (spec: Pick<RuleSpec, 'limit' | 'hardLimit' | 'warn'>): boolean =>
  [spec.limit, spec.hardLimit, spec.warn].some(limit => limit?.kind === 'percent')

function addressFrom(url: string): ServerAddress {
  try {
    return parseServerUrl(url)
  } catch (thrown) {
    throw new UsageError(`SUPERVISOR_SERVER_URL: ${messageOf(thrown)}`)
  }
}
