// dist/: the agent (bundle-agent.mjs), and the command as eight CommonJS files, each loaded when needed: what READY needs, what
// the listener needs after it, what draws a mail's pictures, what looks into a process before its stop, its socket for agents,
// its metrics, its alerts, what only people ask for. One more runs in the process of an operator's own monitor, whose types are
// beside it. CommonJS, since Node's ESM loader takes a third of the time to READY, and keeps its memory. No module is in two
// files, or there would be two UsageErrors; a file imports what it needs from those before it.
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { build } from 'esbuild'
import { bundleAgent } from './bundle-agent.mjs'

const MAIN = 'src/cli/main.ts'
/** Commands for a terminal, and what memmon says there. */
const FOR_PEOPLE = ['src/cli/by-hand.ts', 'src/cli/hand-commands.ts']
/** What draws: for the listener with a mail to send, and for people. */
const PICTURES = 'src/picture/charts.ts'
/** What takes evidence: for the listener with a process to restart, or with too many threads, and for people. */
const EVIDENCE = ['src/evidence/before-stop.ts', 'src/evidence/reason.ts']
/** The socket for agents, and what people ask through it: for a listener that has one, and for people. */
const AGENTS = ['src/agents/agents.ts', 'src/memmon/desk.ts']
/** Metrics for Prometheus: for a listener that exports them. */
const METRICS = 'src/metrics/metrics.ts'
/** Alerts for an Alertmanager: for a listener that has one. */
const ALERTS = ['src/delivery/alerts.ts', 'src/delivery/alertmanager.ts']

/** What a monitor's process runs, and the types of what it loads. */
const MONITOR_HOST = 'src/monitors/host.ts'
const MONITOR_TYPES = 'src/rules/monitor-types.ts'

const LICENCES = 'licences.txt'
/**
 * Packages whose code goes into dist/, so development packages: READY waits for commander, which takes 20 ms
 * as a package of six files that loads child_process, and 5 ms here; d3's packages are ES modules of ten
 * packages, of which a chart needs little, and memmon uses only prom-client's registry. Their dependencies
 * are bundled with them. Other packages are loaded when needed.
 */
export const BUNDLED = ['commander', 'd3-scale', 'd3-shape', 'fastest-levenshtein', 'prom-client']
/** commander could run commands as programs of their own, which memmon does not have. */
const UNUSED = { commander: 'node:child_process' }

const OPTIONS = {
  bundle: true,
  packages: 'external',
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  define: { 'import.meta.filename': '__filename', 'import.meta.dirname': '__dirname' },
  minifyWhitespace: true,
  minifySyntax: true,
  lineLimit: 120,
  banner: { js: `"use strict"; // of others: ${LICENCES}` },
  logLevel: 'warning',
}

/** Writes dist/ below `root`. `mark` is in the names of what is loaded later: two versions never mix. */
export async function bundle(root, mark) {
  const outdir = join(root, 'dist')
  rmSync(outdir, { recursive: true, force: true })
  mkdirSync(outdir)
  const imports = await importsOf(root)
  const files = filesFrom(imports, mark.slice(0, 8))
  writeFileSync(join(outdir, LICENCES), licences(root))
  const host = `monitor-host-${mark.slice(0, 8)}.cjs`
  await build({ ...OPTIONS, absWorkingDir: root, entryPoints: [MONITOR_HOST], outfile: join(outdir, host) })
  copyFileSync(join(root, MONITOR_TYPES), join(outdir, 'monitor.d.ts'))
  const fileOf = new Map(files.flatMap(file => [...file.modules].map(path => [path, file])))
  const names = await exportedNames(root, [...fileOf.keys()])
  for (const file of files) {
    const shared = [...file.modules].filter(path =>
      [...imports].some(([from, used]) => fileOf.get(from) !== file && used.some(one => one.path === path)),
    )
    const lines = shared.map(path => `export * as ${keyOf(path)} from './${path}'`)
    if (file.modules.has(MAIN)) lines.unshift(`import './${MAIN}'`)
    await build({
      ...OPTIONS,
      // V8 keeps the text of what it runs: short names save 0.7 MB in the listener. The maps, which are not packed, restore the
      // names in the stack trace of a defect.
      minifyIdentifiers: true,
      sourcemap: 'external',
      define: { ...OPTIONS.define, MONITOR_HOST: JSON.stringify(host) },
      absWorkingDir: root,
      stdin: { contents: lines.join('\n'), resolveDir: root, sourcefile: file.name },
      outfile: join(outdir, file.name),
      plugins: [
        bundled(root),
        fromOtherFiles(root, file, fileOf, names),
        fromNode(namesOfNode(root, imports)),
      ],
    })
  }
  await bundleAgent(root, mark.slice(0, 8), OPTIONS)
}

