// Asks the running memmon, through its socket, to do something with a program: `memmon restart`, `drain`, `mute`,
// `unmute`, and the keys of `memmon top`.
import type { Act } from '../agents/acts.ts'
import type { Answer } from '../agents/protocol.ts'
import { UsageError } from '../base/errors.ts'
import { nearestNames, similarText } from '../base/nearest.ts'
import type { ProcessInfo } from '../rules/process.ts'
import { globMatches, parseSelector, selects } from '../rules/selector.ts'
import type { ProcessTable } from '../supervisor/process-table.ts'
import { findHost } from './memmon-host.ts'
import type { Asked } from './rule-sources.ts'

/** memmon answers sooner, whatever becomes of a restart. */
const WITHIN_MS = 660_000

/** A memmon that takes requests. */
export interface Acts {
  /** supervisord's processes. */
  readonly table: ProcessTable
  /** Never rejects; the answer is one line for a person. What has begun goes on when `signal` aborts. */
  act(act: Act, onProgress?: (text: string) => void, signal?: AbortSignal): Promise<Acted>
  close(): void
}

export interface Acted {
  readonly isDone: boolean
  readonly text: string
}

/** Throws a UsageError that says what to do if no memmon can be asked. */
export async function openActs(asked: Asked): Promise<Acts> {
  const { host, table } = await findHost(asked)
  return {
    table,
    act: async ({ do: what, ...act }, onProgress, signal) =>
      actedOf(
        await host.ask(
          { do: what, ...act },
          {
            timeoutMs: WITHIN_MS,
            ...(onProgress && { onProgress: ({ text }) => onProgress(text) }),
            ...(signal && { signal }),
          },
        ),
      ),
    close: () => host.close(),
  }
}

function actedOf(answer: Answer): Acted {
  if (answer.kind === 'failed') return { isDone: false, text: answer.error }
  const { text } = answer.data as { readonly text?: unknown }
  return { isDone: true, text: typeof text === 'string' ? text : 'done' }
}

/** The processes of a name, a group or a pattern. Throws a UsageError if there are none. */
export function programsNamed(word: string, { processes }: ProcessTable): string[] {
  const selector = parseSelector(word)
  const isNamed = ({ group, name }: ProcessInfo) =>
    selects(selector, group, name) || (selector.group === undefined && globMatches(selector.name, group))
  const found = processes.filter(isNamed).map(({ namespec }) => namespec)
  if (found.length > 0) return found
  const near = nearestNames(word, [...new Set(processes.flatMap(({ name, group }) => [name, group]))], 3)
  throw new UsageError(`supervisord has no process or group "${word}"${similarText(near)}`)
}
