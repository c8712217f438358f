// A command line of a document, read as memmon would read it.
import { expect } from 'vitest'
import { parseByHand } from '../../src/cli/parse-by-hand.ts'
import { doubtsOf } from '../../src/config/doubtful.ts'
import { parseFlags } from '../../src/config/flags.ts'
import { splitWords } from './python.ts'

const NO_SURROUNDINGS = { listFolder: () => [], environment: {}, hostName: '' }

/** Fails if it is invalid, doubtful, or would do nothing. Where a shell sends it to or takes it from is left out. */
export function expectToBeRun(line: string): void {
  const [command, ...words] = splitWords(line.replace(/ [<>] ?\S+$/, ''))
  expect(command).toBe('memmon')
  const readText = () => ({ text: '[any]\nmemory_limit = 200MB\n', isPrivate: true })
  if (!words[0]?.startsWith('-')) {
    const called = parseByHand(words, { readText, surroundings: NO_SURROUNDINGS })
    if (called) expect([called.command, doubtsOf(called.settings)]).toEqual([words[0], []])
    else expect(words).toContain('--help')
    return
  }
  const flags = parseFlags(words, readText)
  if (flags.kind !== 'settings') expect(words[0]).toBe(`--${flags.kind}`)
  else {
    expect([...flags.settings.rules, ...flags.settings.budgets]).not.toEqual([])
    expect(doubtsOf(flags.settings)).toEqual([])
  }
}
