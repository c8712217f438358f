// The rules of docs/architecture.md, read from the import lines of src.
import { readdirSync, readFileSync } from 'node:fs'
import { basename, join, relative } from 'node:path'
import { expect, test } from 'vitest'
import { BUNDLED } from '../scripts/bundle.mjs'

const SRC = join(import.meta.dirname, '..', 'src')

interface Import {
  readonly file: string
  readonly room: string
  readonly target: string
  /** The folder of src it points to, or 'npm' or 'node'. */
  readonly into: string
  readonly typeOnly: boolean
}

const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter(name => name.endsWith('.ts'))
const imports: Import[] = files.flatMap(file => {
  const text = readFileSync(join(SRC, file), 'utf8')
  const found = text.matchAll(/^(import|export)( type)? [^;]*?from '([^']+)'|import\('([^']+)'\)/gm)
  return [...found].map(([, , type, fixed, lazy]) => {
    const target = fixed ?? lazy ?? ''
    return { file, room: roomOf(file), target, into: intoOf(file, target), typeOnly: type !== undefined }
  })
})

function roomOf(file: string): string {
  const [room = '', ...rest] = file.split('/')
  return rest.length > 0 ? room : room.replace('.ts', '')
}

function intoOf(file: string, target: string): string {
  if (target.startsWith('node:')) return 'node'
  if (!target.startsWith('.')) return 'npm'
  return roomOf(relative(SRC, join(SRC, file, '..', target)))
}

/** What a check is given, as it sees it. */
const PORTS_OF_CHECK = ['../proc/sampler.ts', '../supervisor/process-table.ts']

/** Of a module within it, the package. */
const packageOf = (target: string): string => /^(?:@[^/]+\/)?[^/]+/.exec(target)?.[0] ?? target

/** The file below src that it points to. */
const targetOf = ({ file, target }: Import): string => join(file, '..', target)

/** Lower rooms first: each may import itself and what is named, all of them above it. */
const MAY_IMPORT: Record<string, readonly string[]> = {
  base: [],
  agent: ['base'],
  'agent-report': ['base', 'agent'],
  rules: ['base'],
  trend: ['base', 'rules'],
  history: ['base', 'rules', 'trend'],
  picture: ['base', 'rules', 'trend', 'history'],
  config: ['base', 'rules'],
  supervisor: ['base', 'rules'],
  proc: ['base', 'rules'],
  evidence: ['base', 'rules', 'history', 'proc'],
  monitors: ['base', 'rules'],
  agents: ['base', 'proc'],
  messages: ['base', 'agent-report', 'rules', 'trend', 'history', 'picture', 'config'],
  restart: ['base', 'rules', 'messages'],
  delivery: ['base', 'rules', 'history', 'picture', 'config', 'messages'],
  check: ['base', 'rules', 'trend', 'history', 'messages'],
  metrics: ['base', 'rules', 'history', 'config', 'agents', 'restart', 'check'],
  status: ['base', 'rules', 'check'],
  screen: ['base', 'agent-report', 'rules', 'evidence', 'check', 'status'],
  top: ['base', 'rules', 'history', 'picture', 'evidence', 'check', 'status', 'screen'],
  manual: ['base', 'config'],
  memmon: [
    'base',
    'rules',
    'history',
    'config',
    'supervisor',
    'proc',
    'evidence',
    'monitors',
    'agents',
    'messages',
    'restart',
    'delivery',
    'check',
    'metrics',
  ],
}

/** Splits commands as supervisord does: `base` runs some, `cli` passes it to `config`, which reads some. */
const IN_SEVERAL_ROOMS = ['shlex']

test('there is something to check', () => expect(imports.length).toBeGreaterThan(80))

test.each(Object.entries(MAY_IMPORT))('%s imports only from %j', (room, allowed) => {
  const isPort = (one: Import) => one.typeOnly && room === 'check' && PORTS_OF_CHECK.includes(one.target)
  const wrong = imports.filter(
    one => one.room === room && !['npm', 'node', room, ...allowed].includes(one.into) && !isPort(one),
  )
  expect(wrong.map(({ file, target }) => `${file}: ${target}`)).toEqual([])
})

test('every room has its line in that table, and rooms do not import each other in a circle', () => {
  const rooms = new Set(imports.map(({ room }) => room))
  expect([...rooms].sort()).toEqual(['cli', ...Object.keys(MAY_IMPORT)].sort())
  const order = Object.keys(MAY_IMPORT)
  for (const [room, allowed] of Object.entries(MAY_IMPORT))
    for (const lower of allowed) expect(order.indexOf(lower)).toBeLessThan(order.indexOf(room))
})

test('no file imports itself by way of others, not even types', () => {
  const below = new Map(files.map(file => [file, imports.filter(one => one.file === file).map(targetOf)]))
  const circles: string[] = []
  const walk = (file: string, above: readonly string[]): void => {
    if (above.includes(file)) circles.push([...above.slice(above.indexOf(file)), file].join(' > '))
    else if (!walked.has(file)) for (const next of below.get(file) ?? []) walk(next, [...above, file])
    walked.add(file)
  }
  const walked = new Set<string>()
  for (const file of files) walk(file, [])
  expect(circles).toEqual([])
})

test.each(['rules', 'trend'])('%s is pure: no node:*, nor what imports it in base, no npm package', room => {
  const withNode = new Set(imports.filter(one => one.into === 'node').map(({ file }) => file))
  const impure = imports.filter(
    one => one.room === room && (one.into === 'node' || one.into === 'npm' || withNode.has(targetOf(one))),
  )
  expect(impure.map(({ file, target }) => `${file}: ${target}`)).toEqual([])
})

