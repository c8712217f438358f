// One check: the table of processes, their figures, the verdicts, and what follows from them. A check that finds the
// children of the last one, and nobody near a limit, is over at once.

import type { Budget, BudgetVerdict } from '../core/budgets.ts'
import { FaultCode, faultOf, messageOf } from '../core/errors.ts'
import { Judgement, type ProcessVerdict, type RuleVerdict } from '../core/judgement.ts'
import type { Noticed, RestartRequest } from '../core/outcome.ts'
import { breachText } from '../core/outcome-text.ts'
import { ageSecondsOf, canBeNamed, type ProcessInfo, ProcessState } from '../core/process.ts'
import { type Action, type Breach, type Exemptions, isExempt, type Rule } from '../core/rules.ts'
import type { Selector } from '../core/selector.ts'
import type { Log } from '../observe/log.ts'
import type { Sampler, SizesByPid } from '../sampling/sampler.ts'
import type { ProcessTable, ReadTable } from '../supervisor/process-table.ts'
import { BudgetCheck } from './budget-check.ts'
import { checkingLines, valueLines } from './peer-lines.ts'
import { askAgainAfterMs, type QuietLook, quickLook } from './quick-look.ts'
import { UnmatchedRules } from './unmatched-rules.ts'
import { BLIND_TEXT, BlindSpots, blindSpotsOf } from './unmeasured.ts'
import { type RssOf, readValues } from './values.ts'
import { type Watched, watchedOf } from './watched.ts'
import { wholeOf } from './whole.ts'

export interface MonitorPorts {
  readonly readTable: ReadTable
  readonly sampler: Sampler
  /** undefined where each check has to ask supervisord. */
  readonly quietLook: () => QuietLook | undefined
  /** What is being restarted is left alone; what is over its limit is handed over. */
  readonly restarts: {
    isAway(namespec: string): boolean
    /** Away, or soon to be: what it frees is not there yet. */
    isComing(namespec: string): boolean
    add(requests: readonly RestartRequest[]): void
  }
  /** False for what was restarted as often as it may be. */
  readonly mayRestart: (namespec: string) => boolean
  /** Sends the signal or runs the command of a rule; returns at once. */
  readonly act: (
    request: RestartRequest,
    action: Extract<Action, { kind: 'signal' | 'exec' | 'drain' }>,
  ) => void
  /** A process that is drained is back under its soft limit. */
  readonly onRelieved: (request: RestartRequest) => void
  readonly tell: (noticed: Noticed) => void
  readonly availableBytes: () => number | undefined
  /** Told of every size that was measured, and of all processes that there are. */
  readonly onMeasured: (process: ProcessInfo, rssBytes: number) => void
  readonly onTable: (processes: readonly ProcessInfo[]) => void
  readonly isSelf: (process: ProcessInfo) => boolean
  readonly log: Log
  readonly nowMs: () => number
  /** A clock that nobody sets, for patience: a machine whose date jumps has not been over its limit for hours. */
  readonly monotonicMs: () => number
}

export interface MonitorRules {
  readonly rules: readonly Rule[]
  readonly budgets: readonly Budget[]
  readonly ignored: readonly Selector[]
  readonly mostSpecific: boolean
  readonly verbose: boolean
}

/** What the last full check found. */
interface Known {
  readonly watched: readonly Watched[]
  /** Those without a pid, which `watched` then holds no more. */
  readonly down: readonly Watched[]
  readonly running: readonly ProcessInfo[]
  readonly isListener: (namespec: string) => boolean
  readonly atMs: number
  /** Later than this a check is a full one again. */
  readonly untilMs: number
}

export class Monitor {
  readonly #ports: MonitorPorts
  readonly #judgement = new Judgement()
  readonly #budgetCheck: BudgetCheck
  readonly #unmatched: UnmatchedRules
  readonly #blindSpots: BlindSpots
  #rules: MonitorRules
  /** undefined: the next check is a full one. */
  #known: Known | undefined
  /** The last full check's table, for what is measured again. */
  #last: Known | undefined
  /** Processes that no call can name and that were told as such; bounded by their number. */
  readonly #unnamable = new Set<string>()
  readonly #unreadable = new Set<string>()
  /** The trouble that was told last, so that it is not told at every tick. */
  #trouble = ''

