// The composition root: makes the parts behind the listener, in order, and joins them. Loaded when supervisord has been
// told READY.
import { hostname } from 'node:os'
import { monotonicMs } from './base/clock.ts'
import { messageOf } from './base/errors.ts'
import type { Log } from './base/log.ts'
import type { Redactor } from './base/redact.ts'
import { credentialsFrom } from './base/secrets.ts'
import type { ServerAddress } from './base/server-url.ts'
import { formatSize } from './base/units.ts'
import { Monitor, type MonitorPorts } from './check/monitor.ts'
import { hasHooks } from './config/deciding-files.ts'
import { inForce, refuseFaults } from './config/in-force.ts'
import { SettingsReload, type SettingsSource } from './config/reload.ts'
import type { Settings } from './config/settings.ts'
import { createNotifications } from './delivery/notifications.ts'
import { logRules, logStart } from './messages/start-lines.ts'
import { createCapacityReader } from './proc/capacity.ts'
import { CapacityReload } from './proc/capacity-reload.ts'
import { openSampler } from './proc/open-sampler.ts'
import { collectGarbage, ownRssBytes, refuseOwnLimit } from './proc/own-memory.ts'
import { createQuietChildren, type QuietChildren } from './proc/quiet.ts'
import { openSightings } from './proc/sightings.ts'
import { act } from './restart/actions.ts'
import { ChecksFile } from './restart/checks-file.ts'
import { HookCommands } from './restart/hook-commands.ts'
import { createOwnPlace } from './restart/own-place.ts'
import { Restarts } from './restart/restarts.ts'
import { connect } from './supervisor/connect.ts'
import { runOf } from './supervisor/identity.ts'
import { createIsSelf, ownPids } from './supervisor/self.ts'
import { createListenerTable } from './supervisor/trust.ts'
import { watchDeafness } from './supervisor/watch-deafness.ts'

/** At the end, a state folder that is not there yet is waited for this long. */
const OPEN_WAITS_MS = 2_000

export interface Memmon {
  /** One check; undefined if it is over already. Never rejects. */
  check(): Promise<void> | undefined
  onTick(periodSeconds: number): void
  /** Reads memmon.conf again, if there is one. */
  reload(): void
  readonly restarts: Restarts
  /** Goes on with what an earlier memmon has begun, beside the listener. */
  begin(): void
  /** Sends what was gathered, and resolves when every channel has had its try and no command runs. */
  flushMessages(): Promise<void>
  /** Resolves when the journal and the messages that wait are on disk. Nothing is sent any more. */
  save(): Promise<void>
  /** Saves, and makes the state folder free for the next memmon. */
  release(): Promise<void>
  /** Lets go of supervisord. */
  close(): void
}

export interface MemmonPorts {
  readonly log: Log
  readonly redactor: Redactor
  readonly sleep: (ms: number) => Promise<void>
  /** memmon has to end, so that supervisord starts it afresh; why is in the log. */
  readonly onUnfit: () => void
  readonly source: SettingsSource
  /** An event of any kind has come. */
  readonly hasHeard: () => boolean
}

