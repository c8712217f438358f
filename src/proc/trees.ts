// Memory figures and their sums over process trees.

/** A pid with its parent, as the kernel links them. */
export interface ProcessLink {
  readonly pid: number
  readonly ppid: number
}

/** Each root with all its descendants, the root first. A link that loops back is followed once. */
export function treesOf(roots: readonly number[], links: readonly ProcessLink[]): Map<number, number[]> {
  const children = new Map<number, number[]>()
  for (const { pid, ppid } of links) {
    const siblings = children.get(ppid)
    if (siblings) siblings.push(pid)
    else children.set(ppid, [pid])
  }
  return new Map(roots.map(root => [root, [...descend(root, children)]]))
}

function descend(root: number, children: ReadonlyMap<number, readonly number[]>): Set<number> {
  const seen = new Set([root])
  for (const pid of seen) for (const child of children.get(pid) ?? []) seen.add(child)
  return seen
}
