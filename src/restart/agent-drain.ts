// The agent of a process over its soft limit asks it to finish; what its answer means for the job, whatever its state by then.
// Pure.
import { type Drain, drainMeans } from '../rules/action.ts'
import { askAgent, ownMeans } from './begin-drain.ts'
import { undrained } from './drained.ts'
import { failed, go } from './endings.ts'
import type { Job, JobIn } from './job.ts'
import type { AgentAnswer, Effect, JobEvent, Moment, Stepped } from './job-events.ts'

/** memmon was restarted: it asks again if there was no answer. */
export function resumeDrain(job: JobIn<'draining'>, moment: Moment): Stepped {
  const { terms } = moment
  if (!job.drained?.awaitsAgent) return go(job)
  if (terms.kind === 'stands' && terms.drain?.agent) return go(job, askAgent(terms.drain))
  return onAnswer(job, { kind: 'failed', why: 'the settings no longer ask it' }, moment)
}

/** An answer about another run does not count. */
export const agentAnswered = (
  job: Job,
  { pid, answer }: JobEvent & { readonly kind: 'agent answered' },
  moment: Moment,
): Stepped =>
  job.drained?.awaitsAgent && pid === job.request.process.pid ? onAnswer(job, answer, moment) : go(job)

/** The process was asked, or its signal and its command take over. */
function onAnswer(before: Job, answer: AgentAnswer, moment: Moment): Stepped {
  const job = answeredJob(before, answer)
  const { namespec, pid } = job.request.process
  if (answer.kind === 'taken')
    return go(job, said('INFO', `The agent of ${namespec} (pid ${pid}) has asked it to finish`))
  // It has ended, or its restart is due: the drain no longer matters.
  if (job.state !== 'draining') return go(job)
  const { terms } = moment
  if (terms.kind === 'spared' && !job.drained?.isTold) return undrained(job, moment, terms.why)
  const { agent: _, ...own } = terms.kind === 'stands' && terms.drain ? terms.drain : NOTHING
  const means = drainMeans(own)
  if (means === undefined)
    return go(job, { do: 'tell', outcome: failed(job, moment, 'drain', `its agent: ${answer.why}`) })
  const text = `The agent of ${namespec} (pid ${pid}) has not asked it to finish: ${answer.why}. Asking by ${means}`
  return go(toldJob(job), said('WARN', text), ...ownMeans(own))
}

const NOTHING: Drain = { kind: 'drain', graceSeconds: 0 }

function answeredJob(job: Job, answer: AgentAnswer): Job {
  if (!job.drained) return job
  const { awaitsAgent: _, ...drained } = job.drained
  return { ...job, drained: { ...drained, isTold: answer.kind !== 'unheard' } }
}

const toldJob = (job: Job): Job => (job.drained ? { ...job, drained: { ...job.drained, isTold: true } } : job)

const said = (level: 'INFO' | 'WARN', text: string): Effect => ({
  do: 'log',
  event: 'agent_drain',
  level,
  text,
})
