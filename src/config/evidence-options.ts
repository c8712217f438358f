// The options about looking into a process right before its restart.
import { parseSomeTime } from '../base/units.ts'
import { parseSwitch } from '../rules/limits.ts'
import type { GeneralOption } from './option.ts'

/** A restart waits for it. */
function delayTime(text: string, mostMinutes: number): number {
  const seconds = parseSomeTime(text)
  if (seconds > mostMinutes * 60) throw new Error(`"${text}" is too long: ${mostMinutes}m at most`)
  return seconds
}

export const EVIDENCE_OPTIONS: readonly GeneralOption[] = [
  {
    flags: ['--no-evidence'],
    group: 'action',
    help: 'Do not record what the kernel knows of a process before its restart. In memmon.conf: evidence = false.',
    example: '-a 200MB --no-evidence',
    exampleHelp: 'restart without looking into the process first',
    apply: (draft, text) => {
      draft.evidence = parseSwitch(text)
    },
  },
  {
    flags: ['--evidence-timeout'],
    group: 'action',
    value: 'time',
    help: 'How long a restart waits for its evidence at most: memmon leaves out what it has not read by then. 1s to 1m. Default: 2s',
    example: '-a 200MB --evidence-timeout 5s',
    exampleHelp: 'give a busy machine more time to read the evidence',
    apply: (draft, text) => {
      draft.evidenceTimeoutSeconds = delayTime(text, 1)
    },
  },
  {
    flags: ['--diagnose-timeout'],
    group: 'action',
    value: 'time',
    help: 'How long a restart waits for --diagnose-command before TERM, and two seconds later KILL, to its whole process group. 1s to 10m. Default: 30s',
    example: "-p api=1GB --diagnose-command '/opt/app/dump-core' --diagnose-timeout 2m",
    exampleHelp: 'give it two minutes',
    apply: (draft, text) => {
      draft.diagnoseTimeoutSeconds = delayTime(text, 10)
    },
  },
]
