// The line of the log about what was taken down of a process before its stop. Pure.
import type { Evidence, RestartRequest } from '../rules/outcome.ts'

/** Where it is and what it says first; or why there is no file. undefined where there is nothing to say. */
export function evidenceLine(
  { process: { namespec, pid } }: RestartRequest,
  { path, problem, sentences: [first] }: Evidence,
): { readonly level: 'INFO' | 'WARN'; readonly text: string } | undefined {
  const who = `${namespec} (pid ${pid})`
  if (problem !== undefined)
    return { level: 'WARN', text: `No evidence file of ${who}: ${problem}. The restart continues` }
  if (path === undefined && first === undefined) return undefined
  const said = first === undefined ? '' : `: ${first}`
  const where = path === undefined ? '' : ` is in ${path}`
  return { level: 'INFO', text: `Evidence of ${who}${where}${said}` }
}