test('each npm package is imported in one folder, but for shlex; those in dist/ are for development', () => {
  const folders = new Map<string, Set<string>>()
  for (const { target, room, into } of imports) {
    if (into === 'npm')
      folders.set(packageOf(target), (folders.get(packageOf(target)) ?? new Set()).add(room))
  }
  const several = [...folders].filter(([, rooms]) => rooms.size > 1).map(([name]) => name)
  expect(several).toEqual(IN_SEVERAL_ROOMS)
  const { dependencies, optionalDependencies, devDependencies } = JSON.parse(
    readFileSync(join(SRC, '..', 'package.json'), 'utf8'),
  )
  const packed = Object.keys({ ...dependencies, ...optionalDependencies })
  expect([...folders.keys()].sort()).toEqual([...packed, ...BUNDLED].sort())
  expect(Object.keys(devDependencies)).toEqual(expect.arrayContaining(BUNDLED))
})

test.each(['screen', 'top'])('%s is pure: what it draws depends on nothing but what it is given', room => {
  const outside = imports.filter(one => one.room === room && ['node', 'npm'].includes(one.into))
  expect(outside.map(({ file, target }) => `${file}: ${target}`)).toEqual([])
})

test("docs/architecture.md's path of a tick can be walked by imports, and climbs four times at most", () => {
  const text = readFileSync(join(SRC, '..', 'docs', 'architecture.md'), 'utf8')
  const rows = [...text.matchAll(/^\| (↑ )?`([\w/-]+\.ts)` +\| `#?(\w+)`/gm)]
  const steps = rows.map(([, up, file = '', name = '']) => ({ isUp: up !== undefined, file, name }))
  expect(steps.length).toBeGreaterThan(15)
  expect(steps[0]?.file).toBe('supervisor/listener.ts')
  expect(steps.at(-1)?.file).toBe('delivery/sendmail.ts')
  const below = (file: string) => imports.filter(one => one.file === file).map(targetOf)
  /** What has been read since the last climb: each step down is named in one of these. */
  let read: string[] = []
  for (const { isUp, file, name } of steps) {
    expect(readFileSync(join(SRC, file), 'utf8'), file).toMatch(new RegExp(`\\b${name}\\b ?[(=<:,]`))
    if (isUp) read = []
    else if (read.length > 0)
      expect(read.flatMap(below), `${file} is imported by one of ${read}`).toContain(file)
    read.push(file)
  }
  expect(steps.filter(({ isUp }) => isUp).length).toBeLessThanOrEqual(4)
})

test('nothing but the cli writes to stdout, and nothing to the console', () => {
  const texts = files.map(file => [file, readFileSync(join(SRC, file), 'utf8')] as const)
  expect(
    texts.filter(([file, text]) => /process\.stdout/.test(text) && roomOf(file) !== 'cli').map(([f]) => f),
  ).toEqual([])
  expect(texts.filter(([, text]) => /\bconsole\./.test(text)).map(([file]) => file)).toEqual([])
})

test('process.exit stands in the cli alone, and in what runs in the process of a monitor', () => {
  const exits = files.filter(file => readFileSync(join(SRC, file), 'utf8').includes('process.exit('))
  expect(exits.filter(file => roomOf(file) !== 'cli')).toEqual(['monitors/host.ts'])
})

const EXPORTED = /^export (default )?(?:abstract )?(?:async )?(?:const|let|class|function\*?) (\w+)/gm

test.each([
  ['const x = 1', 'x'],
  ['let x = 1', 'x'],
  ['function x() {}', 'x'],
  ['async function x() {}', 'x'],
  ['function* x() {}', 'x'],
  ['async function* x() {}', 'x'],
  ['class x {}', 'x'],
  ['abstract class x {}', 'x'],
  ['default class x {}', 'x'],
  ['interface x {}', undefined],
])('export %s exports %s', (text, name) => {
  expect([...`export ${text}`.matchAll(EXPORTED)][0]?.[2]).toBe(name)
})

/** What programs import from the package. */
const FOR_PROGRAMS = ['src/agent/api.ts']

test('no function or value is exported that no other file takes', () => {
  const root = join(SRC, '..')
  const all = ['src', 'test', 'scripts'].flatMap(folder =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter(name => /\.m?ts$|\.mjs$/.test(name) && !name.includes('fixtures'))
      .map(name => ({ path: join(folder, name), text: readFileSync(join(root, folder, name), 'utf8') })),
  )
  /** Every name in a file that imports `path`, in whatever way, from src or from its build. */
  const takenFrom = (path: string) => {
    const target = basename(path).split('.')[0]
    const takers = all.filter(one => one.path !== path && one.text.includes(`/${target}.`))
    return new Set(takers.flatMap(({ text }) => text.match(/\w+/g) ?? []))
  }
  const unused = all.flatMap(({ path, text }) => {
    if (FOR_PROGRAMS.includes(path)) return []
    const names = [...text.matchAll(EXPORTED)]
    const taken = names.length > 0 ? takenFrom(path) : new Set()
    // A default export has any name where it is taken.
    const isNamed = all.some(one => one.path !== path && one.text.includes(basename(path)))
    return names.flatMap(([, byDefault, name = '']) =>
      (byDefault ? isNamed : taken.has(name)) ? [] : `${path}: ${name}`,
    )
  })
  expect(unused).toEqual([])
})
