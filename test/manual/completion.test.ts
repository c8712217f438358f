// What may stand at the cursor, by the table of options and the commands. test/cli/completion.shells.test.ts has the shells.
import { describe, expect, test } from 'vitest'
import { manualCommands } from '../../src/cli/manual-commands.ts'
import { TAKEN } from '../../src/cli/parse-by-hand.ts'
import { OPTIONS } from '../../src/config/options.ts'
import { completionOf } from '../../src/manual/completion.ts'
import { MEMORY_METRICS } from '../../src/rules/metric.ts'

const COMMANDS = manualCommands(TAKEN)
const NAMES = { processes: ['web', 'shop:api', 'shop:cart', 'one:x'], groups: ['web', 'shop', 'one'] }

/** The kind, or the candidates. */
const offered = (...words: string[]): string | string[] => {
  const offer = completionOf(words, COMMANDS, () => NAMES)
  return offer.kind === 'words' ? offer.candidates.map(({ text }) => text) : offer.kind
}

test.each<[line: string, offered: string | string[]]>([
  ['chec', ['check']],
  ['help al', ['all']],
  ['help exp', ['explain']],
  ['--metric ', [...MEMORY_METRICS]],
  ['-c --metric u', ['uss']],
  ['--metric=u', ['--metric=uss']],
  ['--growth re', ['restart']],
  ['--sampler ', ['auto', 'proc', 'ps']],
  ['--drain-signal HU', ['HUP']],
  ['--action ', ['restart', 'alert', 'exec', 'signal:']],
  ['--action signal:HU', ['signal:HUP']],
  ['--help ', ['all']],
  // Names: a group first, then what is in it.
  ['-p ', ['web=', 'shop:', 'one:x=']],
  ['-p shop:', ['shop:api=', 'shop:cart=']],
  ['-p web=5', ['web=5KB', 'web=5MB', 'web=5GB', 'web=5TB', 'web=5%']],
  ['-g s', ['shop=']],
  ['--group-total s', ['shop=']],
  ['--ignore w', ['web']],
  ['explain shop:c', ['shop:cart']],
  ['check web o', ['one:x']],
  ['explain web o', []],
  ['dump ', ['heap', 'threads', 'gc', 'scheduler']],
  ['dump heap w', ['web']],
  ['dump heap web w', []],
  // Units behind digits.
  ['-a ', []],
  ['-a 20', ['20KB', '20MB', '20GB', '20TB', '20%']],
  ['-a 1.5G', ['1.5GB']],
  ['--own-limit 20', ['20KB', '20MB', '20GB', '20TB']],
  ['--min-uptime 5', ['5s', '5m', '5h', '5d']],
  ['check --watch 5', ['5s', '5m', '5h', '5d']],
  // What the shell knows.
  ['--config ', 'files'],
  ['--config=/etc/', 'files'],
  ['-C ', []],
  ['check -C ', 'files'],
  ['analyse one.jsonl ', 'files'],
  ['--state-dir ', 'folders'],
  ['-s ', 'commands'],
  ['--agent-socket-group ', 'groups'],
  ['--agent-socket a', ['auto']],
  ['--agent-socket /run/', 'files'],
  // Commands take some of the listener's options.
  ['check --min-u', ['--min-uptime']],
  ['history --serv', ['--server-url']],
  ['history --metr', []],
  ['explain --js', ['--json']],
  ['nonsense x', []],
])('%s', (line, wanted) => {
  expect(offered(...line.split(' '))).toEqual(wanted)
})

test('each option has its first names, and says in a few words what it does', () => {
  const offer = completionOf(['-'], COMMANDS, () => NAMES)
  const candidates = offer.kind === 'words' ? offer.candidates : []
  for (const { flags } of OPTIONS) expect(candidates.map(({ text }) => text)).toContain(flags[0])
  for (const { text, help } of candidates) {
    expect(help, text).not.toBe('')
    expect(help, text).not.toMatch(/[\n\t]/)
  }
})

describe('every value of the table is completed, or is one that nobody can know', () => {
  const UNKNOWN = ['name', 'address', 'url', 'count', 'rate', 'times', 'limit', 'size', 'time', 'patience']
  test.each(
    OPTIONS.flatMap(({ flags, value }) => (value === undefined ? [] : [[flags[0], value] as const])),
  )('%s %s', (flag, value) => {
    if (!UNKNOWN.includes(value)) expect(offered(flag, '')).not.toEqual([])
  })
})
