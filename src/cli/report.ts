// `memmon report`: one HTML page of all processes whose sizes memmon has recorded, into a file or to stdout.
import { lstat } from 'node:fs/promises'
import { hostname } from 'node:os'
import { messageOf, UsageError } from '../base/errors.ts'
import { errnoOf, unless } from '../base/file-fault.ts'
import { replaceSharedFile } from '../base/shared-file.ts'
import { oneLine } from '../base/text.ts'
import type { ProcessHistory } from '../history/process-history.ts'
import { endWithReader } from './end-with-reader.ts'
import { historiesByHand, NOTHING_YET } from './histories-by-hand.ts'
import type { Asked } from './rule-sources.ts'

/** Writes it; the exit code. Throws a UsageError. */
export async function report(asked: Asked, htmlPath: string | undefined): Promise<number> {
  if (htmlPath === undefined && process.stdout.isTTY)
    throw new UsageError('memmon report writes HTML: name a file, as in memmon report --html report.html', {
      about: 'command line',
    })
  if (htmlPath !== undefined) await refuseUnfit(htmlPath)
  const { histories, problems, noListener } = await historiesByHand(asked)
  for (const problem of problems) process.stderr.write(`${oneLine(problem)}\n`)
  if (histories.length === 0) {
    process.stderr.write(`${noListener === undefined ? NOTHING_YET : `No history: ${oneLine(noListener)}`}\n`)
    return 1
  }
  const html = await pageOf(histories, problems)
  if (htmlPath === undefined) {
    endWithReader()
    process.stdout.write(html)
  } else {
    await write(htmlPath, html)
    process.stdout.write(
      `${oneLine(htmlPath)}: ${histories.length} ${histories.length === 1 ? 'process' : 'processes'}\n`,
    )
  }
  return 0
}

async function pageOf(histories: readonly ProcessHistory[], problems: readonly string[]): Promise<string> {
  const { reportPage } = await import('../picture/charts.ts')
  return reportPage(histories, { host: hostname(), nowMs: Date.now(), notes: problems })
}

/** A link would be replaced, and not what it points to: whoever gives one means something else. */
async function refuseUnfit(path: string): Promise<void> {
  if (path === '')
    throw new UsageError('--html needs the name of a file, as in --html report.html', {
      about: 'command line',
    })
  const found = await lstat(path).catch(unless('ENOENT', 'ENOTDIR', 'EACCES'))
  if (found?.isSymbolicLink()) throw new UsageError(`--html ${path}: it is a link; name the file itself`)
  if (found && !found.isFile()) throw new UsageError(`--html ${path}: it is not a regular file`)
}

async function write(path: string, html: string): Promise<void> {
  try {
    await replaceSharedFile(path, html)
  } catch (thrown) {
    if (errnoOf(thrown) === undefined) throw thrown
    throw new UsageError(`--html ${path}: ${messageOf(thrown)}`)
  }
}
