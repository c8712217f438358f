// Why what a running memmon remembers is not known: each in a clause that says who, or what, would help.
import { expect, test } from 'vitest'
import { whyLeftOut } from '../../src/cli/running-memmon.ts'
import type { FoundState } from '../../src/restart/running-state.ts'

const nameOf = (uid: number) => ({ 0: 'root', 33: 'www-data' })[uid] ?? `user ${uid}`
const PATH = '/var/lib/memmon/memmon-1'

test.each<
  [state: Exclude<FoundState, { kind: 'running' }>, owner: number | undefined, reader: number, why: string]
>([
  [{ kind: 'missing' }, 0, 0, `${PATH} does not exist`],
  [{ kind: 'idle' }, 0, 0, `no memmon that runs has locked ${PATH}`],
  [{ kind: 'unreadable', why: 'permission denied: /x' }, undefined, 1000, 'permission denied: /x'],
  // The folder is 0700: whatever was found there by somebody else is not the point.
  [
    { kind: 'unreadable', why: 'permission denied: /x' },
    0,
    1000,
    'it runs as root, and only root can read its state',
  ],
  [{ kind: 'missing' }, 33, 1000, 'it runs as www-data, and only www-data and root can read its state'],
  [{ kind: 'missing' }, 4711, 33, 'it runs as user 4711, and only user 4711 and root can read its state'],
  [{ kind: 'missing' }, 33, 33, `${PATH} does not exist`],
  [{ kind: 'missing' }, 33, 0, `${PATH} does not exist`],
])('%j of the memmon of user %s, read by user %s', (state, owner, reader, why) => {
  expect(whyLeftOut(state, PATH, { owner, reader, nameOf })).toBe(why)
})

test('without a place', () => {
  expect(whyLeftOut({ kind: 'missing' }, undefined, { owner: 0, reader: 0, nameOf })).toBe(
    'it has no state directory',
  )
})
