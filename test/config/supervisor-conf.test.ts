// Where supervisord listens, as supervisord.conf says it.
import { expect, test } from 'vitest'
import { addressesIn, serverIn } from '../../src/config/supervisor-conf.ts'
import { readSupervisorConf } from '../../src/config/supervisor-files.ts'

const FILE = '/srv/app/supervisord.conf'
const confOf = (text: string) => {
  const sources = { readText: () => text, listFolder: () => [], environment: {}, hostName: 'h' }
  const conf = readSupervisorConf(FILE, sources)
  if (!conf) throw new Error('no file')
  return conf
}
const find = (text: string, environment: Record<string, string> = {}) => serverIn(confOf(text), environment)

test.each<[what: string, text: string, found: object]>([
  [
    "supervisorctl's own section",
    '[supervisorctl]\nserverurl = unix:///run/s.sock\nusername = ops\npassword = x\n',
    { url: 'unix:///run/s.sock', username: 'ops', password: 'x' },
  ],
  ['the unix server', '[unix_http_server]\nfile = /run/s.sock ; here\n', { url: 'unix:///run/s.sock' }],
  [
    'its user and password',
    '[unix_http_server]\nfile = /run/s.sock\nusername=ops\npassword=x%%y\n[supervisorctl]\nserverurl=unix:///run/s.sock\n',
    { url: 'unix:///run/s.sock', username: 'ops', password: 'x%y' },
  ],
  ['the TCP server', '[inet_http_server]\nport = 127.0.0.1:9001\n', { url: 'http://127.0.0.1:9001' }],
  ['a TCP server everywhere', '[inet_http_server]\nport = *:9001\n', { url: 'http://127.0.0.1:9001' }],
  ['a port alone', '[inet_http_server]\nport = 9001\n', { url: 'http://127.0.0.1:9001' }],
  ['%(here)s', '[unix_http_server]\nfile = %(here)s/s.sock\n', { url: 'unix:///srv/app/s.sock' }],
  ['%(ENV_X)s', '[unix_http_server]\nfile = %(ENV_RUN)s/s.sock\n', { url: 'unix:///var/run/s.sock' }],
])('%s', (_, text, found) => {
  expect(find(text, { RUN: '/var/run' })).toEqual(found)
})

test.each<[text: string, error: RegExp]>([
  ['[supervisord]\n', /names no server: it has neither \[supervisorctl\] serverurl/],
  [
    '[unix_http_server]\nfile = %(ENV_NO)s/s\npassword = hunter2\n',
    /app\/supervisord\.conf, line 2: %\(ENV_NO\)s cannot be expanded: NO is not set in this shell.*: give its file with -C/,
  ],
  ['[unix_http_server]\nfile = /s\nusername=x\npassword=hunter2%\n', /line 4: a single % is not allowed/],
])('%j is refused, without a password', (text, error) => {
  expect(() => find(text)).toThrow(error)
  expect(() => find(text)).not.toThrow(/hunter2/)
})

test('every address that a supervisord has, to know it by', () => {
  const text =
    '[supervisorctl]\nserverurl=http://localhost:9001\n[unix_http_server]\nfile=%(here)s/s\n[inet_http_server]\nport=%(ENV_NO)s\n'
  expect(addressesIn(confOf(text), {})).toEqual(['http://localhost:9001', 'unix:///srv/app/s'])
})
