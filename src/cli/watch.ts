// Everything behind the listener, made and wired: loaded when supervisord has been told READY.

import { monotonicMs } from '../base/clock.ts'
import type { Redactor } from '../base/redact.ts'
import type { Settings } from '../config/settings.ts'
import { messageOf as errorText } from '../core/errors.ts'
import type { ServerAddress } from '../core/server-url.ts'
import { formatSize } from '../core/units.ts'
import { Monitor } from '../monitor/monitor.ts'
import type { Log } from '../observe/log.ts'
import { act } from '../restart/actions.ts'
import { Restarts } from '../restart/restarts.ts'
import { createCapacityReader } from '../sampling/capacity.ts'
import { portableSampler } from '../sampling/portable.ts'
import { openProcfs } from '../sampling/procfs.ts'
import { createQuietChildren, type QuietChildren } from '../sampling/quiet.ts'
import type { Sampler } from '../sampling/sampler.ts'
import { connect } from '../supervisor/connect.ts'
import { createIsSelf, ownPids } from '../supervisor/self.ts'
import { CapacityReload } from './capacity-reload.ts'
import { uptimeMs, watchDeafness } from './deafness.ts'
import { createNotifications } from './notifications.ts'
import { collectGarbage, ownRssBytes, refuseOwnLimit } from './own-memory.ts'
import { createOwnPlace } from './own-place.ts'
import { SettingsReload, type SettingsSource } from './reload.ts'
import { refuseFaults, resolveSettings, usesCapacity } from './resolve.ts'
import { credentialsFrom } from './secrets.ts'
import { logRules, logStart } from './start-lines.ts'
import { createListenerTable } from './trust.ts'

/** At the end, a state folder that is not there yet is waited for this long. */
const OPEN_WAITS_MS = 2_000

export interface Watch {
  /** One check; undefined if it is over already. Never rejects. */
  check(): Promise<void> | undefined
  onTick(periodSeconds: number): void
  /** Reads memmon.conf again, if there is one. */
  reload(): void
  readonly restarts: Restarts
  /** Goes on with what an earlier memmon has begun, beside the listener. */
  begin(): void
  /** Sends what was gathered, and resolves when every channel has had its try. */
  flushMessages(): Promise<void>
  /** Resolves when the journal and the messages that wait are on disk. Nothing is sent any more. */
  save(): Promise<void>
  /** Saves, and makes the state folder free for the next memmon. */
  release(): Promise<void>
  /** Lets go of supervisord. */
  close(): void
}

export interface WatchPorts {
  readonly log: Log
  readonly redactor: Redactor
  readonly sleep: (ms: number) => Promise<void>
  /** memmon has to end, so that supervisord starts it afresh; why is in the log. */
  readonly onUnfit: () => void
  readonly source: SettingsSource
  /** An event of any kind has come. */
  readonly hasHeard: () => boolean
}

