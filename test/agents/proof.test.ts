// Which rows of /proc/net/unix prove a pid: the kernel prints the names of sockets as they are, with their line ends.
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { newNonce, whyUnproved } from '../../src/agents/proof.ts'

/** Of sockaddr_un: a name, with its first zero, has no more. */
const SUN_PATH_BYTES = 108
const PID = 7
const INODE = 4711
const SHORT_INODE = 1
const OTHER_INODE = 99
const NONCE = newNonce() ?? ''
const NAME = `@memmon-${NONCE}`

let procRoot = ''
beforeAll(() => {
  procRoot = mkdtempSync(join(tmpdir(), 'memmon-proof-'))
  mkdirSync(join(procRoot, 'net'))
  mkdirSync(join(procRoot, String(PID), 'fd'), { recursive: true })
  for (const inode of [INODE, SHORT_INODE])
    symlinkSync(`socket:[${inode}]`, join(procRoot, String(PID), 'fd', String(inode)))
})
afterAll(() => rmSync(procRoot, { recursive: true, force: true }))

const servers: Server[] = []
afterEach(async () => {
  await Promise.all(servers.splice(0).map(one => new Promise(resolve => one.close(resolve))))
})

async function listening(options: { path: string } | { port: number }): Promise<Server> {
  const server = createServer().listen(options)
  servers.push(server)
  await new Promise(resolve => server.once('listening', resolve))
  return server
}

async function isProvedBy(rows: string): Promise<boolean> {
  writeFileSync(join(procRoot, 'net', 'unix'), rows)
  return (await whyUnproved(PID, NONCE, procRoot)) === undefined
}

const HEAD = 'Num       RefCount Protocol Flags    Type St Inode Path\n'
/** As the kernel prints one: "%pK: %08X %08X %08X %04X %02X %5lu". */
const row = (inode: number, name: string, flags = '00010000', address = '0000000063b64ada') =>
  `${address}: 00000002 00000000 ${flags} 0001 01 ${String(inode).padStart(5)} ${name}\n`

test.each<[what: string, rows: string, isProved: boolean]>([
  ['a socket that listens', row(INODE, NAME), true],
  ['addresses hidden, of 64 bits', row(INODE, NAME, '00010000', '0'.repeat(16)), true],
  ['of 32 bits', row(INODE, NAME, '00010000', 'c0ffee00'), true],
  ['a name with the zeros of Node 20', row(INODE, NAME + '@'.repeat(36)), true],
  ['after that of another socket', row(OTHER_INODE, '@x') + row(INODE, NAME), true],
  ['one that does not listen', row(INODE, NAME, '00000000'), false],
  ['another inode', row(INODE + 1, NAME), false],
  ['another nonce', row(INODE, `@memmon-${'0'.repeat(64)}`), false],
  ['a longer name', row(INODE, `${NAME}0`), false],
  [
    'a line in the name of another socket',
    row(OTHER_INODE, `@a\n1 1 1 00010000 1 1 ${INODE} ${NAME}`),
    false,
  ],
  ['a carriage return there', row(OTHER_INODE, `@\r${row(INODE, NAME)}`), false],
  ['the end of a name', row(OTHER_INODE, `@ ${row(INODE, NAME)}`), false],
])('%s', async (_, rows, isProved) => expect(await isProvedBy(HEAD + rows)).toBe(isProved))

test('a false row is longer than a name can be', async () => {
  // In a socket's file name it begins with the line end; in an abstract name with a zero before that.
  const shortest = `00000000: 00000000 00000000 00010000 0000 00 ${SHORT_INODE} ${NAME}`
  const isRow = (text: string) => isProvedBy(row(OTHER_INODE, `\n${text}`))
  expect(await isRow(shortest)).toBe(true)
  for (let at = 0; at < shortest.length; at++)
    expect(await isRow(shortest.slice(0, at) + shortest.slice(at + 1)), `without ${at}`).toBe(false)
  expect(`\n${shortest}`).toHaveLength(120)
  expect(120).toBeGreaterThan(SUN_PATH_BYTES)
})

test('a real socket whose name has the inode of another proves nothing', async () => {
  await listening({ port: 0 })
  const inodes = readdirSync('/proc/self/fd').flatMap(fd => {
    try {
      return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/self/fd/${fd}`))?.[1] ?? []
    } catch {
      return []
    }
  })
  expect(inodes).not.toEqual([])
  const none = expect.stringContaining('does not listen on the socket that memmon named')
  for (const inode of inodes) {
    const nonce = newNonce() ?? ''
    const name = `\0a\n1 1 1 00010000 1 1 ${inode} @memmon-${nonce}`
    expect(name.length).toBeLessThanOrEqual(SUN_PATH_BYTES)
    await listening({ path: name })
    expect(await whyUnproved(process.pid, nonce)).toEqual(none)
  }
})
