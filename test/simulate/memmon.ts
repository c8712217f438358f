// One memmon: the real monitor and the real restarts, wired as src/memmon.ts wires them, with every port in the
// hands of the simulation. A killed one hears nothing more and has no more effects.

import { SupervisorFault } from '../../src/base/errors.ts'
import type { CommandResult } from '../../src/base/pipe-command.ts'
import { Monitor } from '../../src/check/monitor.ts'
import { resolveSettings } from '../../src/config/in-force.ts'
import { act } from '../../src/restart/actions.ts'
import { retryDelayMs } from '../../src/restart/endings.ts'
import type { AgentAnswer } from '../../src/restart/job-events.ts'
import { type JournalPlace, Restarts } from '../../src/restart/restarts.ts'
import type { Evidence, RestartRequest } from '../../src/rules/outcome.ts'
import { type ProcessInfo, sameRun } from '../../src/rules/process.ts'
import type { SupervisorClient } from '../../src/supervisor/client.ts'
import { createTableReader } from '../../src/supervisor/process-table.ts'
import { type Conf, settingsOf } from './conf.ts'
import { createRecord } from './growth.ts'
import type { HookWord } from './hooks.ts'
import { createSampler, type Measured } from './sampler.ts'
import { SELF, type Served, type Supervisord } from './supervisord.ts'
import type { EffectKind, World } from './world.ts'

const TOTAL_MB = 2_000
const MB = 1024 * 1024
const END_OF_INPUT_MS = 10_000
const EXIT_RESERVE_MS = 1_000

export class Memmon {
  /** What it goes by. */
  conf: Conf
  isAlive = true
  isEnding = false
  /** When the journal was read. */
  openedAt: number | undefined
  readonly restarts: Restarts
  /** What it was told last: of each process, and of each size. */
  readonly looks = new Map<string, { readonly info: ProcessInfo; readonly at: number }>()
  freeMb = TOTAL_MB
  readonly measured = new Map<number, Measured>()
  readonly #world: World
  readonly #monitor: Monitor
  #isChecking = false

