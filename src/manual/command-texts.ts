// What memmon(1) says in addition to the options and the commands.

type Rows = readonly (readonly [term: string, meaning: string])[]

export const ABOUT =
  'memmon watches the memory of the programs that supervisord(1) runs. It restarts the ones that exceed their limit, and emails you. It is an event listener: supervisord starts it, by a section in supervisord.conf, and sends it the ticks at which it looks. In supervisord.conf, write % as %%.'

export const LISTENER = `[eventlistener:memmon]
command=memmon -a 200MB -m bob@example.com
events=TICK_60`

export const STATUSES: Rows = [
  ['0', 'supervisord has closed the stream of events, or a signal has asked memmon to end.'],
  ['2', 'An option or the file is invalid, or supervisord did not start memmon. Commands say theirs above.'],
]

export const SIGNALS: Rows = [
  ['TERM, INT, QUIT', 'Finish the restarts that have begun, within --stop-wait, and end.'],
  ['HUP', 'Read the file of --config again.'],
  ['USR1, USR2', 'Log a line, and do nothing else.'],
]

export const ENVIRONMENT: Rows = [
  ['SUPERVISOR_SERVER_URL', "supervisord's address. supervisord sets it for its listeners."],
  [
    'SUPERVISOR_USERNAME, SUPERVISOR_PASSWORD',
    'User name and password of its server, if it has any. supervisord does not pass them on: set them in environment= of the section.',
  ],
  ['MEMMON_SMTP_PASSWORD', 'The password for --smtp.'],
  ['MEMMON_WEBHOOK_URL', 'A webhook, as --webhook, that ps does not show.'],
  [
    'MEMMON_SOCKET',
    'The socket of --agent-socket, for agents of workers and for the commands that ask them.',
  ],
  ['STATE_DIRECTORY, XDG_STATE_HOME', 'Where the state folder is, unless --state-dir says so.'],
]

export const FILES: Rows = [
  [
    '/etc/supervisor/supervisord.conf, /etc/supervisord.conf',
    'Have the section of the listener. The commands look for them as supervisorctl(1) does.',
  ],
  [
    '/var/lib/memmon, ~/.local/state/memmon',
    'The state folder, of root and of any other user: the journal of restarts, histories, evidence, and messages that wait.',
  ],
]
