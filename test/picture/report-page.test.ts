// The report's markup: nothing from elsewhere, no script, and names that stay text.
import { parser } from 'sax'
import { describe, expect, test } from 'vitest'
import { coloursCss } from '../../src/picture/colours.ts'
import { reportPage } from '../../src/picture/report-page.ts'
import { growthSentence } from '../../src/picture/sentence.ts'
import { xmlText } from '../../src/picture/xml.ts'
import { HARMFUL, historyOf, leaking, manyKinds, NOW_MS } from '../helpers/histories.ts'

const options = {
  host: 'app1',
  nowMs: NOW_MS,
  notes: [],
}
const page = reportPage(manyKinds(), options)

test('it needs nothing else: no script, no address, no handler', () => {
  const namespaces = page.replaceAll('http://www.w3.org/2000/svg', '')
  expect(namespaces).not.toMatch(/https?:|src=(?!x )|url\(|@import|<link|<script|<iframe|<object|<img/i)
  expect(page.replaceAll(/&quot;|&#39;/g, '').match(/<[^>]*\son\w+=/g)).toBeNull()
  expect(page).toContain(
    `http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline';`,
  )
})

test('every element is closed, in its order', () => {
  const reader = parser(true)
  reader.onerror = error => {
    throw error
  }
  const asXml = page.replace('<!DOCTYPE html>\n', '').replace(/<meta [^>]*/g, '$&/')
  expect(() => reader.write(asXml).close()).not.toThrow()
})

test('every process has its place, its link, its sentence twice: to read, and for the picture', () => {
  const kinds = manyKinds()
  const ids = [...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id)
  expect(ids).toEqual([...new Set(ids)])
  for (const [, id] of page.matchAll(/href="#([^"]+)"/g)) expect(ids).toContain(id)
  expect(page.match(/<article/g)).toHaveLength(kinds.length)
  expect(page.match(/<a href="#p/g)).toHaveLength(kinds.length)
  for (const history of kinds) {
    const sentence = xmlText(growthSentence(history, NOW_MS).slice(1))
    expect(page.split(sentence).length, sentence).toBeGreaterThanOrEqual(3)
  }
})

test('what needs a look is above what does not, and each says why', () => {
  const inOrder = [
    'Needs a look (5)',
    '>web<',
    '>Leak<',
    '>api<',
    '>Over its limit<',
    'Nothing to do (11)',
    '>db<',
  ]
  const main = page.slice(page.indexOf('<main'))
  const places = inOrder.map(text => main.indexOf(text))
  expect(places).not.toContain(-1)
  expect(places).toEqual([...places].sort((a, b) => a - b))
})

test('one process, nothing wrong: no empty part', () => {
  const quiet = reportPage([historyOf()], options)
  expect(quiet).toContain('<title>Memory of 1 process on app1</title>')
  expect(quiet).not.toContain('Needs a look')
  expect(reportPage([leaking()], options)).not.toContain('Nothing to do')
})

test('host and notes are text, too', () => {
  const [harm = ''] = HARMFUL
  const told = reportPage([historyOf()], { ...options, host: harm, notes: [harm, 'two'] })
  expect(told).not.toContain('<img')
  expect(told).toContain('<p>two</p>')
})

describe('contrast by WCAG 2.2: 4.5 for text, 3 for lines', () => {
  const luminance = (colour: string) => {
    const parts = [1, 3, 5].map(at => Number.parseInt(colour.slice(at, at + 2), 16) / 255)
    const [r = 0, g = 0, b = 0] = parts.map(part =>
      part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4,
    )
    return 0.2126 * r + 0.7152 * g + 0.0722 * b
  }
  const contrast = (one: string, other: string) => {
    const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b)
    return (light + 0.05) / (dark + 0.05)
  }
  test.each(['light', 'dark'] as const)('%s', mode => {
    const colours = Object.fromEntries(
      coloursCss(mode)
        .split(';')
        .map(one => one.slice(2).split(':')),
    )
    for (const name of ['text', 'faint', 'size', 'limit', 'forecast'])
      expect(contrast(colours[name], colours.paper), name).toBeGreaterThan(4.5)
    expect(contrast(colours.size, colours.band)).toBeGreaterThan(3)
  })
})
