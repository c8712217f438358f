// The commands for people as the man page and the completion of a shell see them.
import { OPTIONS } from '../config/options.ts'
import type { ManualCommand } from '../manual/commands.ts'
import { COMMAND_TEXTS, type HandCommand } from './command-texts.ts'
import { OWN_OPTIONS } from './program.ts'

/** In the order of help; `taken` says which of the listener's options a command takes, by default all. */
export const manualCommands = (taken: Partial<Record<HandCommand, readonly string[]>>): ManualCommand[] =>
  (Object.keys(COMMAND_TEXTS) as HandCommand[]).map(name => {
    const { argument, second, ...texts } = COMMAND_TEXTS[name]
    const flags = taken[name]
    return {
      ...texts,
      name,
      args: [argument, second].flatMap(one => one ?? []),
      options: OWN_OPTIONS[name],
      taken: OPTIONS.filter(spec => !flags || flags.some(flag => spec.flags.includes(flag))),
    }
  })
