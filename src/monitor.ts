// One tick: the table of processes, their sizes, the verdicts, the restarts that follow.

import { FaultCode, faultOf, messageOf } from './core/errors.ts'
import type { RestartRequest } from './core/outcome.ts'
import { breachText } from './core/outcome-text.ts'
import { canBeNamed, type ProcessInfo, ProcessState } from './core/process.ts'
import { type Breach, evaluate, type Rule, type RuleScope, rulesFor } from './core/rules.ts'
import { formatSelector, type Selector } from './core/selector.ts'
import { describeUnmatched } from './core/unmatched.ts'
import type { Log } from './observe/log.ts'
import type { Sampler, SizesByPid } from './sampling/sampler.ts'
import type { ProcessTable, ReadTable } from './supervisor/process-table.ts'

/** What a check needs to see that nothing has happened, without asking anybody. */
export interface QuietLook {
  /** True if supervisord's children are the very processes of the last `watch`. */
  isUnchanged(): boolean
  /** Takes the pids to look at from now on; false if they are not all children of supervisord. */
  watch(pids: readonly number[]): boolean
  /** Sizes in bytes by the place of the pid, below 0 for one that has gone; the array is used again. */
  sizes(): ArrayLike<number>
}

export interface MonitorPorts {
  readonly readTable: ReadTable
  readonly sampler: Sampler
  /** undefined where each check has to ask supervisord. */
  readonly quietLook: () => QuietLook | undefined
  /** What waits or is being restarted is left alone; what is over its limit is handed over. */
  readonly queue: { has(namespec: string): boolean; add(requests: readonly RestartRequest[]): void }
  /** Told of every size that was measured, and of all there are. */
  readonly onMeasured: (process: ProcessInfo, sizeBytes: number) => void
  readonly onTable: (processes: readonly ProcessInfo[]) => void
  readonly isSelf: (process: ProcessInfo) => boolean
  readonly log: Log
}

export interface MonitorRules {
  readonly rules: readonly Rule[]
  readonly ignored: readonly Selector[]
  readonly cumulative: boolean
  readonly verbose: boolean
}

/** A process that is judged, with the rules that hold for it. */
interface Watched {
  readonly process: ProcessInfo
  readonly rules: readonly Rule[]
}

/** What a quiet check knows of a process. */
interface Quiet {
  readonly process: ProcessInfo
  readonly limitBytes: number
}

export class Monitor {
  readonly #ports: MonitorPorts
  readonly #settings: MonitorRules
  /** The processes that the last full check found; empty: the next check is a full one. */
  #quiet: readonly Quiet[] = []
  /** Rules that were said to match nothing. */
  #unmatched: ReadonlySet<Rule> | undefined
  /** Processes that no call can name and that were told as such; bounded by their number. */
  #unnamable = new Set<string>()
  /** The trouble that was told last, so that it is not told at every tick. */
  #trouble = ''

  constructor(ports: MonitorPorts, settings: MonitorRules) {
    this.#ports = ports
    this.#settings = settings
  }

  /**
   * One check; never rejects for what supervisord, the network or /proc does. undefined if it is over already: the
   * children are those of the last check and none is over a limit.
   */
  check(): Promise<void> | undefined {
    return this.#isQuiet() ? undefined : this.#fullCheck()
  }

  #isQuiet(): boolean {
    const look = this.#ports.quietLook()
    // Read first, always: the next check compares with this reading.
    const unchanged = look?.isUnchanged() ?? false
    if (!look || !unchanged || this.#quiet.length === 0 || this.#settings.verbose) return false
    const sizes = look.sizes()
    for (let at = 0; at < this.#quiet.length; at++) {
      const { process, limitBytes } = this.#quiet[at] as Quiet
      const sizeBytes = sizes[at] as number
      if (sizeBytes < 0 || sizeBytes > limitBytes) return false
      this.#ports.onMeasured(process, sizeBytes)
    }
    return true
  }

  async #fullCheck(): Promise<void> {
    this.#quiet = []
    const table = await this.#table()
    if (!table) return
    const watched = this.#watch(table)
    const judged = watched.filter(
      ({ process }) => process.state === ProcessState.RUNNING && !this.#ports.queue.has(process.namespec),
    )
    const sizes = await this.#sizes(judged)
    if (!sizes) return
    this.#setTrouble('')
    this.#ports.onTable(table.processes)
    for (const { process } of judged) {
      const sizeBytes = sizes.get(process.pid)
      if (sizeBytes !== undefined) this.#ports.onMeasured(process, sizeBytes)
    }
    if (this.#settings.verbose) this.#logSizes(judged, sizes)
    this.#ports.queue.add(this.#requests(judged, sizes))
    this.#tellUnmatched(table, watched)
    this.#prepareQuiet(watched)
  }

