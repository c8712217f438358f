// The listener as a whole: every part made and wired, its life from READY to exit.
import { hostname } from 'node:os'
import type { Settings } from '../config/settings.ts'
import { messageOf as errorText, UsageError } from '../core/errors.ts'
import type { RestartOutcome, RestartRequest } from '../core/outcome.ts'
import { outcomeText, requestText } from '../core/outcome-text.ts'
import type { Rule } from '../core/rules.ts'
import { formatServerUrl, parseServerUrl, type ServerAddress } from '../core/server-url.ts'
import { Monitor } from '../monitor.ts'
import { Mailer } from '../notify/mailer.ts'
import { messageOf } from '../notify/message.ts'
import { createLog, type Log } from '../observe/log.ts'
import { RestartQueue } from '../restart/queue.ts'
import { restartProcess } from '../restart/restarter.ts'
import { portableSampler } from '../sampling/portable.ts'
import { createClient } from '../supervisor/client.ts'
import { createHttpCaller } from '../supervisor/http-call.ts'
import { createListener } from '../supervisor/listener.ts'
import { createTableReader } from '../supervisor/process-table.ts'
import { createIsSelf, ownPids } from '../supervisor/self.ts'
import { byHandText } from './by-hand.ts'
import { claimStdio } from './stdio.ts'

/** Every call to supervisord ends within this. */
const CALL_TIMEOUT_MS = 10_000
/** supervisord kills a listener stopwaitsecs (10 s) after SIGTERM; a second is kept for the exit. */
const END_WITHIN_MS = 9_000
/** A bare number below this was probably meant in another unit. */
const SUSPICIOUSLY_SMALL_BYTES = 1024 * 1024

/** Runs the listener until stdin ends or SIGTERM comes; the exit code. Throws a UsageError before READY. */
export async function listen(settings: Settings, args: readonly string[]): Promise<number> {
  const environment = process.env
  const url = environment.SUPERVISOR_SERVER_URL
  if (!settings.serverUrl && !url) {
    process.stderr.write(
      byHandText(settings, args, 'SUPERVISOR_SERVER_URL is not set, so supervisord did not start it.'),
    )
    return 2
  }
  if (process.stdin.isTTY) {
    process.stderr.write(
      byHandText(settings, args, 'Its input is a terminal, so supervisord did not start it.'),
    )
    return 2
  }
  if (settings.rules.length === 0) {
    throw new UsageError('there is nothing to watch: give a limit with -p, -g or -a, as in -a 200MB')
  }
  const address = settings.serverUrl ?? addressFrom(url ?? '')

  const stdio = claimStdio()
  const log = createLog()
  logStart(settings, address, log)

  const client = createClient(createHttpCaller(address, credentialsFrom(environment), CALL_TIMEOUT_MS))
  const host = hostname()
  const mailer = new Mailer({ to: settings.mailTo, host, command: settings.sendmailCommand }, log)
  const tell = (outcome: RestartOutcome) => {
    log(outcome.kind === 'failed' ? 'ERRO' : 'INFO', outcomeText(outcome))
    const { name, mailUptimeSeconds } = settings
    const message = messageOf(outcome, { host, name, mailUptimeSeconds })
    if (message && settings.mailTo.length > 0) mailer.send(message)
  }
  const measure = async ({ process, breach }: RestartRequest) =>
    (await portableSampler.measure([process.pid], breach.cumulative)).get(process.pid)
  const queue = new RestartQueue({
    restart: (request, report) =>
      restartProcess(request, {
        supervisor: client,
        measure,
        report,
        sleep,
        nowMs: Date.now,
        random: Math.random,
      }),
    onBegin: request => log('INFO', requestText(request)),
    onOutcome: tell,
    nowMs: Date.now,
  })
  const isSelf = createIsSelf(environment, ownPids(process.pid, process.ppid))
  const monitor = new Monitor(
    { readTable: createTableReader(client), sampler: portableSampler, queue, isSelf, log },
    settings,
  )
  const listener = createListener({
    write: stdio.write,
    check: () =>
      monitor
        .check()
        .catch(thrown => log('ERRO', `A check failed, which is a defect of memmon: ${errorText(thrown)}`)),
    onSkippedTick: (reason, whenSeconds) => {
      if (reason === 'busy')
        log('WARN', 'A tick came while the check before it was still running, and is left out')
      else
        log(
          'INFO',
          `A tick of ${Math.round(Date.now() / 1000 - whenSeconds)} s ago is left out: a newer one is behind it`,
        )
    },
    nowMs: Date.now,
  })
  process.on('uncaughtException', thrown => {
    listener.answer()
    log('CRIT', `memmon ends because of a defect: ${thrown.stack ?? thrown.message}`)
    process.exit(1)
  })

  const reason = await new Promise<'eof' | 'signal'>(resolve => {
    stdio.onInput(
      chunk => listener.push(chunk),
      () => resolve('eof'),
    )
    process.on('SIGTERM', () => resolve('signal'))
    process.on('SIGINT', () => resolve('signal'))
    listener.start()
  })
  log(
    'INFO',
    reason === 'eof' ? 'supervisord has closed the event stream: memmon ends' : 'SIGTERM: memmon ends',
  )
  if (reason === 'signal') queue.dropWaiting()
  await Promise.race([queue.whenIdle().then(() => mailer.whenIdle()), sleep(END_WITHIN_MS)])
  if (queue.size > 0) log('ERRO', `memmon ends with ${queue.size} restarts unfinished`)
  client.close()
  return 0
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

function logStart(settings: Settings, address: ServerAddress, log: Log): void {
  log('INFO', `memmon watches supervisord at ${formatServerUrl(address)}, by ${portableSampler.source}`)
  for (const rule of settings.rules) {
    log('INFO', `${ruleText(rule, settings.cumulative)}`)
    if (/^\d+$/.test(rule.limitWritten) && rule.limitBytes < SUSPICIOUSLY_SMALL_BYTES) {
      log('WARN', `${rule.written} means ${rule.limitBytes} bytes: did you mean ${rule.limitWritten}MB?`)
    }
  }
  if (settings.mailTo.length > 0)
    log('INFO', `Mail goes to ${settings.mailTo.join(', ')} by ${settings.sendmailCommand}`)
}

function ruleText(rule: Rule, cumulative: boolean): string {
  const what = cumulative ? 'RSS with descendants' : 'RSS'
  return `${rule.written}: restarts ${whom(rule)} over ${rule.limitBytes} bytes (${rule.limitWritten}) of ${what}`
}

function whom({ scope, selector }: Rule): string {
  if (scope === 'any') return 'any process'
  if (scope === 'group') return `each process of the group ${selector.group}`
  return selector.group === undefined ? `${selector.name} in any group` : `${selector.group}:${selector.name}`
}
