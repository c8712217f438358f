// Lines of the kernel's tables of sockets, and where descriptors point.
import { endianness } from 'node:os'
import { expect, test } from 'vitest'
import { descriptorOf } from '../../src/evidence/descriptor-kind.ts'
import { createPeerNames, parseSocket } from '../../src/evidence/sockets.ts'
import { parseSyscall } from '../../src/evidence/syscalls.ts'

test.each([
  ['socket:[4711]', { kind: 'socket', inode: 4711 }],
  ['pipe:[12]', { kind: 'pipe' }],
  ['anon_inode:[eventfd]', { kind: 'eventfd' }],
  ['anon_inode:[eventpoll]', { kind: 'eventpoll' }],
  ['anon_inode:[timerfd]', { kind: 'timerfd' }],
  ['anon_inode:inotify', { kind: 'inotify' }],
  ['anon_inode:[io_uring]', { kind: 'io_uring' }],
  ['anon_inode:[pidfd]', { kind: 'pidfd' }],
  ['anon_inode:kvm-vcpu:0', { kind: 'anon_inode:kvm-vcpu:0' }],
  ['/memfd:cache (deleted)', { kind: 'memfd' }],
  ['/dev/null', { kind: 'device' }],
  ['/dev/pts/3', { kind: 'device' }],
  ['/dev/shm/pool', { kind: 'file', path: '/dev/shm/pool' }],
  ['/var/log/x.log', { kind: 'file', path: '/var/log/x.log' }],
  ['/var/log/x.log.1 (deleted)', { kind: 'deleted file', path: '/var/log/x.log.1 (deleted)' }],
  ['net:[4026531840]', { kind: 'net' }],
  ['/a\x1b[2Jb', { kind: 'file', path: '/a\\x1b[2Jb' }],
])('%j is %j', (target, descriptor) => expect(descriptorOf(target)).toEqual(descriptor))

const LITTLE = endianness() === 'LE'
const REMOTE_V4 = LITTLE ? '0500000A' : '0A000005'
const V6 = LITTLE ? 'B80D0120000000000000000001000000' : '20010DB8000000000000000000000001'
const MAPPED = LITTLE ? '0000000000000000FFFF00000500000A' : '00000000000000000000FFFF0A000005'
const row = (local: string, remote: string, state: string) =>
  `   3: ${local} ${remote} ${state} 00000000:00000000 00:00000000 00000000  1000  0 99 1 0000 20 4 30 10 -1`

test.each([
  ['01', REMOTE_V4, 'tcp', 'tcp ESTABLISHED', 'ESTABLISHED to 10.0.0.5:5432'],
  ['08', REMOTE_V4, 'tcp', 'tcp CLOSE_WAIT', 'CLOSE_WAIT to 10.0.0.5:5432'],
  ['08', MAPPED, 'tcp6', 'tcp CLOSE_WAIT', 'CLOSE_WAIT to 10.0.0.5:5432'],
  ['02', V6, 'tcp6', 'tcp SYN_SENT', 'SYN_SENT to [2001:db8::1]:5432'],
  ['FF', REMOTE_V4, 'tcp', 'tcp state FF', 'state FF to 10.0.0.5:5432'],
] as const)('TCP state %s with %s in %s: %s', (state, address, table, what, peer) => {
  const socket = parseSocket(row('0100007F:A001', `${address}:1538`, state), table)
  expect(socket).toMatchObject({ inode: 99, what })
  expect(socket?.tcp && createPeerNames()(socket.tcp)).toBe(peer)
})

test('a connection that it accepted is named by the port that listens, in either table', () => {
  const nameOf = createPeerNames()
  const listens = parseSocket(row('00000000:1F90', '00000000:0000', '0A'), 'tcp')
  expect(listens).toMatchObject({ what: 'tcp LISTEN' })
  expect(listens?.tcp && nameOf(listens.tcp)).toBeUndefined()
  const accepted = parseSocket(row('0100007F:1F90', `${REMOTE_V4}:CAFE`, '01'), 'tcp')
  expect(accepted?.tcp && nameOf(accepted.tcp)).toBe('ESTABLISHED from 10.0.0.5 on port 8080')
})

test.each([
  ['0000000000000000: 00000002 00000000 00010000 0001 01 77 /run/x y.sock', 'unix LISTEN'],
  ['0000000000000000: 00000003 00000000 00000000 0001 03 77', 'unix CONNECTED'],
  ['0000000000000000: 00000003 00000000 00000000 0002 01 77 @abstract', 'unix UNCONNECTED'],
])('%s is %s', (text, what) => expect(parseSocket(text, 'unix')).toEqual({ inode: 77, what }))

test('UDP has no states', () =>
  expect(parseSocket(row('0100007F:A001', `${REMOTE_V4}:0035`, '07'), 'udp')).toEqual({
    inode: 99,
    what: 'udp',
  }))

test.each([
  '',
  '  sl  local_address rem_address   st',
  'Num       RefCount Protocol Flags    Type St Inode Path',
  'x',
])('%j is no socket', text => {
  for (const table of ['tcp', 'unix', 'udp6'] as const) expect(parseSocket(text, table)).toBeUndefined()
})

const HIGH = '0x7ffd0dd57770 0x7f2b438ed545'
test.each([
  [`202 0x1 0x2 0x3 0x4 0x5 0x6 ${HIGH}\n`, 'x64', 'futex'],
  [`98 0x1 0x2 0x3 0x4 0x5 0x6 ${HIGH}\n`, 'arm64', 'futex'],
  [`441 0x1 0x2 0x3 0x4 0x5 0x6 ${HIGH}\n`, 'riscv64', 'epoll_pwait2'],
  [`202 0x1 0x2 0x3 0x4 0x5 0x6 ${HIGH}\n`, 's390x', 'syscall 202'],
  // A program of 32 bits, in which 202 is something else.
  ['202 0x1 0x2 0x3 0x4 0x5 0x6 0xffd57770 0xf7f2b438\n', 'x64', 'syscall 202'],
  ['running\n', 'x64', 'running'],
  [`-1 ${HIGH}\n`, 'x64', 'none'],
])('syscall %j on %s is %s', (text, architecture, name) =>
  expect(parseSyscall(text, architecture).name).toBe(name))
