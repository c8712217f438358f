// `memmon agents`: who is connected, and what each says of itself.

import { UsageError } from '../base/errors.ts'
import { jsonLine } from '../base/json-line.ts'
import type { WidthOf } from '../screen/width.ts'
import { agentsDocument, type ListedAgent } from './agents-json.ts'
import { agentLines } from './agents-text.ts'
import { endWithReader } from './end-with-reader.ts'
import { findHost } from './memmon-host.ts'
import type { Asked } from './rule-sources.ts'
import { stdoutWidth } from './terminal-size.ts'

const WITHIN_MS = 10_000
const EXIT_MISSING = 1

export interface AgentsAsked extends Asked {
  readonly json: boolean
  readonly widthOf: WidthOf
}

/** Prints it; the exit code. Throws a UsageError. */
export async function listAgents({ json, widthOf, ...asked }: AgentsAsked): Promise<number> {
  endWithReader()
  const { host, table } = await findHost(asked)
  const answer = await host.ask({ do: 'agents' }, { timeoutMs: WITHIN_MS })
  host.close()
  if (answer.kind === 'failed') throw new UsageError(answer.error)
  const agents = agentsDocument(answer.data, table)
  const lines = json
    ? [jsonLine({ version: 1, agents })]
    : agentLines(agents, { width: stdoutWidth(), widthOf, nowMs: Date.now() })
  process.stdout.write(`${lines.join('\n')}\n`)
  return agents.length > 0 && agents.every(isAnswering) ? 0 : EXIT_MISSING
}

const isAnswering = ({ status }: ListedAgent): boolean => status !== null
