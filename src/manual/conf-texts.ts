// What memmon.conf(5) says in addition to the keys that are options.

type Rows = readonly (readonly [term: string, meaning: string])[]

export const ABOUT: readonly string[] = [
  'A file for rules that have outgrown a command line. Its format is that of supervisord.conf: sections, key = value, comments after ; or #. Flags and file add up; if both set the same thing, the flag counts.',
  'memmon reads it again when it has changed, seen at the next tick, and on SIGHUP. It takes the new file whole, or not at all: if anything in it is invalid, the settings stay as they were, and one line and one mail say what and where. state_dir, server_url, sampler and stop_wait count from the next start.',
  'memmon check --config FILE tries a file before the listener does.',
]

export const SECTIONS: Rows = [
  ['[memmon]', 'What flags say, and what all rules share.'],
  ['[program:NAME]', 'A program, or group:program. * and ? are wildcards.'],
  ['[group:NAME]', 'Each process of a group, and the group together.'],
  ['[any]', 'Every program, event listeners left out.'],
  ['[total]', 'All programs together, and what must stay free.'],
]

export const LIMITS: Rows = [
  ['memory_limit = limit', 'Above this the action follows. none lifts it. Not in [memmon].'],
]

export const BUDGETS: Rows = [
  ['total_limit = limit', 'In [group:...]: what all processes of the group may use together.'],
  ['memory_limit = limit', 'In [total]: what all processes of supervisord may use together.'],
  [
    'min_free = limit',
    'In [total]: what must stay free: MemAvailable, or what the limit of the container leaves.',
  ],
  ['for, min_uptime, action, cumulative', 'In [total], as in a rule; the action is restart or alert.'],
]

export const INCLUDE: Rows = [
  [
    'include = files',
    'Further files, as with [include] of supervisord.conf: patterns with *, ? and [...], from the folder of memmon.conf. An included file includes no others.',
  ],
]

export const EXPANSIONS: Rows = [
  ['%(here)s', 'The folder of the file that contains it.'],
  ['%(host_node_name)s', 'The name of this machine.'],
  ['%(ENV_NAME)s', 'The variable NAME of the environment of memmon.'],
  ['%%', 'A %. A lone one stays, as in 25%.'],
]

export const WRITERS: readonly string[] = [
  "Whoever may write this file, one that it includes, or a program that it names decides what memmon does. If anyone but root and memmon's user may, memmon refuses to start as root, and warns as another user. A file with smtp_password or webhook must be readable by its owner alone.",
]
