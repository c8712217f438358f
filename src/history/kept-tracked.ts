// What is kept of one process, as a line of the history file, and back: a line that no memmon has written, or not to its
// end, gives nothing.
import {
  fits,
  isBoolean,
  isMissingOr,
  isNumber,
  isObject,
  isWhole,
  type Json,
  type Test,
} from '../base/data.ts'
import { scalarsOf, seriesOf } from '../trend/kept-series.ts'
import { LEVELS_BYTES } from '../trend/levels.ts'
import { MOST_KIB } from '../trend/series.ts'
import { areSound, isTime, LIFE_BYTES, MOST_LIVES, type PastLives } from './past-lives.ts'
import type { LifeEnd } from './process-history.ts'
import { MOST_GAPS, type Tracked } from './tracked.ts'

export interface KeptTracked {
  readonly namespec: string
  readonly tracked: Tracked
}

/** One line of JSON. Arrays are base64: of the series as this machine has them, of past lives as past-lives.ts says. */
export function trackedLine(namespec: string, tracked: Tracked): string {
  const { series, past, isRestored: _, ...life } = tracked
  const kept = { namespec, life, series: scalarsOf(series), ends: past.ends }
  return `${JSON.stringify({ ...kept, lives: base64(past.memory), memory: base64(series.levels.buffer) })}\n`
}

/** undefined for what does not say all of one process. */
export function trackedOf(line: string): KeptTracked | undefined {
  const kept = parsed(line)
  if (!fits(kept, LINE)) return undefined
  const { namespec, life, series: scalars, ends, lives, memory } = kept
  const series = seriesOf(scalars, bytesOf(memory, LEVELS_BYTES))
  const past = { memory: bytesOf(lives, LIFE_BYTES * MOST_LIVES), ends } as PastLives
  if (!series || !fits(life, LIFE) || !areSound(past)) return undefined
  const missing = { noted: undefined, told: undefined, increase: undefined }
  const tracked = { ...missing, ...life, series, past, isRestored: true } as unknown as Tracked
  if (tracked.fromMs > tracked.untilMs || (tracked.runs && series.metric === undefined)) return undefined
  return { namespec: namespec as string, tracked }
}

const isText: Test = value => typeof value === 'string'
const isSize = isNumber(0, MOST_KIB * 1024 + 1023)

const isEnd = (value: unknown): value is LifeEnd =>
  fits(value, { by: by => by === 'other' || by === 'unseen' }) ||
  fits(value, { by: by => by === 'memmon', rule: isText, failedStarts: isMissingOr(isWhole(1)) })

const LINE: Readonly<Record<string, Test>> = {
  namespec: value => isText(value) && value !== '',
  life: isObject,
  series: isObject,
  ends: value => Array.isArray(value) && value.every(isEnd),
  lives: isText,
  memory: isText,
}

const LIFE: Readonly<Record<string, Test>> = {
  pid: isWhole(0, 2 ** 31 - 1),
  startSeconds: isWhole(0),
  runs: isBoolean,
  fromMs: isTime,
  untilMs: isTime,
  startBytes: isSize,
  endBytes: isSize,
  peakBytes: isSize,
  zeroMs: isNumber(-1e16, 1e16),
  gaps: value => Array.isArray(value) && value.length <= MOST_GAPS && value.every(isGap),
  noted: isMissingOr(isEnd),
  told: isMissingOr(value => fits(value, RUN)),
  increase: isMissingOr(value => fits(value, INCREASE)),
}

const RUN: Readonly<Record<string, Test>> = { pid: isWhole(0, 2 ** 31 - 1), startSeconds: isWhole(0) }
const INCREASE: Readonly<Record<string, Test>> = {
  ...RUN,
  firstBytes: isSize,
  firstAtMs: isTime,
  maximumBytes: isSize,
  count: isWhole(0),
}
const GAP: Readonly<Record<string, Test>> = { afterSeconds: isWhole(0, 2 ** 30), lostMs: isTime }
const isGap: Test = value => fits(value, GAP)

function parsed(line: string): Json | undefined {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}

const base64 = (memory: ArrayBufferLike): string => Buffer.from(memory).toString('base64')

/** Of its own, not a part of what all buffers share; empty beyond `mostBytes`. */
function bytesOf(text: unknown, mostBytes: number): ArrayBuffer {
  const bytes = Buffer.from(text as string, 'base64')
  if (bytes.length > mostBytes) return new ArrayBuffer(0)
  const memory = new ArrayBuffer(bytes.length)
  new Uint8Array(memory).set(bytes)
  return memory
}
