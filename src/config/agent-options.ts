// The options about the socket that the agents of workers connect to.
import type { GeneralOption } from './option.ts'

/** chown(2): the one above means none. */
const LARGEST_GROUP = 2 ** 32 - 2

function parseAgentSocket(text: string): string {
  if (text === 'off' || text === 'auto' || (text.startsWith('/') && !text.endsWith('/'))) return text
  throw new Error(`"${text}" is not a socket: use auto, off, or a path that begins with /`)
}

export const AGENT_OPTIONS: readonly GeneralOption[] = [
  {
    flags: ['--agent-socket'],
    group: 'running',
    value: 'where',
    choices: ['auto', 'off'],
    help: 'The unix socket that the agents of workers connect to (memmon agents, sample and dump use it). auto: where agents look by default, /run/memmon as root, else below $XDG_RUNTIME_DIR or the state directory. Or a path. Linux only. Default: off',
    example: '-a 200MB --agent-socket auto',
    exampleHelp: 'let workers that have loaded memmon/agent connect',
    apply: (draft, text) => {
      draft.agentSocket = parseAgentSocket(text)
    },
  },
  {
    flags: ['--agent-socket-group'],
    group: 'running',
    value: 'group',
    help: "Lets this group connect to the agents' socket, for workers that run as another user than memmon. They must then prove their pids. A name or a number. Default: memmon's user alone.",
    example: '-a 200MB --agent-socket auto --agent-socket-group www-data',
    exampleHelp: 'let workers of user=www-data connect',
    apply: (draft, text) => {
      if (!/^[\w.-]+\$?$/.test(text) || Number(text) > LARGEST_GROUP)
        throw new Error(`"${text}" is not a group: use a name or a number`)
      draft.agentSocketGroup = text
    },
  },
  {
    flags: ['--agent-socket-mode'],
    group: 'running',
    value: 'mode',
    choices: ['0600', '0660', '0666'],
    help: "The mode of the agents' socket, in octal. Whoever may write it may connect. Default: 0600, with --agent-socket-group 0660",
    example: '-a 200MB --agent-socket auto --agent-socket-mode 0666',
    exampleHelp: 'let workers of any user connect',
    apply: (draft, text) => {
      if (!/^0?6[0246][0246]$/.test(text))
        throw new Error(`"${text}" is not the mode of a socket: use 0600, 0660 or 0666`)
      draft.agentSocketMode = Number.parseInt(text, 8)
    },
  },
]
