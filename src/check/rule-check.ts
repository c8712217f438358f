// The rules of one check, process by process: the figures that they ask for, and the verdicts over them.

import type { Log } from '../base/log.ts'
import type { Sampler } from '../proc/sampler.ts'
import { Judgement, type ProcessVerdict, type RememberedWindow } from '../rules/judgement.ts'
import { ageSecondsOf, type ProcessInfo } from '../rules/process.ts'
import type { Rule } from '../rules/rule.ts'
import { valueLines } from './peer-lines.ts'
import { type RssOf, readValues, type ToldUnreadable } from './values.ts'
import type { Watched } from './watched.ts'

export interface RuleCheckPorts {
  readonly sampler: Sampler
  readonly log: Log
  readonly onFigure: (process: ProcessInfo, rule: Rule, value: number) => void
}

export class RuleCheck {
  readonly #ports: RuleCheckPorts
  readonly #judgement = new Judgement()
  readonly #unreadable: ToldUnreadable = new Set()

  constructor(ports: RuleCheckPorts) {
    this.#ports = ports
  }

  /** True if nothing is remembered: who is far from every limit need not be judged. */
  get isEmpty(): boolean {
    return this.#judgement.isEmpty
  }

  /** All that is remembered. */
  get windows(): RememberedWindow[] {
    return this.#judgement.windows
  }

  /** Reads the figures of all at once; each is judged when its verdict is asked for. `at` is monotonic. */
  begin(
    watched: readonly Watched[],
    rssOf: RssOf,
    at: number,
    verbose: boolean,
  ): (one: Watched) => ProcessVerdict {
    const { sampler, log, onFigure } = this.#ports
    const isFollowed = ({ process }: Watched) => verbose || this.#judgement.remembers(process.namespec)
    const valuesOf = readValues(watched, rssOf, sampler, isFollowed, this.#unreadable, log)
    return one => {
      const values = valuesOf(one)
      if (verbose) for (const line of valueLines(one.process, values)) log('DEBG', line)
      for (const { rule, value } of values) if (rule.metric !== 'rss') onFigure(one.process, rule, value)
      const bySignature = new Map(values.map(({ rule, value }) => [rule.signature, value]))
      return this.#judgement.judge(
        one.process,
        values.map(({ rule }) => rule),
        rule => bySignature.get(rule.signature),
        ageSecondsOf(one.process),
        at,
      )
    }
  }

  /** Forgets the counts for one process. */
  forget(namespec: string): void {
    this.#judgement.forget(namespec)
  }

  /** Forgets what was counted for rules and processes that there are no more. */
  keepOnly(rules: readonly Rule[], namespecs: ReadonlySet<string>): void {
    this.#judgement.keepOnly(namespecs, new Set(rules.map(({ signature }) => signature)))
  }

  /** What cannot be read is told again. */
  forgetTold(): void {
    this.#unreadable.clear()
  }
}
