// A process over its soft limit whose agent is asked: what is said at once, what its answer makes of the job, and what the next
// memmon asks again.
import { describe, expect, test } from 'vitest'
import { timestamp } from '../../src/base/text.ts'
import { beginDrain } from '../../src/restart/begin-drain.ts'
import type { AgentAnswer, JobEvent } from '../../src/restart/job-events.ts'
import { jobLine, parseJournal } from '../../src/restart/journal-lines.ts'
import type { Drain } from '../../src/rules/action.ts'
import { follows, ignores } from '../helpers/job-tables.ts'
import {
  AT_MS,
  draining,
  effectTexts,
  HARD,
  momentOf,
  over,
  PROCESS,
  SOFT,
  SPARED,
  STANDS,
  starting,
  TOLD,
  UNTOLD,
  waiting,
} from '../helpers/jobs.ts'

const ASKED = { ...TOLD, awaitsAgent: true } as const
const AGENT: Drain = { kind: 'drain', agent: true, graceSeconds: 900 }
const OR_ELSE: Drain = { ...AGENT, signal: 'TERM', command: 'bye' }
const asks = (drain: Drain) => ({ terms: { ...STANDS, drain } })
const answer = (given: AgentAnswer, pid = PROCESS.pid): JobEvent => ({
  kind: 'agent answered',
  pid,
  answer: given,
})
const TAKEN = answer({ kind: 'taken' })
const NONE = answer({ kind: 'unheard', why: 'no agent' })
const SILENT = answer({ kind: 'failed', why: 'not answering' })
const job = draining({ drained: ASKED })

describe('what is asked', () => {
  const until = (seconds: number) => timestamp(new Date(AT_MS + seconds * 1000))
  test.each<[how: Drain, effects: string[]]>([
    [
      AGENT,
      [`draining: Asked to finish by its agent; restarts at ${until(900)}`, 'ask agent within 35000 ms'],
    ],
    [
      OR_ELSE,
      [
        `draining: Asked to finish by its agent, or else by SIGTERM and drain_command; restarts at ${until(900)}`,
        'ask agent within 35000 ms',
      ],
    ],
    [
      { ...AGENT, graceSeconds: 20 },
      [`draining: Asked to finish by its agent; restarts at ${until(20)}`, 'ask agent within 5000 ms'],
    ],
  ])('%j', (how, effects) => {
    const begun = beginDrain(SOFT, how, momentOf())
    expect(effectTexts(begun.effects)).toEqual(effects)
    expect(begun.job?.drained).toMatchObject({ isTold: true, awaitsAgent: true })
  })
})

describe('its answer', () => {
  const agent = `The agent of w:a (pid ${PROCESS.pid})`
  follows([
    ['taken', job, TAKEN, draining(), [`INFO ${agent} has asked it to finish`], asks(OR_ELSE)],
    [
      'none: its signal and its command are for that',
      job,
      NONE,
      draining(),
      [
        `WARN ${agent} has not asked it to finish: no agent. Asking by SIGTERM and drain_command`,
        'signal TERM',
        'run drain: bye',
      ],
      asks(OR_ELSE),
    ],
    [
      'none, and nothing else to ask it by: it was not told',
      job,
      NONE,
      draining({ drained: UNTOLD }),
      ['fail drain: its agent: no agent'],
      asks(AGENT),
    ],
    [
      'silence: it may have been told',
      job,
      SILENT,
      draining(),
      ['fail drain: its agent: not answering'],
      asks(AGENT),
    ],
    [
      'none, and the settings spare it by now: over',
      job,
      NONE,
      over,
      ['undrained: a dry run restarts nothing'],
      { terms: SPARED },
    ],
    [
      'silence, and the settings spare it by now: watched on',
      job,
      SILENT,
      draining(),
      ['fail drain: its agent: not answering'],
      { terms: SPARED },
    ],
    [
      'its restart is due by now: no signal any more',
      waiting({ request: HARD, drained: ASKED }),
      NONE,
      waiting({ request: HARD, drained: UNTOLD }),
      [],
      asks(OR_ELSE),
    ],
    [
      'it has ended by now',
      starting({ request: SOFT, drained: ASKED, after: 'end' }),
      SILENT,
      starting({ request: SOFT, drained: TOLD, after: 'end' }),
      [],
      asks(OR_ELSE),
    ],
    ['of another run', job, answer({ kind: 'unheard', why: 'x' }, 1), job, [], asks(OR_ELSE)],
    ['a second one', draining(), NONE, draining(), [], asks(OR_ELSE)],
  ])

  ignores(waiting({ drained: ASKED }), 'breached', 'turn', 'table', 'settings', 'dropped', 'soft', 'checked')
})

describe('the next memmon', () => {
  const resumed = { kind: 'resumed', isNewer: false } as const
  follows([
    ['asks again what was not answered', job, resumed, job, ['ask agent within 35000 ms'], asks(AGENT)],
    ['asks nothing that was answered', draining(), resumed, draining(), [], asks(AGENT)],
    [
      'asks by the signal of settings that no longer name the agent',
      job,
      resumed,
      draining(),
      [
        `WARN The agent of w:a (pid ${PROCESS.pid}) has not asked it to finish: the settings no longer ask it. Asking by SIGTERM`,
        'signal TERM',
      ],
      asks({ kind: 'drain', signal: 'TERM', graceSeconds: 900 }),
    ],
  ])

  test('knows it from the journal, and an older line as well', () => {
    const read = (text: string) => parseJournal(`{"memmon":3,"supervisord":"x","boot":"y"}\n${text}`)
    const line = jobLine(job) ?? ''
    expect(read(line).jobs.get('w:a')?.drained).toEqual(ASKED)
    expect(read(jobLine(draining()) ?? '').jobs.get('w:a')?.drained).toEqual(TOLD)
    expect(read(line.replace('"awaitsAgent":true', '"awaitsAgent":7')).damagedLines).toBe(1)
  })
})
