// Each recipe of README.md and docs/recipes.md at work: a memmon for each, under a supervisord with the programs that they name.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { COMMAND_TEXTS } from '../../src/cli/command-texts.ts'
import { memmonLines } from '../helpers/documents.ts'
import { MEMMON, Supervisord } from '../helpers/supervisord.ts'
import { confPath } from '../helpers/supervisord-conf.ts'
import { waitFor } from '../helpers/wait.ts'

const RECIPES = [...new Set(['README.md', 'docs/recipes.md'].flatMap(memmonLines))].filter(
  line => !Object.hasOwn(COMMAND_TEXTS, line.split(' ')[1] ?? ''),
)

const program = (name: string, lines = ''): string => `[program:${name}]\ncommand=sleep 3600\n${lines}\n`
const PROGRAMS = `${['web', 'api', 'db', 'job', 'hand'].map(name => program(name)).join('')}
${program('worker', 'numprocs=2\nprocess_name=%(program_name)s_%(process_num)02d')}
[group:shop]
programs=api
[group:workers]
programs=hand
[group:batch]
programs=job
`

let logs = ''
let supervisord: Supervisord
beforeAll(async () => {
  logs = mkdtempSync(join(tmpdir(), 'memmon-recipes-'))
  const config = join(logs, 'memmon.conf')
  writeFileSync(config, '[any]\nmemory_limit = 1GB\n')
  const listeners = RECIPES.map(
    (line, index) => `[eventlistener:recipe${index}]
command=${confPath(process.execPath)} ${confPath(MEMMON)} ${line
      .replace(/^memmon /, '')
      .replace(/--config \S+/, `--config ${config}`)
      .replace(/--min-free \S+/, '--min-free 1MB') // this machine may have little left
      .replaceAll('%', '%%')} --verbose
events=TICK_5
stderr_logfile=${logs}/${index}
`,
  )
  supervisord = await Supervisord.start({ programs: PROGRAMS + listeners.join('') })
})
afterAll(async () => {
  await supervisord.stop()
  rmSync(logs, { recursive: true, force: true })
})

test.each(RECIPES.map((line, index) => [line, index] as const))('%s', async (_, index) => {
  const log = () => readFileSync(join(logs, String(index)), 'utf8')
  // Rules that match nothing are told at the end of a check: the second check shows that the first is over.
  const checks = () => log().split('DEBG The check took').length - 1
  await waitFor(
    () => `two checks\n${log()}`,
    () => checks() >= 2,
  )
  if (!RECIPES[index]?.includes('-total')) expect(log()).toMatch(/ DEBG [PR]SS of \S+ is \d+\n/)
  // The recipes' mail commands need not be on this machine.
  expect(
    log().replace(/ WARN mail cannot be sent: \S+ (?:does not exist|is not on the PATH).*/g, ''),
  ).not.toMatch(/ (?:WARN|ERRO|CRIT) /)
})
