// An option that a command for people takes besides the listener's, and the kinds that several of them have.
import { messageOf, UsageError } from '../base/errors.ts'
import { parseSomeTime } from '../base/units.ts'
import type { TakenOption } from '../config/commander.ts'
import type { Given } from './given.ts'

export type OwnOption = TakenOption['spec'] & {
  readonly give: (given: Given, text: string | undefined, argv: readonly string[]) => void
}

type Switch = { [Key in keyof Given]: Given[Key] extends boolean ? Key : never }[keyof Given]

/** One without a value: it is given or not. */
export const switchOption = (key: Switch, flag: string, help: string, example: string): OwnOption => ({
  flags: [flag],
  help,
  example,
  give: given => {
    given[key] = true
  },
})

export const jsonOption = (help: string, example: string): OwnOption =>
  switchOption('json', '--json', help, example)

/** Throws a UsageError. */
export function someTime(
  flag: string,
  text: string,
  within = (seconds: number, _: string) => seconds,
): number {
  try {
    return within(parseSomeTime(text), text)
  } catch (thrown) {
    throw new UsageError(`${flag} ${text}: ${messageOf(thrown)}`)
  }
}
