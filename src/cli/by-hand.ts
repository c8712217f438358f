// What memmon says when it is started by hand: it is supervisord that has to start it.
import type { Settings } from '../config/settings.ts'

/** The text for the terminal, with the very block that belongs in supervisord.conf. */
export async function byHandText(settings: Settings, args: readonly string[], why: string): Promise<string> {
  // An ES module alone, which require() takes from Node 20.19 on.
  const { quote } = await import('shlex')
  const given =
    settings.rules.length + settings.budgets.length > 0 ? args : ['-a', '200MB', '-m', 'bob@example.com']
  return `memmon is an event listener: supervisord starts it and sends it events. ${why}
Put this into supervisord.conf, then run supervisorctl update:

[eventlistener:memmon]
command=memmon ${inSupervisorConf(given.map(quote).join(' '))}
events=TICK_60

memmon --help shows the options.
`
}

/** As supervisord expands it, before it splits the words as shlex does. */
const inSupervisorConf = (text: string): string => text.replaceAll('%', '%%')
