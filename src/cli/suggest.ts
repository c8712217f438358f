// `memmon suggest`: limits that would fit, by what memmon has recorded, or by what is seen now; on request as a memmon.conf.
import { constants } from 'node:fs'
import { access, lstat, open, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { messageOf, UsageError } from '../base/errors.ts'
import { errnoOf, unless } from '../base/file-fault.ts'
import { jsonLine } from '../base/json-line.ts'
import { oneLine } from '../base/text.ts'
import { formatDuration } from '../base/units.ts'
import type { ProcessHistory } from '../history/process-history.ts'
import type { WidthOf } from '../screen/width.ts'
import { chosenHistories } from './chosen-histories.ts'
import { endWithReader } from './end-with-reader.ts'
import { historiesByHand } from './histories-by-hand.ts'
import type { Asked } from './rule-sources.ts'
import { confOf } from './suggest-conf.ts'
import { suggestionsDocument } from './suggest-json.ts'
import { suggestionLines } from './suggest-text.ts'
import { watchHistories } from './suggest-watch.ts'
import { type Suggestion, suggestionFor } from './suggestion.ts'
import { stdoutWidth } from './terminal-size.ts'

export interface SuggestAsked {
  readonly names: readonly string[]
  readonly json: boolean
  /** --watch. */
  readonly watchSeconds: number | undefined
  /** --write. */
  readonly path: string | undefined
  readonly widthOf: WidthOf
}

const USUAL_WATCH_SECONDS = 120
const CONF_MODE = 0o644
const EXIT_NOTHING = 1

/** Prints them, and writes the file; the exit code. Throws a UsageError. */
export async function suggest(asked: Asked, options: SuggestAsked): Promise<number> {
  const { path, json, names, widthOf } = options
  endWithReader()
  if (path !== undefined) await refuseTaken(path)
  const known = await knownHistories(asked, options)
  const suggestions = (known.length > 0 ? chosenHistories(known, names) : []).map(suggestionFor)
  if (json) process.stdout.write(`${jsonLine(suggestionsDocument(suggestions))}\n`)
  else process.stdout.write(textOf(suggestions, widthOf))
  return path === undefined
    ? suggestions.length > 0
      ? 0
      : EXIT_NOTHING
    : await write(path, suggestions, known)
}

/** What was recorded, one of each name; what was not is watched, if nothing was or if that is asked for. */
async function knownHistories(
  asked: Asked,
  { names, watchSeconds, widthOf }: SuggestAsked,
): Promise<readonly ProcessHistory[]> {
  const { histories, ownGroups, problems } = await historiesByHand(asked)
  const recorded = histories.filter(
    ({ namespec }) => !ownGroups.some(group => namespec.startsWith(`${group}:`)),
  )
  const isWatched = watchSeconds !== undefined || recorded.length === 0
  for (const problem of problems) process.stderr.write(`${oneLine(problem)}\n`)
  const seconds = watchSeconds ?? USUAL_WATCH_SECONDS
  if (isWatched && watchSeconds === undefined)
    process.stderr.write(`No history yet: watching for ${formatDuration(seconds)}; --watch says how long\n`)
  const watched = isWatched ? await watchHistories(asked, { names, seconds, widthOf }) : []
  const byName = new Map<string, ProcessHistory>()
  for (const one of [...watched, ...recorded]) {
    const other = byName.get(one.namespec)
    if (!other || spanMs(one) > spanMs(other)) byName.set(one.namespec, one)
  }
  return [...byName.values()].sort((a, b) => (a.namespec < b.namespec ? -1 : 1))
}

/** How long it was watched. */
const spanMs = ({ lives, atMs }: ProcessHistory): number => atMs - (lives[0]?.fromMs ?? atMs)

function textOf(suggestions: readonly Suggestion[], widthOf: WidthOf): string {
  const room = { width: stdoutWidth(), widthOf }
  if (suggestions.length === 0) return 'Nothing was measured: no process runs whose size can be read\n'
  return suggestions.map(one => `${suggestionLines(one, room).join('\n')}\n`).join('\n')
}

async function write(
  path: string,
  suggestions: readonly Suggestion[],
  known: readonly ProcessHistory[],
): Promise<number> {
  const names = known.map(({ namespec }) => namespec)
  const { text, limits } = confOf(suggestions, names, Date.now())
  if (limits === 0) {
    process.stderr.write(
      `Nothing written to ${oneLine(path)}: too little was measured for any limit; watch longer, as in --watch 10m\n`,
    )
    return EXIT_NOTHING
  }
  await writeNew(path, text)
  process.stderr.write(`Wrote ${oneLine(path)}. Try it: memmon check --config ${oneLine(path)}\n`)
  return 0
}

/** Before anybody waits for what could then not be written. */
async function refuseTaken(path: string): Promise<void> {
  if (path === '')
    throw new UsageError('--write needs the name of a file, as in --write memmon.conf', {
      about: 'command line',
    })
  if (await lstat(path).catch(unless('ENOENT', 'ENOTDIR', 'EACCES'))) throw takenError(path)
  const folder = dirname(path)
  await access(folder, constants.W_OK | constants.X_OK).catch((thrown: unknown) => {
    const why = errnoOf(thrown) === 'ENOENT' ? 'no such directory' : 'memmon cannot write there'
    throw new UsageError(`--write ${path}: ${folder}: ${why}`)
  })
}

const takenError = (path: string): UsageError =>
  new UsageError(`--write ${path}: it exists already; name another file, or remove it`)

/** Never over another file, and writable by nobody else: it decides what memmon does. */
async function writeNew(path: string, text: string): Promise<void> {
  try {
    const file = await open(path, 'wx', CONF_MODE)
    try {
      await file.writeFile(text)
      await file.sync()
    } catch (thrown) {
      await rm(path, { force: true })
      throw thrown
    } finally {
      await file.close()
    }
  } catch (thrown) {
    if (errnoOf(thrown) === 'EEXIST') throw takenError(path)
    if (errnoOf(thrown) === undefined) throw thrown
    throw new UsageError(`--write ${path}: ${messageOf(thrown)}`)
  }
}
