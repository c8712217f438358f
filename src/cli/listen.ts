// The listener as a whole: every part made and wired, its life from READY to exit.
import { hostname } from 'node:os'
import type { Settings } from '../config/settings.ts'
import { messageOf as errorText, UsageError } from '../core/errors.ts'
import type { RestartOutcome, RestartRequest } from '../core/outcome.ts'
import { outcomeText } from '../core/outcome-text.ts'
import { formatServerUrl, parseServerUrl, type ServerAddress } from '../core/server-url.ts'
import { formatSize } from '../core/units.ts'
import { Monitor } from '../monitor.ts'
import { Mailer } from '../notify/mailer.ts'
import { messageOf } from '../notify/message.ts'
import { createLog, type Log } from '../observe/log.ts'
import { portableSampler } from '../sampling/portable.ts'
import { openProcfs } from '../sampling/procfs.ts'
import { createQuietChildren, type QuietChildren } from '../sampling/quiet.ts'
import type { Sampler } from '../sampling/sampler.ts'
import { createClient } from '../supervisor/client.ts'
import { DeafnessWatch, LOOK_EVERY_MS } from '../supervisor/deafness.ts'
import { createHttpCaller } from '../supervisor/http-call.ts'
import { createListener, type Listener } from '../supervisor/listener.ts'
import { createTableReader } from '../supervisor/process-table.ts'
import { createIsSelf, ownPids } from '../supervisor/self.ts'
import { byHandText } from './by-hand.ts'
import { ownRssBytes } from './own-memory.ts'
import { createRestarts, type Restarts } from './restarts.ts'
import { logStart } from './start-lines.ts'
import { claimStdio, type Stdio } from './stdio.ts'

/** Every call to supervisord ends within this. */
const CALL_TIMEOUT_MS = 10_000
/** At the end of stdin supervisord has gone: restarts get this long. */
const END_OF_INPUT_MS = 10_000
/** Kept of stopwaitsecs for the exit itself. */
const EXIT_RESERVE_MS = 1_000
const EXIT_FAILED = 1
const NO_SERVER =
  'supervisord has no server that could be asked, since SUPERVISOR_SERVER_URL is not set: add [unix_http_server] with ' +
  'file=, and [rpcinterface:supervisor], to supervisord.conf, as supervisorctl needs them, too; or give --server-url'

/** Runs the listener until stdin ends or SIGTERM comes; the exit code. Throws a UsageError before READY. */
export async function listen(settings: Settings, args: readonly string[]): Promise<number> {
  const url = process.env.SUPERVISOR_SERVER_URL
  if (!settings.serverUrl && !url) {
    if (process.env.SUPERVISOR_ENABLED) throw new UsageError(NO_SERVER)
    return byHand('SUPERVISOR_SERVER_URL is not set, so supervisord did not start it.')
  }
  if (process.stdin.isTTY) return byHand('Its input is a terminal, so supervisord did not start it.')
  if (settings.rules.length === 0) {
    throw new UsageError('there is nothing to watch: give a limit with -p, -g or -a, as in -a 200MB')
  }
  const address = settings.serverUrl ?? addressFrom(url ?? '')

  const stdio = claimStdio()
  const log = createLog()
  const procfs = openProcfs()
  const sampler: Sampler = procfs ?? portableSampler
  logStart(settings, address, sampler.source, log)
  const client = createClient(createHttpCaller(address, credentialsFrom(process.env), CALL_TIMEOUT_MS))
  const mailer = new Mailer({ to: settings.mailTo, host: hostname(), command: settings.sendmailCommand }, log)
  const restarts = createRestarts(settings, {
    client,
    serverUrl: formatServerUrl(address),
    onSupervisord: pid => onSupervisord(pid),
    measure: measureBy(sampler),
    tell: teller(settings, mailer, log),
    log,
    sleep,
  })
  let quiet: QuietChildren | undefined
  const onSupervisord = (pid: number) => {
    quiet = procfs && createQuietChildren(procfs, pid, settings.cumulative)
    log(
      'INFO',
      quiet
        ? `A quiet check reads the children of supervisord (pid ${pid}) from /proc and asks nobody`
        : `The children of supervisord (pid ${pid}) are not to be seen in /proc: each check asks supervisord for them`,
    )
  }
  const monitor = new Monitor(
    {
      readTable: createTableReader(client),
      sampler,
      quietLook: () => quiet,
      queue: { has: namespec => restarts.queue.has(namespec), add: restarts.add },
      onMeasured: (info, sizeBytes) => restarts.history.observe(info, sizeBytes),
      onTable: processes => restarts.history.keepOnly(new Set(processes.map(({ namespec }) => namespec))),
      isSelf: createIsSelf(process.env, ownPids(process.pid, process.ppid)),
      log,
    },
    settings,
  )
  const unfit = deferred<'unfit'>()
  const deafness = new DeafnessWatch({
    getState: () => client.getState().catch(() => undefined),
    onDeaf: silentSeconds => {
      log(
        'CRIT',
        `No tick has come for ${Math.round(silentSeconds)} s though supervisord is RUNNING: it no longer sends memmon events. memmon ends, so that supervisord starts it afresh`,
      )
      unfit.resolve('unfit')
    },
    monotonicMs: () => performance.now(),
  })
  let checkedFrom = 0
  const check = () => {
    checkedFrom = performance.now()
    return monitor
      .check()
      ?.catch(thrown => log('ERRO', `A check failed, which is a defect of memmon: ${errorText(thrown)}`))
  }
  const afterCheck = () => {
    const ownBytes = ownRssBytes(settings.ownLimitBytes)
    if (settings.verbose) log('DEBG', checkedText(performance.now() - checkedFrom, ownBytes))
    if (ownBytes <= settings.ownLimitBytes) return
    const size = `${formatSize(ownBytes)} RSS, over --own-limit ${formatSize(settings.ownLimitBytes)}`
    log('CRIT', `memmon itself uses ${size}. It ends, so that supervisord starts it afresh`)
    unfit.resolve('unfit')
  }
  const listener = createListener({
    write: stdio.write,
    check: () => {
      const running = check()
      if (!running) afterCheck()
      return running?.finally(afterCheck)
    },
    onTick: periodSeconds => deafness.onTick(periodSeconds),
    onSkippedTick: (reason, whenSeconds) => log('INFO', skippedTickText(reason, whenSeconds)),
    nowMs: Date.now,
  })
  endOnDefects(listener, restarts, log)
  const watch = setInterval(() => void deafness.look(), LOOK_EVERY_MS)

  const reason = await Promise.race([endOf(stdio, listener, restarts), unfit.promise])
  clearInterval(watch)
  if (reason === 'eof') log('INFO', 'supervisord has closed the event stream: memmon ends')
  else restarts.end()
  if (reason === 'signal') log('INFO', 'SIGTERM: memmon ends')
  const budgetMs =
    reason === 'eof' ? END_OF_INPUT_MS : Math.max(0, settings.stopWaitSeconds * 1000 - EXIT_RESERVE_MS)
  await Promise.race([restarts.queue.whenIdle().then(() => mailer.whenIdle()), sleep(budgetMs)])
  const unfinished = restarts.queue.running
  if (unfinished.length > 0)
    log('WARN', `Left to the next memmon by the journal: the restart of ${unfinished.join(', ')}`)
  await Promise.race([restarts.close(), sleep(EXIT_RESERVE_MS / 2)])
  client.close()
  return reason === 'unfit' ? EXIT_FAILED : 0

  function byHand(why: string): number {
    process.stderr.write(byHandText(settings, args, why))
    return 2
  }
}

