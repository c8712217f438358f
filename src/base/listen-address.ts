// Where to listen: [HOST:]PORT, or the path of a unix socket. READY waits for this, so no node:net.

export type ListenAddress =
  | { readonly kind: 'unix'; readonly path: string }
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }

const FORM = 'use PORT, HOST:PORT as in 127.0.0.1:9477 or [::1]:9477, or a path that begins with /'

/** The default host is 127.0.0.1. Throws an Error that says what is valid. */
export function parseListenAddress(text: string): ListenAddress {
  if (text.startsWith('/') && !text.endsWith('/')) return { kind: 'unix', path: text }
  const [, bracketed, name = '127.0.0.1', digits = ''] =
    /^(?:(?:\[([\da-f:.]+)\]|([\w.-]+)):)?(\d{1,5})$/i.exec(text) ?? []
  const port = Number(digits)
  if (
    digits === '' ||
    port < 1 ||
    port > 65_535 ||
    (bracketed !== undefined && !URL.canParse(`http://[${bracketed}]`))
  )
    throw new Error(`"${text}" is not an address to listen on: ${FORM}`)
  return { kind: 'tcp', host: bracketed ?? name, port }
}

/** True if no other machine can connect. */
export const isLocal = (address: ListenAddress): boolean =>
  address.kind === 'unix' || /^(localhost|127\.\d+\.\d+\.\d+|::1)$/i.test(address.host)

/** As given, with its host. */
export function listenText(address: ListenAddress): string {
  if (address.kind === 'unix') return address.path
  return `${address.host.includes(':') ? `[${address.host}]` : address.host}:${address.port}`
}
