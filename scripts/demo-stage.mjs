// The stage of the demo and the tour: a supervisord of their own, steps that wait until what they describe has happened,
// and an end that leaves nothing behind, however it comes.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { simpleParser } from 'mailparser'
import { createClient } from '../build/supervisor/client.js'
import { createHttpCaller } from '../build/supervisor/http-call.js'
import { startSupervisord } from './demo-supervisord.mjs'
import { ROOT } from './setup.mjs'

const STEP_WITHIN_MS = 180_000
const POLL_MS = 250
/** The exit codes that shells use for an interrupted command: 128 and the signal's number. */
const SIGNALS = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 }
/** supervisor/states.py */
const RUNNING = 20

class DemoFailure extends Error {}

/** Plays it under a supervisord with these sections and files, and cleans up; returns the exit code. */
export async function perform({ introduction, sections, files = {}, play }) {
  const startedAt = Date.now()
  const giveUp = new AbortController()
  let exitCode = 0
  for (const [signal, code] of Object.entries(SIGNALS)) {
    process.on(signal, () => {
      exitCode = code
      giveUp.abort(new DemoFailure(`ended by ${signal}`))
    })
  }
  say(introduction)
  const supervisord = startSupervisord({ sections, files }, why => giveUp.abort(new DemoFailure(why)))
  const stage = createStage(supervisord, giveUp.signal)
  try {
    await play(stage)
  } catch (thrown) {
    exitCode ||= 1
    console.error(`The demo failed: ${thrown instanceof DemoFailure ? thrown.message : thrown.stack}`)
  } finally {
    await stage.close()
  }
  if (exitCode === 0) say(`Done, after ${Math.round((Date.now() - startedAt) / 1000)} s. All is cleaned up.`)
  return exitCode
}

/** `givenUp` cancels whatever is waited for. */
function createStage(supervisord, givenUp) {
  const client = createClient(createHttpCaller({ kind: 'unix', path: supervisord.socket }, undefined, 5_000))
  const brokenOff = once(givenUp, 'abort').then(() => {
    throw givenUp.reason
  })
  brokenOff.catch(() => {}) // it may come between two steps: the next one sees it
  const pids = new Set()
  let logShown = 0

  /** Looks until there is a result, showing memmon's log meanwhile; fails if that takes too long. */
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

  /** The running program of this name; undefined if none is running. */
  async function program(wanted) {
    const all = await client.getAllProcessInfo().catch(() => [])
    for (const { pid } of all) if (pid > 0) pids.add(pid)
    return all.find(({ name, state }) => name === wanted && state === RUNNING)
  }

  /** Waits for the mail with such a subject and shows the part for people; returns the mail. */
  async function showMail(subject) {
    const mail = await step(`a mail "${subject.source}"`, async () => {
      const mails = await Promise.all(supervisord.mails().map(text => simpleParser(text)))
      return mails.find(one => subject.test(one.subject))
    })
    say(`The mail that was handed to sendmail:

    From: ${mail.from.text}
    To: ${mail.to.text}
    Date: ${mail.date.toString()}
    Subject: ${mail.subject}

${mail.text.trim().replace(/^(?=.)/gm, '    ')}
`)
    return mail
  }

  /** Runs memmon by hand and shows its output as it comes; fails if memmon does. memmon top is live on a terminal. */
  async function memmon(...args) {
    say(`$ memmon ${args.join(' ')}`)
    const isLive = args[0] === 'top' && isWatched()
    const child = spawn(process.execPath, [join(ROOT, 'bin', 'memmon.js'), ...args], {
      cwd: supervisord.folder,
      // A snapshot of what would be live.
      env: { ...supervisord.environment, ...(args[0] === 'top' && !isLive && { TERM: 'dumb' }) },
      stdio: [isLive ? 'inherit' : 'ignore', 'inherit', 'inherit'],
      signal: givenUp,
    })
    child.on('error', () => {}) // given up: it is killed
    const exitCode = await new Promise(resolve => child.on('close', resolve))
    givenUp.throwIfAborted()
    if (exitCode !== 0) throw new DemoFailure(`memmon ${args[0]} ended with exit code ${exitCode}`)
    say('')
  }

  /** Gives a person time to read. */
  async function enter(text) {
    say(text)
    await Promise.race([once(process.stdin, 'data'), brokenOff])
    process.stdin.pause()
  }

  async function close() {
    client.close()
    await supervisord.stop([...pids])
  }

  return { supervisord, client, step, program, showMail, memmon, enter, close }
}

/** True if somebody can press a key. */
export const isWatched = () => Boolean(process.stdin.isTTY && process.stdout.isTTY)

export function say(text) {
  console.log(text)
}
