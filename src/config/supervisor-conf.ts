// Where supervisord listens, from supervisord.conf, for what is run by hand: read as supervisorctl does.
import { messageOf, UsageError } from '../base/errors.ts'
import { environmentExpansions, expandSupervisor } from './supervisor-expand.ts'
import {
  ADVICE,
  type Environment,
  folderOf,
  type SupervisorConf,
  type SupervisorValue,
} from './supervisor-files.ts'

export interface FoundServer {
  readonly url: string
  readonly username?: string
  readonly password?: string
}

/** Every address under which the supervisord of this file may be known; what cannot be expanded is left out. */
export const addressesIn = ({ sections }: SupervisorConf, environment: Environment): string[] =>
  [
    { name: 'supervisorctl', key: 'serverurl', urlOf: (url: string) => url },
    { name: 'unix_http_server', key: 'file', urlOf: (path: string) => `unix://${path}` },
    { name: 'inet_http_server', key: 'port', urlOf: inetUrl },
  ].flatMap(({ name, key, urlOf }) => {
    try {
      const text = textOf(sections.get(name)?.get(key), environment)
      return text ? [urlOf(text)] : []
    } catch {
      return []
    }
  })

/** The server of a supervisord.conf. Throws a UsageError that says what is missing and never holds a password. */
export function serverIn({ sections, file }: SupervisorConf, environment: Environment): FoundServer {
  const [told, unix, inet] = ['supervisorctl', 'unix_http_server', 'inet_http_server'].map(name => {
    const keys = sections.get(name)
    return (key: string) => textOf(keys?.get(key), environment)
  }) as [Read, Read, Read]
  const own = [
    [told, told('serverurl')],
    [unix, unix('file') && `unix://${unix('file')}`],
    [inet, inet('port') && inetUrl(inet('port') ?? '')],
  ] as const
  for (const [keys, url] of own) {
    if (!url) continue
    // supervisorctl takes user and password from its own section; those of the server are as good.
    const of = (key: string) => keys(key) ?? (url.startsWith('unix') ? unix : inet)(key)
    const [username, password] = [of('username'), of('password')]
    return { url, ...(username !== undefined && { username }), ...(password !== undefined && { password }) }
  }
  throw new UsageError(
    `${file} names no server: it has neither [supervisorctl] serverurl, nor [unix_http_server] file, nor [inet_http_server] port`,
  )
}

type Read = (key: string) => string | undefined

/** '*:9001' and '9001' listen everywhere; here is a part of that. */
function inetUrl(port: string): string {
  const [, host = '', number = ''] = /^(?:(.*):)?(\d+)$/.exec(port) ?? []
  return `http://${host === '' || host === '*' ? '127.0.0.1' : host}:${number}`
}

function textOf(entry: SupervisorValue | undefined, environment: Environment): string | undefined {
  if (!entry) return undefined
  const { value, path } = entry
  const known = { ...environmentExpansions(environment), here: folderOf(path) }
  try {
    return expandSupervisor(value.replace(/^(["'])(.*)\1$/, '$2'), known)
  } catch (thrown) {
    throw new UsageError(`${path}, line ${entry.line}: ${messageOf(thrown)}: ${ADVICE}`)
  }
}
