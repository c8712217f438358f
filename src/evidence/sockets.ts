// The kernel's tables of sockets, /proc/<pid>/net/tcp, tcp6, udp, udp6 and unix (proc_pid_net(5)), by inode. Pure.
import { endianness } from 'node:os'

export interface Socket {
  readonly inode: number
  /** 'tcp CLOSE_WAIT', 'udp', 'unix LISTEN'. */
  readonly what: string
  readonly tcp?: Tcp
}

interface Tcp {
  readonly state: string
  readonly localPort: number
  readonly remotePort: number
  readonly remoteAddress: string
}

export type SocketTable = 'tcp' | 'tcp6' | 'udp' | 'udp6' | 'unix'

/** include/net/tcp_states.h */
const TCP_STATES = [
  '',
  'ESTABLISHED',
  'SYN_SENT',
  'SYN_RECV',
  'FIN_WAIT1',
  'FIN_WAIT2',
  'TIME_WAIT',
  'CLOSE',
  'CLOSE_WAIT',
  'LAST_ACK',
  'LISTEN',
  'CLOSING',
  'NEW_SYN_RECV',
]
/** include/linux/net.h */
const UNIX_STATES = ['FREE', 'UNCONNECTED', 'CONNECTING', 'CONNECTED', 'DISCONNECTING']
const ACCEPTS = 0x10000

/** The socket of one line; undefined for the title and for what cannot be read. */
export function parseSocket(line: string, table: SocketTable): Socket | undefined {
  const words = line.trim().split(/ +/)
  return table === 'unix' ? unixSocket(words) : inetSocket(words, table)
}

/** Num RefCount Protocol Flags Type St Inode Path */
function unixSocket(words: readonly string[]): Socket | undefined {
  const inode = Number(words[6])
  if (!Number.isInteger(inode)) return undefined
  const isListening = (Number.parseInt(words[3] ?? '', 16) & ACCEPTS) !== 0
  const state = isListening ? 'LISTEN' : UNIX_STATES[Number.parseInt(words[5] ?? '', 16)]
  return { inode, what: `unix ${state ?? words[5]}` }
}

/** sl local_address rem_address st tx_queue:rx_queue tr:tm->when retrnsmt uid timeout inode ... */
function inetSocket(words: readonly string[], table: SocketTable): Socket | undefined {
  const inode = Number(words[9])
  if (!Number.isInteger(inode)) return undefined
  if (table.startsWith('udp')) return { inode, what: 'udp' }
  const state = TCP_STATES[Number.parseInt(words[3] ?? '', 16)] ?? `state ${words[3]}`
  const [localPort] = endOf(words[1])
  const [remotePort, remoteAddress] = endOf(words[2])
  return { inode, what: `tcp ${state}`, tcp: { state, localPort, remotePort, remoteAddress } }
}

/**
 * Names the other end of connections: 'CLOSE_WAIT to 10.0.0.5:5432', and 'CLOSE_WAIT from 10.0.0.9 on port 8080' for
 * those that it has accepted, whose other end has a port of no meaning. Asked line by line: the kernel lists sockets
 * that listen first.
 */
export function createPeerNames(): (tcp: Tcp) => string | undefined {
  const listening = new Set<number>()
  return ({ state, localPort, remotePort, remoteAddress }) => {
    if (state === 'LISTEN') listening.add(localPort)
    if (remotePort === 0) return undefined
    return listening.has(localPort)
      ? `${state} from ${remoteAddress} on port ${localPort}`
      : `${state} to ${remoteAddress}:${remotePort}`
  }
}

/** '0100007F:1F90' */
function endOf(text = ''): [port: number, address: string] {
  const [address = '', port = ''] = text.split(':')
  return [Number.parseInt(port, 16) || 0, addressOf(address)]
}

/** Words of 32 bits in this machine's order of bytes. */
function addressOf(hex: string): string {
  const bytes = (hex.match(/.{8}/g) ?? []).flatMap(one => {
    const pairs = (one.match(/../g) ?? []).map(pair => Number.parseInt(pair, 16))
    return endianness() === 'LE' ? pairs.reverse() : pairs
  })
  const isMapped = bytes.length === 16 && bytes.slice(0, 12).join() === `${'0,'.repeat(10)}255,255`
  if (bytes.length === 4 || isMapped) return bytes.slice(-4).join('.')
  const groups = bytes.flatMap((byte, at) =>
    at % 2 === 0 ? [((byte << 8) | (bytes[at + 1] ?? 0)).toString(16)] : [],
  )
  return `[${groups.join(':').replace(/(^|:)0(:0)+(:|$)/, '::')}]`
}
