// The agent in real Node programs: it connects, proves itself, comes back, answers, and is not noticed by the program.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { sha256 } from '../../src/base/sha256.ts'
import { AGENT, AGENT_API, AGENT_MODULE, type App, startApp } from '../helpers/agent-app.ts'
import { AgentServer } from '../helpers/agent-server.ts'
import { ROOT } from '../helpers/documents.ts'
import { waitFor } from '../helpers/wait.ts'

const IDLE = 'setInterval(() => {}, 60_000)'

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'memmon-agent-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const servers: AgentServer[] = []
const apps: App[] = []
afterEach(async () => {
  await Promise.all(apps.splice(0).map(app => app.kill()))
  await Promise.all(servers.splice(0).map(server => server.end()))
})

async function serve(...options: ConstructorParameters<typeof AgentServer>): Promise<AgentServer> {
  const server = await new AgentServer(...options).listen()
  servers.push(server)
  return server
}

function run(code: string, options: Parameters<typeof startApp>[1] = {}): App {
  const app = startApp(['-e', code], options)
  apps.push(app)
  return app
}

const startTicksOf = (pid: number): number => {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19])
}

test('it says which process it is and what it can', async () => {
  const server = await serve()
  const app = run(IDLE, { socket: server.path })
  const { hello } = await server.worker()
  expect(hello).toMatchObject({
    hello: 'worker',
    version: 1,
    pid: app.pid,
    start_ticks: startTicksOf(app.pid),
    language: 'node',
    can: ['status', 'sample', 'dump heap', 'dump threads', 'dump gc', 'dump scheduler'],
  })
})

test('status has its memory and the delay of its event loop', async () => {
  const server = await serve()
  run(`${IDLE}; setInterval(() => { const until = Date.now() + 300; while (Date.now() < until); }, 400)`, {
    socket: server.path,
  })
  const peer = await server.worker()
  const status = await waitFor('a delay', async () => {
    const data = await peer.data<Record<string, number> & { event_loop_delay_ms: { max: number } | null }>({
      do: 'status',
    })
    return (data.event_loop_delay_ms?.max ?? 0) > 100 && data
  })
  for (const key of ['heap_used_bytes', 'heap_limit_bytes', 'external_bytes', 'rss_bytes', 'uptime_ms'])
    expect(status[key], key).toBeGreaterThan(0)
  expect(status.gc_share).toBeGreaterThanOrEqual(0)
})

test.each([
  ['--import', AGENT_MODULE],
  ['--require', AGENT],
])('%s, also by NODE_OPTIONS', async (flag, path) => {
  const server = await serve()
  const app = run(IDLE, { socket: server.path, flags: [], env: { NODE_OPTIONS: `${flag} ${path}` } })
  expect((await server.worker(app.pid)).hello).toMatchObject({ pid: app.pid })
})

test('of `npm start` the program registers, and npm does not', async () => {
  const home = mkdtempSync(join(folder, 'npm-'))
  writeFileSync(join(home, 'package.json'), '{ "scripts": { "start": "node app.js" } }')
  writeFileSync(join(home, 'app.js'), 'setTimeout(() => {}, 3_000)')
  const server = await serve()
  const npm = spawn('npm', ['start', '--silent', '--offline'], {
    cwd: home,
    env: {
      PATH: process.env.PATH,
      HOME: home,
      MEMMON_SOCKET: server.path,
      NODE_OPTIONS: `--require ${AGENT}`,
    },
    stdio: 'ignore',
  })
  await once(npm, 'close')
  const pids = server.peers.map(({ hello }) => hello?.pid)
  expect(pids).toHaveLength(1)
  expect(pids).not.toContain(npm.pid)
})

