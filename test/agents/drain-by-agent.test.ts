// The agent of a process that is asked to finish: it may be on its way back, gone, deaf or unwilling; it is never waited for longer
// than asked.
import { expect, test } from 'vitest'
import type { Ask } from '../../src/agents/asks.ts'
import { drainByAgent } from '../../src/agents/drain-by-agent.ts'
import { type Answer, failed, lacking } from '../../src/agents/protocol.ts'
import type { AskTerms } from '../../src/agents/worker.ts'

const DONE: Answer = { kind: 'finished', data: {} }
const ABSENT = lacking('absent', 'no agent in pid 7')
const GONE = lacking('gone', 'the agent of pid 7 has gone')

/** What each question is answered with, the last one for ever; a question takes so long. */
function world(answers: readonly (Answer | undefined)[], tookMs = 0) {
  let nowTick = 5_000
  const asked: [number, Ask, number][] = []
  const ask = async (pid: number, said: Ask, { timeoutMs }: AskTerms) => {
    asked.push([pid, said, timeoutMs])
    nowTick += Math.min(tookMs, timeoutMs)
    return answers[Math.min(asked.length, answers.length) - 1]
  }
  const sleep = async (ms: number) => {
    nowTick += ms
  }
  return { ports: { ask, sleep, tick: () => nowTick }, asked, tookMs: () => nowTick - 5_000 }
}

test.each<[what: string, answers: (Answer | undefined)[], outcome: object, questions: number]>([
  ['it is there', [DONE], { kind: 'taken' }, 1],
  ['it comes back', [ABSENT, ABSENT, DONE], { kind: 'taken' }, 3],
  ['it has gone and comes back', [GONE, ABSENT, DONE], { kind: 'taken' }, 3],
  ['it does not do it', [failed('no callback')], { kind: 'failed', why: 'no callback' }, 1],
  [
    'no socket',
    [undefined],
    { kind: 'unheard', why: 'memmon has no agent socket: set agent_socket = auto' },
    1,
  ],
  ['it never comes', [ABSENT], { kind: 'unheard', why: 'no agent in pid 7' }, 20],
  ['it has heard, and never comes back', [GONE, ABSENT], { kind: 'failed', why: 'no agent in pid 7' }, 20],
])('%s', async (_, answers, outcome, questions) => {
  const { ports, asked, tookMs } = world(answers)
  expect(await drainByAgent(7, 10_000, ports)).toEqual(outcome)
  expect(asked).toHaveLength(questions)
  expect(tookMs()).toBeLessThanOrEqual(10_000)
})

test('each question may take what is left of the time', async () => {
  const { ports, asked } = world([ABSENT, failed('not answering')], 4_000)
  await drainByAgent(7, 10_000, ports)
  expect(asked).toEqual([
    [7, { do: 'drain' }, 10_000],
    [7, { do: 'drain' }, 5_500],
  ])
})
