// `npm run mutants [-- --workers N --near file ...]`: would the tests notice if judging, checking or restarting did
// something else?
// Not part of `npm test`, for it runs the fast tests once for each change.
import { readdirSync, readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join, relative, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { LEAST_SCORE, nameOf, scoresOf } from './mutant-scores.mjs'
import { installPackages, ROOT } from './setup.mjs'

const FOLDER = join(ROOT, 'test', 'mutants')
/** What decides; the wording of outcomes is none of it. */
const JUDGING = [
  'rule',
  'selector',
  'windows',
  'patience',
  'judgement',
  'budgets',
  'victim',
  'limits',
  'history',
  'metric',
]

process.exitCode = await main()

async function main() {
  const { values, positionals: wanted } = parseArgs({
    options: {
      workers: { type: 'string', default: String(Math.max(1, availableParallelism() - 1)) },
      // Only by the tests named after each file, where there are any: quick, and a score that is too low at most.
      near: { type: 'boolean', default: false },
    },
    allowPositionals: true,
  })
  const files = filesFor(wanted)
  if (files.length === 0) {
    console.error(`No file of those that are judged by mutants begins with ${wanted.join(' or ')}`)
    return 1
  }
  installPackages()
  // The runner is vitest's own, which is installed already: no second one is brought along.
  installPackages(FOLDER, ['--legacy-peer-deps'])
  process.chdir(ROOT)
  if (values.near) process.env.MUTANTS_NEAR = '1'
  const { mutate } = await import('../test/mutants/stryker.mjs')
  try {
    return report(await mutate(files, Number(values.workers)))
  } catch (thrown) {
    console.error(`The mutants could not be run: ${thrown.message}`)
    return 1
  }
}

/** All, or those named by their paths or folders. */
function filesFor(wanted) {
  const below = folder => readdirSync(join(ROOT, folder)).map(name => join(folder, name))
  const all = [...JUDGING.map(name => `src/rules/${name}.ts`), ...below('src/check'), ...below('src/restart')]
  const prefixes = wanted.map(path => relative(ROOT, resolve(path)))
  return prefixes.length === 0 ? all : all.filter(file => prefixes.some(prefix => file.startsWith(prefix)))
}

/** Prints what there is to know, and gives the exit code. */
function report(results) {
  const listed = JSON.parse(readFileSync(join(FOLDER, 'survivors.json'), 'utf8'))
  const { scores, outdated } = scoresOf(results.map(named), listed)
  for (const { survivors } of scores) for (const one of survivors) console.log(survivorText(one))
  for (const one of outdated)
    console.log(`survivors.json names one that survives no longer: ${JSON.stringify(one)}`)
  for (const { file, score, killed, counted, changeNothing } of scores) {
    const rest = changeNothing > 0 ? `, ${changeNothing} more change nothing (survivors.json)` : ''
    console.log(`${percent(score)}  ${file}: ${killed} of ${counted} mutants killed${rest}`)
  }
  const low = scores.filter(({ score }) => score < LEAST_SCORE).length
  console.log(`${low} of ${scores.length} files are below ${LEAST_SCORE} %`)
  return low > 0 || outdated.length > 0 ? 1 : 0
}

function named(result) {
  const file = relative(ROOT, resolve(result.fileName))
  const name = nameOf({ ...result, fileName: file }, readFileSync(join(ROOT, file), 'utf8'))
  return { ...name, status: result.status, at: result.location.start }
}

/** As survivors.json would have it, so that it can be copied. */
function survivorText({ file, line, was, becomes, at }) {
  return `${file}:${at.line} survived: ${JSON.stringify({ file, line, was, becomes })}`
}

function percent(score) {
  return `${score.toFixed(1)} %`.padStart(7)
}
