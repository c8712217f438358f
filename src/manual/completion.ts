// What a shell completes: the words so far in, what may follow at the cursor out, from the table of options and the
// commands. The shells only ask and show it (completions/). Pure.
import { constants } from 'node:os'
import type { OptionText } from '../config/option-text.ts'
import { OPTIONS } from '../config/options.ts'
import { type CommandOption, type ManualCommand, withoutBrackets } from './commands.ts'

export interface Candidate {
  readonly text: string
  readonly help: string
}

/** What the shell itself knows better, or candidates: one that ends with = or : is unfinished. */
export type Offer =
  | { readonly kind: 'files' | 'folders' | 'commands' | 'groups' }
  | { readonly kind: 'words'; readonly candidates: readonly Candidate[] }

/** Names of the processes in supervisord.conf; read only where they may be used. */
export interface Names {
  readonly processes: readonly string[]
  readonly groups: readonly string[]
}

type Value = Pick<OptionText, 'value' | 'choices'>

const HELP: CommandOption = { flags: ['-h', '--help'], help: 'show this' }
const SIGNALS = Object.keys(constants.signals).map(name => name.replace(/^SIG/, ''))
const SIZES = ['KB', 'MB', 'GB', 'TB']
const TIMES = ['s', 'm', 'h', 'd']

/** `words` are those after `memmon`; the last one is at the cursor, perhaps empty. */
export function completionOf(
  words: readonly string[],
  commands: readonly ManualCommand[],
  readNames: () => Names,
): Offer {
  const typed = words.at(-1) ?? ''
  const before = words.slice(0, -1)
  const command = commands.find(({ name }) => name === before[0])
  const options = command ? [...command.options, ...command.taken, HELP] : OPTIONS
  const [, flag, value] = /^(--[\w-]+)=(.*)$/s.exec(typed) ?? []
  const attached = flag === undefined ? undefined : optionOf(flag, options)
  if (attached && value !== undefined) return behind(`${flag}=`, offerFor(attached, value, readNames))
  const waiting = optionOf(before.at(-1) ?? '', options)
  if (waiting?.value !== undefined && !(waiting.isValueOptional && typed.startsWith('-')))
    return offerFor(waiting, typed, readNames)
  if (typed.startsWith('-')) return matching(options.flatMap(flagsOf), typed)
  if (command) return offerFor(argumentAt(command, before.slice(1), options), typed, readNames)
  const topics = commands.map(({ name, summary }) => ({ text: name, help: summary }))
  if (before.length === 0) return matching([...topics, { text: 'help', help: 'show help' }], typed)
  return matching(
    before.length === 1 && before[0] === 'help' ? [...topics, { text: 'all', help: 'every option' }] : [],
    typed,
  )
}

const optionOf = (flag: string, options: readonly CommandOption[]): CommandOption | undefined =>
  flag.startsWith('-') ? options.find(({ flags }) => flags.includes(flag)) : undefined

/** The first short name and the first long one; the one that help shows comes first. */
const flagsOf = ({ flags, brief, help }: CommandOption): Candidate[] =>
  [flags.find(one => !one.startsWith('--')), flags.find(one => one.startsWith('--'))].flatMap(text =>
    text === undefined ? [] : [{ text, help: brief ?? /^.*?(?=[.:;] )/s.exec(help)?.[0] ?? help }],
  )

/** What the word at the cursor means to the command; the last argument may be repeated. */
function argumentAt(
  command: ManualCommand,
  before: readonly string[],
  options: readonly CommandOption[],
): Value {
  const isValue = (at: number) => optionOf(before[at - 1] ?? '', options)?.value !== undefined
  const position = before.filter((word, at) => !word.startsWith('-') && !isValue(at)).length
  const last = command.args.at(-1)
  const argument = command.args[position] ?? (last?.name.includes('...') ? last : undefined)
  return argument ? { ...argument, value: withoutBrackets(argument.name) } : {}
}

/** By the table's name for the value. */
function offerFor({ value, choices }: Value, typed: string, readNames: () => Names): Offer {
  if (value === 'action') return words([...(choices ?? []), ...SIGNALS.map(name => `signal:${name}`)], typed)
  if (choices && !typed.startsWith('/')) return words(choices, typed)
  switch (value) {
    case 'signal':
      return words(SIGNALS, typed)
    case 'file':
    case 'where':
      return { kind: 'files' }
    case 'folder':
      return { kind: 'folders' }
    case 'command':
      return { kind: 'commands' }
    case 'group':
      return { kind: 'groups' }
    case 'name':
    case 'process':
    case 'pattern':
      return words(readNames().processes, typed)
    case 'name=limit':
      return named(readNames().processes, typed)
    case 'group=limit':
      return named(readNames().groups, typed)
    case 'limit':
      return words(withUnits(typed, [...SIZES, '%']), typed)
    case 'size':
      return words(withUnits(typed, SIZES), typed)
    case 'time':
    case 'patience':
      return words(withUnits(typed, TIMES), typed)
    default:
      return words([], typed)
  }
}

/** A name up to its =, then its limit. */
function named(names: readonly string[], typed: string): Offer {
  const at = typed.lastIndexOf('=') + 1
  if (at === 0)
    return words(
      names.map(name => `${name}=`),
      typed,
    )
  return behind(
    typed.slice(0, at),
    offerFor({ value: 'limit' }, typed.slice(at), () => ({ processes: [], groups: [] })),
  )
}

const behind = (prefix: string, offer: Offer): Offer =>
  offer.kind === 'words'
    ? { kind: 'words', candidates: offer.candidates.map(({ text, help }) => ({ text: prefix + text, help })) }
    : offer

const withUnits = (typed: string, units: readonly string[]): string[] => {
  const [digits] = /^\d+(\.\d+)?/.exec(typed) ?? []
  return digits === undefined ? [] : units.map(unit => digits + unit)
}

const words = (texts: readonly string[], typed: string): Offer =>
  matching(
    texts.map(text => ({ text, help: '' })),
    typed,
  )

/** Those that begin with it. For several a:b first the a:, as with folders and their files. */
function matching(all: readonly Candidate[], typed: string): Offer {
  const fitting = all.filter(({ text }) => text.startsWith(typed))
  const heads = fitting.map(({ text }) => (typed.includes(':') ? undefined : /^[^:=]+:/.exec(text)?.[0]))
  const several = new Set(heads.filter((head, at) => head !== undefined && heads.indexOf(head) !== at))
  const candidates = new Map<string, Candidate>()
  for (const [at, candidate] of fitting.entries()) {
    const head = heads[at]
    if (head !== undefined && several.has(head)) candidates.set(head, { text: head, help: '' })
    else candidates.set(candidate.text, candidate)
  }
  return { kind: 'words', candidates: [...candidates.values()] }
}
