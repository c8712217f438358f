// A sample in three lines, for the mail of a restart and above the table. Pure.
import { oneLine } from '../base/text.ts'
import { formatDuration, formatSize } from '../base/units.ts'
import type { Holder, Sample } from './sample-report.ts'

/** Fewer samples than that may be chance. */
const LEAST_SURVIVORS = 5
const LONGEST_NAME = 200

/** What grew, who holds it by package, and where it is made. */
export function sampleLines(sample: Sample): [string, string, string] {
  const [first] = sample.packages
  const [where] = sample.locations
  return [
    growthLine(sample),
    first && first.survivors > 0
      ? `Most of what it kept belongs to ${holderText(first, sample)}`
      : NOTHING_KEPT,
    where && where.survivors > 0 ? `Most probably made in ${placeText(where)}${doubt(where)}` : NO_PLACE,
  ]
}

const NOTHING_KEPT = 'Nothing that was allocated in the first half of it was still there at its end'
const NO_PLACE = 'No place in the program stands out: sample for longer, or while it grows'

/** '30s of web:web_01 (pid 4711): 310MB allocated, 4.2MB kept; RSS grew by 5MB, the heap by 4.1MB, Buffers by 0B' */
function growthLine({ durationMs, program, pid, allocatedBytes, retainedBytes, growth }: Sample): string {
  const who = `${program === undefined ? 'a program' : short(program)} (pid ${pid})`
  const amounts = [
    ...(allocatedBytes === undefined ? [] : [`${formatSize(allocatedBytes)} allocated`]),
    ...(retainedBytes === undefined ? [] : [`${formatSize(retainedBytes)} kept`]),
  ]
  const changes = [
    [growth.rss, 'RSS'],
    [growth.heap_used, 'the heap'],
    [growth.array_buffers, 'Buffers'],
  ] as const
  const changed = changes.flatMap(([bytes, what]) =>
    bytes === undefined ? [] : [`${what} ${bytes < 0 ? '-' : '+'}${formatSize(Math.abs(bytes))}`],
  )
  const parts = [amounts.join(', '), changed.join(', ')].filter(part => part !== '')
  return `${formatDuration(Math.round(durationMs / 1000))} of ${who}: ${parts.join('; ')}`
}

function holderText({ name, bytes, externalBytes }: Holder, { retainedBytes }: Sample): string {
  const share = retainedBytes ? `, ${Math.min(100, Math.floor((bytes / retainedBytes) * 100))}%` : ''
  const outside = externalBytes > bytes / 2 ? ', mostly Buffers' : ''
  return `${short(name)}: ${formatSize(bytes)}${share}${outside}`
}

/** 'remember, /srv/app/node_modules/leaky/index.js:3' */
function placeText({ name, functionName }: Holder): string {
  return functionName === undefined ? short(name) : `${short(functionName)}, ${short(name)}`
}

const doubt = ({ survivors }: Holder): string =>
  survivors < LEAST_SURVIVORS ? ` (only ${survivors} samples: sample for longer to be sure)` : ''

/** Names end in what tells them apart. */
const short = (text: string): string => {
  const shown = oneLine(text)
  return shown.length > LONGEST_NAME ? `…${shown.slice(-LONGEST_NAME)}` : shown
}