test.each([
  [
    'an ES module',
    'app.mjs',
    "import 'memmon/agent'; import { setStatus, setName, onDrain, startWatchdog } from 'memmon/agent/api'",
  ],
  [
    'CommonJS',
    'app.cjs',
    "require('memmon/agent'); const { setStatus, setName, onDrain } = require('memmon/agent/api')",
  ],
])('%s: the package by its name, and the api', async (_, name, head) => {
  const home = mkdtempSync(join(folder, 'app-'))
  mkdirSync(join(home, 'node_modules'))
  symlinkSync(ROOT, join(home, 'node_modules', 'memmon'))
  const code = `${head}
    setName('importer'); setStatus(() => ({ jobs: 3, queue: 'mail', odd: {}, late: NaN }))
    setTimeout(() => onDrain(() => setTimeout(() => process.exit(7), 10)), 1_000); ${IDLE}`
  writeFileSync(join(home, name), code)
  const server = await serve()
  const app = startApp([join(home, name)], { socket: server.path, flags: [], cwd: home })
  apps.push(app)
  const peer = await server.worker(app.pid)
  expect(peer.hello).toMatchObject({ name: 'importer' })
  expect((await peer.data<{ fields: object }>({ do: 'status' })).fields).toEqual({ jobs: 3, queue: 'mail' })
  const update = await waitFor('the drain callback', () => peer.lines.find(line => 'update' in line))
  expect(update).toMatchObject({ update: { can: expect.arrayContaining(['drain']), name: 'importer' } })
  expect(await peer.answer(peer.ask({ do: 'drain' }))).toMatchObject({ finished: true })
  expect(await app.ended).toBe(7)
})

test('a drain callback that fails, or is not there, is answered, and the program goes on', async () => {
  const server = await serve()
  const set = `const { onDrain } = require('${AGENT_API}'); onDrain(async () => { throw new Error('later') })`
  const failing = run(`${set}; onDrain(() => { throw new Error('no way') }); ${IDLE}`, {
    socket: server.path,
  })
  const rejecting = run(`${set}; ${IDLE}`, { socket: server.path })
  const without = run(IDLE, { socket: server.path })
  expect(await (await server.worker(failing.pid)).error({ do: 'drain' })).toContain('no way')
  expect(await (await server.worker(without.pid)).error({ do: 'drain' })).toContain('onDrain')
  const peer = await server.worker(rejecting.pid)
  await peer.data({ do: 'drain' })
  expect(await peer.data<{ rss_bytes: number }>({ do: 'status' })).toHaveProperty('rss_bytes')
})

test('a status function that rejects, or promises, has no fields, and the program goes on', async () => {
  const server = await serve()
  const say = (given: string) =>
    run(`require('${AGENT_API}').setStatus(${given}); ${IDLE}`, { socket: server.path })
  const apps = [
    say("async () => { throw new Error('no redis') }"),
    say("() => ({ state: 1, then: (_, reject) => reject(new Error('no redis')) })"),
    say('async () => ({ jobs: 3 })'),
  ]
  for (const app of apps) {
    const peer = await server.worker(app.pid)
    for (let asked = 0; asked < 2; asked++)
      expect(await peer.data<{ fields: object }>({ do: 'status' })).toMatchObject({ fields: {} })
    expect(app.output()).toBe('')
  }
})

test('it proves by an abstract socket of its own which process it is, also as a worker of a cluster', async () => {
  const server = await serve({ greets: 'proof' })
  const code = `const cluster = require('node:cluster')
    if (cluster.isPrimary) { cluster.fork(); process.on('SIGTERM', () => process.exit()) } else process.on('disconnect', () => process.exit())
    ${IDLE}`
  writeFileSync(join(folder, 'cluster.cjs'), code)
  apps.push(startApp([join(folder, 'cluster.cjs')], { socket: server.path }))
  const welcomed = await waitFor('both', () => {
    const peers = server.peers.filter(({ lines }) => lines.some(line => 'proved' in line))
    return peers.length === 2 && peers
  })
  for (const peer of welcomed) expect(await peer.data({ do: 'status' })).toHaveProperty('rss_bytes')
})

test('forks register themselves, worker threads and a second copy of the package do not', async () => {
  const copy = join(folder, 'copy')
  cpSync(join(ROOT, 'dist'), copy, { recursive: true })
  const server = await serve()
  const code = `require('${copy}/agent.cjs'); const { Worker } = require('node:worker_threads')
    const { fork } = require('node:child_process')
    if (process.argv[1] !== 'child') {
      new Worker('setTimeout(() => {}, 60_000); process.stdout', { eval: true }).on('online', () => {
        const child = fork(process.argv[1] ?? '${join(folder, 'child.cjs')}', [])
        process.on('exit', () => child.kill())
      })
    }
    ${IDLE}`
  writeFileSync(
    join(folder, 'child.cjs'),
    "process.on('disconnect', () => process.exit()); setInterval(() => {}, 60_000)",
  )
  const app = run(code, { socket: server.path })
  const child = await waitFor('the fork', () =>
    server.peers.find(({ hello }) => hello && hello.pid !== app.pid),
  )
  expect(await child.data({ do: 'status' })).toHaveProperty('rss_bytes')
  expect(await (await server.worker(app.pid)).data({ do: 'status' })).toHaveProperty('rss_bytes')
  expect(server.peers).toHaveLength(2)
})

