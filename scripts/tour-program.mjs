// The program of the tour. It works on a job now and then, and keeps each result and the file that it opened for it. Arguments:
// bytes per job, milliseconds between jobs, jobs that its first run has already done. A file `busy` in its folder says how many
// jobs come at once; SIGUSR2 asks it to finish, and the file `idle` says that it has.
import { existsSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'

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
let waiting = 0
const working = setInterval(() => {
  if (existsSync('busy')) {
    waiting = Number(readFileSync('busy'))
    rmSync('busy')
  }
  if (waiting === 0 && Date.now() < nextAt) return
  work()
  waiting = Math.max(0, waiting - 1)
  nextAt = Date.now() + everyMs
}, LOOK_MS)

process.on('SIGUSR2', () => {
  clearInterval(working)
  setTimeout(() => {
    writeFileSync('idle', '')
    setInterval(() => {}, 2 ** 30)
  }, LAST_JOB_MS)
})
