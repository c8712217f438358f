// dist/agent*: the agent that a Node program loads (docs/agent.md). One file for what an idle program needs, one for
// what the first request loads, one for the watchdog's thread, and one for the api, which also has types.
import { spawnSync } from 'node:child_process'
import { copyFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { build } from 'esbuild'

const FOLDER = 'src/agent'
/** What comes later has another name in each version: two never mix while npm replaces the package. */
const namesFor = mark => ({
  'agent.ts': 'agent.cjs',
  'api.ts': 'agent-api.cjs',
  'tasks.ts': `agent-tasks-${mark}.cjs`,
  'watchdog-thread.ts': `agent-watchdog-${mark}.cjs`,
})

/** Writes them, with the options of the other files. */
export async function bundleAgent(root, mark, options) {
  const names = namesFor(mark)
  for (const [source, file] of Object.entries(names)) {
    await build({
      ...options,
      // Node's loader for ES modules is slow and large: it is not loaded for this.
      supported: { 'dynamic-import': false },
      absWorkingDir: root,
      entryPoints: [join(FOLDER, source)],
      outfile: join(root, 'dist', file),
      plugins: [laterFiles(names, source)],
    })
  }
  writeTypes(root)
  writeModules(root)
}

/** A module that has a file of its own is taken from there. */
function laterFiles(names, entry) {
  return {
    name: 'later files',
    setup({ onResolve }) {
      onResolve({ filter: /^\.\// }, ({ path }) => {
        const name = path.slice('./'.length)
        return names[name] && name !== entry ? { path: `./${names[name]}`, external: true } : undefined
      })
    },
  }
}

/** Of the api alone: it imports none. */
function writeTypes(root) {
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc')
  const folder = join(root, 'dist', 'types')
  const flags = ['--declaration', '--emitDeclarationOnly', '--outDir', folder, '--removeComments', 'false']
  const { status } = spawnSync(process.execPath, [tsc, '-p', root, ...flags], { stdio: 'inherit' })
  if (status !== 0) throw new Error('the types of memmon/agent/api could not be made')
  renameSync(join(folder, 'agent', 'api.d.ts'), join(root, 'dist', 'agent-api.d.cts'))
  rmSync(folder, { recursive: true })
}

/**
 * The entry points for `import`, with the names of the api. If programs imported the .cjs files themselves, Node 22 would load
 * a lexer to find their exports: 11 MB.
 */
function writeModules(root) {
  const dist = join(root, 'dist')
  const names = Object.keys(createRequire(import.meta.url)(join(dist, 'agent-api.cjs')))
  const load = file =>
    `import { createRequire } from 'node:module'\n%createRequire(import.meta.url)('./${file}')\n`
  writeFileSync(join(dist, 'agent.mjs'), load('agent.cjs').replace('%', ''))
  const api = load('agent-api.cjs').replace('%', `export const { ${names.join(', ')} } = `)
  writeFileSync(join(dist, 'agent-api.mjs'), api)
  copyFileSync(join(dist, 'agent-api.d.cts'), join(dist, 'agent-api.d.mts'))
}
