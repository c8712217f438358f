// What a process has open, from its fd folder and the tables of sockets: all are counted, 20,000 at most are looked at.
import { descriptorOf } from './descriptor-kind.ts'
import type { DescriptorFacts } from './facts.ts'
import { Counter, codeOf, isGone, Unread } from './known.ts'
import { readLines } from './lines.ts'
import type { Pace } from './pace.ts'
import type { ProcFiles } from './proc-files.ts'
import { createPeerNames, parseSocket, type SocketTable } from './sockets.ts'

const MOST_LOOKED_AT = 20_000
/** The cheapest first: for each of tcp's the kernel walks all of its hash table, 1.6 ms however few sockets there are. */
const TABLES: readonly SocketTable[] = ['unix', 'tcp', 'tcp6', 'udp', 'udp6']

export interface ReadDescriptors {
  readonly facts: DescriptorFacts
  readonly missing: Readonly<Partial<Record<'descriptors' | 'sockets', string>>>
}

/** Returns what it has read by the deadline. Throws if the folder cannot be read. */
export async function readDescriptors(
  folder: string,
  files: ProcFiles,
  pace: Pace,
): Promise<ReadDescriptors> {
  const [byKind, paths] = [new Counter(), new Counter()]
  const inodes = new Set<number>()
  let [count, lookedAtCount] = [0, 0]
  let cut: string | undefined
  try {
    for (const name of files.names(`${folder}/fd`)) {
      if (count++ < MOST_LOOKED_AT) {
        const { kind, path, inode } = lookAt(`${folder}/fd/${name}`, files)
        lookedAtCount++
        byKind.add(kind)
        if (path !== undefined) paths.add(path)
        if (inode !== undefined) inodes.add(inode)
      }
      if (pace.isDue()) await pace.rest()
    }
  } catch (thrown) {
    if (!(thrown instanceof Unread) || count === 0) throw thrown
    cut = thrown.code
  }
  const sockets = await readSockets(folder, inodes, files, pace)
  return {
    facts: {
      count,
      lookedAtCount,
      byKind: byKind.most,
      sockets: sockets.byState,
      peers: sockets.peers,
      files: paths.most,
    },
    missing: {
      ...(cut === undefined ? {} : { descriptors: cut }),
      ...(sockets.cut === undefined ? {} : { sockets: sockets.cut }),
    },
  }
}

function lookAt(path: string, files: ProcFiles): ReturnType<typeof descriptorOf> {
  try {
    return descriptorOf(files.link(path))
  } catch (thrown) {
    if (isGone(thrown)) return { kind: 'gone' }
    throw thrown
  }
}

/** Takes from `inodes` what it finds, table after table. */
async function readSockets(folder: string, inodes: Set<number>, files: ProcFiles, pace: Pace) {
  const [byState, peers] = [new Counter(), new Counter()]
  const peerOf = createPeerNames()
  const take = (line: string, table: SocketTable) => {
    const socket = parseSocket(line, table)
    const peer = socket?.tcp && peerOf(socket.tcp)
    if (!socket || !inodes.delete(socket.inode)) return
    byState.add(socket.what)
    if (peer !== undefined) peers.add(peer)
  }
  let cut: string | undefined
  for (const table of TABLES) {
    if (inodes.size === 0) break
    try {
      await readLines(`${folder}/net/${table}`, line => take(line, table), files, pace)
    } catch (thrown) {
      // No tcp6 where IPv6 is off.
      const code = codeOf(thrown)
      if (code !== 'ENOENT') cut = code
    }
  }
  for (let others = inodes.size; cut === undefined && others > 0; others--) byState.add('other')
  return { byState: byState.most, peers: peers.most, cut }
}
