// The composition root: makes the parts behind the listener, in order, and joins them. Loaded when supervisord has been
// told READY.
import { hostname } from 'node:os'
import { monotonicMs } from './base/clock.ts'
import { messageOf } from './base/errors.ts'
import type { Log } from './base/log.ts'
import type { Redactor } from './base/redact.ts'
import { credentialsFrom } from './base/secrets.ts'
import type { ServerAddress } from './base/server-url.ts'
import { Monitor, type MonitorPorts } from './check/monitor.ts'
import { hasHooks } from './config/deciding-files.ts'
import { type InForce, inForce, refuseFaults } from './config/in-force.ts'
import { SettingsReload, type SettingsSource } from './config/reload.ts'
import type { Settings } from './config/settings.ts'
import { createNotifications, type Notifications } from './delivery/notifications.ts'
import { Reasons } from './evidence/reasons.ts'
import { EvidenceTaker } from './evidence/taker.ts'
import { HistoryKeeper } from './history/keeper.ts'
import { evidenceLines } from './messages/evidence-text.ts'
import { logRules, logStart } from './messages/start-lines.ts'
import { CustomMonitors } from './monitors/custom-monitors.ts'
import { createCapacityReader } from './proc/capacity.ts'
import { CapacityReload } from './proc/capacity-reload.ts'
import { openSampler } from './proc/open-sampler.ts'
import { OwnMemory, refuseOwnLimit } from './proc/own-memory.ts'
import type { Procfs } from './proc/procfs.ts'
import { createQuietChildren, type QuietChildren } from './proc/quiet.ts'
import type { Sampler } from './proc/sampler.ts'
import { openSightings } from './proc/sightings.ts'
import { act } from './restart/actions.ts'
import { ChecksFile } from './restart/checks-file.ts'
import { HookCommands } from './restart/hook-commands.ts'
import { createOwnPlace, type OwnPlace } from './restart/own-place.ts'
import { Restarts, type RestartsPorts } from './restart/restarts.ts'
import type { RestartOutcome, RestartRequest } from './rules/outcome.ts'
import type { SupervisorClient } from './supervisor/client.ts'
import { connect } from './supervisor/connect.ts'
import { runOf } from './supervisor/identity.ts'
import { createIsSelf, ownPids } from './supervisor/self.ts'
import { createListenerTable } from './supervisor/trust.ts'
import { type Deafness, watchDeafness } from './supervisor/watch-deafness.ts'

/** At the end, a state folder that is not there yet is waited for this long. */
const OPEN_WAITS_MS = 2_000
const CLOCKS = { nowMs: Date.now, tick: monotonicMs, random: Math.random }

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

export class Memmon {
  readonly restarts: Restarts
  readonly #ports: MemmonPorts
  readonly #capacityReader = createCapacityReader()
  readonly #client: SupervisorClient
  readonly #hooks: HookCommands
  readonly #notifications: Notifications
  readonly #customMonitors: CustomMonitors
  readonly #monitor: Monitor
  readonly #checksFile: ChecksFile
  readonly #history: HistoryKeeper
  readonly #evidence: EvidenceTaker
  readonly #reasons: Reasons
  readonly #reload: SettingsReload
  readonly #capacityReload: CapacityReload
  readonly #deafness: Deafness
  readonly #place: OwnPlace
  readonly #ownMemory: OwnMemory
  #now: InForce
  #quiet: QuietChildren | undefined
  #opened: Promise<void> | undefined

