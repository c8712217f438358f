// Programs of known size, as sections of supervisord.conf.
import { PYTHON } from './python.ts'

/**
 * A command for a process that really holds that many megabytes, then sleeps; `first` is Python run before: whoever
 * sees its size finds its signal handlers set.
 */
export const holdCommand = (megabytes: number | string, first = ''): string =>
  `${PYTHON} -c "import time; ${first && `${first}; `}b = b'x' * (${megabytes} << 20); time.sleep(3600)"`

/** A [program:x] section of a process that holds that many megabytes. */
export const holder = (name: string, megabytes: number, lines = ''): string =>
  `[program:${name}]\ncommand=${holdCommand(megabytes)}\n${lines}\n`

/** The same for one that holds less from its second run on: what is done about it is done once, however long one looks. */
export function holdsThen(name: string, first: number, then: number, lines = ''): string {
  const ran = `p = '%(here)s/%(program_name)s_%(process_num)d.ran'; n = ${then} if os.path.exists(p) else ${first}`
  const command = holdCommand('n', `import os; ${ran}; open(p, 'w').close()`)
  return `[program:${name}]\ncommand=${command}\n${lines}\n`
}
