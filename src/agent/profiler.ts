// V8's sampling heap profiler, and its optimiser held back, by an inspector session of the agent's own.
import { Session } from 'node:inspector'
import { setFlagsFromString } from 'node:v8'
import { guarded } from './guarded.ts'
import type { HeapProfile } from './heap-profile.ts'

export interface Profiler {
  /** Other code in this process is sampling: a second start would silently destroy its samples. */
  readonly isTaken: () => boolean
  readonly start: (intervalBytes: number, keepsCollected: boolean) => void
  /** What was sampled since, and is still there after a collection, which V8 makes for this. */
  readonly stop: () => HeapProfile
  /** Stops it if it is on. */
  readonly end: () => void
  /** In a task of its own, without a stack that could hold something. */
  readonly collectGarbage: () => Promise<void>
  /** Compiles all code anew: what has been inlined is so no longer, or is again. */
  readonly deoptimise: () => void
  /** A heap snapshot, in pieces. Stops the program, from Node 22 on in a task of its own. */
  readonly takeSnapshot: (onPiece: (piece: string) => void) => Promise<void>
  readonly post: <T>(method: string, params?: object) => T
  readonly close: () => void
}

/** Throws where this Node has no inspector. */
export function openProfiler(): Profiler {
  const session = new Session()
  session.connect()
  const post = <T>(method: string, params: object = {}): T => posted(session, method, params)
  const done = (method: string): Promise<void> =>
    new Promise((resolve, reject) => {
      session.post(method, error => (error ? reject(error) : resolve()))
    })
  let isOn = false
  const stop = (): HeapProfile => {
    isOn = false
    return post<{ profile: HeapProfile }>('HeapProfiler.stopSampling').profile
  }
  return {
    isTaken: () => {
      try {
        post('HeapProfiler.getSamplingProfile')
        return true
      } catch {
        return false
      }
    },
    start: (samplingInterval, keepsCollected) => {
      isOn = true
      post('HeapProfiler.startSampling', {
        samplingInterval,
        includeObjectsCollectedByMajorGC: keepsCollected,
        includeObjectsCollectedByMinorGC: keepsCollected,
      })
    },
    stop,
    // The program may have stopped it itself.
    end: () => guarded(() => void (isOn && stop())),
    collectGarbage: () => done('HeapProfiler.collectGarbage'),
    deoptimise: () => {
      post('Profiler.enable')
      post('Profiler.startPreciseCoverage', { callCount: true, detailed: false })
      post('Profiler.stopPreciseCoverage')
      post('Profiler.disable')
    },
    takeSnapshot: async onPiece => {
      const take = ({ params }: { params: { chunk: string } }) => onPiece(params.chunk)
      session.on('HeapProfiler.addHeapSnapshotChunk', take)
      try {
        await done('HeapProfiler.takeHeapSnapshot')
      } finally {
        session.off('HeapProfiler.addHeapSnapshotChunk', take)
      }
    },
    post,
    close: () => session.disconnect(),
  }
}

/** A session of the same thread answers before post() returns. */
function posted<T>(session: Session, method: string, params: object): T {
  let result: unknown
  let failure: Error | null | undefined
  session.post(method, params, (error, answer) => {
    failure = error
    result = answer
  })
  if (failure) throw new Error(`${method}: ${failure.message}`)
  return result as T
}

/** V8 says on stderr if it does not know one; Maglev, which Node 20 does not use, has its own since 22. */
const INLINING = [
  'turbo-inlining',
  ...(Number.parseInt(process.versions.node, 10) < 22 ? [] : ['maglev-inlining']),
]

/**
 * V8 no longer inlines functions, so that an allocation is blamed on the right one, until the returned function is
 * called. Undefined if that is not allowed: coverage is being measured by the same means.
 */
export function withoutInlining(profiler: Profiler): (() => void) | undefined {
  if (process.env.NODE_V8_COVERAGE || process.execArgv.some(flag => flag.includes('inlining')))
    return undefined
  const set = (prefix: string): void => {
    for (const flag of INLINING) setFlagsFromString(`--${prefix}${flag}`)
    profiler.deoptimise()
  }
  set('no-')
  return () => set('')
}
