// The URL of a webhook, which is a secret: no error repeats it.
import { refuseUndecodable } from './url-credentials.ts'

/** Throws an Error that says what would be right. http only to this machine, unless `allowHttp`. */
export function parseWebhookUrl(text: string, allowHttp: boolean): URL {
  const url = URL.canParse(text.trim()) ? new URL(text.trim()) : undefined
  if (!url?.host) throw new Error('it is not a URL: use a whole one, such as https://hooks.example.com/...')
  refuseUndecodable(url)
  const isLocal = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(url.hostname)
  if (url.protocol === 'https:' || (url.protocol === 'http:' && (isLocal || allowHttp))) return url
  if (url.protocol !== 'http:')
    throw new Error(`${url.protocol}// is not supported for webhooks: use an https:// URL`)
  throw new Error(
    'http:// shows the message, and the URL itself, to the network: use https://, or allow it with --webhook-http',
  )
}
