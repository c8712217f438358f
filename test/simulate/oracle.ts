// What memmon promises, watched from outside: by what it asks of supervisord, what it runs and what it tells, against
// what it could know at that moment. It knows nothing of memmon's jobs.

import { outcomeText } from '../../src/messages/outcome-text.ts'
import type { RestartOutcome, RestartRequest } from '../../src/rules/outcome.ts'
import {
  type ProcessInfo,
  type ProcessKey,
  ProcessState,
  sameRun,
  stateName,
} from '../../src/rules/process.ts'
import { growthTermsOf, isIgnored, limitsOf } from './conf.ts'
import { isDue, overBelowMb } from './growth.ts'
import type { HookWord } from './hooks.ts'
import { whyStopped } from './legitimate.ts'
import type { Memmon } from './memmon.ts'
import { type Hand, type Program, type Run, sizeMbOf } from './program.ts'
import { TREE_SHARE } from './sampler.ts'
import type { World } from './world.ts'

export interface Violation {
  readonly invariant: 'runs again' | 'post follows' | 'spared' | 'told' | 'bounded' | 'no defect'
  readonly text: string
  readonly atMs: number
}

/** A program that is down because of memmon. */
export interface Debt {
  readonly sinceMs: number
  readonly why: 'stopped' | 'asked to finish'
}

const { RUNNING, STOPPING, EXITED, BACKOFF, FATAL } = ProcessState
const HAS_ENDED: readonly number[] = [EXITED, BACKOFF, FATAL]

export class Oracle {
  readonly violations: Violation[] = []
  readonly debts = new Map<string, Debt>()
  /** pre_restart_command has succeeded, and post_restart_command has not run since. */
  readonly owedPosts = new Map<string, number>()
  /** Something has begun whose outcome has not been told. */
  readonly untold = new Map<string, string>()
  /** Draining was told of this run, and its end was not. */
  readonly drains = new Map<string, ProcessKey>()
  /** The run of each process that was drained last. */
  readonly drained = new Map<string, ProcessKey>()
  /** drain_check has said that this run has finished. */
  readonly finished = new Map<string, ProcessKey>()
  /** To be restarted with their group. */
  readonly company = new Map<string, ProcessKey>()
  /** A restart was due for the growth of this run, by its least leak. */
  readonly due = new Map<string, { readonly run: ProcessKey; readonly overBelowMb: number }>()
  readonly lastStartAt = new Map<string, number>()
  readonly failedToStart = new Set<string>()
  /** memmon has said that the journal cannot be written, and not yet that it can be again. */
  isWarned = false
  /** How often the promises did not hold since a disk had failed. */
  excused = 0
  /** What was asked for in an earlier one is excused. */
  era = 0
  stops = 0
  readonly #world: World
  readonly #prepared = new Map<string, boolean>()

  constructor(world: World) {
    this.#world = world
  }

