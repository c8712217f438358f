// Proof that a connection belongs to a pid, since Node does not say who is at the other end: the process listens on an
// abstract socket with a name that only it knows, and /proc says which process has that socket open.
import { closeSync, openSync, readSync } from 'node:fs'
import { open, readdir, readlink } from 'node:fs/promises'

/** So long that no name of a socket can hold a row with it (`inodeOf`). */
const NONCE_BYTES = 32
/** A thousand sockets are 70 KB. */
const MOST_LIST_BYTES = 16 * 1024 * 1024
const MOST_DESCRIPTORS = 65_536

/** 64 hex digits that nobody can guess; undefined without a descriptor left. Not by node:crypto, which costs 0.4 MB. */
export function newNonce(): string | undefined {
  const bytes = Buffer.alloc(NONCE_BYTES)
  try {
    const fd = openSync('/dev/urandom', 'r')
    const length = readSync(fd, bytes)
    closeSync(fd)
    return length === NONCE_BYTES ? bytes.toString('hex') : undefined
  } catch {
    return undefined
  }
}

/** Why the process has not proved that this is its pid; undefined if it has. Never rejects. */
export async function whyUnproved(
  pid: number,
  nonce: string,
  procRoot = '/proc',
): Promise<string | undefined> {
  try {
    const inode = inodeOf(nonce, await listOf(`${procRoot}/net/unix`))
    if (inode === undefined) return `pid ${pid} does not listen on the socket that memmon named`
    return (await hasOpen(pid, inode, procRoot))
      ? undefined
      : `the socket that memmon named is not that of pid ${pid}`
  } catch {
    return `what pid ${pid} has open cannot be read: run memmon as root, or as the user of that process`
  }
}

/**
 * Of a socket that listens: flag 00010000 is __SO_ACCEPTCON. Up to Node 20 a name fills the whole address with zeros,
 * which the kernel shows as @.
 *
 * Any program can bind a name with line ends, which the kernel prints as they are, and so write rows of its own. So only
 * a whole row counts, as the kernel prints it ("%pK: %08X %08X %08X %04X %02X %5lu" and the name): its shortest form has
 * 46 bytes up to the inode of one digit, then a space, @memmon- and the nonce of 64: 119, and 120 with the line end before
 * it. A name has 108 at most.
 */
function inodeOf(nonce: string, list: string): string | undefined {
  const row = new RegExp(
    `^[0-9a-f]{8,16}: [0-9A-F]{8} [0-9A-F]{8} 00010000 [0-9A-F]{4} [0-9A-F]{2} +(\\d+) @memmon-${nonce}@*$`,
  )
  for (const line of list.split('\n')) {
    const [, inode] = row.exec(line) ?? []
    if (inode !== undefined) return inode
  }
  return undefined
}

async function hasOpen(pid: number, inode: string, procRoot: string): Promise<boolean> {
  const folder = `${procRoot}/${pid}/fd`
  for (const name of (await readdir(folder)).slice(0, MOST_DESCRIPTORS)) {
    if ((await readlink(`${folder}/${name}`).catch(() => '')) === `socket:[${inode}]`) return true
  }
  return false
}

async function listOf(path: string): Promise<string> {
  const file = await open(path)
  try {
    const parts: Buffer[] = []
    let length = 0
    for await (const part of file.createReadStream({ autoClose: false })) {
      length += part.length
      if (length > MOST_LIST_BYTES) throw new Error(`${path} is too long`)
      parts.push(part)
    }
    return Buffer.concat(parts).toString('latin1')
  } finally {
    await file.close()
  }
}
