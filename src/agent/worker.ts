// The agent at work: the link to memmon, and who answers what memmon asks.
import type { Answer } from './answer.ts'
import type { Line } from './conversation.ts'
import { guarded } from './guarded.ts'
import { type Link, type LinkPorts, openLink } from './link.ts'
import { startTicks } from './own-process.ts'
import { openPulse, type Pulse } from './pulse.ts'
import { createRequests } from './requests.ts'
import { type Shared, shared } from './shared.ts'
import { statusOf } from './status.ts'
import { openWatchedLink } from './watched-link.ts'

const TASKS = ['sample', 'dump heap', 'dump threads', 'dump gc', 'dump scheduler']

export function startWorker(paths: readonly string[]): void {
  const own = shared()
  let pulse: (() => Pulse) | undefined
  const requests = createRequests({
    say: line => link.send(line),
    quick: {
      status: () => ({ data: statusOf(pulse?.(), own.fields) }),
      drain: () => drained(own),
    },
    loadTasks: async () => (await import('./tasks.ts')).TASKS,
  })
  const ports: LinkPorts = {
    paths,
    hello: () => ({ ...registration(), ...abilities(own) }),
    onWelcome: () => {
      if (!pulse)
        void openPulse().then(
          opened => (pulse = opened),
          () => {},
        )
    },
    onRequest: requests.take,
    onLost: requests.cancelAll,
  }
  const isWatched = () => own.wantsWatchdog || process.env.MEMMON_WATCHDOG === '1'
  let hasWatchdog = isWatched()
  let link: Link = hasWatchdog ? openWatchedLink(ports) : openLink(ports)
  own.onChange = () =>
    guarded(() => {
      if (hasWatchdog === isWatched()) return link.send({ update: abilities(own) })
      hasWatchdog = true
      link.end()
      link = openWatchedLink(ports)
    })
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

/** Whatever the program's callback does, the program goes on. */
function drained(own: Shared): Answer {
  const { drain } = own
  if (!drain) return { error: 'this program has no drain callback: call onDrain of memmon/agent/api' }
  // A memmon that was started again does not know whether the one before had an answer.
  if (own.isDrained) return { data: {} }
  try {
    const begun: unknown = drain()
    own.isDrained = true
    if (begun instanceof Promise) begun.catch(() => {})
    return { data: {} }
  } catch (thrown) {
    const text = thrown instanceof Error ? thrown.message : String(thrown)
    return { error: `the program's drain callback failed: ${text}` }
  }
}
