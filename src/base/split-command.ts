// A command line as supervisord splits `command`, by shlex and without a shell.
import type * as Shlex from 'shlex'
import { messageOf } from './errors.ts'
import { importPackage } from './load-package.ts'
import type { CommandResult } from './pipe-command.ts'

/** Its words, or why there are none. */
export type Split = { readonly ok: true; readonly words: readonly string[] } | (CommandResult & { ok: false })

/** Loads shlex, so that it is there when a command is run; whether that fails is seen then. */
export const prepareToSplit = (): void => void loadShlex().catch(() => {})

/** Never rejects. */
export async function splitCommand(command: string): Promise<Split> {
  let shlex: typeof Shlex
  try {
    shlex = await loadShlex()
  } catch (thrown) {
    return { ok: false, why: `it could not be run: ${messageOf(thrown)}`, isLack: true }
  }
  try {
    return { ok: true, words: shlex.split(command) }
  } catch (thrown) {
    return { ok: false, why: messageOf(thrown) } // quotes that do not match
  }
}

let loaded: typeof Shlex | undefined

async function loadShlex(): Promise<typeof Shlex> {
  loaded ??= (await importPackage('shlex')) as typeof Shlex
  return loaded
}
