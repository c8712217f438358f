// The outbox on disk: one JSON file a message, so that none is lost when memmon is killed.
import { constants } from 'node:fs'
import { mkdir, readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { removeFile, replaceFile } from '../base/atomic-file.ts'
import type { Outgoing } from './channel.ts'

/** A message with the channels that have not taken it yet. */
export interface Entry {
  readonly message: Outgoing
  readonly waiting: Waiting[]
}

export interface Waiting {
  readonly channel: string
  failures: number
  /** Milliseconds of the clock that nobody sets. */
  dueTick: number
}

const { O_NOFOLLOW, O_RDONLY } = constants
const SUFFIX = '.json'

/** What is there, oldest first, and what could not be read. */
export async function readEntries(folder: string): Promise<{ entries: Entry[]; unreadable: number }> {
  await mkdir(folder, { mode: 0o700, recursive: true })
  const entries: Entry[] = []
  let unreadable = 0
  for (const name of (await readdir(folder)).sort()) {
    const path = join(folder, name)
    const entry = name.endsWith(SUFFIX) ? parseEntry(await textOf(path)) : undefined
    if (entry) entries.push(entry)
    else {
      if (name.endsWith(SUFFIX)) unreadable++
      await rm(path, { force: true, recursive: true }) // a half-written one, or what nobody can read
    }
  }
  return { entries, unreadable }
}

export const writeEntry = (folder: string, entry: Entry): Promise<void> =>
  replaceFile(pathOf(folder, entry), JSON.stringify(entry))

export const removeEntry = (folder: string, entry: Entry): Promise<void> => removeFile(pathOf(folder, entry))

const pathOf = (folder: string, { message: { createdAt, id } }: Entry): string =>
  join(folder, `${String(createdAt).padStart(14, '0')}-${id.replace(/[^\w-]/g, '')}${SUFFIX}`)

async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, { encoding: 'utf8', flag: O_RDONLY | O_NOFOLLOW })
  } catch {
    return '' // a link, or nothing that can be read
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
    return { message, waiting: whole }
  } catch {
    return undefined
  }
}
