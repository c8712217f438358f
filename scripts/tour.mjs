// What `npm run demo -- --tour` shows: a leak that memmon detects early and forecasts, a drain, a restart with evidence,
// the mails with their charts, the page. Every figure and line is memmon's own; the tour says what it has shortened.
import { spawn } from 'node:child_process'
import { renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { formatDuration, formatSize } from '../build/base/units.js'
import { wrapped } from '../build/delivery/wrap.js'
import { portableSampler } from '../build/proc/portable.js'
import { isWatched, say } from './demo-stage.mjs'
import { memmonSection, nodeCommand } from './demo-supervisord.mjs'
import { writePast } from './tour-past.mjs'

const MB = 1024 ** 2
const JOB = { bytes: 256 * 1024, everyMs: 8_000, done: 200 }
const LIMIT_MB = 200
const SOFT_LIMIT_MB = 150
/** The size of shop when it is no longer busy: between the two. */
const BUSY_MB = 165
const CONFIGURATION = ['-C', 'supervisord.conf']

const CONF = `[memmon]
email = bob@example.com
mail_interval = 0
[program:shop]
memory_limit = ${LIMIT_MB}MB
soft_limit = ${SOFT_LIMIT_MB}MB
drain_signal = USR2
drain_check = test -e idle
`

const introduction = `supervisord runs shop, a program that never lets go of the result of a job, and memmon by this memmon.conf:

${CONF.replace(/^(?=.)/gm, '    ')}`

const sections = `[program:shop]
command=${nodeCommand('scripts', 'tour-program.mjs')} ${JOB.bytes} ${JOB.everyMs} ${JOB.done}
${memmonSection('--config memmon.conf -s ./sendmail', 'autostart=false\n')}`

export const TOUR = { introduction, sections, files: { 'memmon.conf': CONF }, play }

const STEPS = [showPast, showSizes, showLeak, showLive, showDrain, showRestart, showRestartMail, showPage]

async function play(stage) {
  const shop = await stage.step('shop to be started', () => stage.program('shop'))
  for (const [at, show] of STEPS.entries()) {
    const tell = sentence => say(`\n${wrapped(`[${at + 1}/${STEPS.length}] ${sentence}`)}\n`)
    await show(stage, tell, shop)
  }
}

async function showPast(stage, tell, shop) {
  const sizeBytes = await sizeOf(shop)
  const bytesPerSecond = JOB.bytes / (JOB.everyMs / 1000)
  const seconds = writePast(stage.supervisord, shop, { sizeBytes, bytesPerSecond, limitBytes: LIMIT_MB * MB })
  tell(
    `memmon needs at least a quarter of an hour to tell a leak from a warm-up. To save you the wait, the tour has written the last ${formatDuration(seconds)} of shop's history, with memmon's own code, as memmon would have recorded it. Everything from here on is measured. memmon starts.`,
  )
  say(`shop has pid ${shop.pid} and uses ${formatSize(sizeBytes)}`)
  await stage.client.startProcess('memmon:memmon')
  await stage.step('memmon to be RUNNING', () => stage.program('memmon'))
}

async function showSizes({ memmon }, tell) {
  tell(
    'memmon check shows sizes, limits and what memmon would do now; memmon history shows how sizes have changed.',
  )
  await memmon('check', ...CONFIGURATION)
  await memmon('history', ...CONFIGURATION, 'shop')
}

async function showLeak(stage, tell) {
  tell(
    'A limit sees only the end of a leak. memmon sees the beginning and forecasts the end. It logs that once, within a minute from now, and sends a mail.',
  )
  await logged(stage, / leaks: /)
  await stage.showMail(/ leaks$/)
}

async function showLive({ memmon }, tell) {
  tell(
    `memmon top shows that live${isWatched() ? ': press q to go on' : ', here as one picture'}. Then memmon status says whether all is well, for people and for monitoring, and memmon explain why memmon acts, or not.`,
  )
  await memmon('top', ...CONFIGURATION)
  await memmon('status', ...CONFIGURATION)
  await memmon('explain', ...CONFIGURATION, 'shop')
}

async function showDrain(stage, tell, shop) {
  tell(
    'To save you the hour, shop now works, and leaks, without a pause. Above its soft limit memmon asks it to finish.',
  )
  const jobs = Math.ceil((BUSY_MB * MB - (await sizeOf(shop))) / JOB.bytes)
  const path = join(stage.supervisord.folder, 'busy')
  writeFileSync(`${path}.part`, `${jobs}`)
  renameSync(`${path}.part`, path)
  let shownBytes = 0
  await stage.step('memmon to drain shop', async () => {
    const sizeBytes = await sizeOf(shop)
    if (sizeBytes - shownBytes >= 10 * MB) {
      say(`shop uses ${formatSize(sizeBytes)}`)
      shownBytes = sizeBytes
    }
    return stage.supervisord.memmonLog().includes('Draining shop:shop') || undefined
  })
}

async function showRestart(stage, tell, shop) {
  tell(
    'shop finishes its job and reports that it is idle (drain_check). memmon writes down what the kernel knows about it, and restarts it.',
  )
  const beforeBytes = await sizeOf(shop)
  await logged(stage, /Restarted shop:shop/)
  const next = await stage.step('shop to run anew', () => stage.program('shop'))
  const afterBytes = await sizeOf(next)
  say(
    `shop was pid ${shop.pid} with ${formatSize(beforeBytes)}, and is pid ${next.pid} with ${formatSize(afterBytes)}`,
  )
}

async function showRestartMail(stage, tell) {
  tell('The mail says what was done and why, with that evidence and the chart.')
  const { attachments } = await stage.showMail(/ restarted$/)
  for (const { contentType, size } of attachments)
    say(`The chart is also in it as a picture: ${contentType}, ${formatSize(size)}`)
}

async function showPage(stage, tell) {
  const { supervisord, client, memmon, program } = stage
  tell(
    'memmon report makes one page of everything. memmon writes its history every five minutes and when it ends, so it is stopped first.',
  )
  await client.stopProcess('memmon:memmon')
  await stage.step('memmon to end', async () => ((await program('memmon')) ? undefined : true))
  const path = join(supervisord.folder, 'report.html')
  await memmon('report', ...CONFIGURATION, '--html', path)
  const { DISPLAY, WAYLAND_DISPLAY } = process.env
  if (DISPLAY || WAYLAND_DISPLAY)
    spawn('xdg-open', [path], { stdio: 'ignore', detached: true })
      .on('error', () => {})
      .unref()
  if (isWatched()) await stage.enter(`The page is at ${path}. Press Enter to end the tour, which removes it.`)
}

const logged = (stage, wanted) =>
  stage.step(
    `"${wanted.source}" in memmon's log`,
    () => wanted.test(stage.supervisord.memmonLog()) || undefined,
  )

const sizeOf = async ({ pid }) => (await portableSampler.measure([pid], false)).get(pid) ?? 0
