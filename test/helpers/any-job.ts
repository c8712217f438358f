// Any job, for properties: every state, with names as odd as supervisord allows and more.
import fc from 'fast-check'
import type { Drained, Job, JobIn } from '../../src/restart/job.ts'
import { METRICS } from '../../src/rules/metric.ts'
import type { Evidence, RestartRequest } from '../../src/rules/outcome.ts'
import { namespecOf } from '../../src/rules/process.ts'

const name = fc.string({ unit: 'binary', minLength: 1, maxLength: 12 })
const text = fc.string({ unit: 'binary', maxLength: 20 })
const whole = fc.nat()
const some = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined })

/** Without the keys that are undefined: JSON does not know them. */
const defined = <T extends object>(value: T): T =>
  Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as T

const anyRequest: fc.Arbitrary<RestartRequest> = fc
  .record({
    group: name,
    own: name,
    times: fc.record({ state: whole, pid: whole, startSeconds: whole, nowSeconds: whole, spawnError: text }),
    breach: fc.record({
      rule: text,
      ruleId: text,
      metric: fc.constantFrom(...METRICS),
      cumulative: fc.boolean(),
      value: fc.double({ noNaN: true, noDefaultInfinity: true, min: 0 }),
      limit: whole,
      isHard: some(fc.constant(true)),
      window: some(text),
      reason: some(text),
      together: some(name),
      budget: some(fc.record({ id: text, whom: text, victim: text })),
    }),
  })
  .map(({ group, own, times, breach }) => ({
    process: { group, name: own, namespec: namespecOf(group, own), ...times },
    breach: defined(breach) as RestartRequest['breach'],
  }))

const evidence = some(
  fc
    .record({ path: some(text), problem: some(text), sentences: fc.array(text, { maxLength: 5 }) })
    .map(one => defined(one) as Evidence),
)

const anyOutcome = fc.oneof(
  fc.record({
    kind: fc.constant('skipped' as const),
    reason: fc.constantFrom('recovered' as const, 'not running' as const),
    detail: text,
  }),
  fc.record({
    kind: fc.constant('failed' as const),
    phase: fc.constantFrom('stop' as const),
    fault: text,
    evidence,
  }),
  fc.record({
    kind: fc.constant('restarted' as const),
    newPid: whole,
    durationMs: whole,
    startedBy: fc.constantFrom('memmon' as const, 'other' as const),
    failedStarts: whole,
    evidence,
    hookFault: some(text),
  }),
)

type Outcome = JobIn<'finishing'>['outcome']

const due = fc.constantFrom('limit' as const, 'grace' as const, 'finished' as const)
const said = fc.constant('nothing' as const)
const counts = { faults: whole, said }

/** The states; what a job in it is told of is filled in below. */
const anyState = fc.oneof(
  fc.record({
    state: fc.constant('draining' as const),
    phase: fc.constantFrom('grace' as const, 'watched' as const),
    isAsking: fc.boolean(),
  }),
  fc.record({ state: fc.constant('waiting' as const), due, isPostponed: fc.boolean() }),
  fc.record({
    state: fc.constant('preparing' as const),
    phase: fc.constantFrom(
      'looking' as const,
      'hook' as const,
      'looking again' as const,
      'evidence' as const,
      'last look' as const,
    ),
    due,
    beganTick: whole,
  }),
  fc.record({
    state: fc.constant('stopping' as const),
    by: fc.constantFrom('supervisord' as const, 'command' as const),
    due,
    answer: fc.constantFrom('open' as const, 'taken' as const, 'refused' as const, 'lost' as const),
    askedTick: whole,
    evidence,
    tries: whole,
    ...counts,
  }),
  fc.record({
    state: fc.constant('starting' as const),
    after: fc.constantFrom('stop' as const, 'end' as const),
    askedTick: whole,
    isStarted: fc.boolean(),
    evidence,
    isTried: fc.boolean(),
    failures: whole,
    ...counts,
  }),
  fc.record({ state: fc.constant('finishing' as const), outcome: anyOutcome, isDrainedOn: fc.boolean() }),
)

const COMMANDS = { preCommand: '/secret/pre', postCommand: '/secret/post', restartCommand: '/secret/again' }

const anyJob: fc.Arbitrary<Job> = fc
  .record({
    request: anyRequest,
    drained: some(
      fc.record({ value: whole, sinceTick: whole, isTold: fc.boolean(), awaitsAgent: fc.boolean() }),
    ),
    owesPost: fc.boolean(),
    hookFault: some(text),
    hasCommands: fc.boolean(),
    state: anyState,
    occurredAt: whole,
  })
  .map(({ request, drained, owesPost, hookFault, hasCommands, state, occurredAt }): Job => {
    const isDrained = drained !== undefined || state.state === 'draining'
    const { value = 1, sinceTick = 0, isTold = true, awaitsAgent = false } = drained ?? {}
    const soft: Drained = {
      request: { ...request, breach: { ...request.breach, value } },
      sinceTick,
      isTold,
      ...(awaitsAgent && { awaitsAgent }),
    }
    const head = {
      request: state.state === 'draining' ? soft.request : request,
      plan: { group: false, ...(hasCommands && COMMANDS) },
      owesPost,
      ...(hookFault !== undefined && { hookFault }),
      ...(isDrained && { drained: soft }),
    }
    if (state.state !== 'finishing') return { ...head, ...defined(state) } as Job
    const isDrainedOn = state.isDrainedOn && isDrained
    return {
      ...head,
      state: 'finishing',
      outcome: { ...defined(state.outcome), request, occurredAt } as Outcome,
      isDrainedOn,
    }
  })

/** Jobs of different processes. */
export const anyJobs = fc.uniqueArray(anyJob, {
  maxLength: 6,
  selector: ({ request }) => request.process.namespec,
})
