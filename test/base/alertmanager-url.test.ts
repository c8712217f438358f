// The URL of an Alertmanager: where its API is, and what is refused without being repeated.
import { expect, test } from 'vitest'
import { parseAlertmanagerUrl } from '../../src/base/alertmanager-url.ts'

test.each([
  ['http://alerts.example.com:9093', 'http://alerts.example.com:9093/api/v2/alerts'],
  ['http://alerts.example.com:9093/', 'http://alerts.example.com:9093/api/v2/alerts'],
  [' https://example.com/alertmanager/ ', 'https://example.com/alertmanager/api/v2/alerts'],
  ['https://bob:s3cret@example.com', 'https://bob:s3cret@example.com/api/v2/alerts'],
  ['https://bob:s%25@example.com', 'https://bob:s%25@example.com/api/v2/alerts'],
  ['http://bob:s3cret@127.0.0.1:9093', 'http://bob:s3cret@127.0.0.1:9093/api/v2/alerts'],
])('%s', (text, href) => expect(parseAlertmanagerUrl(text).href).toBe(href))

test.each([
  ['alerts.example.com:9093/s3cret', 'it is not the URL of an Alertmanager'],
  ['ftp://example.com/s3cret', 'it is not the URL of an Alertmanager'],
  ['', 'it is not the URL of an Alertmanager'],
  ['http://example.com/?s3cret', 'it has a query'],
  ['http://example.com/#s3cret', 'it has a query'],
  ['http://bob:s3cret@example.com', 'http:// shows the password to the network'],
  ['https://bob:s3cret%@example.com', 'its user or password has a bare %: write % as %25'],
  ['https://s3cret%zz@example.com', 'its user or password has a bare %: write % as %25'],
])('%s is refused', (text, said) => {
  expect(() => parseAlertmanagerUrl(text)).toThrow(said)
  expect(() => parseAlertmanagerUrl(text)).not.toThrow('s3cret')
})
