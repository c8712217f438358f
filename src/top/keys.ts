// The keys of `memmon top`: one table for their effects, the line at the bottom, and the help. Pure.

/** What was pressed: 'up', 'enter', 'escape', 'space', 'ctrl-c' ..., or the character itself. */
export type Key = string

interface KeyText {
  readonly command: string
  readonly keys: readonly Key[]
  /** As people call them. */
  readonly name: string
  readonly help: string
  /** For the line at the bottom, if there is room. */
  readonly brief?: string
}

/** In the order of the help and of that line. */
export const KEYS = [
  { command: 'quit', keys: ['q', 'Q'], name: 'q', help: 'quit; on a page: back to the table', brief: 'quit' },
  { command: 'help', keys: ['?', 'h', 'f1'], name: '?', help: 'this page', brief: 'help' },
  {
    command: 'details',
    keys: ['enter'],
    name: 'Enter',
    help: 'the selected process: its chart, forecast and restarts',
    brief: 'details',
  },
  {
    command: 'evidence',
    keys: ['e'],
    name: 'e',
    help: 'what the kernel knows of it, as memmon diagnose',
    brief: 'evidence',
  },
  { command: 'sort', keys: ['s'], name: 's', help: 'sort by the next order' },
  {
    command: 'filter',
    keys: ['/'],
    name: '/',
    help: 'show only names that hold a text; * and ? are wildcards',
  },
  {
    command: 'restart',
    keys: ['r'],
    name: 'r',
    help: 'restart the selected process now; asks first',
    brief: 'restart',
  },
  {
    command: 'drain',
    keys: ['d'],
    name: 'd',
    help: 'ask it to finish, and restart it then; asks first',
    brief: 'drain',
  },
  {
    command: 'mute',
    keys: ['m'],
    name: 'm',
    help: 'leave it alone for an hour: no restart, no message; asks first',
    brief: 'mute',
  },
  { command: 'reverse', keys: ['S'], name: 'S', help: 'sort the other way round' },
  { command: 'up', keys: ['up', 'k'], name: 'Up, k', help: 'select the row above; on a page: scroll' },
  { command: 'down', keys: ['down', 'j'], name: 'Down, j', help: 'select the row below; on a page: scroll' },
  { command: 'page-up', keys: ['pageup', 'ctrl-b'], name: 'PgUp', help: 'a screen up' },
  { command: 'page-down', keys: ['pagedown', 'ctrl-f', 'space'], name: 'PgDn', help: 'a screen down' },
  { command: 'first', keys: ['home', 'g'], name: 'Home, g', help: 'the top row, whatever it is' },
  { command: 'last', keys: ['end', 'G'], name: 'End, G', help: 'the bottom' },
  { command: 'back', keys: ['escape'], name: 'Esc', help: 'back to the table; there: all names again' },
  { command: 'redraw', keys: ['ctrl-l'], name: 'Ctrl-L', help: 'redraw the screen' },
  { command: 'end', keys: ['ctrl-c', 'ctrl-d'], name: 'Ctrl-C', help: 'quit from anywhere' },
] as const satisfies readonly KeyText[]

export type Command = (typeof KEYS)[number]['command']

const COMMANDS: ReadonlyMap<Key, Command> = new Map(
  KEYS.flatMap(({ keys, command }) => keys.map(key => [key, command] as const)),
)

export const commandOf = (key: Key): Command | undefined => COMMANDS.get(key)
