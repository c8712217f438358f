// Where supervisord listens, from supervisord.conf, for what is run by hand: found and read as supervisorctl does.
import { posix } from 'node:path'
import { UsageError } from '../core/errors.ts'
import { parseIni } from './ini.ts'

export interface FoundServer {
  readonly url: string
  readonly username?: string
  readonly password?: string
  /** The file it is from. */
  readonly file: string
}

/** supervisorctl's, but for those next to its own program. */
const SEARCHED = [
  'supervisord.conf',
  'etc/supervisord.conf',
  '/etc/supervisord.conf',
  '/etc/supervisor/supervisord.conf',
]
const ADVICE = "give its file with -C, or supervisord's address with --server-url"

/**
 * The server of the file that -C names, or of the first that is found. `readText` gives undefined for a file that is
 * not there. Throws a UsageError that says what is missing and never holds a password.
 */
export function findServer(
  path: string | undefined,
  readText: (path: string) => string | undefined,
  environment: Readonly<Record<string, string | undefined>>,
): FoundServer {
  for (const file of path === undefined ? SEARCHED : [path]) {
    const text = readText(file)
    if (text !== undefined) return serverIn(text, file, environment)
  }
  if (path !== undefined) throw new UsageError(`-C ${path}: there is no such file, or it cannot be read`)
  throw new UsageError(`no supervisord.conf was found (${SEARCHED.join(', ')}): ${ADVICE}`)
}

function serverIn(
  text: string,
  file: string,
  environment: Readonly<Record<string, string | undefined>>,
): FoundServer {
  const sections = new Map<string, Map<string, string>>()
  for (const { name, entries } of parseIni(text).sections) {
    const keys = sections.get(name) ?? new Map<string, string>()
    for (const { key, value } of entries) keys.set(key, unquoted(value))
    sections.set(name, keys)
  }
  const expand = (value: string) => expanded(value, file, environment)
  const told = sections.get('supervisorctl')
  const unix = sections.get('unix_http_server')
  const inet = sections.get('inet_http_server')
  const own = [
    [told, told?.get('serverurl')],
    [unix, unix?.get('file') && `unix://${unix.get('file')}`],
    [inet, inet?.get('port') && inetUrl(inet.get('port') ?? '')],
  ] as const
  for (const [keys, url] of own) {
    if (!keys || !url) continue
    // supervisorctl takes user and password from its own section; those of the server are as good.
    const of = (key: string) => keys.get(key) ?? (url.startsWith('unix') ? unix : inet)?.get(key)
    const [username, password] = [of('username'), of('password')]
    return {
      url: expand(url),
      file,
      ...(username !== undefined && { username: expand(username) }),
      ...(password !== undefined && { password: expand(password) }),
    }
  }
  throw new UsageError(
    `${file} names no server: it has neither [supervisorctl] serverurl, nor [unix_http_server] file, nor [inet_http_server] port`,
  )
}

/** '*:9001' and '9001' listen everywhere; here is a part of that. */
function inetUrl(port: string): string {
  const [, host = '', number = ''] = /^(?:(.*):)?(\d+)$/.exec(port) ?? []
  return `http://${host === '' || host === '*' ? '127.0.0.1' : host}:${number}`
}

/** %(here)s and %(ENV_X)s, as supervisor's own expansion knows them. */
function expanded(
  value: string,
  file: string,
  environment: Readonly<Record<string, string | undefined>>,
): string {
  return value.replace(/%\((\w+)\)s|%%/g, (whole, name?: string) => {
    if (name === undefined) return '%'
    const known =
      name === 'here' ? posix.dirname(posix.resolve(file)) : environment[name.replace(/^ENV_/, '')]
    if (known === undefined) throw new UsageError(`${file}: ${whole} cannot be expanded here: ${ADVICE}`)
    return known
  })
}

const unquoted = (value: string): string => value.replace(/^(["'])(.*)\1$/, '$2')
