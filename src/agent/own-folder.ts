// <tmp>/memmon-<uid>: where agents of one user put their files if no folder is given. Bounded: deletes the oldest.
import { lstatSync, mkdirSync, readdirSync, unlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const MOST_OF_A_PROGRAM = 20
const MOST = 200
/** A heap snapshot alone may have several hundred megabytes. */
const MOST_BYTES = 1024 * 1024 * 1024
const NAME = /^memmon-\d{8}T\d{9}Z-(.+)-\d+-(?:sample|heap|threads)\.\w+$/

interface ListedFile {
  readonly name: string
  readonly bytes: number
}

/** The folder, 0700, with room for that file. Throws an Error that says what to do if it is not this user's alone. */
export function ownFolder(incoming: string): string {
  const uid = process.getuid?.() ?? 0
  const folder = join(tmpdir(), `memmon-${uid}`)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const stat = lstatSync(folder)
  if (!stat.isDirectory() || stat.uid !== uid || (stat.mode & 0o077) !== 0)
    throw new Error(`${folder} is not a folder of user ${uid} alone: remove it`)
  for (const name of surplusOf(listingOf(folder), incoming)) ifThere(() => unlinkSync(join(folder, name)))
  return folder
}

/** The files to delete before that one comes, by name. Leaves others' files alone. Pure. */
export function surplusOf(listing: readonly ListedFile[], incoming: string): string[] {
  const own = listing.flatMap(file => (programOf(file.name) === undefined ? [] : [file]))
  const newestFirst = own.sort((a, b) => (a.name < b.name ? 1 : -1))
  const counts = new Map([[programOf(incoming), 1]])
  let [all, bytes] = [1, 0]
  return newestFirst.flatMap(file => {
    const program = programOf(file.name)
    const count = (counts.get(program) ?? 0) + 1
    if (count > MOST_OF_A_PROGRAM || all >= MOST || bytes + file.bytes > MOST_BYTES) return [file.name]
    counts.set(program, count)
    all++
    bytes += file.bytes
    return []
  })
}

const programOf = (name: string): string | undefined => NAME.exec(name)?.[1]

/** Only regular files: neither follows nor deletes links. */
const listingOf = (folder: string): ListedFile[] =>
  readdirSync(folder).flatMap(name => {
    const stat = ifThere(() => lstatSync(join(folder, name)))
    return stat?.isFile() ? [{ name, bytes: stat.size }] : []
  })

/** Another process of this user may be making room at the same time. */
function ifThere<T>(work: () => T): T | undefined {
  try {
    return work()
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw thrown
  }
}
