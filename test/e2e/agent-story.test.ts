// The whole story with real agents under a real supervisord: a worker leaks, its rule samples it, the mail of the restart names the
// file and function of the leak, the worker is restarted, and its agent is back. In Node, and in Python by the example.
import { chmodSync, copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { AGENT_MODULE } from '../helpers/agent-app.ts'
import { agentsOf } from '../helpers/by-hand.ts'
import { ROOT } from '../helpers/documents.ts'
import { PYTHON } from '../helpers/python.ts'
import { Supervisord } from '../helpers/supervisord.ts'
import { confPath } from '../helpers/supervisord-conf.ts'
import { waitFor } from '../helpers/wait.ts'

/** Some megabytes a second, for ever. */
const LEAKS = {
  'leaky.cjs': `const kept = []
function remember() {
  for (let at = 0; at < 4_000; at++) kept.push({ at, text: 'x'.repeat(100) + at })
}
setInterval(remember, 100)
`,
  'leaky.py': `import time
import memmon_agent
memmon_agent.start()
kept = []
def remember():
    kept.append(['x' * 1000 + str(at) for at in range(400)])
while True:
    remember()
    time.sleep(0.1)
`,
}

let folder = ''
let supervisord: Supervisord
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'memmon-story-'))
  chmodSync(folder, 0o755)
  for (const [name, text] of Object.entries(LEAKS)) writeFileSync(join(folder, name), text)
  copyFileSync(join(ROOT, 'examples', 'memmon_agent.py'), join(folder, 'memmon_agent.py'))
  const socket = join(folder, 'agents.sock')
  const user = process.getuid?.() === 0 ? 'user=nobody\n' : ''
  const program = (name: string, command: string) =>
    `[program:${name}]\ncommand=${command}\nenvironment=MEMMON_SOCKET="${socket}"\nstdout_logfile=NONE\n${user}`
  const node = `${confPath(process.execPath)} --import ${confPath(AGENT_MODULE)} ${confPath(join(folder, 'leaky.cjs'))}`
  supervisord = await Supervisord.start({
    programs: `${program('node', node)}${program('python', `${PYTHON} ${confPath(join(folder, 'leaky.py'))}`)}`,
    memmon: `-p node=120MB -p python=60MB --memory-sample 4s --agent-socket ${socket} --agent-socket-mode 0666 -m bob@example.com -s @sendmail --mail-interval 0 --stagger 0 --growth off`,
  })
})
afterAll(async () => {
  await supervisord?.stop()
  rmSync(folder, { recursive: true, force: true })
})

test.each([
  ['node', /^Sample: +Most probably made in remember,\s+\S+leaky\.cjs:2$/m],
  ['python', /^Sample: +Most probably made in\s+\S+leaky\.py:6$/m],
])('%s: sampled, named, restarted, and back', async (name, place) => {
  const [mail = ''] = await supervisord.waitForMails(1, `process ${name}:${name} restarted`)
  expect(mail.replace(/=\n/g, '')).toMatch(place)
  const pids = /Restarted (?:node|python):\w+: pid (\d+) is now pid/
  const first = Number(pids.exec(supervisord.memmonLog())?.[1])
  await waitFor(
    () => `the agent of the next ${name}\n${supervisord.memmonLog()}`,
    async () => {
      const agents = await agentsOf(supervisord)
      return agents.some(one => one.process === `${name}:${name}` && one.pid !== first && one.status)
    },
  )
})
