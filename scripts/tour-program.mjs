// The program of the tour. It works on a job now and then, and keeps the result of each, and the file that it opened for it.
// Arguments: bytes a job, milliseconds between jobs, jobs that its first run has done already. With a file `busy` in its
// folder jobs come one after the other; by SIGUSR2 it is asked to finish, and `idle` says that it has.
import { existsSync, openSync, rmSync, writeFileSync } from 'node:fs'

const LOOK_MS = 50
const LAST_JOB_MS = 3_000

const [bytes, everyMs, done] = process.argv.slice(2).map(Number)
const kept = []
const work = () => kept.push({ result: Buffer.alloc(bytes, 'x'), file: openSync(process.argv[1]) })

const isFirstRun = !existsSync('ran')
writeFileSync('ran', '')
for (const name of ['busy', 'idle']) rmSync(name, { force: true })
if (isFirstRun) for (let job = 0; job < done; job++) work()

let nextAt = Date.now() + everyMs
const working = setInterval(() => {
  if (Date.now() < nextAt && !existsSync('busy')) return
  work()
  nextAt = Date.now() + everyMs
}, LOOK_MS)

process.on('SIGUSR2', () => {
  clearInterval(working)
  setTimeout(() => {
    writeFileSync('idle', '')
    setInterval(() => {}, 2 ** 30)
  }, LAST_JOB_MS)
})
