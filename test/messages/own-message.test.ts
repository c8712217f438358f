// Messages about memmon itself: what they say, and whether somebody has to look.
import { expect, test } from 'vitest'
import { ownMessage, testMessage } from '../../src/messages/own-message.ts'

const CONTEXT = { host: 'web1', name: 'shop' }

test.each([
  ['settings', 'Somebody has to look', true, 'settings rejected'],
  ['monitor_failed', 'Somebody has to look', true, 'monitor fails'],
  ['monitor_recovered', 'Nothing to do', false, 'monitor works'],
] as const)('%s: %s', (event, todo, isUrgent, what) => {
  const message = ownMessage({ event, subject: 'monitor a\nb fails', text: 'Why.\n' }, CONTEXT, 0)
  expect(message).toMatchObject({
    subject: 'memmon [shop]: monitor a\\x0ab fails',
    text: `On web1: monitor a\\x0ab fails. ${todo}.\n\nWhy.\n`,
    event: { memmon: 1, event, host: 'web1', name: 'shop', at: '1970-01-01T00:00:00.000Z' },
    isUrgent,
    isFailure: isUrgent,
    row: { process: 'memmon itself', what, at: 0 },
  })
})

test('that of test-notify says that nothing has happened', () => {
  const { subject, text, event } = testMessage({ host: 'web1', name: undefined }, 0)
  expect([subject, event.event]).toEqual(['memmon: this is a test', 'test'])
  expect(text).toContain('Nothing has happened')
})
