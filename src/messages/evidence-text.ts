// What was taken down of a process before its stop: as a line of the log, in a mail, and in a document. Pure.
import type { Evidence, RestartRequest } from '../rules/outcome.ts'
import { sampleEvent, sampleFacts } from './sample-text.ts'

/** A line of the log, and the event that programs know it by. */
export interface EvidenceLine {
  readonly event: 'evidence' | 'diagnosed' | 'memory_sample'
  readonly level: 'INFO' | 'WARN'
  readonly text: string
}

/** Where it is and what it says first, or why there is no file; and what became of diagnose_command. */
export function evidenceLines(request: RestartRequest, evidence: Evidence): EvidenceLine[] {
  const { command } = evidence
  const text = `diagnose_command for ${request.process.namespec}: ${command?.text}`
  const ran: EvidenceLine | undefined = command && {
    event: 'diagnosed',
    ...(command.isOk ? { level: 'INFO', text } : { level: 'WARN', text: `${text}. The restart continues` }),
  }
  return [fileLine(request, evidence), ran].filter(line => line !== undefined)
}

function fileLine(
  { process: { namespec, pid } }: RestartRequest,
  { path, problem, sentences: [first] }: Evidence,
): EvidenceLine | undefined {
  const who = `${namespec} (pid ${pid})`
  if (problem !== undefined)
    return {
      event: 'evidence',
      level: 'WARN',
      text: `No evidence file of ${who}: ${problem}. The restart continues`,
    }
  if (path === undefined && first === undefined) return undefined
  const said = first === undefined ? '' : `: ${first}`
  const where = path === undefined ? '' : ` is in ${path}`
  return { event: 'evidence', level: 'INFO', text: `Evidence of ${who}${where}${said}` }
}

/** The lines of a mail: what it says, and where all of it is. */
export const evidenceFacts = ({
  path,
  problem,
  sentences,
  command,
  sample,
}: Evidence): (readonly [string, string])[] => [
  ...sentences.map(text => ['Found', text] as const),
  ...(path === undefined ? [] : [['Details', path] as const]),
  ...(problem === undefined ? [] : [['Details', `Not written: ${problem}`] as const]),
  ...(command ? [['Command', `diagnose_command: ${command.text}`] as const] : []),
  ...(sample ? sampleFacts(sample) : []),
]

/** `evidence` in the document. */
export const evidenceEvent = ({
  path,
  problem,
  sentences,
  command,
  sample,
}: Evidence): Record<string, unknown> => ({
  path: path ?? null,
  problem: problem ?? null,
  sentences,
  command: command?.text ?? null,
  ...(sample && { memory_sample: sampleEvent(sample) }),
})
