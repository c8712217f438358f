// The rules of docs/architecture.md, read from the import lines of src.
import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { expect, test } from 'vitest'

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

const MAY_IMPORT: Record<string, readonly string[]> = {
  base: [],
  core: ['core'],
  config: ['core', 'config'],
  supervisor: ['core', 'supervisor'],
  sampling: ['core', 'sampling'],
  restart: ['core', 'restart'],
  notify: ['core', 'notify'],
  observe: ['core', 'observe'],
  monitor: ['core', 'monitor'],
  screen: ['core', 'monitor', 'screen'],
}

/** Splits commands as supervisord does: `restart` runs some, `cli` passes it to `config`, which reads some. */
const IN_SEVERAL_ROOMS = ['shlex']

test('there is something to check', () => expect(imports.length).toBeGreaterThan(80))

test.each(
  Object.entries(MAY_IMPORT),
)('%s imports only from %j, beyond types of its ports', (room, allowed) => {
  const ports = (one: Import) => one.typeOnly && (room === 'monitor' || one.into === 'observe')
  const wrong = imports.filter(
    one => one.room === room && !['npm', 'node', 'base', ...allowed].includes(one.into) && !ports(one),
  )
  expect(wrong.map(({ file, target }) => `${file}: ${target}`)).toEqual([])
})

test('core is pure: no node:*, nor anything of base that imports it, and of npm only bytes in units.ts', () => {
  const withNode = new Set(imports.filter(one => one.into === 'node').map(({ file }) => file))
  const impure = imports.filter(
    one =>
      one.room === 'core' &&
      (one.into === 'node' || one.into === 'npm' || withNode.has(join(one.file, '..', one.target))),
  )
  expect(impure.map(({ file, target }) => `${file}: ${target}`)).toEqual(['core/units.ts: bytes'])
})

test('base imports no npm package', () => {
  expect(imports.filter(one => one.room === 'base' && one.into === 'npm')).toEqual([])
})

test('each npm package is imported in one folder, but for shlex', () => {
  const folders = new Map<string, Set<string>>()
  for (const { target, room, into } of imports) {
    if (into === 'npm') folders.set(target, (folders.get(target) ?? new Set()).add(room))
  }
  const several = [...folders].filter(([, rooms]) => rooms.size > 1).map(([name]) => name)
  expect(several).toEqual(IN_SEVERAL_ROOMS)
  const { dependencies } = JSON.parse(readFileSync(join(SRC, '..', 'package.json'), 'utf8'))
  expect([...folders.keys()].sort()).toEqual(Object.keys(dependencies).sort())
})

test('screen is pure: what it draws depends on nothing but what it is given', () => {
  const outside = imports.filter(one => one.room === 'screen' && one.into === 'node')
  expect(outside.map(({ file, target }) => `${file}: ${target}`)).toEqual([])
})

test('nothing but the cli writes to stdout, and nothing to the console', () => {
  const texts = files.map(file => [file, readFileSync(join(SRC, file), 'utf8')] as const)
  expect(
    texts.filter(([file, text]) => /process\.stdout/.test(text) && roomOf(file) !== 'cli').map(([f]) => f),
  ).toEqual([])
  expect(texts.filter(([, text]) => /\bconsole\./.test(text)).map(([file]) => file)).toEqual([])
})

test('process.exit stands in the cli alone', () => {
  const exits = files.filter(file => readFileSync(join(SRC, file), 'utf8').includes('process.exit('))
  expect(exits.map(roomOf).filter(room => room !== 'cli')).toEqual([])
})
