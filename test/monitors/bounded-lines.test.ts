// Lines of a stream: whole ones as they are, however they are cut into chunks; of one without an end no more than a part.
import { expect, test } from 'vitest'
import { boundedLines } from '../../src/monitors/bounded-lines.ts'

test.each<[chunks: string[], told: string[]]>([
  [['a\nb\n'], ['a', 'b']],
  [
    ['a', 'b\n', '\n', 'c'],
    ['ab', ''],
  ],
  [['12345\n'], ['12345']],
  [['123456\nok\n'], ['too long: 12345', 'ok']],
  [
    ['123', '456', '789', '0\nok\n'],
    ['too long: 12345', 'ok'],
  ],
  [['123456'.repeat(100)], ['too long: 12345']],
  [['\xe4\n'], ['\xe4']],
])('%j', (chunks, told) => {
  const seen: string[] = []
  const take = boundedLines(
    5,
    line => seen.push(line),
    beginning => seen.push(`too long: ${beginning}`),
  )
  for (const chunk of chunks) take(Buffer.from(chunk))
  expect(seen).toEqual(told)
})
