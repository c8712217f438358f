// memmon's arguments in a command= of supervisord.conf, whatever starts it: node with its path, nice, a shell.
import { posix } from 'node:path'

/** As supervisord splits a command: shlex's. Throws an Error about quotes that do not match. */
export type SplitCommand = (command: string) => readonly string[]

export type MemmonCommand =
  | { readonly kind: 'memmon'; readonly args: readonly string[] }
  /** It runs memmon by a shell script that only a shell can read. */
  | { readonly kind: 'script' }
  | { readonly kind: 'other' }

const MEMMON = /^memmon(\.js)?$/
const SHELL = /^(ba|da|a|k|z)?sh$/
/** What runs the program that it is given. */
const WRAPPER =
  /^(exec|env|node|nodejs|npx|nice|ionice|chrt|taskset|nohup|setsid|stdbuf|setpriv|gosu|su-exec|sudo|runuser|timeout|tini|dumb-init)$/

/** What a command runs. Throws an Error about quotes that do not match. */
export function memmonCommand(command: string, split: SplitCommand): MemmonCommand {
  const words = split(command)
  const program = posix.basename(words[0] ?? '')
  if (SHELL.test(program)) return scriptCommand(words, split)
  const at = words.findIndex(word => MEMMON.test(posix.basename(word)))
  const isMemmon = at === 0 || (at > 0 && (WRAPPER.test(program) || /^\w+=/.test(program)))
  return isMemmon ? { kind: 'memmon', args: words.slice(at + 1) } : { kind: 'other' }
}

/** `sh -c 'exec memmon -a 200MB'`: read if the shell would change nothing in it. */
function scriptCommand(words: readonly string[], split: SplitCommand): MemmonCommand {
  const at = words.findIndex(word => /^-\w*c$/.test(word))
  const script = at < 0 ? '' : (words[at + 1] ?? '')
  if (!/\bmemmon\b/.test(script)) return { kind: 'other' }
  const bare = script.replace(/'[^']*'/g, '')
  return /[$`;&|<>(){}*?~\\\n]/.test(bare) ? { kind: 'script' } : memmonCommand(script, split)
}
