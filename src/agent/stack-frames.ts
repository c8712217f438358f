// The frames of the present call, whatever the program has done to Error.
import type { Frame } from './blame.ts'

const MOST_FRAMES = 20

/** From the caller of `above` outwards. */
export function stackFrames(above: (...args: never[]) => unknown): Frame[] {
  const { prepareStackTrace, stackTraceLimit } = Error
  const holder: { stack?: unknown } = {}
  try {
    Error.stackTraceLimit = MOST_FRAMES
    Error.prepareStackTrace = (_, sites) => sites
    Error.captureStackTrace(holder, above)
    const sites = holder.stack as NodeJS.CallSite[]
    return sites.map(frameOf)
  } finally {
    Error.stackTraceLimit = stackTraceLimit
    Error.prepareStackTrace = prepareStackTrace
  }
}

const frameOf = (site: NodeJS.CallSite): Frame => ({
  url: site.getFileName() ?? '',
  line: site.getLineNumber() ?? 0,
  function: site.getFunctionName() ?? '',
  isBuiltIn: site.isNative(),
})
