// What can be done about a process over its limit: how each action is written, what it is called, which commands it runs.
// A new one is one more member of the type, and one more row.

/** What is done about a process over its limit. 'would': --dry-run tells what would be done. */
export type Action =
  | { readonly kind: 'restart' }
  | { readonly kind: 'alert' }
  | { readonly kind: 'signal'; readonly signal: string }
  | { readonly kind: 'exec'; readonly command: string }
  | Drain
  | { readonly kind: 'would'; readonly what: 'restart' | 'signal' | 'exec' | 'alert' | 'drain' }

/** A process over its soft limit was asked to finish what it does, and restarted when it has, or when its grace is over. */
export interface Drain {
  readonly kind: 'drain'
  /** memmon asks its agent first; signal and command are for processes without one, or whose agent fails. */
  readonly agent?: true
  readonly signal?: string
  readonly command?: string
  /** Exit code 0: it has finished. */
  readonly check?: string
  readonly graceSeconds: number
}

/** A key of memmon.conf that holds a command, and the command. */
type KeyedCommand = readonly [key: string, command: string | undefined]

interface ActionWords<A extends Action> {
  /** Before whom it is done to: 'restarts'. */
  readonly verb: (action: A) => string
  /** In so few words that they fit a column. */
  readonly now: (action: A) => string
  /** Done, and not done again before the process is back under its limit; absent for what is done at each check. */
  readonly told?: (action: A) => string
  readonly commands?: (action: A) => readonly KeyedCommand[]
}

const WORDS: { readonly [Kind in Action['kind']]: ActionWords<Extract<Action, { kind: Kind }>> } = {
  restart: { verb: () => 'restarts', now: () => 'restart' },
  alert: { verb: () => 'alerts about', now: () => 'alert' },
  signal: {
    verb: ({ signal }) => `sends SIG${signal} to`,
    now: ({ signal }) => `send SIG${signal}`,
    told: ({ signal }) => `SIG${signal} sent`,
  },
  exec: {
    verb: () => 'runs exec_command for',
    now: () => 'run command',
    told: () => 'command ran',
    commands: ({ command }) => [['exec_command', command]],
  },
  drain: {
    verb: () => 'drains',
    now: () => 'drain',
    commands: ({ command, check }) => [
      ['drain_command', command],
      ['drain_check', check],
    ],
  },
  would: {
    verb: ({ what }) => `would ${what}`,
    now: ({ what }) => `would ${what === 'exec' ? 'run command' : what}`,
    told: ({ what }) => `would ${what === 'exec' ? 'run command' : what}`,
  },
}

const wordsOf = <A extends Action>(action: A): ActionWords<A> =>
  WORDS[action.kind] as unknown as ActionWords<A>

/** 'restarts', before whom it is done to. */
export const actionVerb = (action: Action): string => wordsOf(action).verb(action)

/** 'send SIGUSR1', in a column. */
export const actionNow = (action: Action): string => wordsOf(action).now(action)

/** 'SIGUSR1 sent', in a column. */
export const actionTold = (action: Action): string => wordsOf(action).told?.(action) ?? 'alerted'

/** The commands that it runs, by the keys that hold them. */
export const actionCommands = (action: Action): readonly KeyedCommand[] =>
  wordsOf(action).commands?.(action) ?? []

/** 'its agent, or else by SIGTERM and drain_command', after 'asked to finish by'; undefined if nothing asks it. */
export function drainMeans({ agent, signal, command }: Drain): string | undefined {
  const own = [
    ...(signal === undefined ? [] : [`SIG${signal}`]),
    ...(command === undefined ? [] : ['drain_command']),
  ].join(' and ')
  if (agent) return own === '' ? 'its agent' : `its agent, or else by ${own}`
  return own === '' ? undefined : own
}

/** Parses USR1 or SIGUSR1, in any case. Throws an Error that says what would be right. */
export function parseSignal(text: string, signals: readonly string[]): string {
  const signal = text.toUpperCase().replace(/^SIG/, '')
  if (signals.includes(`SIG${signal}`)) return signal
  const inner = /^SIGNAL:(?:SIG)?(\w+)$/.exec(text.toUpperCase())?.[1]
  if (inner !== undefined && signals.includes(`SIG${inner}`))
    throw new Error(`"${text}" is not a signal: write the name alone, ${inner}`)
  throw new Error(`"${text}" is not a signal: use a name such as USR1`)
}

/** Parses restart, alert, signal:NAME or exec. Throws an Error that says what would be right. */
export function parseAction(text: string, signals: readonly string[]): Action {
  const [kind = '', name] = text.split(/:(.*)/)
  if (kind === 'signal' && name) return { kind, signal: parseSignal(name, signals) }
  if (name === undefined && (kind === 'restart' || kind === 'alert')) return { kind }
  if (name === undefined && kind === 'exec') return { kind, command: '' }
  const signal = text.toUpperCase().replace(/^SIG(?=\w)/, '')
  if (signals.includes(`SIG${signal}`))
    throw new Error(`"${text}" is not an action: did you mean signal:${signal}?`)
  throw new Error(`"${text}" is not an action: use restart, alert, signal:NAME or exec`)
}
