// What a person reads who asks a supervisord that does not answer.
import { expect, test } from 'vitest'
import { hintedText } from '../../src/cli/fault-hint.ts'
import { runMemmon } from '../helpers/memmon.ts'

test.each([
  [
    'no answer from supervisord at unix:///s: EACCES',
    /: EACCES: this user may not use that socket; run this as root/,
  ],
  [
    'no answer from supervisord at unix:///s: ECONNREFUSED',
    /: is supervisord running\? If it listens elsewhere/,
  ],
  ['supervisord at unix:///s gave no answer within 30 s', /within 30 s$/],
])('%s', (message, text) => {
  expect(hintedText({ message })).toMatch(text)
})

test.each(['check', 'explain'])('memmon %s of a supervisord that does not run', async command => {
  const name = command === 'explain' ? ['web'] : []
  const run = await runMemmon([command, ...name, '-a', '1GB', '--server-url', 'unix:///nonexistent.sock'])
  expect(run).toMatchObject({ code: 2, stdout: '' })
  expect(run.stderr).toMatch(/unix:\/\/\/nonexistent.sock: ENOENT: is supervisord running\?/)
})
