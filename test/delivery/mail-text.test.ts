// The bytes of a mail: ASCII goes out as it is, in lines that no server and no reader has to break.
import { simpleParser } from 'mailparser'
import { describe, expect, test } from 'vitest'
import { buildMail } from '../../src/delivery/mail-text.ts'
import { messageOf } from '../../src/messages/message.ts'
import type { RestartOutcome } from '../../src/rules/outcome.ts'
import { failed, MB, outgoing, processNamed, requestFor, restarted } from '../helpers/values.ts'

const TO = { to: ['bob@example.com'], from: 'memmon@web1', host: 'web1' }
const request = requestFor(processNamed('shop:web'), 251 * MB, '-p', 'web=200MB')
const FAULT = `SPAWN_ERROR: ${'the shell said that it cannot run this, '.repeat(5)}(fault 50)`

async function rawOf(outcome: RestartOutcome): Promise<string> {
  const message = messageOf(outcome, { host: 'web1', name: undefined, mailUptimeSeconds: undefined })
  return String(await buildMail(outgoing('', message), TO))
}

describe('ASCII goes as 7bit, in lines of 76 columns at most', () => {
  test.each<[what: string, outcome: RestartOutcome]>([
    ['restarted', restarted(request, { startedBy: 'other', failedStarts: 3 })],
    ['failed, with a long fault', failed(request, 'start', FAULT)],
    ['a long name', restarted(requestFor(processNamed(`shop:${'w'.repeat(40)}`), 251 * MB, '-a', '1MB'))],
  ])('%s', async (_, outcome) => {
    const raw = await rawOf(outcome)
    expect(raw).toContain('\nContent-Transfer-Encoding: 7bit\n')
    expect(raw.split('\n').filter(line => line.length > 76)).toEqual([])
  })
})

test('what is broken is broken at blanks, below what it belongs to, and no word is lost', async () => {
  const { text = '' } = await simpleParser(await rawOf(failed(request, 'start', FAULT)))
  const [, value = ''] = /^Error: {3}(.*\n(?: {9}.*\n)+)/m.exec(text) ?? []
  expect(value.split(/\s+/).filter(Boolean)).toEqual(FAULT.split(' '))
})

test('a name that no line can hold stays whole', async () => {
  const name = 'w'.repeat(140)
  const raw = await rawOf(restarted(requestFor(processNamed(name), 251 * MB, '-a', '1MB')))
  expect((await simpleParser(raw)).text).toContain(`Process: ${name}:${name}\n`)
})
