// Any journal, cut or damaged anywhere: what is whole counts, and resumes as if memmon had not been killed.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Job } from '../../src/restart/job.ts'
import { headerLine, jobLine, parseJournal } from '../../src/restart/journal-lines.ts'
import { step } from '../../src/restart/step.ts'
import { anyJobs } from '../helpers/any-job.ts'
import { HOOKS, momentOf } from '../helpers/jobs.ts'

const HEADER = headerLine('S1', 'B1')
const lineOf = (job: Job): string => jobLine(job) ?? ''
const textOf = (jobs: readonly Job[]) => HEADER + jobs.map(lineOf).join('')
const isNoted = (job: Job) => jobLine(job) !== undefined

test('resume alike whether memmon was killed or not: the same is done, and the same is noted', () => {
  fc.assert(
    fc.property(anyJobs, fc.boolean(), (jobs, isNewer) => {
      const contents = parseJournal(textOf(jobs))
      const noted = jobs.filter(isNoted)
      expect([...contents.jobs.keys()]).toEqual(noted.map(({ request }) => request.process.namespec))
      expect(contents.damagedLines).toBe(0)
      const event = { kind: 'resumed', isNewer } as const
      const terms = { kind: 'stands', plan: HOOKS, limit: 1 } as const
      for (const job of noted) {
        const again = contents.jobs.get(job.request.process.namespec) as Job
        const [one, other] = [job, again].map(each => step(each, event, momentOf({ terms })))
        expect(other?.effects).toEqual(one?.effects)
        expect(other?.job && jobLine(other.job)).toBe(one?.job && jobLine(one.job))
        expect(lineOf(again)).toBe(lineOf(job))
      }
    }),
  )
})

test('no command is ever written', () => {
  fc.assert(fc.property(anyJobs, jobs => !textOf(jobs).includes('/secret/')))
})

test('cut anywhere: all whole lines count, the torn one is counted', () => {
  fc.assert(
    fc.property(anyJobs, fc.double({ min: 0, max: 1, noNaN: true }), (jobs, share) => {
      const whole = Buffer.from(textOf(jobs))
      const cut = Math.floor(whole.length * share)
      const contents = parseJournal(whole.subarray(0, cut).toString())
      const lines = whole.subarray(0, cut).toString().split('\n').length - 1
      const names = jobs.filter(isNoted).map(({ request }) => request.process.namespec)
      expect([...contents.jobs.keys()]).toEqual(names.slice(0, Math.max(0, lines - 1)))
      expect(contents.damagedLines).toBe(cut === 0 || whole[cut - 1] === 10 ? 0 : 1)
    }),
  )
})

test('damaged anywhere: nothing throws, and every other line counts', () => {
  fc.assert(
    fc.property(anyJobs, fc.nat(), fc.uint8Array({ minLength: 1, maxLength: 4 }), (jobs, at, bytes) => {
      const lines = textOf(jobs).split('\n').slice(0, -1)
      const index = at % lines.length
      const own = Buffer.from(lines[index] ?? '')
      own.set(bytes, at % Math.max(1, own.length - bytes.length))
      const damaged = own.toString().replaceAll('\n', ' ')
      const contents = parseJournal(`${lines.map((line, i) => (i === index ? damaged : line)).join('\n')}\n`)
      expect(contents.damagedLines).toBeLessThanOrEqual(1)
      const names = jobs.filter(isNoted).map(({ request }) => request.process.namespec)
      for (const [i, one] of names.entries()) if (i + 1 !== index) expect(contents.jobs.has(one)).toBe(true)
    }),
  )
})
