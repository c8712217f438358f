// Commands of the operator's around a restart. Each has its time, then TERM, then KILL for its whole process group;
// none can do more than delay the restart that it belongs to.
import { messageOf } from '../core/errors.ts'
import type { RestartRequest } from '../core/outcome.ts'
import { environmentOf } from './actions.ts'

export type HookResult =
  | { readonly ok: true }
  | {
      readonly ok: false
      readonly why: string
      readonly exitCode?: number
      /** It was not run, for lack of something that may be there a moment later. */
      readonly isLack?: true
      /** It was not run because part of memmon is missing, as while npm replaces it: a restart waits for that. */
      readonly isUnready?: true
    }

/** Runs a command line, told about the request by environment and stdin. Never rejects. */
export type RunHook = (command: string, request: RestartRequest, event: string) => Promise<HookResult>

/** Splits and runs a command line; see split-command.ts and notify/pipe-command.ts. */
export type RunLine = (
  command: string,
  input: Buffer,
  environment: Readonly<Record<string, string>>,
) => Promise<HookResult>

/** A runner that tells each command about its request. */
export function createRunHook(
  run: RunLine,
  documentOf: (request: RestartRequest, event: string) => Record<string, unknown>,
): RunHook {
  return async (command, request, event) => {
    try {
      const input = Buffer.from(`${JSON.stringify(documentOf(request, event))}\n`)
      return await run(command, input, environmentOf(request, event))
    } catch (thrown) {
      return { ok: false, why: messageOf(thrown) }
    }
  }
}
