// Everything behind the listener, made and wired: loaded when supervisord has been told READY.
import type { Settings } from '../config/settings.ts'
import { messageOf as errorText } from '../core/errors.ts'
import type { RestartPlan } from '../core/rules.ts'
import { formatServerUrl, type ServerAddress } from '../core/server-url.ts'
import { formatSize } from '../core/units.ts'
import { Monitor } from '../monitor/monitor.ts'
import type { Log } from '../observe/log.ts'
import { act } from '../restart/actions.ts'
import { createCapacityReader } from '../sampling/capacity.ts'
import { portableSampler } from '../sampling/portable.ts'
import { openProcfs } from '../sampling/procfs.ts'
import { createQuietChildren, type QuietChildren } from '../sampling/quiet.ts'
import type { Sampler } from '../sampling/sampler.ts'
import { createClient } from '../supervisor/client.ts'
import { DeafnessWatch, LOOK_EVERY_MS } from '../supervisor/deafness.ts'
import { createHttpCaller } from '../supervisor/http-call.ts'
import { createTableReader } from '../supervisor/process-table.ts'
import { createIsSelf, ownPids } from '../supervisor/self.ts'
import { createNotifications } from './notifications.ts'
import { collectGarbage, ownRssBytes } from './own-memory.ts'
import { SettingsReload } from './reload.ts'
import { resolveSettings, usesCapacity } from './resolve.ts'
import { createRestarts, type Restarts } from './restarts.ts'
import { logRules, logStart } from './start-lines.ts'

/** Every call to supervisord about one process ends within this. */
const CALL_TIMEOUT_MS = 10_000
/** supervisord needs 0.5 s for a table of 1,000 processes, 6 s for one of 3,000. */
const TABLE_TIMEOUT_MS = 30_000

export interface Watch {
  /** One check; undefined if it is over already. Never rejects. */
  check(): Promise<void> | undefined
  onTick(periodSeconds: number): void
  /** Reads memmon.conf again, if there is one. */
  reload(): void
  readonly restarts: Restarts
  /** Sends what was gathered, and resolves when every channel has had its try. */
  flushMessages(): Promise<void>
  /** Lets go of supervisord. */
  close(): void
}

export interface WatchPorts {
  readonly log: Log
  readonly sleep: (ms: number) => Promise<void>
  /** memmon has to end, so that supervisord starts it afresh; why is in the log. */
  readonly onUnfit: () => void
  /** The settings as flags and memmon.conf say now; throws a UsageError. */
  readonly readSettings: () => Settings
}

