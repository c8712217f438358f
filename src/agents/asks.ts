// What memmon or a person may ask a worker. Pure.
import { isWhole } from '../base/data.ts'

const MOST_PATH = 4_096
const MOST_SAMPLE_MS = 3_600_000
const DUMPS = ['heap', 'threads', 'gc', 'scheduler'] as const

export type Ask =
  | { readonly do: 'status' }
  | SampleAsk
  | { readonly do: 'dump'; readonly what: (typeof DUMPS)[number]; readonly force: boolean }
  | { readonly do: 'drain' }

interface SampleAsk {
  readonly do: 'sample'
  readonly duration_ms: number
  readonly folder?: string
  /** Also count objects by class and strings by text, which stops the worker. */
  readonly classes?: true
}

/** It may take long, and have a large answer. */
export const isBulk = (ask: Ask): boolean => ask.do === 'sample' || ask.do === 'dump'

/** The request of a person, or what is wrong with it. */
export function askIn(said: Readonly<Record<string, unknown>>): Ask | string {
  switch (said.do) {
    case 'status':
      return { do: 'status' }
    case 'sample':
      return sampleIn(said)
    case 'dump': {
      const what = DUMPS.find(one => one === said.what)
      return what ? { do: 'dump', what, force: said.force === true } : `"what" is none of ${DUMPS.join(', ')}`
    }
    default:
      return '"do" is none of agents, status, sample, dump, listener, restart, drain, mute, unmute, cancel'
  }
}

function sampleIn({ duration_ms: durationMs, folder, classes }: Readonly<Record<string, unknown>>) {
  if (!isWhole(1, MOST_SAMPLE_MS)(durationMs))
    return `"duration_ms" is not a number from 1 to ${MOST_SAMPLE_MS}`
  const ask: SampleAsk = {
    do: 'sample',
    duration_ms: durationMs as number,
    ...(classes === true && { classes }),
  }
  if (folder === undefined) return ask
  if (typeof folder !== 'string' || !folder.startsWith('/') || folder.length > MOST_PATH)
    return '"folder" is not a whole path'
  return { ...ask, folder }
}
