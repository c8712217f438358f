// The composition root: makes the parts behind the listener, in order, and joins them. Loaded when supervisord has been
// told READY.
import { hostname } from 'node:os'
import { monotonicMs } from './base/clock.ts'
import { messageOf } from './base/errors.ts'
import type { Log } from './base/log.ts'
import { defect, doubtful } from './base/log-facts.ts'
import type { Redactor } from './base/redact.ts'
import { credentialsFrom } from './base/secrets.ts'
import type { ServerAddress } from './base/server-url.ts'
import { Monitor, type MonitorPorts } from './check/monitor.ts'
import { hasHooks } from './config/deciding-files.ts'
import type { InForce } from './config/in-force.ts'
import type { SettingsSource } from './config/reload.ts'
import type { Settings } from './config/settings.ts'
import { createNotifications, type Notifications } from './delivery/notifications.ts'
import { HistoryKeeper } from './history/keeper.ts'
import { agentsSurroundings } from './memmon/agents-surroundings.ts'
import { CurrentSettings } from './memmon/current-settings.ts'
import { DeskOnDemand } from './memmon/desk-on-demand.ts'
import { Inquiries } from './memmon/inquiries.ts'
import { Records } from './memmon/records.ts'
import { logRules, logStart } from './messages/start-lines.ts'
import { CustomMonitors } from './monitors/custom-monitors.ts'
import { openSampler } from './proc/open-sampler.ts'
import { OwnMemory } from './proc/own-memory.ts'
import type { Procfs } from './proc/procfs.ts'
import { createQuietChildren, type QuietChildren } from './proc/quiet.ts'
import type { Sampler } from './proc/sampler.ts'
import { openSightings } from './proc/sightings.ts'
import { act } from './restart/actions.ts'
import { HookCommands } from './restart/hook-commands.ts'
import { createOwnPlace, type OwnPlace } from './restart/own-place.ts'
import { Restarts, type RestartsPorts } from './restart/restarts.ts'
import { isMemory } from './rules/metric.ts'
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
  /** memmon has to end, so that supervisord restarts it; why is in the log. */
  readonly onUnfit: () => void
  readonly source: SettingsSource
  /** An event of any kind has come. */
  readonly hasHeard: () => boolean
}

export class Memmon {
  readonly restarts: Restarts
  readonly #ports: MemmonPorts
  readonly #settings: CurrentSettings
  readonly #client: SupervisorClient
  readonly #hooks: HookCommands
  readonly #notifications: Notifications
  readonly #customMonitors: CustomMonitors
  readonly #monitor: Monitor
  readonly #history: HistoryKeeper
  readonly #inquiries: Inquiries
  readonly #desk: DeskOnDemand
  readonly #deafness: Deafness
  readonly #place: OwnPlace
  readonly #ownMemory: OwnMemory
  readonly #records: Records
  #quiet: QuietChildren | undefined
  #opened: Promise<void> | undefined