  /** From now on a check that finds the same children, none over its lowest limit, is over at once. */
  #prepareQuiet(watched: readonly Watched[]): void {
    const quiet = watched
      .filter(({ process }) => process.pid > 0)
      .map(({ process, rules }) => ({ process, limitBytes: Math.min(...rules.map(rule => rule.limitBytes)) }))
    if (this.#ports.quietLook()?.watch(quiet.map(({ process }) => process.pid))) this.#quiet = quiet
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

  #watch(table: ProcessTable): Watched[] {
    const exempt = {
      isListener: table.isListener,
      isSelf: this.#ports.isSelf,
      ignored: this.#settings.ignored,
    }
    return table.processes
      .map(process => ({ process, rules: rulesFor(process, this.#settings.rules, exempt) }))
      .filter(({ rules }) => rules.length > 0)
  }

  async #sizes(judged: readonly Watched[]): Promise<SizesByPid | undefined> {
    try {
      const pids = judged.map(({ process }) => process.pid)
      return await this.#ports.sampler.measure(pids, this.#settings.cumulative)
    } catch (thrown) {
      const why = `${this.#ports.sampler.source}: ${messageOf(thrown)}`
      this.#setTrouble(`No memory could be measured, the next tick tries again: ${why}`)
      return undefined
    }
  }

  #requests(judged: readonly Watched[], sizes: SizesByPid): RestartRequest[] {
    return judged.flatMap(({ process, rules }) => {
      const breach = this.#judge(sizes.get(process.pid), rules)
      if (!breach) return []
      if (canBeNamed(process)) return [{ process, breach }]
      this.#tellUnnamable(process, breach)
      return []
    })
  }

  #tellUnnamable({ namespec }: ProcessInfo, breach: Breach): void {
    if (this.#unnamable.has(namespec)) return
    this.#unnamable.add(namespec)
    const why =
      'its name holds a control character, which XML-RPC cannot carry; rename it in supervisord.conf'
    this.#ports.log('WARN', `${namespec} cannot be restarted, with ${breachText(breach)}: ${why}`)
  }

  #judge(sizeBytes: number | undefined, rules: readonly Rule[]): Breach | undefined {
    return sizeBytes === undefined ? undefined : evaluate(sizeBytes, rules, this.#settings.cumulative)
  }

  /** The lines of superlance's memmon. */
  #logSizes(judged: readonly Watched[], sizes: SizesByPid): void {
    const limits = (scope: RuleScope, nameOf: (rule: Rule) => string) =>
      this.#settings.rules
        .filter(rule => rule.scope === scope)
        .map(rule => `${nameOf(rule)}${rule.limitBytes}`)
    const lines = [
      ['Checking programs ', limits('program', rule => `${formatSelector(rule.selector)}=`)],
      ['Checking groups ', limits('group', rule => `${rule.selector.group}=`)],
      ['Checking any=', limits('any', () => '')],
    ] as const
    for (const [text, of] of lines) if (of.length > 0) this.#ports.log('DEBG', text + of.join(', '))
    for (const { process } of judged) {
      const sizeBytes = sizes.get(process.pid)
      if (sizeBytes !== undefined) this.#ports.log('DEBG', `RSS of ${process.namespec} is ${sizeBytes}`)
    }
  }

  #tellUnmatched(table: ProcessTable, watched: readonly Watched[]): void {
    const matched = new Set(watched.flatMap(({ rules }) => rules))
    const unmatched = new Set(this.#settings.rules.filter(rule => !matched.has(rule)))
    const others = table.processes.filter(process => !this.#ports.isSelf(process))
    for (const rule of this.#settings.rules) {
      const was = this.#unmatched?.has(rule)
      if (unmatched.has(rule) && was !== true) this.#ports.log('WARN', describeUnmatched(rule, others))
      if (!unmatched.has(rule) && was === true)
        this.#ports.log('INFO', `${rule.written} matches a process now`)
    }
    this.#unmatched = unmatched
    const present = new Set(table.processes.map(({ namespec }) => namespec))
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