export function createWatch(initial: Settings, address: ServerAddress, ports: WatchPorts): Watch {
  const { log } = ports
  let settings = initial
  const procfs = openProcfs()
  const sampler: Sampler = procfs ?? portableSampler
  const capacityReader = createCapacityReader()
  let capacity = usesCapacity(settings) ? capacityReader.capacity() : undefined
  let resolved = resolveSettings(settings, capacity?.bytes)
  logStart(settings, address, sampler.source, log)
  logRules(resolved, capacity, log)

  const caller = createHttpCaller(address, credentialsFrom(process.env), CALL_TIMEOUT_MS)
  const client = createClient(caller, TABLE_TIMEOUT_MS)
  const notifications = createNotifications(settings, log)
  const { tell, runHook } = notifications
  const ruleOf = (written: string) =>
    [...settings.rules, ...settings.budgets].find(rule => rule.written === written)
  let quiet: QuietChildren | undefined
  const restarts = createRestarts(settings, {
    client,
    serverUrl: formatServerUrl(address),
    onSupervisord: pid => {
      quiet = procfs && createQuietChildren(procfs, pid)
      log(
        'INFO',
        quiet
          ? `A quiet check reads the children of supervisord (pid ${pid}) from /proc and asks nobody`
          : `The children of supervisord (pid ${pid}) are not to be seen in /proc: each check asks supervisord for them`,
      )
    },
    onFolder: folder => void notifications.outbox.attach(folder),
    measure: request => monitor.measureAgain(request),
    tell,
    planOf: ({ breach }) => ruleOf(breach.rule)?.plan ?? NO_PLAN,
    drainOf: ({ breach }) => {
      const action = ruleOf(breach.rule)?.action
      return action?.kind === 'drain' ? action : undefined
    },
    runHook,
    log,
    sleep: ports.sleep,
  })
  const monitor = new Monitor(
    {
      readTable: createTableReader(client),
      sampler,
      quietLook: () => quiet,
      queue: { has: namespec => restarts.queue.has(namespec), add: restarts.add },
      mayRestart: restarts.mayRestart,
      act: (request, action) => {
        if (action.kind === 'drain') void restarts.drains.begin(request, action)
        else void act(request, action, { ...client, run: runHook, nowMs: Date.now }).then(tell)
      },
      onRelieved: request => restarts.drains.relieved(request),
      tell,
      availableBytes: () => capacityReader.available()?.bytes,
      onMeasured: (info, rssBytes) => restarts.history.observe(info, rssBytes),
      onTable: processes => {
        restarts.history.keepOnly(new Set(processes.map(({ namespec }) => namespec)))
        restarts.drains.onTable(processes)
      },
      isSelf: createIsSelf(process.env, ownPids(process.pid, process.ppid)),
      log,
      nowMs: Date.now,
      monotonicMs: uptimeMs,
    },
    resolved,
  )
  const use = (changed: Settings, why: string): void => {
    notifications.use(changed) // throws, before anything is taken
    log('INFO', why)
    settings = changed
    capacity = usesCapacity(settings) ? capacityReader.capacity() : undefined
    resolved = resolveSettings(settings, capacity?.bytes)
    monitor.use(resolved)
    restarts.use(settings)
    logRules(resolved, capacity, log)
  }
  const reload = new SettingsReload(initial, {
    readSettings: ports.readSettings,
    use,
    log,
    mail: notifications.say,
  })
  const followCapacity = (): void => {
    if (!usesCapacity(settings) || capacityReader.capacity()?.bytes === capacity?.bytes) return
    use(settings, 'How much memory there is has changed')
  }
  const deafness = new DeafnessWatch({
    getState: () => client.getState().catch(() => undefined),
    onDeaf: silentSeconds => {
      log(
        'CRIT',
        `No tick has come for ${Math.round(silentSeconds)} s though supervisord is RUNNING: it no longer sends memmon events. memmon ends, so that supervisord starts it afresh`,
      )
      ports.onUnfit()
    },
    monotonicMs: uptimeMs,
  })
  const looks = setInterval(() => void deafness.look(), LOOK_EVERY_MS)

  const afterCheck = (startedMs: number) => {
    const ownBytes = ownRssBytes(settings.ownLimitBytes)
    if (settings.verbose) log('DEBG', checkedText(uptimeMs() - startedMs, ownBytes))
    if (ownBytes <= settings.ownLimitBytes) return
    const size = `${formatSize(ownBytes)} RSS, over --own-limit ${formatSize(settings.ownLimitBytes)}`
    log('CRIT', `memmon itself uses ${size}. It ends, so that supervisord starts it afresh`)
    ports.onUnfit()
  }
  let garbage = false
  return {
    check() {
      const startedMs = uptimeMs()
      reload.look()
      followCapacity()
      restarts.drains.check()
      const running = monitor.check()
      if (!running) {
        if (garbage) collectGarbage()
        garbage = false
        return afterCheck(startedMs) as undefined
      }
      garbage = true
      return running
        .catch(thrown => log('ERRO', `A check failed, which is a defect of memmon: ${errorText(thrown)}`))
        .finally(() => afterCheck(startedMs))
    },
    onTick: periodSeconds => deafness.onTick(periodSeconds),
    reload: () => reload.now(),
    restarts,
    flushMessages: notifications.flush,
    close() {
      clearInterval(looks)
      notifications.outbox.close()
      client.close()
    },
  }
}

const NO_PLAN: RestartPlan = { group: false }

const checkedText = (durationMs: number, ownBytes: number): string =>
  `The check took ${durationMs.toFixed(1)} ms; memmon itself uses ${formatSize(ownBytes)} RSS`

/** A clock that is not set, and stands still while the machine is suspended. */
const uptimeMs = (): number => process.uptime() * 1000

function credentialsFrom({
  SUPERVISOR_USERNAME: username,
  SUPERVISOR_PASSWORD: password,
}: NodeJS.ProcessEnv) {
  return username ? { username, password: password ?? '' } : undefined
}
