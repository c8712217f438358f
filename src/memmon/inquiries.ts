// What memmon finds out about a process over its limit: a memory sample from its agent and evidence before a restart, and
// why it has so many threads or descriptors before any report.
import type { AgentsPorts } from '../agents/agents.ts'
import { drainByAgent } from '../agents/drain-by-agent.ts'
import { AgentsOnDemand } from '../agents/on-demand.ts'
import { sampleBeforeStop } from '../agents/sample-before-stop.ts'
import type { Log } from '../base/log.ts'
import type { Redactor } from '../base/redact.ts'
import { oneLine } from '../base/text.ts'
import type { Settings } from '../config/settings.ts'
import { Reasons } from '../evidence/reasons.ts'
import { EvidenceTaker, type TakerPorts } from '../evidence/taker.ts'
import { requestFacts } from '../messages/event.ts'
import { evidenceLines } from '../messages/evidence-text.ts'
import { sampleOf, samplingText } from '../messages/sample-text.ts'
import type { AgentAnswer } from '../restart/job-events.ts'
import {
  type Evidence,
  type MemorySample,
  type RestartOutcome,
  type RestartRequest,
  sampleBefore,
} from '../rules/outcome.ts'
import type { RestartPlan } from '../rules/rule.ts'

export interface InquiriesPorts
  extends Pick<TakerPorts, 'historyOf' | 'siblingCountOf' | 'runDiagnose' | 'tick' | 'nowMs'> {
  readonly agents: AgentsPorts
  readonly tell: (outcome: RestartOutcome) => void
  /** Rejects if the process cannot be measured. */
  readonly isOverHardLimit: (request: RestartRequest) => Promise<boolean>
  readonly log: Log
  readonly redactor: Redactor
  readonly sleep: (ms: number) => Promise<void>
}

export class Inquiries {
  readonly #ports: InquiriesPorts
  readonly #reasons: Reasons
  readonly #evidence: EvidenceTaker
  readonly #agents: AgentsOnDemand
  #settings: Settings

  constructor(settings: Settings, ports: InquiriesPorts) {
    const { redactor, log } = ports
    this.#ports = ports
    this.#settings = settings
    this.#reasons = new Reasons(settings, {
      ...ports,
      onReason: (request, evidence) => {
        for (const { event, level, text } of evidenceLines(request, evidence))
          log(level, text, () => requestFacts(event, request))
      },
      redact: redactor.redact,
    })
    this.#evidence = new EvidenceTaker(settings, { ...ports, previousOf: this.tallies.previousOf })
    this.#agents = new AgentsOnDemand(settings, ports.agents)
  }

  /** The counts of threads and descriptors to compare a reason with. */
  get tallies(): Reasons['tallies'] {
    return this.#reasons.tallies
  }

  /** Reports it, with its reason if it needs one. */
  get tell(): Reasons['tell'] {
    return this.#reasons.tell
  }

  /** Why a process has so many threads or descriptors; undefined for memory. Never rejects. */
  reasonOf(request: RestartRequest): Promise<Evidence | undefined> {
    return this.#reasons.of(request)
  }

  /** Before the stop. The agent comes first: a debugger in diagnose_command would keep it from answering. Never rejects. */
  readonly takeEvidence = async (request: RestartRequest, plan: RestartPlan): Promise<Evidence> => {
    const { diagnoseCommand } = plan
    const sample = await this.#sample(request, plan)
    const isWanted = this.#settings.evidence || diagnoseCommand !== undefined
    const evidence = isWanted ? await this.#evidence.take(request, diagnoseCommand) : { sentences: [] }
    return sample ? { ...evidence, sample } : evidence
  }

  /** The agent of a process over its soft limit asks it to finish. Never rejects. */
  readonly drainByAgent = async ({ process }: RestartRequest, withinMs: number): Promise<AgentAnswer> => {
    const { redactor, sleep, tick } = this.#ports
    const ask: AgentsOnDemand['ask'] = (...asked) => this.#agents.ask(...asked)
    const answer = await drainByAgent(process.pid, withinMs, { ask, sleep, tick })
    return answer.kind === 'taken' ? answer : { ...answer, why: redactor.redact(oneLine(answer.why)) }
  }

  /** supervisord has this pid, and its children's agents may connect. */
  begin(supervisordPid: number): void {
    this.#agents.begin(supervisordPid)
  }

  /** A check begins: loads what the agents' socket needs, if that is missing. */
  onCheckBegins(): void {
    this.#agents.onCheckBegins()
  }

  /** memmon has the state folder: evidence goes there, and perhaps the agents' socket. */
  attach(folder: { readonly path: string }): void {
    this.#evidence.attach(folder)
    this.#agents.look()
  }

  /** Other settings. */
  use(settings: Settings): void {
    this.#settings = settings
    this.#evidence.use(settings)
    this.#reasons.use(settings)
    this.#agents.use(settings)
  }

  /** memmon ends: no diagnose_command outlives it, and nothing waits for a reason. */
  end(): void {
    this.#evidence.end()
  }

  /** Resolves when everything is reported, without the reasons that are still being read. */
  flush(): Promise<void> {
    return this.#reasons.flush()
  }

  /** Lets go of the agents. */
  close(): void {
    this.#agents.close()
  }

  async #sample(request: RestartRequest, plan: RestartPlan): Promise<MemorySample | undefined> {
    const terms = sampleBefore(request, plan)
    if (!terms) return undefined
    const { log, redactor, sleep } = this.#ports
    log('INFO', samplingText(request, terms.seconds), () => requestFacts('sampling', request))
    const isOverHardLimit = () => this.#ports.isOverHardLimit(request)
    const ask: AgentsOnDemand['ask'] = (...asked) => this.#agents.ask(...asked)
    const { pid } = request.process
    const answer = await sampleBeforeStop({ pid, ...terms, isOverHardLimit }, { ask, sleep })
    if (answer.kind === 'failed') return { lines: [], problem: redactor.redact(answer.error) }
    const { lines, ...file } = sampleOf(answer.data)
    return { lines: lines.map(redactor.redact), ...file }
  }
}
