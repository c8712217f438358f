// Secrets in every form in which others repeat them, also where the text is cut.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createRedactor, redactDocument } from '../../src/base/redact.ts'
import { secretsOfUrl } from '../../src/base/secret-forms.ts'

const PASSWORD = 'correct/horse+battery?&'
const base64 = (text: string) => Buffer.from(text).toString('base64')
const redactor = createRedactor([{ text: PASSWORD }, { text: 'ops@example.com', isOnlyQuoted: true }])

test.each([
  ['plain', PASSWORD],
  ['AUTH LOGIN', base64(PASSWORD)],
  ['AUTH PLAIN', base64(`\0ops@example.com\0${PASSWORD}`)],
  ['AUTH PLAIN with an identity', base64(`o\0ops@example.com\0${PASSWORD}`)],
  ['Basic', base64(`bob:${PASSWORD}`)],
  ['base64url', Buffer.from(PASSWORD).toString('base64url')],
  ['percent', encodeURIComponent(PASSWORD)],
  ['every byte as percent', PASSWORD.replace(/./g, char => `%${char.charCodeAt(0).toString(16)}`)],
  ['JSON with escaped slashes', PASSWORD.replaceAll('/', '\\/')],
  ['HTML', PASSWORD.replaceAll('&', '&amp;')],
  ['another case', PASSWORD.toUpperCase()],
])('%s: masked in own words and in quoted ones', (_, form) => {
  expect(redactor.redact(`bad "${form}", said it`)).toBe('bad "***", said it')
  expect(redactor.quote(`bad "${form}", said it`)).toBe('bad "***", said it')
})

test.each([
  ['535 no: AUTH PLAIN AGJvYgBodW50ZXIy', '535 no: AUTH PLAIN ***'],
  ['Authorization: Basic Ym9iOmh1bnRlcjI=', 'Authorization: Basic ***'],
  ['to http://bob:secret@host/x', 'to http://***@host/x'],
])('%s: masked without being known', (text, wanted) => expect(createRedactor().redact(text)).toBe(wanted))

test.each([
  '250-AUTH PLAIN LOGIN CRAM-MD5 XOAUTH2',
  'AUTH is required, see https://support.example.com/mail',
  'Mail goes to bob@example.com by smtp://mail.example.com:587',
])('%s: stays', text => {
  expect(createRedactor([{ text: 'https://hooks.example.com/services/T/B' }]).quote(text)).toBe(text)
})

test('a login name is masked in what others say, and stays in what memmon says', () => {
  expect(redactor.quote('no mailbox for ops@example.com here')).toBe('no mailbox for *** here')
  expect(redactor.redact('Mail goes to ops@example.com')).toBe('Mail goes to ops@example.com')
})

test('a short one is masked as a word of others, and blacks out nothing else', () => {
  const short = createRedactor([{ text: 'web' }])
  expect(short.quote('no such key: web. See webmail')).toBe('no such key: ***. See webmail')
  expect(short.redact('Restarted web:web')).toBe('Restarted web:web')
})

test('what a server has cut itself is known by its beginning', () => {
  expect(redactor.quote('bad input "correct/horse+...')).toBe('bad input "***...')
})

test.each([
  'Cannot POST /services/T0001/B0002/x9y8z7w6',
  'no hook T0001/B0002/x9y8z7w6 here',
  'x9y8z7w6: invalid_token',
  'token=hunter2x is wrong',
])('%s: nothing of the path or the query of a webhook is left', said => {
  const url = new URL('https://hooks.example.com/services/T0001/B0002/x9y8z7w6?token=hunter2x')
  const shown = createRedactor(secretsOfUrl(url)).quote(said)
  expect(shown).not.toMatch(/T0001|B0002|x9y8|hunter2/)
  expect(createRedactor(secretsOfUrl(url)).redact(`post to ${url.href} failed`)).toBe('post to *** failed')
})

