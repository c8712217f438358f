// Captured /proc trees, read as the real one is: test/fixtures/proc-evidence, made by its capture.mjs.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import type { Count, Facts } from '../../src/evidence/facts.ts'
import type { Here } from '../../src/evidence/part-reader.ts'
import type { ProcFiles } from '../../src/evidence/proc-files.ts'
import { readFacts } from '../../src/evidence/read-facts.ts'

export interface Tree {
  readonly pid: number
  readonly files: Readonly<Record<string, string>>
  readonly links: Readonly<Record<string, string>>
  readonly folders: Readonly<Record<string, readonly string[]>>
  /** What was denied, or has gone, with the code. */
  readonly errors?: Readonly<Record<string, string>>
}

export const HERE: Here = { pageBytes: 4096, kernel: '6.18.44', architecture: 'x64' }

export const captured = (name: string): Tree =>
  JSON.parse(
    gunzipSync(
      readFileSync(join(import.meta.dirname, '..', 'fixtures', 'proc-evidence', `${name}.json.gz`)),
    ).toString(),
  )

/** As Node throws it. */
export const errno = (code: string): Error => Object.assign(new Error(code), { code, errno: -1 })

/** What happens at each access, before it is answered: it may throw. */
export type Before = (path: string) => void

export function treeFiles(tree: Tree, before: Before = () => {}): ProcFiles {
  const found = <T>(all: Readonly<Record<string, T>>, path: string): T => {
    before(path)
    const value = all[path]
    if (value === undefined) throw errno(tree.errors?.[path] ?? 'ENOENT')
    return value
  }
  return {
    read: path => found(tree.files, path),
    link: path => found(tree.links, path),
    *names(path) {
      yield* found(tree.folders, path)
    },
    async *pieces(path) {
      const text = found(tree.files, path)
      // As the kernel does, a page at a time: lines are cut anywhere.
      for (let at = 0; at < text.length; at += 4096) yield text.slice(at, at + 4096)
    },
  }
}

export const factsOf = (tree: Tree, before?: Before): Promise<Facts> =>
  readFacts(tree.pid, {
    timeoutMs: 60_000,
    tick: () => 0,
    nowMs: () => 1_700_000_000_000,
    files: treeFiles(tree, before),
    here: HERE,
  })

/** The count of one of a list. */
export const countOf = (list: readonly Count[] | undefined, what: string): number =>
  list?.find(one => one.what === what)?.count ?? 0
