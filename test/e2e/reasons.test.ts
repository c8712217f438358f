// A breach of threads_limit or fds_limit under a real supervisord: the mail of an alert says what they are, and what has grown.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { simpleParser } from 'mailparser'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { PYTHON } from '../helpers/python.ts'
import { Supervisord } from '../helpers/supervisord.ts'

const MAILED = '--verbose --mail-interval 0 -m bob@example.com -s @sendmail'

let folder = ''
let threads: Supervisord
let files: Supervisord
const goOn = () => join(folder, 'go-on')

/** `some` at first, and more once it is told so. */
const growing = (setUp: string, more: string) => `
import os, sys, time, threading
lock = threading.Lock()
lock.acquire()
held = []
${setUp}
while not os.path.exists('${goOn()}'): time.sleep(0.05)
${more}
time.sleep(3600)
`

async function start(name: string, script: string, argv: string): Promise<Supervisord> {
  const path = join(folder, `${name}.py`)
  writeFileSync(path, script)
  return await Supervisord.start({
    programs: `[program:${name}]\ncommand=${PYTHON} ${path}\n`,
    memmon: `-a 1GB --action alert ${argv} ${MAILED}`,
  })
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'memmon-reasons-'))
  const threaded = (count: number) =>
    `for _ in range(${count}): threading.Thread(target=lock.acquire, daemon=True).start()`
  const opened = (count: number) => `held += [open('/etc/passwd') for _ in range(${count})]`
  ;[threads, files] = await Promise.all([
    start('worker', growing(threaded(59), threaded(55)), '--threads-limit 100'),
    start('reader', growing(opened(60), opened(60)), '--fds-limit 100'),
  ])
})
afterAll(async () => {
  await Promise.all([threads, files].map(supervisord => supervisord.stop()))
  rmSync(folder, { recursive: true, force: true })
})

async function mailText(supervisord: Supervisord): Promise<string> {
  const [raw = ''] = await supervisord.waitForMails(1)
  return (await simpleParser(raw)).text?.replace(/\n {9}/g, ' ') ?? ''
}

test('what has grown since half of the limit comes first, then state and wchan, or the kinds', async () => {
  await Promise.all([
    threads.waitForLog(/threads of worker:worker is 60/, { times: 2 }),
    files.waitForLog(/open files of reader:reader is \d\d\b/, { times: 2 }),
  ])
  writeFileSync(goOn(), '')
  const [ofThreads, ofFiles] = await Promise.all([mailText(threads), mailText(files)])
  expect(ofThreads).toMatch(
    /^Found: +threads grew from 60 to 115 in \S+: 55 more wait in a futex .*\nFound: +114 of 115 threads wait in a futex .*\nFound: +115 threads: 114 sleeping in futex\w*, 1 sleeping in /m,
  )
  expect(ofFiles).toMatch(/^Found: +descriptors grew from \d+ to \d+ in \S+: 60 more files$/m)
  expect(ofFiles).toMatch(/^Found: +\d+ descriptors, [\d,]+ allowed: 12\d files, /m)
  expect(threads.memmonLog()).toMatch(
    /INFO Evidence of worker:worker \(pid \d+\): threads grew from 60 to 115 .*\n.* WARN worker:worker .* exceeds its limit and is left running/,
  )
})