  constructor(ports: MonitorPorts, rules: MonitorRules) {
    this.#ports = ports
    this.#rules = rules
    this.#unmatched = new UnmatchedRules(ports.log)
    this.#blindSpots = new BlindSpots(ports.log)
    this.#budgetCheck = new BudgetCheck({
      sampler: ports.sampler,
      availableBytes: ports.availableBytes,
      mayRestart: process => this.#mayRestart(process),
      isQueued: namespec => ports.restarts.isComing(namespec),
      log: ports.log,
    })
  }

  /** Other rules from the next check on; what was counted for those that stay is kept. */
  use(rules: MonitorRules): void {
    this.#rules = rules
    this.#known = undefined
    this.#unreadable.clear()
  }

  /**
   * One check; never rejects for what supervisord, the network or /proc does. undefined if it is over already: the
   * children are those of the last check.
   */
  check(): Promise<void> | undefined {
    try {
      if (!this.#quickCheck()) return this.#fullCheck()
      this.#setTrouble('')
    } catch (thrown) {
      this.#tellUnmeasured(thrown)
    }
    return undefined
  }

  /** What the system does not give, as in EMFILE, is trouble; anything else is a defect and is thrown on. */
  #tellUnmeasured(thrown: unknown): void {
    if ((thrown as NodeJS.ErrnoException).code === undefined) throw thrown
    const why = `${this.#ports.sampler.source}: ${messageOf(thrown)}`
    this.#setTrouble(`No memory could be measured, the next tick tries again: ${why}`)
  }

  /** What a request is about, measured again; undefined if that is gone. Throws if it cannot be read. */
  async measureAgain({ process, breach }: RestartRequest): Promise<number | undefined> {
    const { sampler } = this.#ports
    // It is restarted whatever its own size is.
    if (breach.together !== undefined) return breach.value
    if (breach.budget) return await this.#budgetAgain(breach.budget.id, process.namespec)
    if (breach.metric === 'rss') {
      const rssBytes = (await sampler.measure([process.pid], breach.cumulative)).get(process.pid)
      const [blind] = rssBytes === undefined ? blindSpotsOf([process], sampler) : []
      if (blind) throw new Error(BLIND_TEXT[blind.why])
      return rssBytes
    }
    const [value] = sampler.figures([process.pid], breach.metric, breach.cumulative)
    if (value === 'denied' || value === 'unsupported') throw new Error(`${breach.metric}: ${value}`)
    return typeof value === 'number' ? value : undefined
  }

  /** The rest of its group that runs and may be restarted, each with what it uses itself. */
  async companionsOf(request: RestartRequest): Promise<RestartRequest[]> {
    const { group, namespec } = request.process
    const others = (this.#last?.running ?? []).filter(
      process => process.group === group && process.namespec !== namespec && this.#isRestartable(process),
    )
    const { window: _, reason: __, ...breach } = request.breach
    const companions: RestartRequest[] = []
    for (const process of others) {
      const own = await this.measureAgain({ process, breach }).catch(() => undefined)
      companions.push({ process, breach: { ...breach, value: own ?? 0, together: namespec } })
    }
    return companions
  }

  /** False if supervisord has to be asked first. */
  #quickCheck(): boolean {
    const look = this.#ports.quietLook()
    // Read first, always: the next check compares with this reading.
    const unchanged = look?.isUnchanged() ?? false
    const known = this.#known
    if (!look || !unchanged || !known || this.#rules.verbose) return false
    if (this.#ports.monotonicMs() > known.untilMs) return false
    const seen = quickLook(known.watched, look, {
      plain: this.#needs(false),
      trees: this.#needs(true),
      swapUsedBytes: this.#ports.sampler.swapUsedBytes,
      onMeasured: this.#ports.onMeasured,
    })
    if (seen.kind === 'ask') return false
    if (seen.kind === 'quiet' && this.#judgement.isEmpty && this.#rules.budgets.length === 0) return true
    const { watched, rssOf } = seen.aged(this.#ports.monotonicMs() - known.atMs)
    this.#judge([...watched, ...known.down], rssOf)
    return true
  }

  async #fullCheck(): Promise<void> {
    try {
      await this.#lookAtAll()
    } catch (thrown) {
      this.#tellUnmeasured(thrown)
    }
  }

  async #lookAtAll(): Promise<void> {
    this.#known = undefined
    const table = await this.#table()
    if (!table) return
    const rules = this.#rules
    const watched = watchedOf(
      table.processes,
      this.#rules.rules,
      this.#rules.budgets,
      this.#exempt(table.isListener),
    )
    const isRunning = ({ state }: ProcessInfo) => state === ProcessState.RUNNING
    const atMs = this.#ports.monotonicMs()
    const known = {
      watched,
      down: [],
      running: table.processes.filter(isRunning),
      isListener: table.isListener,
      atMs,
      untilMs: atMs + askAgainAfterMs(table.processes),
    }
    this.#last = known
    const running = watched.filter(
      ({ process }) => process.state === ProcessState.RUNNING && !table.isAnother?.(process.pid),
    )
    const sizes = await this.#sizes(running)
    if (!sizes) return
    // The settings have changed meanwhile: what no longer holds restarts nobody, and is not kept for quick checks.
    if (rules !== this.#rules) return await this.#lookAtAll()
    this.#setTrouble('')
    this.#ports.onTable(table.processes)
    const rssOf: RssOf = ({ process }, cumulative) => sizes(cumulative).get(process.pid)
    for (const one of running) {
      const rssBytes = rssOf(one, this.#needs(true))
      if (rssBytes !== undefined) this.#ports.onMeasured(one.process, rssBytes)
    }
    const unmeasured = running.filter(one => rssOf(one, this.#needs(true)) === undefined)
    this.#blindSpots.tell(
      blindSpotsOf(
        unmeasured.map(({ process }) => process),
        this.#ports.sampler,
      ),
    )
    if (this.#rules.verbose)
      for (const line of checkingLines(this.#rules.rules)) this.#ports.log('DEBG', line)
    this.#forget(table)
    this.#judge(watched, rssOf)
    this.#unmatched.tell(this.#rules, table.processes, watched, this.#ports.isSelf)
    this.#prepareQuick(known)
  }

  /** From now on a check that finds the same children need not ask. */
  #prepareQuick(known: Known): void {
    const watched = known.watched.filter(({ process }) => process.pid > 0)
    if (watched.length === 0) return
    const down = known.watched.filter(({ process }) => process.pid === 0)
    if (this.#ports.quietLook()?.watch(watched.map(({ process }) => process.pid)))
      this.#known = { ...known, watched, down }
  }

  #judge(watched: readonly Watched[], rssOf: RssOf): void {
    const atMs = this.#ports.monotonicMs()
    const { restarts, sampler, log } = this.#ports
    const free = watched.filter(
      ({ process }) => process.state === ProcessState.RUNNING && !restarts.isAway(process.namespec),
    )
    const isFollowed = ({ process }: Watched) =>
      this.#rules.verbose || this.#judgement.remembers(process.namespec)
    const valuesOf = readValues(free, rssOf, sampler, isFollowed, this.#unreadable, log)
    const requests: RestartRequest[] = []
    for (const one of free) {
      const values = valuesOf(one)
      if (this.#rules.verbose) for (const line of valueLines(one.process, values)) log('DEBG', line)
      const bySignature = new Map(values.map(({ rule, value }) => [rule.signature, value]))
      const verdict = this.#judgement.judge(
        one.process,
        values.map(({ rule }) => rule),
        rule => bySignature.get(rule.signature),
        ageSecondsOf(one.process),
        atMs,
      )
      requests.push(...this.#follow(one.process, verdict, this.#ports.nowMs()))
    }
    restarts.add(requests)
    for (const { budget, verdict } of this.#budgetCheck.check(this.#rules.budgets, watched, rssOf, atMs)) {
      this.#followBudget(budget, verdict, this.#ports.nowMs())
    }
  }

  /** Tells and does what a verdict says; what is to be restarted is given back. */
  #follow(process: ProcessInfo, { acts, changes }: ProcessVerdict, at: number): RestartRequest[] {
    for (const { rule, kind, breach } of changes) {
      if (kind === 'relieved' && rule.action.kind === 'drain') this.#ports.onRelieved({ process, breach })
      else this.#notice(kind, process, breach, at)
    }
    return acts.flatMap(act => this.#act(process, act, at))
  }

  #act(process: ProcessInfo, { rule: { action }, breach }: RuleVerdict, at: number): RestartRequest[] {
    const request = { process, breach }
    switch (action.kind) {
      case 'restart':
        return this.#restartable(request) ? [request] : []
      case 'alert':
        this.#notice('alerted', process, breach, at)
        return []
      case 'would':
        this.#notice('would', process, breach, at, action.what)
        return []
      default:
        this.#ports.act(request, action)
        return []
    }
  }

  #followBudget(budget: Budget, verdict: BudgetVerdict, at: number): void {
    if (verdict.kind === 'act') {
      const request = { process: verdict.victim.process, breach: verdict.breach }
      if (this.#restartable(request)) this.#ports.restarts.add([request])
    }
    if (verdict.kind === 'relieved') this.#notice('relieved', wholeOf(budget), verdict.breach, at)
    if (verdict.kind !== 'alert') return
    const { action } = budget
    if (action.kind === 'would' && verdict.victim)
      this.#notice('would', verdict.victim.process, verdict.breach, at, action.what)
    else this.#notice('alerted', wholeOf(budget), verdict.breach, at)
  }

  #notice(what: Noticed['what'], process: ProcessInfo, breach: Breach, at: number, detail = ''): void {
    this.#ports.tell({ kind: 'noticed', what, request: { process, breach }, occurredAt: at, detail })
  }

  #restartable({ process, breach }: RestartRequest): boolean {
    if (canBeNamed(process)) return true
    if (!this.#unnamable.has(process.namespec)) {
      const why =
        'its name holds a control character, which XML-RPC cannot carry; rename it in supervisord.conf'
      this.#ports.log('WARN', `${process.namespec} cannot be restarted, with ${breachText(breach)}: ${why}`)
    }
    this.#unnamable.add(process.namespec)
    return false
  }

  #mayRestart(process: ProcessInfo): boolean {
    return this.#isRestartable(process) && this.#ports.mayRestart(process.namespec)
  }

  #isRestartable(process: ProcessInfo): boolean {
    const isListener = this.#last?.isListener ?? (() => false)
    return (
      canBeNamed(process) && !isExempt(process, this.#exempt(isListener)) && !isListener(process.namespec)
    )
  }

  #exempt(isListener: (namespec: string) => boolean): Exemptions {
    const { ignored, mostSpecific } = this.#rules
    return { isListener, isSelf: this.#ports.isSelf, ignored, mostSpecific }
  }

  async #table(): Promise<ProcessTable | undefined> {
    try {
      return await this.#ports.readTable()
    } catch (thrown) {
      const fault = faultOf(thrown)
      if (fault.code === FaultCode.SHUTDOWN_STATE) return undefined // it will end memmon, too
      this.#setTrouble(`This check is left out, the next tick tries again: ${fault.message}`)
      return undefined
    }
  }

  async #sizes(watched: readonly Watched[]): Promise<((cumulative: boolean) => SizesByPid) | undefined> {
    const { sampler } = this.#ports
    try {
      const pids = watched.map(({ process }) => process.pid)
      const plain = this.#needs(false) ? await sampler.measure(pids, false) : new Map<number, number>()
      const trees = this.#needs(true) ? await sampler.measure(pids, true) : new Map<number, number>()
      return cumulative => (cumulative ? trees : plain)
    } catch (thrown) {
      const why = `${sampler.source}: ${messageOf(thrown)}`
      this.#setTrouble(`No memory could be measured, the next tick tries again: ${why}`)
      return undefined
    }
  }

  /** True if a rule counts processes with their descendants, or without. */
  #needs(cumulative: boolean): boolean {
    const { rules, budgets } = this.#rules
    return (
      rules.some(rule => rule.cumulative === cumulative) ||
      budgets.some(budget => budget.cumulative === cumulative)
    )
  }

  async #budgetAgain(id: string, namespec: string): Promise<number | undefined> {
    const budget = this.#rules.budgets.find(one => one.id === id)
    if (!budget || !this.#last) return undefined
    // What another restart of them frees is free soon: one of them gives way at a time.
    const running = this.#last.watched.filter(
      ({ process }) =>
        process.state === ProcessState.RUNNING &&
        (process.namespec === namespec || !this.#ports.restarts.isAway(process.namespec)),
    )
    const sizes = await this.#ports.sampler.measure(
      running.map(({ process }) => process.pid),
      budget.cumulative,
    )
    return this.#budgetCheck.measure(budget, running, ({ process }) => sizes.get(process.pid))
  }

  #forget(table: ProcessTable): void {
    const present = new Set(table.processes.map(({ namespec }) => namespec))
    const { rules, budgets } = this.#rules
    this.#judgement.keepOnly(present, new Set(rules.map(({ signature }) => signature)))
    this.#budgetCheck.keepOnly(budgets, present)
    for (const namespec of this.#unnamable) if (!present.has(namespec)) this.#unnamable.delete(namespec)
  }

  /** Tells a trouble when it comes, changes or ends. */
  #setTrouble(trouble: string): void {
    if (trouble === this.#trouble) return
    if (trouble) this.#ports.log('WARN', trouble)
    else this.#ports.log('INFO', 'Checks go on')
    this.#trouble = trouble
  }
}
