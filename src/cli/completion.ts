// `memmon completion`: a shell's script, and what that asks at each TAB.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { UsageError } from '../base/errors.ts'
import { readSupervisorConf, type SupervisorSources } from '../config/supervisor-files.ts'
import { namesIn, type SupervisorNames } from '../config/supervisor-names.ts'
import type { ManualCommand } from '../manual/commands.ts'
import { completionOf } from '../manual/completion.ts'
import { SHELLS } from './command-texts.ts'

const SCRIPTS = { bash: 'memmon.bash', zsh: '_memmon', fish: 'memmon.fish' } as const

/** Throws a UsageError. */
export function completionScript(word: string): string {
  const shell = SHELLS.find(one => one === word)
  if (!shell)
    throw new UsageError(`memmon completion ${word}: unknown shell; use ${SHELLS.join(', ')}`, {
      about: 'command line',
    })
  return readFileSync(join(import.meta.dirname, '..', 'completions', SCRIPTS[shell]), 'utf8')
}

/** Names that need no quotes in any of the shells, and are safe to show. */
const PLAIN = /^[\p{L}\p{N}_.@%+,:=/-]+$/u
/** Nobody can choose from more. */
const MOST = 2_000

/** A kind on the first line; candidates after it, each with a tab and its help. */
export function offerLines(
  words: readonly string[],
  commands: readonly ManualCommand[],
  sources: SupervisorSources,
): string {
  const offer = completionOf(words, commands, () => readNames(words, sources))
  const candidates = offer.kind === 'words' ? offer.candidates.filter(({ text }) => PLAIN.test(text)) : []
  const lines = candidates.slice(0, MOST).map(({ text, help }) => (help === '' ? text : `${text}\t${help}`))
  return [offer.kind, ...lines, ''].join('\n')
}

/** At a TAB nobody wants to read why there are no names. */
function readNames(words: readonly string[], sources: SupervisorSources): SupervisorNames {
  const flag = words.findIndex(word => word === '-C' || word === '--configuration')
  try {
    const conf = readSupervisorConf(flag < 0 ? undefined : words[flag + 1], sources)
    return conf ? namesIn(conf, sources) : NONE
  } catch (thrown) {
    if (thrown instanceof UsageError) return NONE
    throw thrown
  }
}

const NONE: SupervisorNames = { processes: [], groups: [] }
