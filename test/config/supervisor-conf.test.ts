// Where supervisord listens, as supervisord.conf says it.
import { expect, test } from 'vitest'
import { findServer } from '../../src/config/supervisor-conf.ts'

const find = (text: string, environment: Record<string, string> = {}) =>
  findServer('/srv/app/supervisord.conf', () => text, environment)

test.each<[what: string, text: string, found: object]>([
  [
    "supervisorctl's own section",
    '[supervisorctl]\nserverurl = unix:///run/s.sock\nusername = ops\npassword = x\n',
    { url: 'unix:///run/s.sock', username: 'ops', password: 'x' },
  ],
  ['the unix server', '[unix_http_server]\nfile = /run/s.sock ; here\n', { url: 'unix:///run/s.sock' }],
  [
    'its user and password',
    '[unix_http_server]\nfile = /run/s.sock\nusername=ops\npassword=x\n[supervisorctl]\nserverurl=unix:///run/s.sock\n',
    { url: 'unix:///run/s.sock', username: 'ops', password: 'x' },
  ],
  ['the TCP server', '[inet_http_server]\nport = 127.0.0.1:9001\n', { url: 'http://127.0.0.1:9001' }],
  ['a TCP server everywhere', '[inet_http_server]\nport = *:9001\n', { url: 'http://127.0.0.1:9001' }],
  ['a port alone', '[inet_http_server]\nport = 9001\n', { url: 'http://127.0.0.1:9001' }],
  ['%(here)s', '[unix_http_server]\nfile = %(here)s/s.sock\n', { url: 'unix:///srv/app/s.sock' }],
  ['%(ENV_X)s', '[unix_http_server]\nfile = %(ENV_RUN)s/s.sock\n', { url: 'unix:///var/run/s.sock' }],
])('%s', (_, text, found) => {
  expect(find(text, { RUN: '/var/run' })).toEqual({ file: '/srv/app/supervisord.conf', ...found })
})

test.each<[text: string, error: RegExp]>([
  ['[supervisord]\n', /names no server: it has neither \[supervisorctl\] serverurl/],
  [
    '[unix_http_server]\nfile = %(ENV_NO)s/s\npassword = hunter2\n',
    /%\(ENV_NO\)s cannot be expanded here: give its file with -C/,
  ],
])('%j is refused, without a password', (text, error) => {
  expect(() => find(text)).toThrow(error)
  expect(() => find(text)).not.toThrow(/hunter2/)
})

test('files are looked for where supervisorctl looks', () => {
  const asked: string[] = []
  const read = (path: string) => {
    asked.push(path)
    return path === '/etc/supervisord.conf' ? '[unix_http_server]\nfile=/s\n' : undefined
  }
  expect(findServer(undefined, read, {}).file).toBe('/etc/supervisord.conf')
  expect(asked).toEqual(['supervisord.conf', 'etc/supervisord.conf', '/etc/supervisord.conf'])
  expect(() => findServer(undefined, () => undefined, {})).toThrow(/no supervisord.conf was found \(.*-C/)
  expect(() => findServer('/x', () => undefined, {})).toThrow(/-C \/x: there is no such file/)
})
