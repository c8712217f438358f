// What `npm run demo` shows: a program that grows, its restart, and the mail about it.
import { formatSize } from '../build/base/units.js'
import { portableSampler } from '../build/proc/portable.js'
import { say } from './demo-stage.mjs'
import { confPath, memmonSection } from './demo-supervisord.mjs'

const LIMIT = '40MB'
const MEMMON_ARGUMENTS = `-p leaky=${LIMIT} -m bob@example.com`

const introduction = `supervisord runs a program that grows, and memmon as supervisord.conf says:

    [program:leaky]
    command=python3 test/fixtures/grow.py

    [eventlistener:memmon]
    command=memmon ${MEMMON_ARGUMENTS}
    events=TICK_5
`

const sections = `[program:leaky]
command=python3 ${confPath('test', 'fixtures', 'grow.py')}
${memmonSection(`${MEMMON_ARGUMENTS} -s ./sendmail`)}`

export const DEMO = { introduction, sections, play }

async function play(stage) {
  await showGrowthAndRestart(stage)
  await stage.showMail(/restarted$/)
}

async function showGrowthAndRestart({ step, program }) {
  const leaky = () => program('leaky')
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
