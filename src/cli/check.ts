// `memmon check`: what memmon sees now and what it would do, in any terminal or pipe; once, or again and again.
import { pipeLines, terminalLines } from '../screen/check-screen.ts'
import { type CheckAsked, checkOnce, terminal, write } from './check-once.ts'
import { endWithReader } from './end-with-reader.ts'

/** Prints the table, or JSON; the exit code. Throws a UsageError. */
export async function check(asked: CheckAsked): Promise<number> {
  endWithReader()
  if (asked.watchSeconds !== undefined) {
    const { watchCheck } = await import('./watch-check.ts')
    return await watchCheck(asked, asked.watchSeconds * 1000)
  }
  const { picture, document, warnings, exitCode } = await checkOnce(asked)
  for (const warning of warnings) process.stderr.write(`${warning}\n`)
  if (asked.json) process.stdout.write(`${JSON.stringify(document, null, 2)}\n`)
  else
    write(process.stdout.isTTY ? terminalLines(picture, terminal(asked)) : pipeLines(picture, asked.widthOf))
  return exitCode
}
