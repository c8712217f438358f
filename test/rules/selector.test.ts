// Names and patterns: which processes they mean, and which are no names at all.
import { expect, test } from 'vitest'
import {
  formatSelector,
  globMatches,
  parseGroupSelector,
  parseSelector,
  selects,
} from '../../src/rules/selector.ts'

test.each<[name: string, meant: string[], notMeant: string[]]>([
  ['web', ['web:web', 'shop:web'], ['web:other', 'web:web1', 'shop:Web']],
  ['shop:web', ['shop:web'], ['web:web', 'shop:web2', 'shopweb:web']],
  ['shop:*', ['shop:web', 'shop:db'], ['web:shop', 'shop2:web']],
  ['shop:', ['shop:web', 'shop:db'], ['web:shop', 'shop2:web']],
  [':web', ['web:web', 'shop:web'], ['web:db']],
  ['*', ['web:web', 'shop:db'], []],
  ['*:*', ['web:web', 'shop:db'], []],
  ['w_*', ['w:w_00', 'w:w_1234', 'x:w_'], ['w:w', 'w:aw_0']],
  ['w_0?', ['w:w_00', 'w:w_09'], ['w:w_0', 'w:w_10', 'w:w_000']],
  ['*:w', ['a:w', 'w:w'], ['w:a']],
  ['sh*p:w*b', ['shop:web', 'shp:wb', 'shoop:weeb'], ['sho:web', 'shop:we']],
  ['*_a_*', ['x:1_a_2', 'x:_a_'], ['x:1_b_2', 'x:_a']],
  // Legal in supervisord, and no more than themselves here.
  ['a=b', ['a=b:a=b', 'x:a=b'], ['x:a']],
  ['a.b+c(d)[e]', ['x:a.b+c(d)[e]'], ['x:aXb+c(d)[e]', 'x:a.bbc(d)[e]']],
  ['"quoted\'', ['x:"quoted\''], ['x:quoted']],
  ['<&>', ['x:<&>'], ['x:&lt;&amp;&gt;']],
  ['a\\*', ['x:a\\', 'x:a\\b'], ['x:a*']], // a backslash is a character like any other
  ['h\u00e9llo\u2192\u{1f600}', ['x:h\u00e9llo\u2192\u{1f600}'], ['x:hello']],
  ['h?llo?', ['x:h\u00e9llo\u{1f600}'], ['x:h\u00e9llo']], // ? is one character, however many bytes it has
])('the name %j means %j and not %j', (name, meant, notMeant) => {
  const selector = parseSelector(name)
  const means = (namespec: string) => {
    const [group = '', process = ''] = namespec.split(':')
    return selects(selector, group, process)
  }
  expect(meant.filter(namespec => !means(namespec))).toEqual([])
  expect(notMeant.filter(means)).toEqual([])
})

test.each(['', ':', 'a:b:c', 'a b', 'a\tb', 'a\n', '::'])('%j is refused as a name', text => {
  expect(() => parseSelector(text)).toThrow(`"${text}" is not a name: give program, group:program or group:*`)
})

test.each<[string, string]>([
  ['shop', 'shop:*'],
  ['shop:', 'shop:*'],
  ['shop:*', 'shop:*'],
  ['sh*', 'sh*:*'],
  ['a=b', 'a=b:*'],
])('the group %j means %s', (text, formatted) => {
  expect(formatSelector(parseGroupSelector(text))).toBe(formatted)
})

test.each(['', ':', ':*', 'shop:web', 'a b', 'a:b:*'])('%j is refused as a group', text => {
  expect(() => parseGroupSelector(text)).toThrow(`"${text}" is not a group: give the group alone`)
})

test.each<[string, string]>([
  ['web', 'web'],
  ['shop:web', 'shop:web'],
  ['shop:', 'shop:*'],
  [':web', '*:web'],
])('the name %j is shown as %s', (text, formatted) => {
  expect(formatSelector(parseSelector(text))).toBe(formatted)
})

test('a pattern that would keep a backtracking matcher busy for ever is answered', () => {
  const stars = `${'*a'.repeat(30)}*b`
  expect(globMatches(stars, 'a'.repeat(2000))).toBe(false)
  expect(globMatches(stars, `${'a'.repeat(2000)}b`)).toBe(true)
})
