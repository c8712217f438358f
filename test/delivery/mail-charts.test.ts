// A mail about a process with a history: text first, then a page with the same as a picture, each whole by itself.
import { type Attachment, type ParsedMail, simpleParser } from 'mailparser'
import { beforeAll, describe, expect, test } from 'vitest'
import { createRedactor, redactDocument } from '../../src/base/redact.ts'
import { buildMail } from '../../src/delivery/mail-text.ts'
import type { ProcessHistory } from '../../src/history/process-history.ts'
import { type Message, messageOf } from '../../src/messages/message.ts'
import { inUtc } from '../helpers/time-zone.ts'
import { outgoing, processNamed, requestFor, restarted } from '../helpers/values.ts'
import { HOUR, historyOf, leak, lifeOf, MB, NOON } from '../picture/histories.ts'

inUtc()

const TO = { to: ['bob@example.com'], from: 'memmon@web1', host: 'web1' }
const CONTEXT = { host: 'web1', name: undefined, mailUptimeSeconds: undefined }
const leaking = historyOf([lifeOf(NOON - 8 * HOUR, NOON, minute => [179 + minute / 5, 185 + minute / 5])], {
  verdict: leak({ forSeconds: 8 * 3600 }),
  limitBytes: 280 * MB,
})
const SENTENCE =
  'Grew by 12MB an hour for 8h without levelling off: a leak (sure); it has reached its limit of 280MB'

function messageFor(name: string, history: ProcessHistory | undefined): Message {
  const outcome = restarted(requestFor(processNamed(name), 281 * MB, '-a', '280MB'))
  const message = messageOf(outcome, CONTEXT, history)
  if (!message) throw new Error('no mail is due')
  return message
}

const rawOf = async ({ subject, text, event, thread, history }: Message): Promise<string> =>
  String(await buildMail(outgoing(subject, { text, event, thread, ...(history && { history }) }), TO))

/** The types of its parts, in order, by their depth. */
const typesOf = (raw: string): string[] =>
  [...raw.matchAll(/^Content-Type: ([\w/-]+)/gm)].map(([, type = '']) => type)

describe('with a history', () => {
  let raw: string
  let mail: ParsedMail
  let picture: Attachment | undefined
  beforeAll(async () => {
    raw = await rawOf(messageFor('shop:web', leaking))
    mail = await simpleParser(raw, { skipImageLinks: true })
    picture = mail.attachments[0]
  })
  const html = () => String(mail.html)

  test('the parts: the text first, then the page with its picture', () => {
    expect(typesOf(raw)).toEqual([
      'multipart/alternative',
      'text/plain',
      'multipart/related',
      'text/html',
      'image/png',
    ])
    expect(mail.attachments).toHaveLength(1)
  })

  test('the text stands alone: facts, trend and chart in 7bit, in lines of 76 columns at most', () => {
    const [, part = ''] = /^Content-Type: text\/plain.*\n([\s\S]*?)\n--/m.exec(raw) ?? []
    expect(part).toMatch(/^Content-Transfer-Encoding: 7bit\n\n/)
    expect(part.split('\n').filter(line => line.length > 76)).toEqual([])
    const text = mail.text ?? ''
    expect(text.replace(/\n +/g, ' ')).toContain(`\nTrend:   ${SENTENCE}\n`)
    expect(text).toMatch(/\nRSS since 2026-11-21 04:00:\n\n(.*\n)*limit 280MB \|-+/)
    expect(text.split('\n').length).toBeLessThan(11 + 21)
  })

  test('the page: heading, trend, facts, and the picture that is enclosed, with the trend in its place', () => {
    expect(html()).toContain('>Restarted shop:web on web1: it exceeded its limit. Nothing to do.</h1>')
    expect(html()).toContain(`<strong>${SENTENCE}</strong>`)
    expect(html()).toContain('>Process</th>')
    expect(html()).not.toContain('>Trend</th>')
    const [, cid] = /<img src="cid:([^"]+)"/.exec(html()) ?? []
    expect(picture?.contentId).toBe(`<${cid}>`)
    expect(html()).toContain(`alt="${SENTENCE}"`)
    expect(picture?.contentDisposition).toBe('inline')
  })

  test('the picture is a PNG of 1200 by 480, and not large', () => {
    const png = picture?.content ?? Buffer.alloc(0)
    expect(png.subarray(1, 4).toString()).toBe('PNG')
    expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([1200, 480])
    expect(png.length).toBeLessThan(100_000)
    expect(raw.length).toBeLessThan(160_000)
  })

  test('nothing is fetched and no script runs: no address but that of the picture', () => {
    expect(html()).not.toMatch(/https?:|<script|<link|<style|url\(|\son\w+=/i)
    expect(html().match(/\b(?:src|href)=/g)).toEqual(['src='])
  })
})

test('without one it is text alone, as it was', async () => {
  const raw = await rawOf(messageFor('shop:web', undefined))
  expect(typesOf(raw)).toEqual(['text/plain'])
  expect(raw).not.toContain('Trend:')
})

test('whatever a name holds, it stays text in the page', async () => {
  const name = `shop:<b>"'&<img src=x onerror=alert(1)>`
  const { html, text } = await simpleParser(await rawOf(messageFor(name, leaking)), { skipImageLinks: true })
  expect(text).toContain(`Process: ${name}\n`)
  expect(html).toContain('shop:&lt;b&gt;&quot;&#39;&amp;&lt;img src=x onerror=alert(1)&gt;')
  expect(String(html).match(/<(?:b|img)\b/g)).toEqual(['<img'])
})

test('a secret is as little in the page as in the text', async () => {
  const redactor = createRedactor([{ text: 'hunter22-secret' }])
  const message = messageFor('shop:hunter22-secret', leaking)
  const raw = await rawOf(redactDocument(message, redactor))
  const { html, text } = await simpleParser(raw, { skipImageLinks: true })
  expect(text).toContain('Process: shop:***')
  expect(html).toContain('shop:***')
  expect(`${html}${text}`).not.toContain('hunter22')
})

test('a history in which nothing was measured: the sentence, and no chart', async () => {
  const raw = await rawOf(messageFor('shop:web', historyOf([])))
  expect(typesOf(raw)).toEqual(['multipart/alternative', 'text/plain', 'text/html'])
  const { html, text } = await simpleParser(raw)
  expect(text).toContain('\nTrend:   Not measured yet\n')
  expect(`${html}${text}`).not.toMatch(/RSS since|<img|<pre/)
})

test('a history that cannot be drawn costs the charts, not the mail', async () => {
  const message = messageFor('shop:web', leaking)
  const broken = { ...message, history: { lives: 1 } } as unknown as Message
  const raw = await rawOf(broken)
  expect(typesOf(raw)).toEqual(['text/plain'])
  expect(raw).toContain('\nProcess: shop:web\n')
})
