// diagnose_command runs before a process is stopped, and memmon keeps its output beside the evidence. It can fail, hang or
// print endlessly: the restart goes on.
import { messageOf } from '../base/errors.ts'
import type { CommandResult } from '../base/pipe-command.ts'
import type { Redactor } from '../base/redact.ts'
import { formatSize } from '../base/units.ts'
import type { Evidence, RestartRequest } from '../rules/outcome.ts'
import { Unread } from './known.ts'
import { race } from './pace.ts'
import type { EvidenceStore } from './store.ts'

/** Runs it: see restart/hook-commands.ts. Never rejects. */
export type RunDiagnose = (
  command: string,
  request: RestartRequest,
  terms: {
    readonly evidence: Evidence
    readonly timeoutMs: () => number
    readonly ending: AbortSignal
    /** False: enough. */
    readonly onOutput: (chunk: Buffer) => boolean
  },
) => Promise<CommandResult>

export interface CommandPorts {
  readonly runDiagnose: RunDiagnose
  readonly store: EvidenceStore | undefined
  readonly redactor: Pick<Redactor, 'mask'>
  readonly tick: () => number
  readonly ending: AbortSignal
}

const MOST_BYTES = 1024 * 1024
/** From TERM to KILL, and a moment to be reaped. */
const KILL_MS = 2_500
/** For the file, if the command has left less of its time. */
const WRITE_MS = 1_000

/** What became of it, as one clause. Never rejects, and resolves seconds after its time at the latest. */
export async function runForOutput(
  command: string,
  { request, evidence, takenAt, timeoutMs }: Asked,
  ports: CommandPorts,
): Promise<NonNullable<Evidence['command']>> {
  const untilTick = ports.tick() + timeoutMs
  const output = createOutput()
  const { ending } = ports
  const leftMs = () => Math.ceil(untilTick - ports.tick())
  const running = ports.runDiagnose(command, request, {
    evidence,
    timeoutMs: leftMs,
    ending,
    onOutput: output.add,
  })
  const late = { ok: false, why: `it had not ended after ${timeoutMs / 1000} s` } as const
  const result = await race(running, timeoutMs + KILL_MS).catch(() => late)
  const writeMs = Math.max(WRITE_MS, leftMs())
  const kept = await keep(output, { request, takenAt, writeMs }, ports)
  // One whose pipe is closed ends by that.
  if (result.ok || output.isCut()) return { isOk: true, text: kept }
  return { isOk: false, text: `${result.why}; ${kept}` }
}

interface Asked {
  readonly request: RestartRequest
  readonly evidence: Evidence
  readonly takenAt: number
  readonly timeoutMs: number
}

async function keep(
  output: Output,
  {
    request: { process },
    takenAt,
    writeMs,
  }: Pick<Asked, 'request' | 'takenAt'> & { readonly writeMs: number },
  { store, redactor }: CommandPorts,
): Promise<string> {
  const text = output.text()
  if (text === '') return 'it printed nothing'
  if (!store) return 'its output was not kept: memmon has no state folder'
  const cut = output.isCut() ? `, cut at ${formatSize(MOST_BYTES)}` : ''
  const shown = redactor.mask(text, output.isCut() ? 'end' : undefined)
  const { group, name, pid } = process
  try {
    const path = await race(store.writeOutput({ group, name, pid, takenAt }, shown), writeMs)
    return `its output is in ${path}${cut}`
  } catch (thrown) {
    const why = thrown instanceof Unread ? 'the disk did not take it in time' : messageOf(thrown)
    return `its output was not written: ${why}`
  }
}

type Output = ReturnType<typeof createOutput>

function createOutput() {
  const chunks: Buffer[] = []
  let bytes = 0
  return {
    add(chunk: Buffer): boolean {
      if (bytes <= MOST_BYTES) chunks.push(chunk.subarray(0, MOST_BYTES - bytes))
      bytes += chunk.length
      return bytes <= MOST_BYTES
    },
    isCut: () => bytes > MOST_BYTES,
    text: () => Buffer.concat(chunks).toString('utf8'),
  }
}
