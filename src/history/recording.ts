// A recorded series as one line of JSON, made by whatever measures: read strictly, so that a slip of whoever wrote it
// is named and not analysed.
import { messageOf } from '../base/errors.ts'
import type { Recorded, RecordedSample } from '../trend/replay.ts'

/** One series: {"id", "interval_s"?, "limit_bytes"?, "samples": [{"t", "rss", "pid"?}]}, all else being ignored. */
export interface Recording extends Recorded {
  readonly kind: 'recording'
  /** `t` counts from 1970, as memmon's own does. */
  readonly isEpoch: boolean
  readonly id: string
  readonly samples: readonly RecordedSample[]
}

export interface BadLine {
  readonly kind: 'bad'
  /** One clause. */
  readonly why: string
}

/** What a file of ours can hold at most, and the detector takes: 2 TB. */
const MOST_BYTES = 2 ** 41 - 1

/** null counts as left out, as many writers of JSON mean it. */
export function parseRecording(text: string): Recording | BadLine {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (thrown) {
    return bad(`not JSON (${messageOf(thrown)})`)
  }
  if (!isObject(value)) return bad('not a JSON object')
  const { id, interval_s: interval, limit_bytes: limit, samples } = value
  if (typeof id !== 'string') return bad('"id" must be a string')
  if (!isLeftOut(interval) && !isPositive(interval)) return bad('"interval_s" must be a number above 0')
  if (!isLeftOut(limit) && !isPositive(limit)) return bad('"limit_bytes" must be a number above 0')
  if (!Array.isArray(samples)) return bad('"samples" must be an array')
  const read = readSamples(samples)
  if (typeof read === 'string') return bad(read)
  return {
    kind: 'recording',
    isEpoch: false,
    id,
    intervalSeconds: interval ?? Number.NaN,
    limitBytes: limit ?? undefined,
    samples: read,
  }
}

const bad = (why: string): BadLine => ({ kind: 'bad', why })

/** Those that were measured; or what is wrong with the first that is not one. */
function readSamples(samples: readonly unknown[]): RecordedSample[] | string {
  const read: RecordedSample[] = []
  let life = 0
  for (const [at, sample] of samples.entries()) {
    const which = `sample ${at + 1}`
    if (!isObject(sample)) return `${which} is not an object`
    const { t, rss, pid } = sample
    if (!isNumber(t)) return `${which}: "t" must be a number of seconds`
    if (!isLeftOut(pid) && !isNumber(pid)) return `${which}: "pid" must be a number`
    if (!isLeftOut(rss) && !isSize(rss))
      return `${which}: "rss" must be bytes, from 0 to ${MOST_BYTES}, or null`
    life = pid ?? life
    if (!isLeftOut(rss)) read.push({ t, bytes: rss, pid: life })
  }
  return read
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const isLeftOut = (value: unknown): value is null | undefined => value === null || value === undefined
const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value)
const isPositive = (value: unknown): value is number => isNumber(value) && value > 0
const isSize = (value: unknown): value is number => isNumber(value) && value >= 0 && value <= MOST_BYTES
