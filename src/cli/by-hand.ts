// What memmon says when it is started by hand: it is supervisord that has to start it.
import { isIdle, type Settings } from '../config/settings.ts'

/** The text for the terminal, with the very block that belongs in supervisord.conf. */
export async function byHandText(settings: Settings, args: readonly string[], why: string): Promise<string> {
  // An ES module alone, which require() takes from Node 20.19 on.
  const { quote } = await import('shlex')
  const hasRules = !isIdle(settings)
  const given = hasRules ? args : ['-a', '200MB', ...(args.length > 0 ? args : ['-m', 'bob@example.com'])]
  const idle = hasRules || args.length === 0 ? '' : 'No rules yet: -a 200MB below is an example.\n'
  return `memmon is an event listener: supervisord starts it and sends it events. ${why}
${idle}Put this into supervisord.conf, then run supervisorctl update:

[eventlistener:memmon]
command=memmon ${inSupervisorConf(given.map(quote).join(' '))}
events=TICK_60

memmon --help shows the options.
`
}

/** As supervisord expands it, before it splits the words as shlex does. */
const inSupervisorConf = (text: string): string => text.replaceAll('%', '%%')