export function createWatch(initial: Settings, address: ServerAddress, ports: WatchPorts): Watch {
  const { log } = ports
  let settings = initial
  const procfs = openProcfs()
  const sampler: Sampler = procfs ?? portableSampler
  const capacityReader = createCapacityReader()
  let needsCapacity = usesCapacity(settings)
  let capacity = needsCapacity ? capacityReader.capacity() : undefined
  let resolved = resolveSettings(settings, capacity?.bytes)
  logStart(settings, address, sampler.source, log)
  for (const warning of ports.source.warnings) log('WARN', warning)
  logRules(resolved, capacity, log)

  const client = connect(address, credentialsFrom(process.env))
  const notifications = createNotifications(settings, log, ports.redactor)
  const { tell, runHook } = notifications
  let quiet: QuietChildren | undefined
  const restarts = new Restarts(settings, resolved, {
    supervisor: client,
    measure: request => monitor.measureAgain(request),
    companionsOf: request => monitor.companionsOf(request),
    runHook,
    tell,
    log,
    sleep: ports.sleep,
    nowMs: Date.now,
    tick: monotonicMs,
    random: Math.random,
  })
  const monitor = new Monitor(
    {
      readTable: createListenerTable(client, initial.serverUrl !== undefined),
      sampler,
      quietLook: () => quiet,
      restarts,
      mayRestart: namespec => restarts.mayRestart(namespec),
      act: (request, action) => {
        if (action.kind === 'drain') restarts.soften(request, action)
        else void act(request, action, { ...client, run: runHook, nowMs: Date.now }).then(tell)
      },
      onRelieved: request => restarts.relieve(request),
      tell,
      availableBytes: () => capacityReader.available()?.bytes,
      onMeasured: (info, rssBytes) => restarts.observe(info, rssBytes),
      onTable: processes => restarts.onTable(processes),
      isSelf: createIsSelf(process.env, ownPids(process.pid, process.ppid)),
      log,
      nowMs: Date.now,
      monotonicMs,
    },
    resolved,
  )
  const use = (changed: Settings, why: string): void => {
    const there = usesCapacity(changed) ? capacityReader.capacity() : undefined
    const next = resolveSettings(changed, there?.bytes)
    // All of them throw before anything is taken.
    refuseFaults(changed, next)
    if (changed.ownLimitBytes < settings.ownLimitBytes) refuseOwnLimit(changed)
    notifications.use(changed)
    log('INFO', why)
    settings = changed
    needsCapacity = usesCapacity(changed)
    capacity = there
    resolved = next
    monitor.use(resolved)
    restarts.use(settings, resolved)
    logRules(resolved, capacity, log)
  }
  const reload = new SettingsReload(initial, {
    ...ports.source,
    use,
    log,
    mail: notifications.say,
  })
  const capacityReload = new CapacityReload({
    current: () => capacity,
    isNeeded: () => needsCapacity,
    read: capacityReader.capacity,
    use: why => use(settings, why),
    log,
    mail: notifications.say,
  })
  const deafness = watchDeafness({ client, log, onUnfit: ports.onUnfit, hasHeard: ports.hasHeard })

  const afterCheck = (startedMs: number) => {
    const ownBytes = ownRssBytes(settings.ownLimitBytes, procfs?.ownRssBytes)
    if (settings.verbose) log('DEBG', checkedText(uptimeMs() - startedMs, ownBytes))
    if (ownBytes <= settings.ownLimitBytes) return
    const size = `${formatSize(ownBytes)} RSS, over --own-limit ${formatSize(settings.ownLimitBytes)}`
    log('CRIT', `memmon itself uses ${size}. It exits so that supervisord starts it afresh`)
    ports.onUnfit()
  }
  const place = createOwnPlace({
    client,
    address,
    stateDir: initial.stateDir,
    onSupervisord: pid => {
      quiet = procfs && createQuietChildren(procfs, pid)
      return quiet !== undefined
    },
    onFolder: path => void notifications.outbox.attach(path),
    log,
    sleep: ports.sleep,
  })
  let opened: Promise<void> | undefined
  /** Within its first moments memmon is still about to find its state folder. */
  const whenOpen = () => Promise.race([opened, ports.sleep(OPEN_WAITS_MS)])
  const save = async () => {
    await whenOpen()
    await Promise.allSettled([restarts.flush(), notifications.keep()])
  }
  let garbage = false
  return {
    check() {
      const startedMs = uptimeMs()
      reload.look()
      capacityReload.look()
      restarts.check()
      const running = monitor.check()
      if (!running) {
        if (garbage) collectGarbage()
        garbage = false
        return afterCheck(startedMs) as undefined
      }
      garbage = true
      return running
        .catch(thrown => log('ERRO', `Internal error in a check, please report it: ${errorText(thrown)}`))
        .finally(() => afterCheck(startedMs))
    },
    onTick: periodSeconds => deafness.onTick(periodSeconds),
    reload: () => reload.now(),
    restarts,
    begin() {
      opened = restarts.open(place.find())
    },
    save,
    async release() {
      await save()
      await place.release()
    },
    async flushMessages() {
      await Promise.all([notifications.flush(), whenOpen()])
    },
    close() {
      deafness.close()
      quiet?.release()
      client.close()
    },
  }
}

const checkedText = (durationMs: number, ownBytes: number): string =>
  `The check took ${durationMs.toFixed(1)} ms; memmon itself uses ${formatSize(ownBytes)} RSS`
