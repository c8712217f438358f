// Files that memmon must neither read nor write through: what stands where its own should be.
import { chmodSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** In place of memmon's own file at this path, which is there; and what is said of it. */
export const UNSAFE_FILES: readonly [what: string, make: (path: string) => void, says: string][] = [
  [
    'a link',
    path => {
      rmSync(path)
      symlinkSync('/etc/passwd', path)
    },
    'is not a regular file',
  ],
  [
    'a directory',
    path => {
      rmSync(path)
      mkdirSync(path)
    },
    'is not a regular file',
  ],
  ['writable by others', path => chmodSync(path, 0o622), 'is writable by others'],
]

/** Somebody's file, which links point at. */
export function victimIn(folder: string) {
  const path = join(folder, 'victim')
  writeFileSync(path, 'precious')
  return {
    linkAt: (link: string) => symlinkSync(path, link),
    get isUntouched(): boolean {
      return readFileSync(path, 'utf8') === 'precious'
    },
  }
}
