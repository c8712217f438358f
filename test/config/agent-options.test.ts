// The socket of agents: what may be given, and what is said of anything else.
import { expect, test } from 'vitest'
import { settingsFrom } from '../helpers/values.ts'

const of = (...args: string[]) => settingsFrom('-a', '1MB', ...args)

test('off, if nothing is said', () => expect(of()).toMatchObject({ agentSocket: 'off' }))

test.each([['off'], ['auto'], ['/run/x/agents.sock']])('--agent-socket %s', where =>
  expect(of('--agent-socket', where).agentSocket).toBe(where))

test.each([
  ['0600', 0o600],
  ['660', 0o660],
  ['0666', 0o666],
])('--agent-socket-mode %s', (text, mode) =>
  expect(of('--agent-socket-mode', text).agentSocketMode).toBe(mode))

test.each([
  ['--agent-socket', 'on', 'use auto, off, or a path'],
  ['--agent-socket', 'agents.sock', 'use auto, off, or a path'],
  ['--agent-socket', '/run/x/', 'use auto, off, or a path'],
  ['--agent-socket-mode', '0777', 'use 0600, 0660 or 0666'],
  ['--agent-socket-mode', '0060', 'use 0600, 0660 or 0666'],
  ['--agent-socket-mode', 'rw', 'use 0600, 0660 or 0666'],
  ['--agent-socket-group', 'a b', 'use a name or a number'],
  ['--agent-socket-group', '4294967295', 'use a name or a number'],
])('%s %s is refused', (flag, text, said) => expect(() => of(flag, text)).toThrow(said))
