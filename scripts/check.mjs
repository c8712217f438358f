// `npm run check`: types, style and the fast tests, side by side: half a minute, for each save. No build, no
// supervisord, no memmon as a process of its own; `npm test` has all that.
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { installPackages, ROOT } from './setup.mjs'

/** Without the tests that start processes. */
const FAST = [
  'architecture',
  'agent-report',
  'rules',
  'trend',
  'check',
  'config',
  'messages',
  'screen',
  'top',
  'restart',
  'supervisor',
]
const SLOW = 'test/restart/state-folder.races.test.ts'

installPackages()
const bin = (...path) => join(ROOT, 'node_modules', ...path)
const checks = [
  ['types', [bin('typescript', 'bin', 'tsc'), '-p', 'test/tsconfig.json']],
  ['style', [bin('@biomejs', 'biome', 'bin', 'biome'), 'check', '--error-on-warnings', '.']],
  [
    'tests',
    [
      bin('vitest', 'vitest.mjs'),
      ...['run', '--no-isolate', '--reporter=dot', '--exclude', SLOW],
      ...FAST.map(name => `test/${name}`),
    ],
  ],
]
const failed = (await Promise.all(checks.map(ended))).flat()
console.log(failed.length > 0 ? `failed: ${failed.join(', ')}` : 'all good')
process.exitCode = failed.length > 0 ? 1 : 0

/** Its name if it fails; what it said is printed then, whole, and not between the lines of another. */
function ended([name, args]) {
  const child = spawn(process.execPath, args, {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NO_COLOR: '1' },
  })
  const said = []
  for (const stream of [child.stdout, child.stderr]) stream.on('data', chunk => said.push(chunk))
  return new Promise(resolve => {
    child.on('close', code => {
      if (code !== 0) process.stdout.write(Buffer.concat(said))
      resolve(code === 0 ? [] : [name])
    })
  })
}
