// supervisord's address as SUPERVISOR_SERVER_URL and supervisorctl -s write it.
import { withoutUser } from './url-credentials.ts'

export type ServerAddress =
  | { readonly kind: 'unix'; readonly path: string }
  | { readonly kind: 'http'; readonly host: string; readonly port: number }

const FORM = 'give unix:///path/to/supervisor.sock or http://host:port'

/**
 * Parses supervisord's address. What follows unix:// is the raw path, spaces and # included, as supervisord
 * writes it. Throws an Error that says what would be right; a password in it is refused without being quoted.
 */
export function parseServerUrl(text: string): ServerAddress {
  if (text.startsWith('unix://')) {
    const path = text.slice('unix://'.length)
    if (!path.startsWith('/')) throw new Error(`"${withoutUser(text)}" is not a server URL: ${FORM}`)
    return { kind: 'unix', path }
  }
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url?.username || url?.password) {
    throw new Error(
      'a server URL must not hold a name or password, since every user of the machine can read them there: ' +
        'set SUPERVISOR_USERNAME and SUPERVISOR_PASSWORD in environment= instead',
    )
  }
  if (url?.protocol !== 'http:' || !url.hostname) {
    throw new Error(`"${withoutUser(text)}" is not a server URL: ${FORM}`)
  }
  return { kind: 'http', host: url.hostname.replace(/^\[(.*)\]$/, '$1'), port: Number(url.port || 80) }
}

/** The address as a person reads it. */
export function formatServerUrl(address: ServerAddress): string {
  if (address.kind === 'unix') return `unix://${address.path}`
  const host = address.host.includes(':') ? `[${address.host}]` : address.host
  return `http://${host}:${address.port}`
}
