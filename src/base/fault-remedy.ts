// What helps when supervisord does not answer: which user may not use which file, and what supervisord.conf has to say.
import type { SupervisorFault } from './errors.ts'

export interface Caller {
  /** The listener, or a person at a terminal. */
  readonly kind: 'listener' | 'hand'
  /** As people know it. */
  readonly user: string
}

type Remedy = (path: string, user: string) => string

/** By the error of the system, for a socket or for TCP. */
const UNREACHABLE: Readonly<Record<string, Readonly<Record<Caller['kind'], Remedy>>>> = {
  'unix EACCES': {
    listener: (path, user) =>
      `user ${user} may not use ${path}; set chown= or chmod= in [unix_http_server], or remove user= from memmon's section`,
    hand: (path, user) =>
      `user ${user} may not use ${path}; run this with sudo, or set chown= or chmod= in [unix_http_server]`,
  },
  'unix ENOENT': {
    listener: path =>
      `no such socket; is it file= of [unix_http_server]? If ${path} was deleted, restart supervisord`,
    hand: () =>
      'no such socket; is supervisord running? If it was started with another supervisord.conf, name that with -C',
  },
  'unix ECONNREFUSED': {
    listener: () => 'nothing listens there; is it file= of [unix_http_server]?',
    hand: () =>
      'nothing listens there; is supervisord running? If it has another supervisord.conf, name that with -C',
  },
  'http ECONNREFUSED': {
    listener: () => 'nothing listens there; is it port= of [inet_http_server]?',
    hand: () =>
      'nothing listens there; is supervisord running, with this port= in [inet_http_server]? If it has another supervisord.conf, name that with -C',
  },
  'http ENOTFOUND': {
    listener: () => 'this host has no address; is --server-url right?',
    hand: () => 'this host has no address; is --server-url right?',
  },
}

const UNAUTHORIZED: Readonly<Record<Caller['kind'], string>> = {
  listener:
    "set SUPERVISOR_USERNAME and SUPERVISOR_PASSWORD in environment= of memmon's section to those of the server",
  hand: 'set username= and password= in [supervisorctl] of supervisord.conf, or SUPERVISOR_USERNAME and SUPERVISOR_PASSWORD in this shell',
}

const NO_INTERFACE = 'add [rpcinterface:supervisor] to its supervisord.conf, which supervisorctl needs, too'

/** The fault, and what to do about it if that is known. */
export function remediedText(
  { kind, message }: Pick<SupervisorFault, 'kind' | 'message'>,
  caller: Caller,
): string {
  if (kind === 'unauthorized') return `${message}: ${UNAUTHORIZED[caller.kind]}`
  if (kind === 'fault' && message.startsWith('UNKNOWN_METHOD ')) return `${message}: ${NO_INTERFACE}`
  const [, scheme, where = '', code] = / at (unix|http):\/\/(.*): (E[A-Z]+)$/s.exec(message) ?? []
  const remedy = UNREACHABLE[`${scheme} ${code}`]?.[caller.kind]
  return remedy ? `${message}: ${remedy(where, caller.user)}` : message
}
