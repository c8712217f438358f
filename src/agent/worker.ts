// The agent at work: the link to memmon, and who answers what memmon asks.
import type { Answer } from './answer.ts'
import type { Line } from './conversation.ts'
import { dropPromise, guarded } from './guarded.ts'
import { type Link, type LinkPorts, openLink } from './link.ts'
import { startTicks } from './own-process.ts'
import type { Pulse } from './pulse.ts'
import { createRequests } from './requests.ts'
import { type Shared, shared } from './shared.ts'
import { statusOf } from './status.ts'

/** The event loop is sampled every 250 ms, and memmon waits a second. */
const FIRST_WINDOW_MS = 300

const TASKS = ['sample', 'dump heap', 'dump threads', 'dump gc', 'dump scheduler']

export function startWorker(paths: readonly string[]): void {
  const own = shared()
  const pulse = firstPulse()
  const requests = createRequests({
    say: line => link.send(line),
    quick: {
      status: async () => ({ data: statusOf((await pulse())?.(), own.fields) }),
      drain: () => drained(own),
    },
    loadTasks: async () => (await import('./tasks.ts')).TASKS,
  })
  const ports: LinkPorts = {
    paths,
    hello: () => ({ ...registration(), ...abilities(own) }),
    onRequest: requests.take,
    onLost: requests.cancelAll,
  }
  const isWatched = () => own.wantsWatchdog || process.env.MEMMON_WATCHDOG === '1'
  let hasWatchdog = isWatched()
  let link: Link = NO_LINK
  const open = async (): Promise<void> => {
    link = hasWatchdog ? (await import('./watched-link.ts')).openWatchedLink(ports) : openLink(ports)
  }
  const openSafely = () => void open().catch(() => guarded(() => (link = openLink(ports))))
  openSafely()
  own.onChange = () =>
    guarded(() => {
      if (hasWatchdog === isWatched()) return link.send({ update: abilities(own) })
      hasWatchdog = true
      link.end()
      link = NO_LINK
      openSafely()
    })
}

const NO_LINK: Link = { send: () => {}, end: () => {} }

/** Costs nothing until memmon asks for the status: the first answer covers its first moments. */
function firstPulse(): () => Promise<(() => Pulse) | undefined> {
  let opened: Promise<(() => Pulse) | undefined> | undefined
  const open = async () => {
    const { openPulse } = await import('./pulse.ts')
    const pulse = await openPulse()
    await new Promise<void>(resolve => setTimeout(resolve, FIRST_WINDOW_MS).unref())
    return pulse
  }
  return () => {
    opened ??= open().catch(() => undefined)
    return opened
  }
}

function registration(): Line {
  const ticks = startTicks()
  return {
    pid: process.pid,
    ...(ticks === undefined ? {} : { start_ticks: ticks }),
    language: 'node',
    runtime: process.version,
  }
}

const abilities = ({ name, drain }: Shared): Line => ({
  can: ['status', ...TASKS, ...(drain ? ['drain'] : [])],
  ...(name === undefined ? {} : { name: name.slice(0, 200) }),
})

/** Errors in the program's callback do not reach the program. */
function drained(own: Shared): Answer {
  const { drain } = own
  if (!drain) return { error: 'this program has no drain callback: call onDrain of memmon/agent/api' }
  // A restarted memmon does not know whether the one before got an answer.
  if (own.isDrained) return { data: {} }
  try {
    const begun = drain()
    own.isDrained = true
    dropPromise(begun)
    return { data: {} }
  } catch (thrown) {
    const text = thrown instanceof Error ? thrown.message : String(thrown)
    return { error: `the program's drain callback failed: ${text}` }
  }
}
