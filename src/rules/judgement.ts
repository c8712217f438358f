// What is remembered of all rules and processes from check to check, and the verdict over one process with all its
// rules. No I/O and no clock; bounded by the number of processes and rules.
import { type ProcessInfo, sameRun } from './process.ts'
import type { Breach, Rule } from './rule.ts'
import { type Judged, judge, type Window } from './windows.ts'

/** Something to be done or told about one process, by one of its rules. */
export interface RuleVerdict {
  readonly rule: Rule
  readonly breach: Breach
}

export interface ProcessVerdict {
  /** To be acted upon now: one restart at most, by the first broken rule, or any number of other acts. */
  readonly acts: readonly RuleVerdict[]
  readonly changes: readonly (RuleVerdict & { readonly kind: 'warned' | 'eased' | 'relieved' })[]
  /** Over a limit, and nothing is done now. */
  readonly others: readonly (RuleVerdict & { readonly kind: 'waiting' | 'told' })[]
}

export interface RememberedWindow {
  readonly namespec: string
  readonly signature: string
  readonly window: Window
}

export class Judgement {
  readonly #windows = new Map<string, Map<string, Window>>()

  /** True if the next check of this process depends on earlier ones. */
  remembers(namespec: string): boolean {
    return this.#windows.has(namespec)
  }

  get isEmpty(): boolean {
    return this.#windows.size === 0
  }

  /** One check of a process by its rules; a rule whose value is undefined is left out. */
  judge(
    process: ProcessInfo,
    rules: readonly Rule[],
    figureOf: (rule: Rule) => number | undefined,
    uptimeSeconds: number,
    at: number,
  ): ProcessVerdict {
    const windows = this.#windows.get(process.namespec) ?? new Map<string, Window>()
    const judged = rules.flatMap(rule => {
      const value = figureOf(rule)
      if (value === undefined) return []
      return [{ rule, ...judge(rule, process, uptimeSeconds, value, at, windows.get(rule.signature)) }]
    })
    const isRestarted = judged.some(isRestart)
    for (const one of judged) {
      const { signature } = one.rule
      const window = isRestarted && !isRestart(one) ? unsaid(one, windows.get(signature)) : one.window
      if (window) windows.set(signature, window)
      else windows.delete(signature)
    }
    if (windows.size > 0) this.#windows.set(process.namespec, windows)
    else this.#windows.delete(process.namespec)
    return sorted(judged)
  }

  /** All that is remembered; `signature` is the rule's. */
  get windows(): RememberedWindow[] {
    return [...this.#windows].flatMap(([namespec, windows]) =>
      [...windows].map(([signature, window]) => ({ namespec, signature, window })),
    )
  }

  /** Forgets one process. */
  forget(namespec: string): void {
    this.#windows.delete(namespec)
  }

  /** Forgets what no process or no rule is left for. */
  keepOnly(namespecs: ReadonlySet<string>, signatures: ReadonlySet<string>): void {
    for (const [namespec, windows] of this.#windows) {
      for (const one of windows.keys()) if (!signatures.has(one)) windows.delete(one)
      if (windows.size === 0 || !namespecs.has(namespec)) this.#windows.delete(namespec)
    }
  }
}

const isRestart = ({ rule, verdict }: Judged & { readonly rule: Rule }): boolean =>
  verdict.kind === 'act' && rule.action.kind === 'restart'

/** What is left out beside a restart is not known to be told: the restart may have to wait, or come to nothing. */
function unsaid({ verdict, window }: Judged, before: Window | undefined): Window | undefined {
  if (verdict.kind === 'act') return before
  const isSame = before !== undefined && window !== undefined && sameRun(before.run, window.run)
  return window && { ...window, told: isSame && before.told, warned: isSame && before.warned }
}

function sorted(judged: readonly (Judged & { readonly rule: Rule })[]): ProcessVerdict {
  const acts: RuleVerdict[] = []
  const changes: ProcessVerdict['changes'][number][] = []
  const others: ProcessVerdict['others'][number][] = []
  for (const { rule, verdict, change } of judged) {
    if (verdict.kind === 'act') acts.push({ rule, breach: verdict.breach })
    if (verdict.kind === 'waiting' || verdict.kind === 'told') {
      others.push({ rule, breach: verdict.breach, kind: verdict.kind })
    }
    if (change) changes.push({ rule, ...change })
  }
  const restart = acts.find(({ rule }) => rule.action.kind === 'restart')
  // A process that is restarted now has no need of anything else.
  return restart ? { acts: [restart], changes: [], others: [] } : { acts, changes, others }
}
