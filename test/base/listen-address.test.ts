// Where to listen, and who can connect there.
import { expect, test } from 'vitest'
import { isLocal, listenText, parseListenAddress } from '../../src/base/listen-address.ts'

test.each<[text: string, address: object, local: boolean, shown: string]>([
  ['9477', { kind: 'tcp', host: '127.0.0.1', port: 9477 }, true, '127.0.0.1:9477'],
  ['127.0.0.9:1', { kind: 'tcp', host: '127.0.0.9', port: 1 }, true, '127.0.0.9:1'],
  ['localhost:65535', { kind: 'tcp', host: 'localhost', port: 65_535 }, true, 'localhost:65535'],
  ['[::1]:9477', { kind: 'tcp', host: '::1', port: 9477 }, true, '[::1]:9477'],
  ['0.0.0.0:9477', { kind: 'tcp', host: '0.0.0.0', port: 9477 }, false, '0.0.0.0:9477'],
  ['[::]:9477', { kind: 'tcp', host: '::', port: 9477 }, false, '[::]:9477'],
  ['127.example.com:80', { kind: 'tcp', host: '127.example.com', port: 80 }, false, '127.example.com:80'],
  [
    'web-1.example.com:80',
    { kind: 'tcp', host: 'web-1.example.com', port: 80 },
    false,
    'web-1.example.com:80',
  ],
  ['/run/memmon/m.sock', { kind: 'unix', path: '/run/memmon/m.sock' }, true, '/run/memmon/m.sock'],
])('%s', (text, address, local, shown) => {
  const parsed = parseListenAddress(text)
  expect(parsed).toEqual(address)
  expect(isLocal(parsed)).toBe(local)
  expect(listenText(parsed)).toBe(shown)
})

test.each([
  '',
  '0',
  '65536',
  ':9477',
  'host:',
  'host',
  '[::g]:1',
  '::1:9477',
  '/run/x/',
  'http://127.0.0.1:1',
  '1 2',
])('"%s" is refused', text =>
  expect(() => parseListenAddress(text)).toThrow('is not an address to listen on: use PORT'))
