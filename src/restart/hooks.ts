// Commands of the operator's around a restart. Each has its time, then TERM, then KILL for its whole process group;
// none can do more than delay the restart that it belongs to.
import { messageOf } from '../core/errors.ts'
import type { RestartRequest } from '../core/outcome.ts'
import { environmentOf } from './actions.ts'

export type HookResult =
  | { readonly ok: true }
  | { readonly ok: false; readonly why: string; readonly exitCode?: number }

/** Runs a command line, told about the request by environment and stdin. Never rejects. */
export type RunHook = (command: string, request: RestartRequest, event: string) => Promise<HookResult>

/** Runs a program; see notify/pipe-command.ts. */
export type RunWords = (
  words: readonly string[],
  input: Buffer,
  environment: Readonly<Record<string, string>>,
) => Promise<HookResult>

/** A runner that splits the command as supervisord splits `command`, without a shell. */
export function createRunHook(
  run: RunWords,
  documentOf: (request: RestartRequest, event: string) => Record<string, unknown>,
): RunHook {
  return async (command, request, event) => {
    try {
      const { split } = await import('shlex')
      const input = Buffer.from(`${JSON.stringify(documentOf(request, event))}\n`)
      return await run(split(command), input, environmentOf(request, event))
    } catch (thrown) {
      return { ok: false, why: messageOf(thrown) } // quotes that do not match
    }
  }
}