test('wherever a text is cut, before or behind, no part of a secret of six characters is shown', () => {
  const secret = 'kjqxzvbw0123456789JQXZ'
  const forms = [secret, base64(secret), base64(`\0u\0${secret}`), encodeURIComponent(`%${secret}`)]
  fc.assert(
    fc.property(
      fc.array(fc.oneof(fc.constantFrom(...forms), fc.stringMatching(/^[ a-i.:"-]{0,40}$/)), {
        maxLength: 30,
      }),
      fc.integer({ min: 0, max: 600 }),
      fc.constantFrom('start' as const, 'end' as const),
      (parts, at, cut) => {
        const whole = parts.join(' ')
        const text = cut === 'start' ? whole.slice(at) : whole.slice(0, at)
        const shown = createRedactor([{ text: secret }, { text: `%${secret}` }]).quote(text, cut)
        expect(shown.length).toBeLessThanOrEqual(300)
        for (const form of forms)
          for (let from = 0; from + 6 <= form.length; from++)
            expect(shown).not.toContain(form.slice(from, from + 6))
      },
    ),
    { numRuns: 300 },
  )
})

test('a document: every text but what names a process', () => {
  const document = {
    text: `it said ${PASSWORD}`,
    process: { name: PASSWORD },
    events: [{ fault: PASSWORD, value: 7, window: null }],
  }
  expect(redactDocument(document, redactor)).toEqual({
    text: 'it said ***',
    process: { name: PASSWORD },
    events: [{ fault: '***', value: 7, window: null }],
  })
})

test('the environment is never forgotten, whatever is learnt; and one URL counts as one', () => {
  const growing = createRedactor([{ text: 'superpass1234' }])
  const urls = Array.from(
    { length: 60 },
    (_, at) => new URL(`https://h.example/services/T${at}AAA/B${at}B/x${at}yzyzyz`),
  )
  for (const url of urls) growing.learn(secretsOfUrl(url))
  for (const { href } of urls) expect(growing.redact(href)).toBe('***')
  for (let at = 0; at < 200; at++) growing.learn([{ text: `secret-${at}!` }])
  expect(growing.redact('superpass1234')).toBe('***')
})

test('the text of others can stay as it stands', () => {
  expect(redactor.mask(`a\n  ${PASSWORD}\nops@example.com\n`)).toBe('a\n  ***\n***\n')
  expect(createRedactor([{ text: 'kjqxzv' }]).mask(`${'long '.repeat(9)}kjqx`, 'end')).toMatch(
    /^long [long ]*$/,
  )
})

const STRANGE = `it's(my)!*~ "pässwörd" <&>+/\u{1f600}\\end`
const upper = (text: string) => text.replace(/%[\da-f]{2}/g, hex => hex.toUpperCase())
const rfc3986 = upper(
  encodeURIComponent(STRANGE).replace(/[!'()*]/g, char => `%${char.charCodeAt(0).toString(16)}`),
)
const ascii = JSON.stringify(STRANGE).replace(
  /[^ -~]/g,
  char => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
)
test.each([
  ['RFC 3986', rfc3986],
  ['RFC 3986, in lower case', rfc3986.toLowerCase()],
  ['a form', new URLSearchParams({ p: STRANGE }).toString().slice(2)],
  ['JSON in ASCII', ascii.slice(1, -1)],
  [
    'JSON in ASCII, in upper case',
    ascii.slice(1, -1).replace(/u[\da-f]{4}/g, hex => `u${hex.slice(1).toUpperCase()}`),
  ],
  ['JSON in ASCII, slashes escaped', ascii.slice(1, -1).replaceAll('/', '\\/')],
  [
    'JSON for HTML',
    JSON.stringify(STRANGE)
      .slice(1, -1)
      .replace(/[<>&]/g, char => `\\u00${char.charCodeAt(0).toString(16)}`),
  ],
  [
    'HTML',
    STRANGE.replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      .replaceAll('"', '&quot;'),
  ],
])('%s of strange characters: masked', (_, form) => {
  const strange = createRedactor([{ text: STRANGE }])
  expect(strange.redact(`bad ${form}, said it`)).toBe('bad ***, said it')
  expect(strange.quote(`bad ${form}, said it`)).toBe('bad ***, said it')
})

test('secrets that are learnt later count, the oldest of very many are forgotten', () => {
  const growing = createRedactor()
  for (let at = 0; at < 200; at++) growing.learn([{ text: `secret-${at}!` }])
  expect(growing.redact('secret-199!')).toBe('***')
  expect(growing.redact('secret-0!')).toBe('secret-0!')
})
