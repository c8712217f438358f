// Sizes of supervisord's processes, looked at for a while as `memmon check` does, where nothing has been recorded yet.
import { monotonicMs } from '../base/clock.ts'
import { UsageError } from '../base/errors.ts'
import { sleep } from '../base/sleep.ts'
import { formatDuration } from '../base/units.ts'
import { Histories } from '../history/histories.ts'
import type { ProcessHistory } from '../history/process-history.ts'
import { ProcessState } from '../rules/process.ts'
import type { WidthOf } from '../screen/width.ts'
import { chosenIn } from './check-once.ts'
import { look } from './look.ts'
import { openProgressLine } from './progress-line.ts'
import type { Asked } from './rule-sources.ts'

const MOST_BETWEEN_SECONDS = 5
/** So often within the time, if that is short. */
const LOOKS = 24
const DRAW_MS = 100

export interface WatchAsked {
  readonly names: readonly string[]
  readonly seconds: number
  readonly widthOf: WidthOf
}

/** What is known when the time is over, or after Ctrl-C. Throws a UsageError if the first look already fails. */
export async function watchHistories(
  asked: Asked,
  { names, seconds, widthOf }: WatchAsked,
): Promise<ProcessHistory[]> {
  const everySeconds = Math.max(1, Math.min(MOST_BETWEEN_SECONDS, Math.floor(seconds / LOOKS)))
  const histories = new Histories(() => everySeconds)
  const progress = openProgressLine(widthOf)
  const beganMs = monotonicMs()
  let isStopped = false
  process.once('SIGINT', () => {
    isStopped = true
  })
  const passed = () => (monotonicMs() - beganMs) / 1000
  let count = 0
  for (let nextSeconds = 0; !isStopped && passed() < seconds; nextSeconds += everySeconds) {
    count = (await lookOnce(asked, names, histories, nextSeconds === 0)) ?? count
    while (!isStopped && passed() < Math.min(seconds, nextSeconds + everySeconds)) {
      const left = formatDuration(seconds - passed())
      progress.show(
        passed() / seconds,
        `watching ${count} ${count === 1 ? 'process' : 'processes'}, ${left} left, Ctrl-C ends it`,
      )
      await sleep(DRAW_MS)
    }
  }
  if (!isStopped) await lookOnce(asked, names, histories, false)
  progress.clear()
  return histories.all()
}

/** How many there are; undefined if supervisord did not answer this time. */
async function lookOnce(
  asked: Asked,
  names: readonly string[],
  histories: Histories,
  isFirst: boolean,
): Promise<number | undefined> {
  try {
    const { assessment, warnings } = await look(asked)
    if (isFirst) {
      chosenIn(assessment, names)
      for (const warning of warnings) process.stderr.write(`${warning}\n`)
    }
    const at = { atSeconds: Math.floor(monotonicMs() / 1000), atMs: Date.now() }
    const measured = assessment.processes.filter(
      one => one.process.state === ProcessState.RUNNING && !one.isSelf,
    )
    for (const { process: run, rssBytes } of measured)
      if (rssBytes !== undefined)
        histories.sample(run.namespec, {
          ...at,
          bytes: rssBytes,
          limitBytes: undefined,
          run,
          metric: 'rss',
          cumulative: false,
        })
    return measured.length
  } catch (thrown) {
    if (isFirst || !(thrown instanceof UsageError)) throw thrown
    return undefined
  }
}
