// What TAB does in bash, zsh and fish themselves: keys in, and the words that memmon would get out.
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ROOT } from '../helpers/documents.ts'
import { InteractiveShell } from '../helpers/interactive-shell.ts'

const script = (name: string) => join(ROOT, 'completions', name)

const SHELLS: Readonly<Record<string, { command: readonly string[]; load: string; list: string }>> = {
  bash: {
    command: ['bash', '--norc', '--noprofile', '-i'],
    load: `source ${script('memmon.bash')}`,
    list: 'memmon dump \t\t',
  },
  zsh: {
    command: ['zsh', '-f', '-i'],
    load: `fpath+=(${join(ROOT, 'completions')}); autoload -U compinit; compinit -u -D`,
    list: 'memmon dump \t\t',
  },
  fish: {
    command: ['fish', '--no-config', '-i'],
    load: `source ${script('memmon.fish')}`,
    list: `complete -C 'memmon dump '\r`,
  },
}

/** supervisorctl looks for it in the folder, too. */
const CONF = `[program:web]
command=/bin/cat
[program:worker]
command=/bin/cat
numprocs=2
process_name=%(program_name)s_%(process_num)02d
[program:api]
command=/bin/cat
[program:cart]
command=/bin/cat
[group:shop]
programs=api,cart
[program:z$(touch hit)]
command=/bin/cat
[program:z;touch\${IFS}hit]
command=/bin/cat
`

const COMPLETED: readonly (readonly [line: string, words: readonly string[]])[] = [
  ['memmon di', ['diagnose']],
  ['memmon --metr', ['--metric']],
  ['memmon --metric u', ['--metric', 'uss']],
  ['memmon --metric=u', ['--metric=uss']],
  ['memmon -a 20', ['-a', '20']],
  ['memmon -a 20M', ['-a', '20MB']],
  ['memmon --min-uptime 1h -p we', ['--min-uptime', '1h', '-p', 'web=']],
  ['memmon -p web=1.5G', ['-p', 'web=1.5GB']],
  ['memmon -p shop:c', ['-p', 'shop:cart=']],
  ['memmon -g sh', ['-g', 'shop=']],
  ['memmon explain shop:ca', ['explain', 'shop:cart']],
  ['memmon explain w', ['explain', 'w']],
  ['memmon explain sh', ['explain', 'shop:']],
  ['memmon explain worker:worker_01', ['explain', 'worker:worker_01']],
  ['memmon dump sch', ['dump', 'scheduler']],
  ['memmon dump heap we', ['dump', 'heap', 'web']],
  ['memmon --drain-signal US', ['--drain-signal', 'USR']],
  ['memmon --action signal:TST', ['--action', 'signal:TSTP']],
  ['memmon --config ru', ['--config', 'rules']],
  ['memmon --config rules/mem', ['--config', 'rules/memmon file.conf']],
  ['memmon --state-dir r', ['--state-dir', 'rules']],
  ['memmon check --sort up', ['check', '--sort', 'uptime']],
  ['memmon check --wat', ['check', '--watch']],
  ['memmon help che', ['help', 'check']],
  ['memmon completion z', ['completion', 'zsh']],
  // Names that a shell would run are not offered.
  ['memmon explain z', ['explain', 'z']],
  // Quotes are closed, and what they hold is one word.
  ["memmon explain 'shop:ca", ['explain', 'shop:cart']],
]

describe.each(Object.entries(SHELLS))('%s', (_, { command, load, list }) => {
  let folder = ''
  let shell: InteractiveShell
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'memmon-completion-'))
    mkdirSync(join(folder, 'rules'))
    writeFileSync(join(folder, 'rules', 'memmon file.conf'), '')
    writeFileSync(join(folder, 'readme.txt'), '')
    writeFileSync(join(folder, 'supervisord.conf'), CONF)
    shell = new InteractiveShell(command, folder)
    await shell.type(`${load}\r`, /./)
    await shell.type('memmon ready\r', /^RAN<ready>\r?$/m)
  })
  afterAll(async () => {
    await shell.end()
    rmSync(folder, { recursive: true, force: true })
  })
  test.each(COMPLETED)('%s', async (line, words) => {
    // zsh takes the slash of a folder back when the line ends there.
    const shown = await shell.words(line)
    expect(shown.map(word => word.replace(/\/$/, ''))).toEqual(words)
  })
  test('what may follow is shown', async () => {
    const shown = await shell.type(list, /scheduler[\s\S]*threads/)
    expect(shown).toMatch(/\bgc\b[\s\S]*\bheap\b/)
    await shell.type('\u0015memmon ready\r', /^RAN<.*ready>\r?$/m)
  })
  test('TAB runs nothing of what stands on the line', async () => {
    await shell.words("memmon explain '$(touch hit)`touch hit`;touch hit' sh")
    expect(existsSync(join(folder, 'hit'))).toBe(false)
  })
})
