// What a person may ask memmon to do, line by line.
import { expect, test } from 'vitest'
import { parseClientLine } from '../../src/agents/protocol.ts'

test.each([
  [
    { id: 1, do: 'restart', program: 'g:a' },
    { kind: 'act', id: 1, act: { do: 'restart', program: 'g:a' } },
  ],
  [{ id: 1, do: 'drain', program: 'g:a', seconds: 9 }, { act: { do: 'drain', program: 'g:a' } }],
  [{ id: 1, do: 'mute', program: 'g:a', seconds: 60 }, { act: { do: 'mute', program: 'g:a', seconds: 60 } }],
  [{ id: 1, do: 'unmute', program: 'g:a' }, { act: { do: 'unmute', program: 'g:a' } }],
  [
    { id: 1, do: 'listener' },
    { kind: 'listener', id: 1 },
  ],
  [
    { id: 1, do: 'restart' },
    { kind: 'wrong', reason: '"program" is not the name of a program' },
  ],
  [{ id: 1, do: 'restart', program: '' }, { kind: 'wrong' }],
  [{ id: 1, do: 'restart', program: 'x'.repeat(1_001) }, { kind: 'wrong' }],
  [
    { id: 1, do: 'mute', program: 'g:a' },
    { kind: 'wrong', reason: '"seconds" is not a whole number from 1' },
  ],
  [{ id: 1, do: 'mute', program: 'g:a', seconds: 0 }, { kind: 'wrong' }],
  [{ id: 1, do: 'mute', program: 'g:a', seconds: 1.5 }, { kind: 'wrong' }],
  [{ id: 1, do: 'mute', program: 'g:a', seconds: 1e300 }, { kind: 'wrong' }],
  [{ id: 1, do: 'stop', program: 'g:a' }, { kind: 'wrong' }],
  [
    { do: 'restart', program: 'g:a' },
    { kind: 'wrong', id: undefined },
  ],
])('%j', (said, line) => {
  expect(parseClientLine(JSON.stringify(said))).toMatchObject(line)
})