/** Says READY and resolves at the end of stdin or at SIGTERM. */
function endOf(stdio: Stdio, listener: Listener, restarts: Restarts): Promise<'eof' | 'signal'> {
  return new Promise(resolve => {
    stdio.onInput(
      chunk => listener.push(chunk),
      () => resolve('eof'),
    )
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => resolve('signal'))
    // A terminal that closes, or a pipe, is no reason to leave programs unwatched.
    for (const signal of ['SIGHUP', 'SIGPIPE'] as const) process.on(signal, () => {})
    listener.start()
    restarts.recover()
  })
}

/** What nobody expected ends memmon, so that supervisord starts it afresh; not before the event is answered, or it would come again at once. */
function endOnDefects(listener: Listener, restarts: Restarts, log: Log): void {
  process.on('uncaughtException', thrown => {
    listener.answer()
    log(
      'CRIT',
      `memmon ends because of a defect, supervisord starts it again: ${thrown.stack ?? thrown.message}`,
    )
    const exit = () => process.exit(EXIT_FAILED)
    Promise.race([restarts.flush(), sleep(END_OF_INPUT_MS)]).then(exit, exit)
  })
}

function teller(settings: Settings, mailer: Mailer, log: Log): (outcome: RestartOutcome) => void {
  const { name, mailUptimeSeconds, mailTo } = settings
  return outcome => {
    const level = { restarted: 'INFO', skipped: 'INFO', failed: 'ERRO', capped: 'WARN' } as const
    log(level[outcome.kind], outcomeText(outcome))
    const message = messageOf(outcome, { host: hostname(), name, mailUptimeSeconds })
    if (message && mailTo.length > 0) mailer.send(message)
  }
}

function measureBy(sampler: Sampler): (request: RestartRequest) => Promise<number | undefined> {
  return async ({ process, breach }) =>
    (await sampler.measure([process.pid], breach.cumulative)).get(process.pid)
}

const checkedText = (durationMs: number, ownBytes: number): string =>
  `The check took ${durationMs.toFixed(1)} ms; memmon itself uses ${formatSize(ownBytes)} RSS`

function skippedTickText(reason: 'late' | 'busy', whenSeconds: number): string {
  if (reason === 'busy') return 'A tick came while the check before it was still running, and is left out'
  return `A tick of ${Math.round(Date.now() / 1000 - whenSeconds)} s ago is left out: a newer one is behind it`
}

function deferred<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => {}
  const promise = new Promise<T>(settle => {
    resolve = settle
  })
  return { promise, resolve }
}

const sleep = (ms: number): Promise<void> => new Promise(resolve => setTimeout(resolve, ms))

function addressFrom(url: string): ServerAddress {
  try {
    return parseServerUrl(url)
  } catch (thrown) {
    throw new UsageError(`SUPERVISOR_SERVER_URL: ${errorText(thrown)}`)
  }
}

function credentialsFrom({
  SUPERVISOR_USERNAME: username,
  SUPERVISOR_PASSWORD: password,
}: NodeJS.ProcessEnv) {
  return username ? { username, password: password ?? '' } : undefined
}
