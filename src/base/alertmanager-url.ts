// The URL of an Alertmanager, which may hold a password: no error repeats it.
import { refuseUndecodable } from './url-credentials.ts'

/** Where its API takes alerts. Throws an Error that says what is valid. */
export function parseAlertmanagerUrl(text: string): URL {
  const url = URL.canParse(text.trim()) ? new URL(text.trim()) : undefined
  if (!url?.host || (url.protocol !== 'http:' && url.protocol !== 'https:'))
    throw new Error('it is not the URL of an Alertmanager: use one such as http://alerts.example.com:9093')
  if (url.search || url.hash) throw new Error('it has a query: give the URL that its own page has')
  refuseUndecodable(url)
  const isLocal = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(url.hostname)
  if (url.protocol === 'http:' && url.password && !isLocal)
    throw new Error('http:// shows the password to the network: use https://')
  url.pathname = `${url.pathname.replace(/\/+$/, '')}/api/v2/alerts`
  return url
}
