// Text that may hold anything stays on one line and steers nothing.
import { expect, test } from 'vitest'
import { oneLine, timestamp } from '../../src/base/text.ts'

test.each<[string, string]>([
  ['plain words', 'plain words'],
  ['h\u00e9llo\u2192\u{1f600} "quoted" \\', 'h\u00e9llo\u2192\u{1f600} "quoted" \\'],
  ['a\nb', 'a\\x0ab'],
  ['a\r\nBcc: x@y', 'a\\x0d\\x0aBcc: x@y'],
  ['tab\tnul\0', 'tab\\x09nul\\x00'],
  ['\x1b[31mred', '\\x1b[31mred'],
  ['del\x7f', 'del\\x7f'],
  ['next line\x85', 'next line\\x85'],
  ['csi\x9b31m', 'csi\\x9b31m'],
  ['line\u2028paragraph\u2029', 'line\\u2028paragraph\\u2029'],
])('%j is shown as %j', (text, shown) => {
  expect(oneLine(text)).toBe(shown)
})

test("a timestamp has the form of supervisord's log", () => {
  expect(timestamp(new Date(2026, 0, 2, 3, 4, 5, 6))).toBe('2026-01-02 03:04:05,006')
  expect(timestamp(new Date(2026, 10, 21, 23, 59, 59, 999))).toBe('2026-11-21 23:59:59,999')
})
