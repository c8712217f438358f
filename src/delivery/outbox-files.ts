// The outbox on disk: one JSON file a message, so that none is lost when memmon is killed.
import { lstat, mkdir, readdir, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { removeFile, replaceFile } from '../base/atomic-file.ts'
import { FileFault, unless } from '../base/file-fault.ts'
import { readOwnFile } from '../base/own-file.ts'
import { openOwnFolder } from '../base/own-folder.ts'
import { isBrief } from '../history/brief.ts'
import type { Outgoing } from './channel.ts'

/** A message with the channels that have not taken it yet. */
export interface Entry {
  readonly message: Outgoing
  readonly waiting: Waiting[]
}

export interface Waiting {
  readonly channel: string
  failures: number
  /** Milliseconds of the monotonic clock. */
  dueTick: number
}

const SUFFIX = '.json'
/** No message comes near this. */
const MOST_BYTES = 16 * 1024 * 1024
const MADE_HERE = /\.json(\.new)?$/

export interface Found {
  /** Oldest first. */
  readonly entries: Entry[]
  /** Files that were not messages, and have been removed. */
  readonly unreadable: number
  /** What the machine could not read at this time, as without a descriptor left: it stays where it is. */
  readonly left: number
}

/** What is there. Throws a FileFault if the folder is not ours alone. */
export async function readEntries(folder: string): Promise<Found> {
  const opened = await openOwnFolder(folder, true)
  await opened?.close()
  const entries: Entry[] = []
  let [unreadable, left] = [0, 0]
  for (const name of (await readdir(folder)).sort()) {
    const path = join(folder, name)
    const text = name.endsWith(SUFFIX) ? await textOf(path) : ''
    const entry = text === undefined ? undefined : parseEntry(text)
    if (text === undefined) {
      left++
      continue
    }
    if (entry) entries.push(entry)
    else if (name.endsWith(SUFFIX)) unreadable++
    // A half-written one, or what nobody can read; never a folder, nor what is not of an outbox.
    if (!entry && MADE_HERE.test(name)) await unlink(path).catch(() => {})
  }
  return { entries, unreadable, left }
}

export async function writeEntry(folder: string, entry: Entry): Promise<void> {
  await mkdir(folder, { mode: 0o700 }).catch(unless('EEXIST')) // somebody may have deleted it
  await replaceFile(pathOf(folder, entry), JSON.stringify(entry))
}

export const removeEntry = (folder: string, entry: Entry): Promise<void> => removeFile(pathOf(folder, entry))

/** Whether it is on disk, perhaps as it was before its last try. */
export const hasEntry = (folder: string, entry: Entry): Promise<boolean> =>
  lstat(pathOf(folder, entry)).then(
    () => true,
    () => false,
  )

const pathOf = (folder: string, { message: { createdAt, id } }: Entry): string =>
  join(folder, `${String(createdAt).padStart(14, '0')}-${id.replace(/[^\w-]/g, '')}${SUFFIX}`)

/** Empty for a link, a pipe, and whatever else cannot be a message; undefined if it could not be read this time. */
async function textOf(path: string): Promise<string | undefined> {
  try {
    return (await readOwnFile(path, MOST_BYTES)) ?? ''
  } catch (thrown) {
    return thrown instanceof FileFault ? '' : undefined
  }
}

function parseEntry(text: string): Entry | undefined {
  try {
    const { message, waiting } = JSON.parse(text) as Partial<Entry>
    const texts = [message?.id, message?.subject, message?.text, message?.thread]
    if (!message || !texts.every(one => typeof one === 'string') || !Number.isFinite(message.createdAt))
      return undefined
    if (typeof message.event !== 'object' || message.event === null || !Array.isArray(waiting))
      return undefined
    const whole = waiting.filter(
      one =>
        typeof one?.channel === 'string' && Number.isFinite(one.failures) && Number.isFinite(one.dueTick),
    )
    return { message: withSoundHistory(message), waiting: whole }
  } catch {
    return undefined
  }
}

/** Charts are worth less than the message: without them if they cannot be drawn. */
function withSoundHistory({ history, ...message }: Outgoing): Outgoing {
  return isBrief(history) ? { ...message, history } : message
}