/** The imports of every module of src that main.ts needs, now or later. */
async function importsOf(root) {
  const { metafile } = await build({
    ...OPTIONS,
    absWorkingDir: root,
    entryPoints: [MAIN],
    outdir: 'dist',
    write: false,
    metafile: true,
  })
  const own = Object.entries(metafile.inputs).map(([path, { imports }]) => [
    path,
    imports.filter(({ external }) => !external),
  ])
  return new Map(own)
}

/** The packages of BUNDLED and those that they need, without what memmon does not use of them. */
function bundled(root) {
  const require = createRequire(join(root, 'package.json'))
  return {
    name: 'bundled packages',
    setup({ onLoad, onResolve }) {
      onResolve(
        { filter: new RegExp(`^(${[...packageFolders(root).keys()].join('|')})(/.*)?$`) },
        ({ path }) => ({
          path: require.resolve(path),
        }),
      )
      onResolve({ filter: /^node:/ }, ({ path, importer }) => {
        const isUnused = Object.entries(UNUSED).some(
          ([name, unused]) => unused === path && importer.startsWith(join(root, 'node_modules', name)),
        )
        return isUnused ? { path, namespace: 'unused' } : undefined
      })
      onLoad({ filter: /./, namespace: 'unused' }, () => ({ contents: 'module.exports = {}' }))
    },
  }
}

/** Where each is that goes into dist/: those of BUNDLED, and what they depend on. */
export function packageFolders(root) {
  const folders = new Map(BUNDLED.map(name => [name, join(root, 'node_modules', name)]))
  // A map that is added to while it is walked is walked to its end.
  for (const [, folder] of folders) {
    const { dependencies = {} } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
    for (const name of Object.keys(dependencies)) folders.set(name, join(root, 'node_modules', name))
  }
  return folders
}

function licences(root) {
  const texts = [...packageFolders(root)].map(([name, folder]) => {
    const file = readdirSync(folder).find(one => /^licen[cs]e/i.test(one))
    return `${name}\n\n${readFileSync(join(folder, file), 'utf8')}`
  })
  return texts.join('\n')
}

/**
 * Which module goes where: what main.ts imports at once; what that imports later; what comes with a mail, a restart, agents,
 * metrics, alerts, except what two of these need; the rest is for people.
 */
function filesFrom(imports, mark) {
  const doorsOfMore = [[PICTURES], EVIDENCE, AGENTS, [METRICS], ALERTS]
  const isDoor = path => doorsOfMore.flat().includes(path)
  const later = path => imports.get(path).filter(({ kind }) => kind === 'dynamic-import')
  const main = closure([MAIN], imports, ({ kind }) => kind !== 'dynamic-import')
  const entries = [...main].flatMap(later).map(({ path }) => path)
  const listener = closure(
    entries.filter(path => !main.has(path) && !FOR_PEOPLE.includes(path) && !isDoor(path)),
    imports,
    ({ path }) => !main.has(path) && !isDoor(path),
  )
  const atOnce = doorsOfMore.map(doors => closure(doors, imports, ({ kind }) => kind !== 'dynamic-import'))
  for (const path of atOnce.flatMap(modules => [...modules]))
    if (!main.has(path) && atOnce.filter(modules => modules.has(path)).length > 1) listener.add(path)
  const rest = [main, listener]
  for (const doors of doorsOfMore) {
    const taken = [...rest]
    rest.push(closure(doors, imports, ({ path }) => !taken.some(modules => modules.has(path))))
  }
  const [, , pictures, evidence, agents, metrics, alerts] = rest
  const people = new Set([...imports.keys()].filter(path => !rest.some(modules => modules.has(path))))
  return [
    { name: 'main.cjs', modules: main },
    { name: `listener-${mark}.cjs`, modules: listener },
    { name: `pictures-${mark}.cjs`, modules: pictures },
    { name: `evidence-${mark}.cjs`, modules: evidence },
    { name: `agents-${mark}.cjs`, modules: agents },
    { name: `metrics-${mark}.cjs`, modules: metrics },
    { name: `alerts-${mark}.cjs`, modules: alerts },
    { name: `people-${mark}.cjs`, modules: people },
  ]
}