  constructor(initial: Settings, address: ServerAddress, ports: MemmonPorts) {
    const { log, redactor, sleep } = ports
    const { sampler, procfs } = openSampler(initial.sampler)
    this.#ports = ports
    this.#now = inForce(initial, this.#capacityReader.capacity)
    logStart(initial, address, sampler.source, log)
    for (const warning of ports.source.warnings) log('WARN', warning)
    logRules(this.#now, log)

    const run = runOf(process.pid) ?? ''
    this.#history = new HistoryKeeper({ run, log, sleep, ...CLOCKS })
    this.#client = connect(address, credentialsFrom(process.env))
    this.#hooks = new HookCommands(initial, { redactor, host: hostname(), sleep, nowMs: Date.now })
    this.#notifications = createNotifications(initial, {
      log,
      redactor,
      runOnAlert: (command, outcome, subject) => this.#hooks.runOnAlert(command, outcome, subject),
      historyOf: this.#history.historyOf,
    })
    this.#hooks.use(initial, hasHooks(initial))
    const { historyOf } = this.#history
    this.#reasons = new Reasons(initial, {
      tell: outcome => this.#notifications.tell(outcome),
      onReason: (request, evidence) => {
        for (const { level, text } of evidenceLines(request, evidence)) log(level, text)
      },
      redact: redactor.redact,
      ...CLOCKS,
    })
    const previousOf = this.#reasons.tallies.previousOf
    const { diagnose: runDiagnose } = this.#hooks
    this.#evidence = new EvidenceTaker(initial, { redactor, historyOf, previousOf, runDiagnose, ...CLOCKS })
    const { ruleset } = this.#now
    this.restarts = new Restarts(initial, ruleset, this.#restartsPorts())
    this.#customMonitors = new CustomMonitors({
      timeoutMs: () => this.#now.settings.monitorTimeoutSeconds * 1000,
      log,
      tick: monotonicMs,
      nowMs: Date.now,
    })
    this.#customMonitors.use(ruleset.monitors)
    this.#monitor = new Monitor(this.#monitorPorts(sampler, initial.serverUrl !== undefined), ruleset)
    const parts = { monitor: this.#monitor, restarts: this.restarts }
    this.#checksFile = new ChecksFile({ run, ...parts, sleep, ...CLOCKS })

    const use = (settings: Settings, why: string) => this.#use(settings, why)
    const mail = this.#notifications.say
    this.#reload = new SettingsReload(initial, { ...ports.source, use, log, mail })
    this.#capacityReload = new CapacityReload({
      current: () => this.#now.capacity,
      isNeeded: () => this.#now.usesCapacity,
      read: this.#capacityReader.capacity,
      use: why => use(this.#now.settings, why),
      log,
      mail,
    })
    this.#deafness = watchDeafness({ ...ports, client: this.#client })
    this.#ownMemory = new OwnMemory({ ...ports, readRssBytes: procfs?.ownRssBytes })
    this.#place = this.#ownPlace(initial, address, procfs)
  }

  /** One check; undefined if it is over already. Never rejects. */
  check(): Promise<void> | undefined {
    const startedTick = monotonicMs()
    this.#reload.look()
    this.#capacityReload.look()
    this.restarts.check()
    const running = this.#monitor.check()
    this.#history.onCheck(running !== undefined)
    const after = () => {
      if (running) this.#history.onCheck(false)
      this.#checksFile.look()
      this.#ownMemory.afterCheck(running !== undefined, monotonicMs() - startedTick, this.#now.settings)
    }
    if (!running) return after() as undefined
    return running
      .catch(thrown =>
        this.#ports.log('ERRO', `Internal error in a check, please report it: ${messageOf(thrown)}`),
      )
      .finally(after)
  }

  onTick(periodSeconds: number): void {
    this.#history.onTick(periodSeconds)
    this.#deafness.onTick(periodSeconds)
  }

  /** Reads memmon.conf again, if there is one. */
  reload(): void {
    this.#reload.now()
  }

  /** Goes on with what an earlier memmon has begun, beside the listener. */
  begin(): void {
    this.#opened = this.restarts.open(this.#place.find())
  }

  /**
   * memmon ends: no monitor is asked any more. Sends what was gathered, and resolves when every channel has had its try and
   * no command runs.
   */
  async flushMessages(): Promise<void> {
    this.#customMonitors.end()
    this.#evidence.end()
    await this.#reasons.flush()
    await Promise.all([this.#notifications.flush(), this.#hooks.whenIdle(), this.#whenOpen()])
  }

  /** Resolves when the journal and the messages that wait are on disk. Nothing is sent any more. */
  async save(): Promise<void> {
    await Promise.all([this.#whenOpen(), this.#reasons.flush()])
    await Promise.allSettled([this.restarts.flush(), this.#notifications.keep(), this.#history.save()])
  }

  /** Saves, and makes the state folder free for the next memmon. */
  async release(): Promise<void> {
    await this.save()
    await this.#place.release()
  }

  /** Lets go of supervisord. */
  close(): void {
    this.#deafness.close()
    this.#quiet?.release()
    this.#client.close()
  }

  /** Takes other settings, or throws a UsageError and takes nothing. */
  #use(settings: Settings, why: string): void {
    const { log } = this.#ports
    const next = inForce(settings, this.#capacityReader.capacity)
    refuseFaults(next)
    if (settings.ownLimitBytes < this.#now.settings.ownLimitBytes) refuseOwnLimit(settings)
    this.#notifications.use(settings)
    log('INFO', why)
    this.#now = next
    this.#hooks.use(settings, hasHooks(settings))
    this.#evidence.use(settings)
    this.#customMonitors.use(next.ruleset.monitors)
    this.#reasons.use(settings)
    this.#monitor.use(next.ruleset)
    this.restarts.use(settings, next.ruleset)
    logRules(next, log)
  }

  #restartsPorts(): RestartsPorts {
    const { log, sleep } = this.#ports
    return {
      supervisor: this.#client,
      measure: request => this.#monitor.measureAgain(request),
      companionsOf: request => this.#monitor.companionsOf(request),
      runHook: this.#hooks.runHook,
      takeEvidence: this.#evidence.take,
      tell: outcome => {
        this.#history.onOutcome(outcome)
        this.#reasons.tell(outcome)
      },
      onChange: () => this.#checksFile.look(),
      log,
      sleep,
      ...CLOCKS,
    }
  }

  #monitorPorts(sampler: Sampler, hasServerUrl: boolean): MonitorPorts {
    const { restarts } = this
    const { tell } = this.#reasons
    return {
      readTable: createListenerTable(this.#client, openSightings(), hasServerUrl),
      sampler,
      quietLook: () => this.#quiet,
      restarts,
      monitors: this.#customMonitors,
      mayRestart: namespec => restarts.mayRestart(namespec),
      act: (request, action) => {
        if (action.kind === 'drain') restarts.soften(request, action)
        else void this.#act(request, action).then(tell)
      },
      onRelieved: request => restarts.relieve(request),
      tell,
      availableBytes: () => this.#capacityReader.available()?.bytes,
      onMeasured: (info, rssBytes) => restarts.observe(info, rssBytes),
      onTable: processes => {
        restarts.onTable(processes)
        this.#history.onTable(processes)
        this.#reasons.tallies.keepOnly(processes)
      },
      onCount: this.#reasons.tallies.note,
      record: this.#history.record,
      isSelf: createIsSelf(process.env, ownPids(process.pid, process.ppid)),
      log: this.#ports.log,
      nowMs: Date.now,
      monotonicMs,
    }
  }

  /** What it does may change what the process does: why it has so many is read before. */
  async #act(request: RestartRequest, action: Parameters<typeof act>[1]): Promise<RestartOutcome> {
    const evidence = await this.#reasons.of(request)
    const { runHook: run } = this.#hooks
    const outcome = await act(request, action, { ...this.#client, run, nowMs: Date.now })
    return evidence ? { ...outcome, evidence } : outcome
  }

  #ownPlace({ stateDir }: Settings, address: ServerAddress, procfs: Procfs | undefined): OwnPlace {
    const { log, sleep } = this.#ports
    return createOwnPlace({
      getPid: this.#client.getPid,
      runOf,
      address,
      stateDir,
      onSupervisord: pid => {
        this.#quiet = procfs && createQuietChildren(procfs, pid)
        return this.#quiet !== undefined
      },
      onFolder: folder => {
        void this.#notifications.outbox.attach(folder.path)
        this.#checksFile.attach(folder)
        void this.#history.attach(folder)
        this.#evidence.attach(folder)
      },
      log,
      sleep,
    })
  }

  /** Within its first moments memmon is still about to find its state folder. */
  #whenOpen(): Promise<void> {
    return Promise.race([this.#opened, this.#ports.sleep(OPEN_WAITS_MS)])
  }
}
