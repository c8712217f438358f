// `memmon restart`, `memmon drain`, `memmon mute` and `memmon unmute`: asks memmon, and prints a line for each program.
import type { Act } from '../agents/acts.ts'
import { messageOf, UsageError } from '../base/errors.ts'
import { oneLine } from '../base/text.ts'
import { parseSomeTime } from '../base/units.ts'
import { openActs, programsNamed } from './act-by-hand.ts'
import { endWithReader } from './end-with-reader.ts'
import type { Asked } from './rule-sources.ts'

const USUAL_MUTE = '1h'
/** As many as memmon answers at once. */
const AT_A_TIME = 8
const EXIT_REFUSED = 1

export interface ActAsked extends Asked {
  readonly what: Act['do']
  readonly word: string
  /** For a mute. */
  readonly time: string | undefined
}

/** Returns the exit code. Throws a UsageError. */
export async function act({ what, word, time, ...asked }: ActAsked): Promise<number> {
  endWithReader()
  const terms = what === 'mute' ? { seconds: secondsOf(time ?? USUAL_MUTE) } : {}
  const acts = await openActs(asked)
  const controller = new AbortController()
  const leave = () => controller.abort()
  process.once('SIGINT', leave)
  try {
    const programs = programsNamed(word, acts.table)
    let refused = 0
    const next = async (): Promise<void> => {
      for (let program = programs.shift(); program !== undefined; program = programs.shift()) {
        const say = (text: string) => process.stderr.write(`memmon: ${oneLine(text)}\n`)
        const wait = (said: string) => say(`${program}: ${said}; Ctrl-C stops waiting, memmon goes on`)
        const { isDone, text } = await acts.act({ do: what, program, ...terms }, wait, controller.signal)
        if (isDone) process.stdout.write(`${oneLine(text)}\n`)
        else say(text)
        if (!isDone) refused++
      }
    }
    await Promise.all(Array.from({ length: AT_A_TIME }, next))
    return refused > 0 ? EXIT_REFUSED : 0
  } finally {
    process.off('SIGINT', leave)
    acts.close()
  }
}

function secondsOf(time: string): number {
  try {
    return parseSomeTime(time)
  } catch (thrown) {
    throw new UsageError(`mute: ${messageOf(thrown)}`, { about: 'command line' })
  }
}
