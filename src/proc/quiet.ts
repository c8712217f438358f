// What a quiet check looks at: supervisord's children in the kernel's own list, and their sizes in /proc. It asks
// nobody, forks nothing, and leaves nothing behind.
import { ChildSet } from './child-set.ts'
import type { Procfs } from './procfs.ts'

export interface QuietChildren {
  isUnchanged(): boolean
  watch(pids: readonly number[]): boolean
  sizes(cumulative: boolean): ArrayLike<number>
  release(): void
}

/** undefined where the kernel does not list the children of this pid, or the pid is not visible from here. */
export function createQuietChildren(
  procfs: Procfs,
  supervisordPid: number,
  procRoot = '/proc',
): QuietChildren | undefined {
  const children = new ChildSet(supervisordPid, procRoot)
  if (children.read() === 'unavailable') return undefined
  let watched: readonly number[] = []
  return {
    isUnchanged: () => children.read() === 'same',
    watch(pids) {
      watched = pids
      procfs.rss.setPids(pids)
      const listed = new Set(children.pids.subarray(0, children.count))
      return pids.every(pid => listed.has(pid))
    },
    sizes(cumulative) {
      if (cumulative) {
        procfs.trees.readAll(watched)
        return procfs.trees.rssBytes
      }
      procfs.rss.readAll()
      return procfs.rss.rssBytes
    },
    release() {
      procfs.rss.release()
      procfs.trees.release()
    },
  }
}
