// The world of one run: time, supervisord, the disk, the operator's commands, and one memmon after the other.
import { Disk } from './disk.ts'
import { Hooks } from './hooks.ts'
import { Memmon } from './memmon.ts'
import { happen } from './operator.ts'
import { Oracle } from './oracle.ts'
import { type Hand, type Run, sizeMbOf } from './program.ts'
import { Random } from './random.ts'
import { TREE_SHARE } from './sampler.ts'
import type { EffectKind, Happening, Scenario } from './scenario.ts'
import { Scheduler } from './scheduler.ts'
import { Supervisord } from './supervisord.ts'

export type { EffectKind }

const BEGAN_AT = Date.UTC(2026, 10, 21, 12)
/** Now and then a pid is used again. */
const REUSED_SHARE = 0.1

export class World {
  readonly scheduler = new Scheduler()
  readonly scenario: Scenario
  readonly periodMs: number
  readonly oracle: Oracle
  readonly supervisord: Supervisord
  readonly disk: Disk
  readonly hooks: Hooks
  /** What memmon calls random, and how long things take. */
  readonly jitter: Random
  conf: Scenario['conf']
  memmon: Memmon | undefined
  boot = 1
  isCalm = false
  unmeasurableUntil = 0
  /** The date is wrong by so much. */
  dateMs = 0
  /** What was there to be seen by a person. */
  readonly trace: string[] | undefined
  /** What agents do when they are asked. */
  readonly agents: Random
  /** How long evidence takes. */
  readonly evidence: Random
  readonly #pids: Random
  readonly #effects = new Map<EffectKind, number>()
  #lastPid = 100
  #isStarting = false

  constructor(scenario: Scenario, isTraced = false) {
    this.scenario = scenario
    this.trace = isTraced ? [] : undefined
    this.periodMs = scenario.periodMs
    this.conf = scenario.conf
    const stream = (name: string) => new Random(scenario.seed, name)
    this.jitter = stream('jitter')
    this.evidence = stream('evidence')
    this.agents = stream('agents')
    this.#pids = stream('pids')
    this.oracle = new Oracle(this)
    const { scheduler } = this
    this.supervisord = new Supervisord(
      {
        scheduler,
        random: stream('programs'),
        newPid: () => this.#newPid(),
        epochSeconds: () => Math.floor(this.epochMs() / 1000),
        isCalm: () => this.isCalm,
        mayStart: () => this.supervisord.isUp && !this.supervisord.isLeaving,
        handOf: () => this.#handOf(),
        onChange: (program, by, run) => this.oracle.onChange(program, by, run),
      },
      stream('calls'),
    )
    this.disk = new Disk(scheduler, stream('disk'))
    this.hooks = new Hooks(scheduler, stream('hooks'), {
      supervisord: this.supervisord,
      handOf: () => this.#handOf(),
      onDone: (word, namespec, ok) => this.oracle.onHookDone(word, namespec, ok),
    })
  }

  /** Everything starts; the events of the scenario are to come. */
  begin(): void {
    const { scheduler, scenario } = this
    for (const spec of scenario.programs) this.supervisord.add(spec)
    for (const program of this.supervisord.programs.values())
      if (program.spec.autostart) program.start('supervisord')
    this.startMemmon(500)
    for (const { when, what } of scenario.events)
      if ('at' in when) scheduler.at(when.at, () => this.happen(what))
  }

  happen(what: Happening): void {
    if (this.isCalm) return
    this.say(() => `EVENT ${JSON.stringify(what)}`)
    happen(this, what)
  }

  /** Nothing bad happens any more. */
  calmDown(): void {
    this.say(() => 'CALM')
    this.isCalm = true
    this.supervisord.weather = undefined
    this.disk.trouble = undefined
    this.hooks.trouble = undefined
    this.unmeasurableUntil = 0
    for (const program of this.supervisord.programs.values()) {
      program.behaviour = { ...program.behaviour, hangMs: 0, crashes: 0 }
      program.wake()
      if (!program.run) continue
      program.run.baseMb = sizeMbOf(program.run, this.scheduler.now)
      program.run.sinceMs = this.scheduler.now
      program.run.growsMbPerSecond = 0
    }
  }

  onEffect(kind: EffectKind): void {
    const nth = (this.#effects.get(kind) ?? 0) + 1
    this.#effects.set(kind, nth)
    for (const { when, what } of this.scenario.events) {
      if (!('on' in when) || when.on !== kind || when.nth !== nth) continue
      if (when.afterMs === 0 && what.do === 'kill') this.happen(what)
      else this.scheduler.after(when.afterMs, () => this.happen(what))
    }
  }

  startMemmon(afterMs: number): void {
    if (this.#isStarting) return
    this.#isStarting = true
    this.scheduler.after(afterMs, () => {
      this.#isStarting = false
      if (this.memmon?.isAlive || !this.supervisord.isUp || this.supervisord.isLeaving) return
      this.say(() => 'memmon starts')
      this.memmon = new Memmon(this)
    })
  }

  /** SIGKILL. */
  killMemmon(): void {
    if (!this.memmon?.isAlive) return
    this.say(() => 'memmon is killed')
    this.onExit(this.memmon)
    this.startMemmon(this.jitter.between(500, 3_000))
  }

  /** It has no more effects; what it was writing is there in part. */
  onExit(memmon: Memmon): void {
    memmon.isAlive = false
    this.disk.onKill()
    if (!this.disk.isCurrent || this.oracle.isWarned) this.oracle.onUnprotected('the journal was not written')
    this.oracle.isWarned = false
  }

  say(text: () => string): void {
    this.trace?.push(`${(this.scheduler.now / 1000).toFixed(3).padStart(9)} ${text()}`)
  }

  tick(): number {
    return this.boot * 1_000_000 + this.scheduler.now
  }

  epochMs(): number {
    return BEGAN_AT + this.dateMs + Math.floor(this.scheduler.now)
  }

  isUnmeasurable(): boolean {
    return this.scheduler.now < this.unmeasurableUntil
  }

  runOf(pid: number): Run | undefined {
    for (const { run } of this.supervisord.programs.values()) if (run?.pid === pid) return run
    return undefined
  }

  usedMb(): number {
    let mb = 0
    for (const { run } of this.supervisord.programs.values())
      if (run) mb += Math.round(sizeMbOf(run, this.scheduler.now) * TREE_SHARE)
    return mb
  }

  #handOf(): () => Hand {
    const { era } = this.oracle
    return () => (era === this.oracle.era ? 'memmon' : 'operator')
  }

  #newPid(): number {
    const earlier = this.#pids.int(100, this.#lastPid)
    if (this.#pids.chance(REUSED_SHARE) && !this.runOf(earlier)) return earlier
    this.#lastPid++
    return this.#lastPid
  }
}
