// What memmon says when it is started by hand: it is supervisord that has to start it.
import type { Settings } from '../config/settings.ts'

/** The text for the terminal, with the very block that belongs in supervisord.conf. */
export function byHandText(settings: Settings, args: readonly string[], why: string): string {
  const given =
    settings.rules.length + settings.budgets.length > 0 ? args : ['-a', '200MB', '-m', 'bob@example.com']
  return `memmon is an event listener: supervisord starts it and sends it events. ${why}
Put this into supervisord.conf, then run supervisorctl update:

[eventlistener:memmon]
command=memmon ${given.map(quoted).join(' ')}
events=TICK_60

memmon --help shows all options.
`
}

/** An argument as supervisord's shlex and its %-expansion read it. */
function quoted(argument: string): string {
  const escaped = argument.replaceAll('%', '%%')
  if (/^[\w@%+=:,./*?-]+$/.test(escaped)) return escaped
  return escaped.includes("'") ? `"${escaped.replace(/["\\]/g, '\\$&')}"` : `'${escaped}'`
}
