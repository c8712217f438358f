// Where agents and memmon meet, by what both are told.
import { expect, test } from 'vitest'
import { knownFolders, ownFolders, peoplesPath, socketName, unfitText } from '../../src/agents/socket-path.ts'

test.each([
  ['unix:///var/run/supervisor.sock', 'agent-d2c36f19fc2be5fc.sock'],
  // Over its bytes in UTF-8, so that an agent in any language makes the same.
  ['unix:///srv/straße/supervisor.sock', 'agent-d22441f9a71bde83.sock'],
])('%s: %s', (url, name) => expect(socketName(url)).toBe(name))

test('every folder in which memmon makes one by itself is known to agents', () => {
  const environment = { XDG_RUNTIME_DIR: '/run/user/7', XDG_STATE_HOME: '/s', HOME: '/home/x' }
  const known = knownFolders(environment)
  expect(known).toEqual([
    '/run/memmon',
    '/run/user/7/memmon',
    '/s/memmon',
    '/var/lib/memmon',
    '/home/x/.local/state/memmon',
  ])
  expect(ownFolders(environment, 0, '/var/lib/memmon')).toEqual([
    '/run/memmon',
    '/run/user/7/memmon',
    '/var/lib/memmon',
  ])
  expect(ownFolders({}, 7, '/home/x/.local/state/memmon')).toEqual(['/home/x/.local/state/memmon'])
  expect(ownFolders({}, 7, undefined)).toEqual([])
})

test.each([
  ['/run/x/agent-1.sock', '/run/x/agent-1-own.sock'],
  ['/run/x/agents', '/run/x/agents-own'],
])('people beside %s: %s', (path, own) => expect(peoplesPath(path)).toBe(own))

test.each([
  [`/${'x'.repeat(93)}.sock`, undefined],
  [`/${'x'.repeat(94)}.sock`, '1 bytes too long'],
  [`/${'ü'.repeat(60)}.sock`, 'bytes too long'],
  [`/${'x'.repeat(85)}/a`, 'bytes too long'],
])('%s: %s', (path, text) => {
  if (text === undefined) expect(unfitText(path)).toBeUndefined()
  else expect(unfitText(path)).toContain(text)
})