  violate(invariant: Violation['invariant'], text: string): void {
    this.#world.say(() => `VIOLATION ${invariant}: ${text}`)
    this.violations.push({ invariant, text, atMs: this.#world.scheduler.now })
  }

  onChange(program: Program, by: Hand, run: Run | undefined): void {
    const { namespec, state } = program
    this.#world.say(() => `  ${namespec} is ${stateName(state)}${run ? ` (pid ${run.pid})` : ''} by ${by}`)
    if (by === 'operator' && state !== EXITED) this.debts.delete(namespec)
    if (state === RUNNING) this.debts.delete(namespec)
    const isStopped = by === 'memmon' && state === STOPPING
    const hasEnded = by === 'itself' && HAS_ENDED.includes(state) && run?.isTold === true
    if (isStopped) this.stops++
    if (isStopped) this.#owe(namespec, 'stopped')
    else if (hasEnded) this.#owe(namespec, 'asked to finish')
  }

  /** An operator has taken it away. */
  onRemoved({ namespec }: Program): void {
    this.debts.delete(namespec)
  }

  /** The next supervisord decides what runs. */
  onSupervisordGone(): void {
    this.debts.clear()
  }

  /** It starts what has autostart; what memmon has stopped is memmon's to start. */
  onReload(): void {
    for (const [namespec, { why }] of this.debts) if (why === 'asked to finish') this.debts.delete(namespec)
  }

  /** The disk had failed, or failed memmon now: what was begun is not known to the next memmon. */
  onUnprotected(why: string): void {
    this.#world.say(() => `  (unprotected: ${why})`)
    this.excused += this.debts.size + this.owedPosts.size + this.untold.size
    this.era++
    for (const { run } of this.#world.supervisord.programs.values()) if (run) run.isTold = false
    for (const all of [this.debts, this.owedPosts, this.untold, this.drains]) all.clear()
  }

  /** memmon has taken in a size. */
  onSized(
    { conf }: Memmon,
    { namespec, group, name, pid, startSeconds }: ProcessInfo,
    run: Run,
    mb: number,
  ): void {
    const terms = growthTermsOf(conf, group, name)
    if (!terms || !isDue(run, mb, this.#world.scheduler.now, terms)) return
    const before = this.due.get(namespec)
    const of = { pid, startSeconds }
    const leastMb = before && sameRun(before.run, of) ? before.overBelowMb : Number.POSITIVE_INFINITY
    const overMb = terms.increases || !run.leak ? 0 : overBelowMb(run.leak)
    this.due.set(namespec, { run: of, overBelowMb: Math.min(leastMb, overMb) })
  }

  onStopAsked(memmon: Memmon, namespec: string): void {
    this.#world.say(() => `-> stop ${namespec}`)
    const wrong = whyStopped(this.#world, memmon, namespec)
    if (wrong) this.violate('spared', `${namespec} is stopped: ${wrong}`)
  }

  /** It is taken of a process that is over its limit, not of any other. */
  onEvidence(memmon: Memmon, namespec: string): void {
    this.#world.say(() => `-> evidence ${namespec}`)
    const wrong = whyStopped(this.#world, memmon, namespec)
    if (wrong) this.violate('spared', `evidence is taken of ${namespec}: ${wrong}`)
  }

  onStartAsked(_: Memmon, namespec: string): void {
    this.#world.say(() => `-> start ${namespec}`)
    this.lastStartAt.set(namespec, this.#world.scheduler.now)
  }

  onHookAsked(memmon: Memmon, word: HookWord, { process, breach }: RestartRequest): void {
    this.#world.say(() => `-> ${word} ${process.namespec}`)
    if (word === 'pre') {
      const keys = memmon.conf.sections.find(({ name }) => name === sectionOf(breach.ruleId))?.keys
      this.#prepared.set(process.namespec, keys?.post_restart_command !== undefined)
    }
    if (word !== 'restart') return
    const wrong = whyStopped(this.#world, memmon, process.namespec)
    if (wrong) this.violate('spared', `restart_command is run for ${process.namespec}: ${wrong}`)
  }

  onHookDone(word: HookWord, namespec: string, ok: boolean): void {
    this.#world.say(() => `<- ${word} ${namespec} ${ok ? 'ok' : 'failed'}`)
    if (word === 'pre' && ok && this.#prepared.get(namespec))
      this.owedPosts.set(namespec, this.#world.scheduler.now)
    if (word === 'post') this.owedPosts.delete(namespec)
    const run = this.#world.supervisord.programs.get(namespec)?.run
    if (word === 'idle' && ok && run) this.finished.set(namespec, run)
  }

  onCompanyAsked(memmon: Memmon, { process }: RestartRequest): void {
    if (!memmon.conf.sections.some(({ keys }) => keys.restart_group === 'true'))
      this.violate('spared', `the group of ${process.namespec} is to be restarted, which nothing asks for`)
  }

  onCompany(found: readonly RestartRequest[]): void {
    for (const { process: one } of found) this.company.set(one.namespec, one)
  }

  onTold(memmon: Memmon, outcome: RestartOutcome): void {
    this.#world.say(() => `TOLD ${outcomeText(outcome)}`)
    const { process } = outcome.request
    const { namespec } = process
    switch (outcome.kind) {
      case 'restarted':
        this.failedToStart.delete(namespec)
        this.#settled(namespec)
        break
      case 'skipped':
        if (outcome.reason !== 'postponed') this.#settled(namespec, process)
        // Nothing was asked of it, so nothing is waited for.
        if (outcome.reason === 'spared' && !this.#world.supervisord.programs.get(namespec)?.run?.isTold)
          this.drains.delete(namespec)
        this.#isTrue(namespec, process, outcome.reason)
        break
      case 'failed':
        if (outcome.phase === 'start') this.failedToStart.add(namespec)
        // The last word where supervisord is not to restart it.
        if (outcome.phase !== 'start' || outcome.fault.includes('EXITED')) this.#settled(namespec, process)
        if (outcome.phase === 'stop' || outcome.phase === 'check')
          this.#isTrue(namespec, process, outcome.phase)
        break
      case 'noticed':
        if (outcome.what === 'draining') this.#onDraining(memmon, process)
        if (outcome.what === 'undrained') {
          this.drains.delete(namespec)
          this.untold.delete(namespec)
        }
    }
  }

  onLogged(level: string, text: string): void {
    if (level === 'DEBG') return
    if (text.startsWith('The journal cannot be written')) this.isWarned = true
    if (text.startsWith('The journal is written again')) this.isWarned = false
    this.#world.say(() => `LOG  ${level} ${text}`)
    const unnamed = /^post_restart_command for (\S+) is not run: the settings/.exec(text)?.[1]
    if (unnamed !== undefined) this.owedPosts.delete(unnamed)
    const resumed = RESUMED.exec(text)
    const run = this.#world.supervisord.programs.get(resumed?.[1] ?? resumed?.[2] ?? '')?.run
    if (!resumed || !run) return
    // memmon was killed before it could say so.
    const [, asked, restarted = ''] = resumed
    this.drained.set(asked ?? restarted, run)
    if (asked !== undefined && !this.drains.has(asked)) this.drains.set(asked, run)
  }

  /** What is still to come, if the world stays as it is; undefined: all is well. */
  get unquiet(): { readonly invariant: Violation['invariant']; readonly text: string } | undefined {
    const { memmon, supervisord } = this.#world
    if (!supervisord.isUp || supervisord.isLeaving)
      return { invariant: 'bounded', text: 'supervisord is away' }
    if (!memmon?.isAlive || memmon.openedAt === undefined) return { invariant: 'bounded', text: 'no memmon' }
    for (const [namespec, { why, sinceMs }] of this.debts) {
      const state = stateName(supervisord.programs.get(namespec)?.state ?? -1)
      const text = `${namespec} was ${why} ${secondsSince(sinceMs, this.#world)} s ago and is ${state}`
      return { invariant: 'runs again', text }
    }
    for (const [namespec] of this.owedPosts)
      return { invariant: 'post follows', text: `post_restart_command of ${namespec} has not run` }
    for (const [namespec, what] of this.untold)
      return { invariant: 'told', text: `${namespec} was ${what}, and no outcome is told` }
    for (const [namespec, run] of this.drains) {
      const now = supervisord.programs.get(namespec)?.run
      if (!now || !sameRun(now, run))
        return { invariant: 'told', text: `the end of draining ${namespec} is not told` }
    }
    const [unfinished] = memmon.restarts.unfinished.restarts
    if (unfinished !== undefined)
      return { invariant: 'bounded', text: `the restart of ${unfinished} does not end` }
    const over = this.over(() => true)
    return over === undefined ? undefined : { invariant: 'bounded', text: over }
  }

  /** What is over a limit and is to be restarted, of those groups. */
  over(isIn: (group: string) => boolean): string | undefined {
    const { supervisord, scheduler, conf, memmon } = this.#world
    if (conf !== memmon?.conf) return 'the settings are not taken'
    for (const { spec, run, state, namespec } of supervisord.programs.values()) {
      if (!run || state !== RUNNING || !isIn(spec.group)) continue
      for (const { limitMb, softMb, cumulative, section } of limitsOf(conf, spec.group, spec.name)) {
        const sizeMb = Math.round(Math.round(sizeMbOf(run, scheduler.now)) * (cumulative ? TREE_SHARE : 1))
        if (sizeMb > limitMb || sizeMb > softMb) return `${namespec} has ${sizeMb} MB, over [${section}]`
      }
      const terms = growthTermsOf(conf, spec.group, spec.name)
      const mb = Math.round(Math.round(sizeMbOf(run, scheduler.now)) * (terms?.cumulative ? TREE_SHARE : 1))
      if (terms && !terms.increases && isDue(run, mb, scheduler.now, terms))
        return `${namespec} leaks, has ${mb} MB, and its restart is due`
    }
    return undefined
  }

  #owe(namespec: string, why: Debt['why']): void {
    this.debts.set(namespec, { sinceMs: this.#world.scheduler.now, why })
    this.untold.set(namespec, why)
  }

  /** An outcome was told; one about a process that still runs as it did does not end its draining. */
  #settled(namespec: string, left?: ProcessKey): void {
    this.untold.delete(namespec)
    const run = this.#world.supervisord.programs.get(namespec)?.run
    if (!left || !run || !sameRun(left, run)) this.drains.delete(namespec)
  }

  /** It is said to be as it was: then memmon has not stopped it. */
  #isTrue(namespec: string, process: ProcessKey, said: string): void {
    if (!['recovered', 'ending', 'spared', 'stop', 'check'].includes(said)) return
    const debt = this.debts.get(namespec)
    const run = this.#world.supervisord.programs.get(namespec)?.run
    if (debt?.why === 'stopped' && (!run || sameRun(run, process)))
      this.violate('told', `${namespec} is said to be untouched (${said}), but memmon has stopped it`)
  }

  #onDraining(memmon: Memmon, process: ProcessInfo): void {
    const { group, name, namespec, pid } = process
    this.drains.set(namespec, process)
    this.drained.set(namespec, process)
    const measured = memmon.measured.get(pid)
    const isOver = limitsOf(memmon.conf, group, name).some(
      ({ softMb, cumulative }) => ((cumulative ? measured?.treeMb : measured?.plainMb) ?? 0) > softMb,
    )
    if (!isOver || isIgnored(memmon.conf, group, name))
      this.violate('spared', `${namespec} was asked to finish, and no soft limit in force asks for it`)
  }
}

const RESUMED =
  /^(\S+) was asked to finish by an earlier memmon|^Finishing the restart of (\S+) that an earlier memmon/

/** `program w:w0 memory`, `budget group w`: the section that the rule is in. */
function sectionOf(ruleId: string): string {
  const [kind, name, third] = ruleId.split(' ')
  if (kind === 'budget') return name === 'group' ? `group:${third}` : 'total'
  return kind === 'any' ? 'any' : `${kind}:${name}`
}

const secondsSince = (sinceMs: number, { scheduler }: World): string =>
  ((scheduler.now - sinceMs) / 1000).toFixed(0)
