// What the main thread is doing, seen from another thread: it is stopped for a moment by V8's debugger, in the middle of
// whatever it calculates.
import { type Debugger, Session } from 'node:inspector'

const PAUSED_WITHIN_MS = 2_000
const MOST_FRAMES = 50

/** Empty if it could not be stopped: it waits in the kernel, or in native code. */
export async function mainStack(): Promise<string[]> {
  const session = new Session()
  session.connectToMainThread()
  try {
    return await framesOf(session)
  } catch {
    return []
  } finally {
    session.post('Debugger.resume', () => {})
    session.post('Debugger.disable', () => {})
    session.disconnect()
  }
}

function framesOf(session: Session): Promise<string[]> {
  return new Promise(resolve => {
    const timer = setTimeout(() => resolve([]), PAUSED_WITHIN_MS)
    session.once('Debugger.paused', ({ params }) => {
      clearTimeout(timer)
      resolve(params.callFrames.slice(0, MOST_FRAMES).map(frameText))
    })
    session.post('Debugger.enable', () => session.post('Debugger.pause', () => {}))
  })
}

/** As in a stack of V8's. */
const frameText = ({ functionName, url, location }: Debugger.CallFrame): string =>
  `at ${functionName || '(anonymous)'} (${url || '(eval)'}:${location.lineNumber + 1})`
