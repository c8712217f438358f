// `npm run demo`: the main job before your eyes. A real supervisord runs a program that grows; memmon restarts it
// and mails about it. Exits 0 when all of that has happened, within a minute; leaves nothing behind.
import { setTimeout as sleep } from 'node:timers/promises'
import { startSupervisord } from './demo-supervisord.mjs'
import { setup } from './setup.mjs'

const LIMIT = '40MB'
const MEMMON_ARGUMENTS = `-p leaky=${LIMIT} -m bob@example.com`
const STEP_WITHIN_MS = 60_000
const POLL_MS = 250
/** The exit codes by which shells know an interrupted command: 128 and the signal's number. */
const SIGNALS = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 }
/** supervisor/states.py */
const RUNNING = 20

class DemoFailure extends Error {}

setup()
// Built or installed by setup(): they cannot be imported before.
const { simpleParser } = await import('mailparser')
const { createClient } = await import('../build/supervisor/client.js')
const { createHttpCaller } = await import('../build/supervisor/http-call.js')
const { portableSampler } = await import('../build/proc/portable.js')
const { formatSize } = await import('../build/base/units.js')

const startedAt = Date.now()
let breakOff = () => {}
const brokenOff = new Promise((_, reject) => {
  breakOff = reject
})
brokenOff.catch(() => {}) // it may come between two steps: the next one sees it
for (const [signal, exitCode] of Object.entries(SIGNALS)) {
  process.on(signal, () => {
    process.exitCode = exitCode
    breakOff(new DemoFailure(`ended by ${signal}`))
  })
}

say(`supervisord runs a program that grows, and memmon as supervisord.conf says:

    [program:leaky]
    command=python3 test/fixtures/grow.py

    [eventlistener:memmon]
    command=memmon ${MEMMON_ARGUMENTS}
    events=TICK_5
`)
const supervisord = startSupervisord(MEMMON_ARGUMENTS, why => breakOff(new DemoFailure(why)))
const client = createClient(createHttpCaller({ kind: 'unix', path: supervisord.socket }, undefined, 5_000))
const pids = new Set()
let logShown = 0
try {
  await showGrowthAndRestart()
  await showMail()
} catch (thrown) {
  process.exitCode ||= 1
  console.error(`The demo failed: ${thrown instanceof DemoFailure ? thrown.message : thrown.stack}`)
} finally {
  client.close()
  await supervisord.stop([...pids])
}
if (!process.exitCode) say(`Done, after ${Math.round((Date.now() - startedAt) / 1000)} s. All is cleaned up.`)
process.exit()

async function showGrowthAndRestart() {
  const first = await step('leaky to be started', leaky)
  say(`leaky was started: pid ${first.pid}`)
  let shownAt = 0
  const second = await step('memmon to restart leaky', async () => {
    const now = await leaky()
    if (!now || now.pid !== first.pid) return now
    const size = (await portableSampler.measure([now.pid], false)).get(now.pid)
    if (size !== undefined && Date.now() - shownAt >= 1_000) {
      shownAt = Date.now()
      say(`leaky grows: ${formatSize(size)} now, of ${LIMIT}`)
    }
    return undefined
  })
  say(`leaky was restarted: old pid ${first.pid}, new pid ${second.pid}`)
}

async function showMail() {
  const mail = await simpleParser(await step('the mail to be sent', () => supervisord.mail() || undefined))
  say(`The mail that was handed to sendmail:

    From: ${mail.from.text}
    To: ${mail.to.text}
    Date: ${mail.date.toString()}
    Subject: ${mail.subject}

${mail.text.trim().replace(/^(?=.)/gm, '    ')}
`)
}

/** The running program, or undefined while there is none. */
async function leaky() {
  const all = await client.getAllProcessInfo().catch(() => [])
  for (const { pid } of all) if (pid > 0) pids.add(pid)
  return all.find(({ name, state }) => name === 'leaky' && state === RUNNING)
}

/** Looks until there is something, shows memmon's log meanwhile; fails when that takes too long. */
async function step(what, look) {
  for (const until = Date.now() + STEP_WITHIN_MS; Date.now() < until; ) {
    const found = await Promise.race([look(), brokenOff])
    showLog()
    if (found !== undefined) return found
    await Promise.race([sleep(POLL_MS), brokenOff])
  }
  throw new DemoFailure(`waited ${STEP_WITHIN_MS / 1000} s in vain for ${what}`)
}

function showLog() {
  const lines = supervisord.memmonLog().split('\n').slice(0, -1)
  for (const line of lines.slice(logShown)) say(`memmon's log: ${line}`)
  logShown = lines.length
}

function say(text) {
  console.log(text)
}
