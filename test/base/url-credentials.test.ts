// URLs that hold a name and password and cannot be read: an error shows neither.
import { expect, test } from 'vitest'
import { parseServerUrl } from '../../src/base/server-url.ts'
import { parseSmtpUrl } from '../../src/base/smtp-url.ts'

test.each<[url: string, shown: string]>([
  ['http://bob:hun/ter2@host', '"http://***@host" is not'],
  ['http://bob:hun/te@r2@host:x', '"http://***@host:x" is not'],
  ['https://bob:hunter2@host', 'a server URL must not hold a name or password'],
  ['bob:hunter2@host', '"***@host" is not'],
  ['http:/bob:hun/ter2@host:y', '"***@host:y" is not'],
  ['unix://bob:hunter2@/run/s.sock', '"unix://***@/run/s.sock" is not'],
])('server URL %s', (url, shown) => {
  expect(() => parseServerUrl(url)).toThrow(shown)
  expect(() => parseServerUrl(url)).not.toThrow(/bob|hun|ter2/)
})

test.each<[url: string, shown: string]>([
  ['smtp://bob:hun/ter2@host', '"smtp://***@host" is not'],
  ['smtp:/bob:hunter2@host', '"***@host" is not'],
  ['bob:hunter2@host', '"***@host" is not'],
])('SMTP URL %s', (url, shown) => {
  expect(() => parseSmtpUrl(url)).toThrow(shown)
  expect(() => parseSmtpUrl(url)).not.toThrow(/bob|hun|ter2/)
})