  constructor(world: World) {
    this.#world = world
    this.conf = world.conf
    const { scheduler, oracle } = world
    const settings = settingsOf(this.conf)
    const resolved = resolveSettings(settings, TOTAL_MB * MB)
    const client = this.#client(world.supervisord)
    const runHook = (command: string, request: RestartRequest) => this.#runHook(command as HookWord, request)
    const tell = (outcome: Parameters<World['oracle']['onTold']>[1]): void => {
      if (this.effect('tell')) oracle.onTold(this, outcome)
    }
    const log = (level: string, text: string): void => {
      if (this.isAlive) oracle.onLogged(level, text)
    }
    const clocks = { nowMs: () => world.epochMs(), tick: () => world.tick() }
    this.restarts = new Restarts(settings, resolved, {
      supervisor: client,
      measure: request => this.#monitor.measureAgain(request),
      companionsOf: async request => {
        if (this.isAlive) oracle.onCompanyAsked(this, request)
        const found = await this.#monitor.companionsOf(request)
        if (this.isAlive) oracle.onCompany(found)
        return found
      },
      runHook,
      drainByAgent: (request, withinMs) => this.#drainByAgent(request, withinMs),
      takeEvidence: (request, { diagnoseCommand }) => this.#takeEvidence(request, diagnoseCommand),
      tell,
      log,
      sleep: ms => this.#sleep(ms),
      ...clocks,
      random: () => world.jitter.next(),
    })
    this.#monitor = new Monitor(
      {
        readTable: createTableReader(client as SupervisorClient),
        sampler: createSampler(world, this),
        quietLook: () => undefined,
        restarts: this.restarts,
        mayRestart: namespec => this.restarts.mayRestart(namespec),
        act: (request, action) => {
          if (action.kind === 'drain') this.restarts.soften(request, action)
          else void act(request, action, { ...client, run: runHook, nowMs: clocks.nowMs }).then(tell)
        },
        onRelieved: request => this.restarts.relieve(request),
        tell,
        availableBytes: () => {
          this.freeMb = Math.max(0, TOTAL_MB - world.usedMb())
          return this.freeMb * MB
        },
        record: createRecord(world, this),
        onFigure: () => {},
        onMeasured: (info, rssBytes) => this.restarts.observe(info, rssBytes),
        onTable: processes => this.restarts.onTable(processes),
        monitors: { ask() {} },
        isSelf: ({ namespec }) => namespec === SELF,
        log,
        nowMs: clocks.nowMs,
        monotonicMs: clocks.tick,
      },
      resolved,
    )
    void this.restarts.open(this.#place(client)).then(() => {
      this.openedAt = scheduler.now
    })
    scheduler.after(world.jitter.between(0, world.periodMs), () => this.#onTick())
  }

  /** True if the effect takes place: counted, and maybe the last that it has. */
  effect(kind: EffectKind): boolean {
    if (!this.isAlive) return false
    this.#world.onEffect(kind)
    return this.isAlive
  }

  /** memmon.conf has changed. */
  reload(): void {
    const { conf } = this.#world
    if (!this.isAlive || conf === this.conf) return
    this.conf = conf
    const settings = settingsOf(conf)
    const resolved = resolveSettings(settings, TOTAL_MB * MB)
    this.#monitor.use(resolved)
    this.restarts.use(settings, resolved)
  }

  /** SIGTERM; or the end of its input, where supervisord has gone. */
  end(why: 'term' | 'eof', onExit: () => void): void {
    if (this.isEnding) return
    this.isEnding = true
    const exit = () => {
      if (!this.isAlive) return
      this.#world.onExit(this)
      onExit()
    }
    if (why === 'term') this.restarts.end()
    const budgetMs = why === 'term' ? END_OF_INPUT_MS - EXIT_RESERVE_MS : END_OF_INPUT_MS
    void Promise.race([this.restarts.whenIdle(), this.#sleep(budgetMs)])
      .then(() => Promise.race([this.restarts.flush(), this.#sleep(EXIT_RESERVE_MS / 2)]))
      .then(exit)
  }

  #onTick(): void {
    if (!this.isAlive) return
    const { scheduler, periodMs, supervisord } = this.#world
    scheduler.after(periodMs, () => this.#onTick())
    // A tick that comes during a check is left out; a supervisord that has gone sends none.
    if (this.#isChecking || !supervisord.isUp || supervisord.isLeaving) return
    this.reload()
    this.restarts.check()
    const running = this.#monitor.check()
    if (!running) return
    this.#isChecking = true
    void running.finally(() => {
      this.#isChecking = false
    })
  }

  async #place(client: Pick<SupervisorClient, 'getPid'>): Promise<JournalPlace> {
    for (let faults = 1; ; faults++) {
      try {
        const generation = await client.getPid()
        const disk = this.#world.disk.open(
          what => this.effect(what),
          () => this.isAlive,
          () => this.#world.oracle.onUnprotected('the journal could not be read'),
        )
        return { disk, supervisord: `run ${generation}`, boot: `boot ${this.#world.boot}` }
      } catch {
        await this.#sleep(retryDelayMs(faults, this.#world.jitter.next()))
      }
    }
  }

  #client(
    supervisord: Supervisord,
  ): Pick<
    SupervisorClient,
    | 'getAllProcessInfo'
    | 'getProcessInfo'
    | 'stopProcess'
    | 'startProcess'
    | 'signalProcess'
    | 'getListenerNamespecs'
    | 'getPid'
  > {
    const { oracle } = this.#world
    const call = <T>(kind: EffectKind, ask: (served: Served<T>) => void, onAnswer?: (answer: T) => void) =>
      new Promise<T>((resolve, reject) => {
        if (!this.effect(kind)) return
        ask(answer => {
          if (!this.isAlive) return
          if (answer instanceof SupervisorFault) return reject(answer)
          onAnswer?.(answer)
          resolve(answer)
        })
      })
    const seen = (info: ProcessInfo) => this.looks.set(info.namespec, { info, at: this.#world.scheduler.now })
    return {
      getAllProcessInfo: () =>
        call(
          'table',
          served => supervisord.getAllProcessInfo(served),
          infos => {
            for (const info of infos) seen(info)
          },
        ),
      getProcessInfo: namespec => call('look', served => supervisord.getProcessInfo(namespec, served), seen),
      stopProcess: namespec =>
        call('stop', served => {
          oracle.onStopAsked(this, namespec)
          supervisord.stopProcess(namespec, served)
        }) as Promise<unknown> as Promise<void>,
      startProcess: namespec =>
        call('start', served => {
          oracle.onStartAsked(this, namespec)
          supervisord.startProcess(namespec, served)
        }) as Promise<unknown> as Promise<void>,
      signalProcess: namespec =>
        call('signal', served => {
          supervisord.signalProcess(namespec, served)
        }) as Promise<unknown> as Promise<void>,
      getListenerNamespecs: async () => new Set<string>(),
      getPid: () => call('pid', served => supervisord.getPid(served)),
    }
  }

  #runHook(word: HookWord, request: RestartRequest): Promise<CommandResult> {
    return new Promise(resolve => {
      if (!this.effect(word)) return
      this.#world.oracle.onHookAsked(this, word, request)
      this.#world.hooks.run({
        word,
        request,
        isHeard: () => this.isAlive,
        onEnd: result => {
          if (this.isAlive) resolve(result)
        },
      })
    })
  }

  /** There is none, it is on its way back, it says no, or it tells the program, and its answer may be lost on the way. */
  async #drainByAgent({ process }: RestartRequest, withinMs: number): Promise<AgentAnswer> {
    const { agents: random, supervisord } = this.#world
    if (!this.effect('agent')) return new Promise(() => {})
    const how = random.pick(['takes', 'takes', 'takes', 'no agent', 'fails', 'silent'] as const)
    await this.#sleep(how === 'no agent' || how === 'silent' ? withinMs : random.int(1, withinMs))
    if (how === 'no agent') return { kind: 'unheard', why: how }
    const { run } = supervisord.programs.get(process.namespec) ?? {}
    if (how !== 'fails' && run && sameRun(run, process)) supervisord.programs.get(process.namespec)?.tell(run)
    return how === 'takes' ? { kind: 'taken' } : { kind: 'failed', why: how }
  }

  /** A kernel or a disk that does not answer costs all of evidence_timeout, a command that hangs all of its time. */
  async #takeEvidence({ process: { namespec } }: RestartRequest, command?: string): Promise<Evidence> {
    const { evidence: random, oracle } = this.#world
    if (!this.effect('evidence')) return new Promise(() => {})
    oracle.onEvidence(this, namespec)
    const mostMs = settingsOf(this.conf).evidenceTimeoutSeconds * 1000
    const ms = random.pick([random.int(5, 150), random.int(5, 150), random.int(150, mostMs), mostMs])
    await this.#sleep(ms)
    if (command !== undefined) await this.#sleep(random.pick([random.int(5, 1_000), 32_000]))
    return ms < mostMs
      ? { path: `/state/evidence/${namespec}`, sentences: [`it took ${ms} ms`] }
      : { problem: 'the disk did not take it', sentences: [] }
  }

  #sleep(ms: number): Promise<void> {
    return new Promise(resolve =>
      this.#world.scheduler.after(ms, () => {
        if (this.isAlive) resolve()
      }),
    )
  }
}