export function createMemmon(initial: Settings, address: ServerAddress, ports: MemmonPorts): Memmon {
  const { log, redactor, sleep } = ports
  const { sampler, procfs } = openSampler(initial.sampler)
  const capacityReader = createCapacityReader()
  let now = inForce(initial, capacityReader.capacity)
  logStart(initial, address, sampler.source, log)
  for (const warning of ports.source.warnings) log('WARN', warning)
  logRules(now, log)

  const client = connect(address, credentialsFrom(process.env))
  const hooks = new HookCommands(initial, { redactor, host: hostname(), sleep, nowMs: Date.now })
  const { runHook } = hooks
  const notifications = createNotifications(initial, {
    log,
    redactor,
    runOnAlert: (command, outcome, subject) => hooks.runOnAlert(command, outcome, subject),
  })
  const { tell, say: mail } = notifications
  const clocks = { nowMs: Date.now, tick: monotonicMs, random: Math.random }
  const restarts = new Restarts(initial, now.ruleset, {
    supervisor: client,
    measure: request => monitor.measureAgain(request),
    companionsOf: request => monitor.companionsOf(request),
    runHook,
    tell,
    onChange: () => checksFile.look(),
    log,
    sleep,
    ...clocks,
  })
  const actOn: MonitorPorts['act'] = (request, action) => {
    if (action.kind === 'drain') restarts.soften(request, action)
    else void act(request, action, { ...client, run: runHook, nowMs: Date.now }).then(tell)
  }
  let quiet: QuietChildren | undefined
  const monitor = new Monitor(
    {
      readTable: createListenerTable(client, openSightings(), initial.serverUrl !== undefined),
      sampler,
      quietLook: () => quiet,
      restarts,
      mayRestart: namespec => restarts.mayRestart(namespec),
      act: actOn,
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
    now.ruleset,
  )
  const checksFile = new ChecksFile({ run: runOf(process.pid) ?? '', monitor, restarts, sleep, ...clocks })

  const use = (settings: Settings, why: string): void => {
    const next = inForce(settings, capacityReader.capacity)
    // All of them throw before anything is taken.
    refuseFaults(next)
    if (settings.ownLimitBytes < now.settings.ownLimitBytes) refuseOwnLimit(settings)
    notifications.use(settings)
    log('INFO', why)
    now = next
    hooks.use(settings, hasHooks(settings))
    monitor.use(now.ruleset)
    restarts.use(settings, now.ruleset)
    logRules(now, log)
  }
  hooks.use(initial, hasHooks(initial))
  const reload = new SettingsReload(initial, { ...ports.source, use, log, mail })
  const capacityReload = new CapacityReload({
    current: () => now.capacity,
    isNeeded: () => now.usesCapacity,
    read: capacityReader.capacity,
    use: why => use(now.settings, why),
    log,
    mail,
  })
  const deafness = watchDeafness({ client, log, onUnfit: ports.onUnfit, hasHeard: ports.hasHeard })
  const place = createOwnPlace({
    getPid: client.getPid,
    runOf,
    address,
    stateDir: initial.stateDir,
    onSupervisord: pid => {
      quiet = procfs && createQuietChildren(procfs, pid)
      return quiet !== undefined
    },
    onFolder(folder) {
      void notifications.outbox.attach(folder.path)
      checksFile.attach(folder)
    },
    log,
    sleep,
  })

  const afterCheck = (startedMs: number): void => {
    checksFile.look()
    const { ownLimitBytes, verbose } = now.settings
    const ownBytes = ownRssBytes(ownLimitBytes, procfs?.ownRssBytes)
    if (verbose) log('DEBG', checkedText(monotonicMs() - startedMs, ownBytes))
    if (ownBytes <= ownLimitBytes) return
    log('CRIT', unfitText(ownBytes, ownLimitBytes))
    ports.onUnfit()
  }
  let opened: Promise<void> | undefined
  /** Within its first moments memmon is still about to find its state folder. */
  const whenOpen = () => Promise.race([opened, sleep(OPEN_WAITS_MS)])
  const save = async () => {
    await whenOpen()
    await Promise.allSettled([restarts.flush(), notifications.keep()])
  }
  /** A full check leaves some, which the first quiet one collects. */
  let hasGarbage = false
  return {
    check() {
      const startedMs = monotonicMs()
      reload.look()
      capacityReload.look()
      restarts.check()
      const running = monitor.check()
      if (!running) {
        if (hasGarbage) collectGarbage()
        hasGarbage = false
        return afterCheck(startedMs) as undefined
      }
      hasGarbage = true
      return running
        .catch(thrown => log('ERRO', `Internal error in a check, please report it: ${messageOf(thrown)}`))
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
      await Promise.all([notifications.flush(), hooks.whenIdle(), whenOpen()])
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

const unfitText = (ownBytes: number, ownLimitBytes: number): string =>
  `memmon itself uses ${formatSize(ownBytes)} RSS, over --own-limit ${formatSize(ownLimitBytes)}. It exits so that supervisord starts it afresh`