test('it comes back after memmon was killed, and when it was not there at the start', async () => {
  const server = new AgentServer()
  servers.push(server)
  const app = run(IDLE, { socket: server.path })
  for (let restart = 0; restart < 3; restart++) {
    await server.listen()
    const peer = await server.worker(app.pid)
    await peer.data({ do: 'status' })
    await server.stop()
    // Something else may be in its place for a while.
    writeFileSync(server.path, '')
    rmSync(server.path)
  }
  await server.listen()
  expect((await server.worker(app.pid)).hello).toMatchObject({ pid: app.pid })
})

test('it finds the socket from SUPERVISOR_SERVER_URL alone, in the first folder that has one', async () => {
  const url = 'unix:///run/somewhere/supervisor.sock'
  const server = await serve({}, `agent-${sha256(url).slice(0, 16)}.sock`)
  const state = join(folder, 'state')
  mkdirSync(state)
  symlinkSync(server.folder, join(state, 'memmon'))
  const app = run(IDLE, {
    env: { SUPERVISOR_SERVER_URL: url, XDG_RUNTIME_DIR: folder, XDG_STATE_HOME: state },
  })
  expect((await server.worker(app.pid)).hello).toMatchObject({ pid: app.pid })
})

test.each([['MEMMON_AGENT=0', { MEMMON_AGENT: '0' }]])('%s turns it off', async (_, env) => {
  const server = await serve()
  const off = run(`setTimeout(() => {}, 600)`, { socket: server.path, env })
  const on = run(IDLE, { socket: server.path })
  await server.worker(on.pid)
  expect(await off.ended).toBe(0)
  expect(server.peers).toHaveLength(1)
})

/** Each is such that an agent that held the process would show: the program ends by itself, and says when it would have. */
const ENDS = "process.on('exit', code => console.log('ends', code, Math.round(performance.now()) < 60_000))"

test.each([
  ['where memmon is not', 'absent'],
  ['where memmon welcomes it', 'welcome'],
  ['where memmon says nothing', 'silence'],
  ['where memmon refuses it', 'refuse'],
  ['where memmon wants a proof', 'proof'],
] as const)('a program ends as it would without it %s', async (_, greets) => {
  const server = greets === 'absent' ? undefined : await serve({ greets })
  const socket = server?.path ?? join(folder, 'absent.sock')
  const atOnce = run(ENDS, { socket })
  const soon = run(`${ENDS}; setTimeout(() => { process.exitCode = 3 }, 700)`, { socket })
  expect([await atOnce.ended, atOnce.output()]).toEqual([0, 'ends 0 true\n'])
  expect([await soon.ended, soon.output()]).toEqual([3, 'ends 3 true\n'])
})

test('a program that fails fails as it would without it', async () => {
  const server = await serve()
  const code = "setTimeout(() => { throw new Error('its own') }, 500)"
  const app = run(code, { socket: server.path })
  await server.worker(app.pid)
  expect(await app.ended).toBe(1)
  expect(app.output()).toContain('its own')
  expect(app.output()).not.toContain('memmon')
})

test('whatever is sent to it, it answers or keeps silent', async () => {
  const server = await serve()
  const app = run(IDLE, { socket: server.path })
  const peer = await server.worker(app.pid)
  for (const raw of [
    '\n',
    'no json\n',
    '[]\n',
    'null\n',
    '{"do":"status"}\n',
    '{"id":"x","do":"status"}\n',
    '{"id":1}\n',
  ])
    peer.sendRaw(raw)
  peer.send({ prove: '../../etc' })
  expect(await peer.error({ do: 'nonsense' })).toContain('nonsense')
  expect(await peer.error({ do: 'dump', what: 'constructor' })).toContain('dump constructor')
  expect(await peer.error({ do: 'cancel', of: 99 })).toContain('99')
  expect(await peer.error({ do: 'sample', duration_ms: -1 })).toContain('duration_ms')
  expect(await peer.data({ do: 'status' })).toHaveProperty('rss_bytes')
})

test('a line of more than 8 MB ends the connection, and not the program', async () => {
  const server = await serve()
  const app = run(IDLE, { socket: server.path })
  const peer = await server.worker(app.pid)
  peer.sendRaw('x'.repeat(9 * 1024 * 1024))
  await waitFor('the end', () => peer.isClosed)
  expect((await server.worker(app.pid)).hello).toMatchObject({ pid: app.pid })
})

