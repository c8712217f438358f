// How a picture is written over the last one.
import { expect, test } from 'vitest'
import { frameText } from '../../src/cli/live-screen.ts'

test('each line is cleared before it is written, what is below is cleared, and the last row is not left', () => {
  expect(frameText(['ab', 'c'], 4)).toBe('\u001b[H\u001b[Kab\r\n\u001b[Kc\r\n\u001b[J')
  expect(frameText(['ab', 'c'], 2)).toBe('\u001b[H\u001b[Kab\r\n\u001b[Kc')
})
