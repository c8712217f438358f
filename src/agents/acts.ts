// What a person may ask memmon to do with a program, through its socket. Pure.
import { isWhole } from '../base/data.ts'

const DOS = ['restart', 'drain', 'mute', 'unmute'] as const
const MOST_PROGRAM = 1_000
const MOST_SECONDS = 36_500 * 86_400

export interface Act {
  readonly do: (typeof DOS)[number]
  /** Its namespec. */
  readonly program: string
  /** For a mute. */
  readonly seconds?: number
}

/** undefined if it asks for something else; a string says what is wrong with it. */
export function actIn(said: Readonly<Record<string, unknown>>): Act | string | undefined {
  const what = DOS.find(one => one === said.do)
  if (!what) return undefined
  const { program, seconds } = said
  if (typeof program !== 'string' || program === '' || program.length > MOST_PROGRAM)
    return '"program" is not the name of a program'
  if (what !== 'mute') return { do: what, program }
  if (!isWhole(1, MOST_SECONDS)(seconds)) return '"seconds" is not a whole number from 1'
  return { do: what, program, seconds: seconds as number }
}