test('with a watchdog, a main thread that hangs is told, with where it hangs; without one, it keeps silent', async () => {
  const server = await serve()
  const code = `function busyForEver() { for (;;) Math.sqrt(2) }; setTimeout(busyForEver, 1_500)`
  const [byEnvironment, byApi] = [
    run(code, { socket: server.path, env: { MEMMON_WATCHDOG: '1' } }),
    run(`require('${AGENT_API}').startWatchdog(); ${code}`, { socket: server.path }),
  ]
  const without = run(code, { socket: server.path })
  for (const app of [byEnvironment, byApi]) {
    const peer = await server.worker(app.pid)
    const hung = await waitFor('its status', async () => {
      const status = await peer.data<{ hung?: { since_ms: number }; rss_bytes: number }>({ do: 'status' })
      return status.hung && status
    })
    expect(hung.hung?.since_ms).toBeGreaterThanOrEqual(2_000)
    expect(hung.rss_bytes).toBeGreaterThan(0)
    const dump = await peer.data<{ main: { stack: string[] } }>({ do: 'dump', what: 'threads' })
    expect(dump.main.stack.join('\n')).toContain('at busyForEver ')
    expect(await peer.error({ do: 'sample', duration_ms: 1_000 })).toMatch(/has not answered for \d+ s/)
  }
  const silent = await server.worker(without.pid)
  const id = silent.ask({ do: 'status' })
  await (await server.worker(byApi.pid)).data({ do: 'status' })
  expect(silent.lines.filter(line => line.id === id)).toEqual([])
})

/** Hangs at a SIGUSR2 until `free` is called. */
async function hanging(server: AgentServer) {
  const file = join(mkdtempSync(join(folder, 'hang-')), 'free')
  const code = `const { existsSync } = require('node:fs')
    require('${AGENT_API}').onDrain(() => console.log('drained'))
    process.on('SIGUSR2', () => { console.log('hangs'); while (!existsSync('${file}')); console.log('free') })
    ${IDLE}`
  const app = run(code, { socket: server.path, env: { MEMMON_WATCHDOG: '1' } })
  const peer = await server.worker(app.pid)
  const hang = async () => {
    app.child.kill('SIGUSR2')
    await waitFor('the hang', () => app.output().includes('hangs'))
  }
  return { app, peer, hang, free: () => writeFileSync(file, '') }
}

test('with a watchdog, what was answered as failed is not done after the hang', async () => {
  const server = await serve()
  const { app, peer, hang, free } = await hanging(server)
  await peer.data({ do: 'status' })
  await hang()
  for (const request of [{ do: 'drain' }, { do: 'dump', what: 'heap', folder: server.folder }])
    expect(await peer.error(request)).toContain('the main thread has not answered')
  free()
  await waitFor('a status of the main thread', async () => {
    const { hung } = await peer.data<{ hung?: object }>({ do: 'status' })
    return hung === undefined
  })
  expect(await peer.data({ do: 'dump', what: 'gc', duration_ms: 0 })).toHaveProperty('count')
  expect(app.output()).toBe('hangs\nfree\n')
  expect(readdirSync(server.folder).filter(name => name.includes('heap'))).toEqual([])
  expect(await peer.data({ do: 'drain' })).toEqual({})
  await waitFor('the callback', () => app.output().includes('drained'))
})

test('with a watchdog, what was cancelled during the hang ends after it', async () => {
  const server = await serve()
  const { peer, hang, free } = await hanging(server)
  const id = peer.ask({ do: 'sample', duration_ms: 600_000, folder: server.folder })
  await waitFor('its progress', () => peer.lines.some(line => line.id === id && 'progress' in line))
  await hang()
  peer.ask({ do: 'cancel', of: id })
  expect(await peer.error({ do: 'dump', what: 'gc' })).toContain('the main thread has not answered')
  free()
  expect(await peer.answer(id)).toMatchObject({ failed: true, error: 'cancelled' })
})

test('with a watchdog, a program that does not hang answers itself, and ends as it would', async () => {
  const server = await serve()
  const app = run('setTimeout(() => { process.exitCode = 5 }, 2_000)', {
    socket: server.path,
    env: { MEMMON_WATCHDOG: '1' },
  })
  const peer = await server.worker(app.pid)
  expect(await peer.data<{ heap_used_bytes: number }>({ do: 'status' })).toMatchObject({
    heap_used_bytes: expect.any(Number),
  })
  expect(await app.ended).toBe(5)
  expect(app.output()).toBe('')
})
