// A journal with everything around it in the test's hands: its disk, both clocks, and what is told.
import type { Job } from '../../src/restart/job.ts'
import { type Found, Journal } from '../../src/restart/journal.ts'
import { type PastRestart, parseJournal } from '../../src/restart/journal-lines.ts'
import { FakeClock } from './fake-clock.ts'
import { FakeDisk } from './fake-disk.ts'
import { processNamed, requestFor } from './values.ts'

export const DAY_MS = 86_400_000
/** The date, which stands still. */
const NOW_MS = 1_800_000_000_000

/** The head of a job for the process of that name. */
export const of = (name: string): Pick<Job, 'request'> => ({
  request: requestFor(processNamed(name), 60, '-a', '50'),
})

export class JournalWorld {
  readonly clock = new FakeClock(10 * DAY_MS)
  readonly disk = new FakeDisk()
  readonly told: string[] = []

  /** As a memmon makes it at its start. */
  journal(supervisord = 'S1', boot = 'B1'): Journal {
    const { disk, clock, told } = this
    return new Journal({
      disk,
      supervisord,
      boot,
      nowMs: () => NOW_MS,
      tick: () => clock.tick,
      sleep: clock.sleep,
      tell: text => void told.push(text),
    })
  }

  /** One that has read and written, as one that runs; what it has found, with the names of the jobs. */
  async open(
    supervisord?: string,
    boot?: string,
  ): Promise<Found & { readonly journal: Journal; readonly names: string[] }> {
    const journal = this.journal(supervisord, boot)
    const found = await journal.read()
    await journal.write()
    return { journal, ...found, names: found.jobs.map(({ request }) => request.process.namespec) }
  }

  /** Of the jobs that are on the disk. */
  get names(): string[] {
    return [...parseJournal(this.disk.text).jobs.keys()]
  }

  /** A restart so long ago, by both clocks. */
  restart(namespec: string, ageMs: number): PastRestart {
    return { namespec, at: NOW_MS - ageMs, tick: this.clock.tick - ageMs, soonTimes: 1 }
  }
}
