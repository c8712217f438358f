// The supervisord.conf of a test: its programs, and memmon as an operator would put it there.
import { join } from 'node:path'

export const MEMMON = join(import.meta.dirname, '..', '..', 'bin', 'memmon.js')

/** A path as supervisord.conf takes it in a command. */
export const confPath = (path: string): string => `"${path.replaceAll('%', '%%')}"`

export interface SupervisordOptions {
  /** [program:x], [group:x] and further sections: see holder. */
  readonly programs: string
  /** memmon's arguments as they stand in command=; absent: no memmon. */
  readonly memmon?: string
  /** A command before it, which runs it. */
  readonly wrapper?: string
  /** Further lines of the [eventlistener:memmon] section. */
  readonly listenerLines?: string
  /** Default: TICK_5. */
  readonly events?: string
  readonly identifier?: string
  /** Of supervisord's own log; at debug, the default, it notes each event that it sends and all that programs print. */
  readonly loglevel?: 'info' | 'debug'
  /** Use TCP with this user and password instead of the unix socket. */
  readonly inet?: { readonly username: string; readonly password: string }
  /** The environment of supervisord itself. */
  readonly env?: Record<string, string>
}

/** The whole of supervisord.conf, in that folder. */
export function configText(
  options: SupervisordOptions,
  programs: string,
  folder: string,
  serverUrl: string,
): string {
  const { inet, identifier = 'supervisor', events = 'TICK_5', loglevel = 'debug' } = options
  const listener =
    options.memmon === undefined
      ? ''
      : `[eventlistener:memmon]
command=${options.wrapper ?? ''} ${confPath(process.execPath)} ${confPath(MEMMON)} ${options.memmon.replaceAll('@sendmail', `${folder}/sendmail`)}
events=${events}
stderr_logfile=${folder}/memmon.log
${options.listenerLines ?? ''}
`
  // One server only: with both, the listener would be told of the unix socket.
  const login = inet ? `username=${inet.username}\npassword=${inet.password}\n` : ''
  const server = inet
    ? `[inet_http_server]\nport=${serverUrl.slice('http://'.length)}\n${login}`
    : `[unix_http_server]\nfile=${folder}/supervisor.sock\n`
  return `[supervisord]
logfile=${folder}/supervisord.log
loglevel=${loglevel}
pidfile=${folder}/supervisord.pid
childlogdir=${folder}
identifier=${identifier}
${server}[rpcinterface:supervisor]
supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface
[supervisorctl]
serverurl=${serverUrl}
${login}${listener}
${programs}
`
}