  constructor(initial: Settings, address: ServerAddress, ports: MemmonPorts) {
    const { log, redactor, sleep } = ports
    const { sampler, procfs } = openSampler(initial.sampler)
    this.#ports = ports
    this.#settings = new CurrentSettings(initial, {
      ...ports,
      apply: (next, why) => this.#apply(next, why),
      mail: (subject, text) => this.#notifications.say({ event: 'settings', subject, text }),
    })
    logStart(initial, address, sampler.source, log)
    for (const warning of ports.source.warnings) log('WARN', warning, doubtful)
    logRules(this.#settings.now, log)

    const run = runOf(process.pid) ?? ''
    this.#history = new HistoryKeeper({ run, log, sleep, ...CLOCKS })
    this.#client = connect(address, credentialsFrom(process.env))
    this.#hooks = new HookCommands(initial, { redactor, host: hostname(), sleep, nowMs: Date.now })
    this.#notifications = createNotifications(initial, {
      log,
      redactor,
      runOnAlert: (command, outcome, subject) => this.#hooks.runOnAlert(command, outcome, subject),
      historyOf: this.#history.historyOf,
      onFailure: channelKey => this.#records.onUndelivered(channelKey),
    })
    this.#hooks.use(initial, hasHooks(initial))
    this.#inquiries = new Inquiries(initial, {
      ...ports,
      ...CLOCKS,
      agents: {
        ...agentsSurroundings(initial, address),
        log,
        nowMs: Date.now,
        desk: { act: (...of) => this.#desk.act(...of), listener: () => this.#desk.listener() },
      },
      tell: outcome => {
        this.#records.onTold(outcome)
        this.#monitor.onOutcome(outcome)
        this.#notifications.tell(outcome)
      },
      historyOf: this.#history.historyOf,
      siblingCountOf: process => this.#monitor.siblingsOf(process).length,
      runDiagnose: this.#hooks.diagnose,
      isOverHardLimit: request => this.#monitor.isOverHardLimit(request),
    })
    const { ruleset } = this.#settings.now
    this.restarts = new Restarts(initial, ruleset, this.#restartsPorts())
    this.#customMonitors = new CustomMonitors({
      timeoutMs: () => this.#settings.now.settings.monitorTimeoutSeconds * 1000,
      log,
      mail: news => this.#notifications.say(news),
      tick: monotonicMs,
      nowMs: Date.now,
    })
    this.#customMonitors.use(ruleset.monitors)
    this.#monitor = new Monitor(this.#monitorPorts(sampler, initial.serverUrl !== undefined), ruleset)
    const parts = { monitor: this.#monitor, restarts: this.restarts }
    this.#desk = new DeskOnDemand({
      ...parts,
      ...ports,
      getProcessInfo: this.#client.getProcessInfo,
      listener: () => this.#records.listener,
    })
    this.#deafness = watchDeafness({ ...ports, client: this.#client })
    this.#ownMemory = new OwnMemory({ ...ports, readRssBytes: procfs?.ownRssBytes })
    this.#place = this.#ownPlace(initial, address, procfs)
    const { outbox } = this.#notifications
    const seen = { ...parts, history: this.#history, outbox, readOwnBytes: procfs?.ownRssBytes }
    this.#records = new Records(initial, { run, ...seen, log, sleep, ...CLOCKS })
  }

  /** One check; undefined if it is over already. Never rejects. */
  check(): Promise<void> | undefined {
    const startedTick = monotonicMs()
    for (const part of [this.#records, this.#notifications, this.#inquiries]) part.onCheckBegins()
    this.#settings.look()
    this.restarts.check()
    const running = this.#monitor.check()
    if (running) this.#records.onCheckGoesOn()
    const after = () => {
      const durationMs = monotonicMs() - startedTick
      this.#ownMemory.afterCheck(running !== undefined, durationMs, this.#settings.now.settings)
      this.#records.onCheckEnds(durationMs)
    }
    if (!running) return after() as undefined
    return running
      .catch(thrown =>
        this.#ports.log(
          'ERRO',
          `Internal error in a check, please report it: ${messageOf(thrown)}`,
          defect(false),
        ),
      )
      .finally(after)
  }

  onTick(periodSeconds: number): void {
    this.#records.onTick(periodSeconds)
    this.#deafness.onTick(periodSeconds)
  }

  /** Reads memmon.conf again, if there is one. */
  reload(): void {
    this.#settings.reload()
  }

  /** Goes on with what an earlier memmon has begun, beside the listener. */
  begin(): void {
    this.#opened = this.restarts.open(this.#place.find())
  }

  /**
   * memmon ends: asks no monitor any more. Sends the gathered messages, and resolves when every channel has had its try and
   * no command runs.
   */
  async flushMessages(): Promise<void> {
    this.#customMonitors.end()
    this.#inquiries.end()
    await this.#inquiries.flush()
    await Promise.all([this.#notifications.flush(), this.#hooks.whenIdle(), this.#whenOpen()])
  }

  /** Resolves when the journal and the messages that wait are on disk. Nothing is sent any more. */
  async save(): Promise<void> {
    await Promise.all([this.#whenOpen(), this.#inquiries.flush()])
    await Promise.allSettled([this.restarts.flush(), this.#notifications.keep(), this.#records.save()])
    // The journal forgets a restart that has ended meanwhile: what it told is kept, too.
    await Promise.allSettled([this.#notifications.keep()])
  }

  /** Saves, and makes the state folder free for the next memmon. */
  async release(): Promise<void> {
    await this.save()
    await this.#place.release()
  }

  /** Lets go of supervisord. */
  close(): void {
    this.#deafness.close()
    this.#records.close()
    this.#inquiries.close()
    this.#quiet?.release()
    this.#client.close()
  }

  /** Takes other settings, or throws a UsageError and takes nothing. */
  #apply(next: InForce, why: string): void {
    const { log } = this.#ports
    const { settings } = next
    this.#notifications.use(settings)
    this.#records.use(settings)
    log('INFO', why, () => ({ event: 'reloaded' }))
    this.#hooks.use(settings, hasHooks(settings))
    this.#inquiries.use(settings)
    this.#customMonitors.use(next.ruleset.monitors)
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
      takeEvidence: this.#inquiries.takeEvidence,
      drainByAgent: this.#inquiries.drainByAgent,
      tell: outcome => {
        this.#records.onOutcome(outcome)
        this.#desk.tell(outcome)
        this.#inquiries.tell(outcome)
      },
      onChange: () => this.#records.onRestarts(),
      log,
      sleep,
      ...CLOCKS,
    }
  }

  #monitorPorts(sampler: Sampler, hasServerUrl: boolean): MonitorPorts {
    const { restarts } = this
    const { tell, tallies } = this.#inquiries
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
      availableBytes: () => this.#settings.availableBytes,
      onMeasured: (info, rssBytes) => restarts.observe(info, rssBytes),
      onTable: processes => {
        restarts.onTable(processes)
        this.#ownMemory.onTable(processes)
        this.#records.onTable(processes)
        this.#notifications.onTable(processes)
        tallies.keepOnly(processes)
      },
      onFigure: (...read) => {
        if (isMemory(read[1].metric)) this.#records.onFigure(...read)
        else tallies.note(...read)
      },
      record: this.#history.record,
      isSelf: createIsSelf(process.env, () => ownPids(process.pid, process.ppid)),
      log: this.#ports.log,
      nowMs: Date.now,
      monotonicMs,
    }
  }

  /** What it does may change what the process does: why it has so many is read before. */
  async #act(request: RestartRequest, action: Parameters<typeof act>[1]): Promise<RestartOutcome> {
    const evidence = await this.#inquiries.reasonOf(request)
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
        if (procfs) this.#inquiries.begin(pid)
        return this.#quiet !== undefined
      },
      onFolder: folder => {
        this.#notifications.attach(folder)
        this.#records.attach(folder)
        this.#inquiries.attach(folder)
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
