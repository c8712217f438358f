// Keys by their names, from the bytes that terminals send for them.
import { emitKeypressEvents, type Key } from 'node:readline'
import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import { namesOf } from '../../src/cli/live-screen.ts'

/** All that is pressed, one byte sequence after the other. */
async function pressed(...sequences: string[]): Promise<string[]> {
  const stdin = new PassThrough()
  const names: string[] = []
  emitKeypressEvents(stdin)
  stdin.on('keypress', (text: string | undefined, key: Key) => names.push(...namesOf(text, key)))
  for (const sequence of sequences) stdin.write(sequence)
  await new Promise(resolve => setImmediate(resolve))
  return names
}

test.each([
  ['characters', ['q', 'Q', '/', 'é', '7', '?', '漢', '👍'], ['q', 'Q', '/', 'é', '7', '?', '漢', '👍']],
  [
    'keys with names',
    ['\r', '\n', ' ', '\u007f', '\b', '\t'],
    ['enter', 'enter', 'space', 'backspace', 'backspace', 'tab'],
  ],
  [
    'with Ctrl',
    ['\u0003', '\u0004', '\u001a', '\u000c', '\u0015'],
    ['ctrl-c', 'ctrl-d', 'ctrl-z', 'ctrl-l', 'ctrl-u'],
  ],
  ['arrows of xterm, in both modes', ['\u001b[A', '\u001bOA', '\u001b[B'], ['up', 'up', 'down']],
  [
    'Home, End and pages, of xterm, tmux and the console',
    ['\u001b[H', '\u001bOH', '\u001b[1~', '\u001b[F', '\u001b[4~', '\u001b[5~', '\u001b[6~'],
    ['home', 'home', 'home', 'end', 'end', 'pageup', 'pagedown'],
  ],
  ['a paste', ['\u001b[200~ry\u001b[201~'], ['paste-start', 'r', 'y', 'paste-end']],
  ['Escape and right after it another key', ['\u001bq'], ['escape', 'q']],
  ['what has no name', ['\u001b[I', '\u001b[99~'], []],
])('%s', async (_, sequences, names) => {
  expect(await pressed(...sequences)).toEqual(names)
})
