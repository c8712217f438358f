// Which mail addresses are taken, and what of them goes into a header and an envelope.
import { expect, test } from 'vitest'
import { addressIn, parseAddresses } from '../../src/base/mail-address.ts'

test.each<[text: string, headers: string[], addresses: string[]]>([
  ['bob@example.com', ['bob@example.com'], ['bob@example.com']],
  ['a@b.c, d@e.f', ['a@b.c', 'd@e.f'], ['a@b.c', 'd@e.f']],
  ['root', ['root'], ['root']],
  ['memmon@shop', ['memmon@shop'], ['memmon@shop']],
  ['Bob <b@x.org>', ['Bob <b@x.org>'], ['b@x.org']],
  ['<b@x.org>', ['b@x.org'], ['b@x.org']],
  ['"Bob, Jr." <b@x.org>', ['"Bob, Jr." <b@x.org>'], ['b@x.org']],
  ['"Bob, Jr." <b@x.org>, a@b.c', ['"Bob, Jr." <b@x.org>', 'a@b.c'], ['b@x.org', 'a@b.c']],
  ['"Bob \\"the\\" B." <b@x.org>', ['"Bob \\"the\\" B." <b@x.org>'], ['b@x.org']],
  ['Jörg <j@x.org>', ['Jörg <j@x.org>'], ['j@x.org']],
  ['"not@this" <b@x.org>', ['"not@this" <b@x.org>'], ['b@x.org']],
])('%s', (text, headers, addresses) => {
  expect(parseAddresses(text)).toEqual(headers)
  expect(parseAddresses(text).map(addressIn)).toEqual(addresses)
})

test.each([
  '',
  ' ',
  'no address',
  'bob@@x',
  'bob@',
  '@x',
  'bob@example.com,',
  ',bob@example.com',
  'a@b.c,,d@e.f',
  'bob b@x.org',
  'Bob <b@x.org',
  'Bob <a b@x.org>',
  '<>',
  'Bob <>',
  'team: a@b.c, d@e.f;',
  'a@b.c\nBcc: d@e.f',
  '"Bob\r\nBcc: d@e.f" <b@x.org>',
])('%j is refused, with the form that is right', text => {
  expect(() => parseAddresses(text)).toThrow(
    `"${text}" is not a mail address: use one such as bob@example.com or "Bob, Jr." <bob@example.com>`,
  )
})
