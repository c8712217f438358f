// The frames of the present call, whatever the program has done to Error.
import type { Frame } from './blame.ts'

const MOST_FRAMES = 20
/** As V8 writes one: `at name (file:1:2)`, or without a name. */
const LINE = /^ *at (?:(.*) \()?(.*?):(\d+):\d+\)?$/

/** From the caller of `above` outwards. Where the program has frozen Error: as many as it allows, in V8's text. */
export function stackFrames(above: (...args: never[]) => unknown): Frame[] {
  const { prepareStackTrace, stackTraceLimit } = Error
  const holder: { stack?: unknown } = {}
  try {
    Reflect.set(Error, 'stackTraceLimit', MOST_FRAMES)
    Reflect.set(Error, 'prepareStackTrace', (_: unknown, sites: unknown) => sites)
    Error.captureStackTrace(holder, above)
    const { stack } = holder
    return Array.isArray(stack) ? stack.map(frameOf) : String(stack).split('\n').flatMap(frameIn)
  } finally {
    Reflect.set(Error, 'stackTraceLimit', stackTraceLimit)
    Reflect.set(Error, 'prepareStackTrace', prepareStackTrace)
  }
}

const frameOf = (site: NodeJS.CallSite): Frame => ({
  url: site.getFileName() ?? '',
  line: site.getLineNumber() ?? 0,
  function: site.getFunctionName() ?? '',
  isBuiltIn: site.isNative(),
})

function frameIn(text: string): Frame[] {
  const [, name = '', url, line] = LINE.exec(text) ?? []
  return url === undefined ? [] : [{ url, line: Number(line), function: name, isBuiltIn: false }]
}