function closure(entries, imports, follows = () => true) {
  const found = new Set(entries)
  // A set that is added to while it is walked is walked to its end.
  for (const path of found) {
    for (const one of imports.get(path)) if (follows(one)) found.add(one.path)
  }
  return found
}

async function exportedNames(root, paths) {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: paths,
    outdir: 'dist',
    outbase: '.',
    write: false,
    metafile: true,
    logLevel: 'warning',
  })
  return new Map(Object.values(metafile.outputs).map(({ entryPoint, exports }) => [entryPoint, exports]))
}

/**
 * Modules of other files, as constants taken from there. One that is loaded when needed is CommonJS: what cannot be loaded
 * while npm replaces memmon is tried again, where esbuild's form of an ES module would remember the failure.
 */
function fromOtherFiles(root, file, fileOf, names) {
  const pathOf = absolute => absolute.slice(root.length + 1)
  return {
    name: 'from other files',
    setup({ onLoad, onResolve }) {
      onResolve({ filter: /^\.\/[\w-]+\.cjs$/ }, ({ path }) => ({ path, external: true }))
      onResolve({ filter: /\.ts$/ }, ({ path, kind, resolveDir }) => {
        const from = pathOf(join(resolveDir, path))
        const isLater = kind === 'dynamic-import' && fileOf.get(from) !== file
        return isLater ? { path: from, namespace: 'later' } : undefined
      })
      onLoad({ filter: /./, namespace: 'later' }, ({ path }) => ({
        contents: `module.exports = require('./${fileOf.get(path).name}').${keyOf(path)}`,
      }))
      onLoad({ filter: /\.ts$/ }, ({ path: absolute }) => {
        const path = pathOf(absolute)
        const home = fileOf.get(path)
        if (home === file) return undefined
        const list = names.get(path).join(', ')
        return {
          contents: `const { ${list} } = require('./${home.name}').${keyOf(path)}\nexport { ${list} }`,
        }
      })
    },
  }
}

/** What each of Node's modules is imported for. */
function namesOfNode(root, imports) {
  const names = new Map()
  for (const path of imports.keys()) {
    const text = readFileSync(join(root, path), 'utf8')
    for (const [, list, module] of text.matchAll(/^import \{([^}]*)\} from '(node:[^']+)'/gm)) {
      const own = list.split(',').map(name => name.trim())
      const values = own.filter(name => name !== '' && !name.startsWith('type '))
      names.set(module, new Set([...(names.get(module) ?? []), ...values]))
    }
  }
  return names
}

/** Functions of Node's as constants: esbuild would look each one up in `fs`, a slow object, at each of its calls. */
function fromNode(names) {
  return {
    name: 'from Node',
    setup({ onLoad, onResolve }) {
      onResolve({ filter: /^node:/ }, ({ path, kind }) =>
        kind === 'import-statement' ? { path, namespace: 'from Node' } : { path, external: true },
      )
      onLoad({ filter: /./, namespace: 'from Node' }, ({ path }) => {
        const list = [...names.get(path)].join(', ')
        return { contents: `const { ${list} } = require('${path}')\nexport { ${list} }` }
      })
    },
  }
}

const keyOf = path => path.replace(/^src\//, '').replace(/\W/g, '_')
