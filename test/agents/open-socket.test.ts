// What is in the way of the socket, and what is left of it, by real files.
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { groupIdOf } from '../../src/agents/group-id.ts'
import { type OpenSocket, openSocket, type SocketTerms } from '../../src/agents/open-socket.ts'
import { openAgents, rawConnection } from '../helpers/agents.ts'

let folder = ''
let path = ''
const opened: OpenSocket[] = []
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'memmon-socket-'))
  path = join(folder, 'agents.sock')
})
afterEach(() => {
  for (const one of opened.splice(0)) one.close()
  rmSync(folder, { recursive: true, force: true })
})

async function open(more: Partial<SocketTerms> = {}): Promise<OpenSocket> {
  const terms: SocketTerms = {
    path,
    mode: 0o600,
    gid: undefined,
    folder: 'given',
    mostConnections: 4,
    onConnection: socket => socket.on('error', () => {}).end('here\n'),
    onDropped: () => {},
  }
  const socket = await openSocket({ ...terms, ...more })
  opened.push(socket)
  return socket
}

async function answers(at = path): Promise<boolean> {
  const raw = await rawConnection(at)
  await raw.closed
  return raw.received() === 'here\n'
}

test('it is a socket of mode 0600, whatever the umask, with nothing beside it, and gone when closed', async () => {
  const before = process.umask(0)
  const socket = await open().finally(() => process.umask(before))
  expect(statSync(path)).toMatchObject({ mode: expect.any(Number), uid: process.getuid?.() })
  expect(statSync(path).mode & 0o777).toBe(0o600)
  expect(readdirSync(folder)).toEqual(['agents.sock'])
  expect([await answers(), socket.isInPlace()]).toEqual([true, true])
  socket.close()
  expect(readdirSync(folder)).toEqual([])
})

test('a group and its mode', async () => {
  const gid = process.getgid?.() ?? 0
  await open({ mode: 0o660, gid })
  expect(statSync(path).mode & 0o777).toBe(0o660)
  expect(statSync(path).gid).toBe(gid)
})

test('one that a killed memmon has left is replaced', async () => {
  const left = createServer().listen(join(folder, 'other'))
  await new Promise(resolve => left.once('listening', resolve))
  renameSync(join(folder, 'other'), path)
  await new Promise(resolve => left.close(resolve))
  expect(lstatSync(path).isSocket()).toBe(true)
  await open()
  expect(await answers()).toBe(true)
})

test('one that somebody serves is left alone', async () => {
  await open()
  await expect(open()).rejects.toMatchObject({ kind: 'held', message: `another process serves ${path}` })
  expect(await answers()).toBe(true)
})

test('what is at its place and is no socket stays', async () => {
  writeFileSync(path, 'precious')
  await expect(open()).rejects.toMatchObject({
    kind: 'unsafe',
    message: `${path} is not a socket: remove it`,
  })
  expect(statSync(path).size).toBe(8)
})

test('a link at its place is not followed', async () => {
  symlinkSync(join(folder, 'elsewhere'), path)
  await expect(open()).rejects.toMatchObject({
    kind: 'unsafe',
    message: `${path} is not a socket: remove it`,
  })
  expect(existsSync(join(folder, 'elsewhere'))).toBe(false)
})

test('a folder that others may write is refused', async () => {
  chmodSync(folder, 0o777)
  await expect(open()).rejects.toMatchObject({
    kind: 'unsafe',
    message: expect.stringContaining('chmod go-w'),
  })
})

test('a folder that is not there is made for a place of memmon, and asked for at a path that was given', async () => {
  const at = join(folder, 'deep', 'agents.sock')
  await expect(open({ path: at })).rejects.toMatchObject({
    kind: 'unwritable',
    message: expect.stringContaining(`${join(folder, 'deep')} does not exist`),
  })
  await open({ path: at, folder: 'private' })
  expect(statSync(join(folder, 'deep')).mode & 0o777).toBe(0o700)
  await open({ path: join(folder, 'public', 'agents.sock'), folder: 'public' })
  expect(statSync(join(folder, 'public')).mode & 0o777).toBe(0o755)
})

test('a path that the kernel would cut is refused, with what helps', async () => {
  const at = join(folder, `${'x'.repeat(90)}.sock`)
  await expect(open({ path: at })).rejects.toMatchObject({
    message: expect.stringContaining('bytes too long'),
  })
})

test('it sees that its file was removed or replaced, and removes no file but its own', async () => {
  const socket = await open()
  renameSync(path, `${path}.away`)
  expect(socket.isInPlace()).toBe(false)
  const newer = await open()
  expect([socket.isInPlace(), newer.isInPlace()]).toEqual([false, true])
  socket.close()
  expect(await answers()).toBe(true)
})

test('what a memmon that was killed while it made one has left is no hindrance', async () => {
  const born = join(folder, `.memmon-${process.getuid?.()}`)
  mkdirSync(born)
  writeFileSync(join(born, String(process.pid)), '')
  await open()
  expect(await answers()).toBe(true)
})

test('groups by name and number', () => {
  const file = join(folder, 'group')
  writeFileSync(file, 'root:x:0:\nweb data:x\nwww:x:33:a,b\n')
  expect([groupIdOf('www', file), groupIdOf('1234', file)]).toEqual([33, 1234])
  expect(() => groupIdOf('nobody', file)).toThrow(`group "nobody" is not in ${file}`)
  expect(() => groupIdOf('web data', file)).toThrow(`group "web data" is not in ${file}`)
})

test.each([
  ['a group that no file can have', () => path, { agentSocketGroup: '99999999999' }, 'out of range'],
  ['a path that no file can have', () => `${path}\0`, {}, 'without null bytes'],
])('%s costs the socket, and not memmon', async (_, at, terms, why) => {
  const { agents, log } = await openAgents(at(), terms)
  agents.close()
  expect(log).toEqual([expect.stringMatching(`^WARN Agents of workers cannot connect: .*${why}.* Retrying`)])
})
