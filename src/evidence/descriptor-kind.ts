// What an open descriptor is, from where its link in /proc/<pid>/fd points (proc_pid_fd(5)). Pure.
import { word } from './known.ts'

export interface Descriptor {
  readonly kind: string
  /** Of a regular file. */
  readonly path?: string
  /** Of a socket. */
  readonly inode?: number
}

const DELETED = ' (deleted)'

export function descriptorOf(target: string): Descriptor {
  const [, type, inode] = /^(socket|pipe):\[(\d+)\]$/.exec(target) ?? []
  if (type === 'socket') return { kind: 'socket', inode: Number(inode) }
  if (type === 'pipe') return { kind: 'pipe' }
  if (target.startsWith('anon_inode:')) return { kind: anonymousKind(target) }
  if (target.startsWith('/memfd:')) return { kind: 'memfd' }
  if (target.startsWith('/dev/') && !target.startsWith('/dev/shm/')) return { kind: 'device' }
  if (!target.startsWith('/')) return { kind: word(target.replace(/:\[\d+\]$/, '')) } // net:[4026531840]
  const path = word(target)
  return { kind: target.endsWith(DELETED) ? 'deleted file' : 'file', path }
}

/** anon_inode:[eventpoll], and anon_inode:inotify on older kernels. */
function anonymousKind(target: string): string {
  const name = target.slice('anon_inode:'.length).replace(/^\[(.*)\]$/, '$1')
  return /^[a-z_]+$/.test(name) ? name : word(target)
}
