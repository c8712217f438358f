// The files that an agent writes: what is too much for a line. 0600, never over another file, never through a link.
import { closeSync, constants, openSync, unlinkSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { ownFolder } from './own-folder.ts'

const { O_CREAT, O_EXCL, O_NOFOLLOW, O_WRONLY } = constants
const LONGEST_PROGRAM = 100

export type Kind = 'sample' | 'heap' | 'threads'

/** memmon-<UTC>-<group>_<name>-<pid>-<kind>.<extension> */
export function fileName(kind: Kind, extension: string, at: Date): string {
  const { SUPERVISOR_GROUP_NAME: group = 'none', SUPERVISOR_PROCESS_NAME: name = 'none' } = process.env
  const program = `${group}_${name}`.replace(/[^\w.-]/g, '_').slice(0, LONGEST_PROGRAM)
  return `memmon-${at.toISOString().replace(/[-:.]/g, '')}-${program}-${process.pid}-${kind}.${extension}`
}

/** A new, empty file and its folder: the one that was asked for if this user may write there, else the user's own. */
export function createFile(wanted: unknown, name: string): { fd: number; path: string } {
  const create = (folder: string) => {
    const path = join(folder, name)
    return { fd: openSync(path, O_CREAT | O_EXCL | O_NOFOLLOW | O_WRONLY, 0o600), path }
  }
  if (typeof wanted === 'string' && wanted.startsWith('/')) {
    try {
      return create(wanted)
    } catch {}
  }
  return create(ownFolder(name))
}

/** Writes it all, or leaves nothing. Returns where it is. */
export function writeWhole(wanted: unknown, name: string, text: string): string {
  const { fd, path } = createFile(wanted, name)
  try {
    const bytes = Buffer.from(text)
    for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at)
    return path
  } catch (thrown) {
    unlinkSync(path)
    throw thrown
  } finally {
    closeSync(fd)
  }
}
