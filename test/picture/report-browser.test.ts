// The report in headless Chromium: as wide as a phone and a desk, light, dark and printed; what names become in it, and
// what a screen reader is told.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { oneLine } from '../../src/base/text.ts'
import { reportPage } from '../../src/picture/report-page.ts'
import { growthSentence } from '../../src/picture/sentence.ts'
import { Browser } from '../helpers/browser.ts'
import { HARMFUL, leaking, manyKinds, NOW_MS } from '../helpers/histories.ts'

/** What would run a script, were it taken for markup or let through by the page's policy. */
const INTRUDER = '<script>document.documentElement.dataset.ran = "yes"</script>'

let browser: Browser
beforeAll(async () => {
  browser = new Browser()
  const page = reportPage(manyKinds(), { host: 'app1.example.com', nowMs: NOW_MS, notes: ['A note.'] })
  await browser.open(page.replace('</header>', `${INTRUDER}</header>`))
})
afterAll(() => browser.close())

const WIDTHS = [400, 1400] as const
const views = (['light', 'dark'] as const).flatMap(scheme =>
  WIDTHS.map(width => ({ width, height: 900, scheme })),
)
const rgb = { light: 'rgb(255, 255, 255)', dark: 'rgb(22, 25, 29)' }
const background = 'getComputedStyle(document.body).backgroundColor'

describe.each(views)('$scheme, $width pixels', view => {
  beforeAll(() => browser.show(view))

  test('is drawn, in its colours', async () => {
    const png = await browser.screenshot()
    expect(png.toString('latin1', 1, 4)).toBe('PNG')
    expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([view.width, view.height])
    expect(await browser.evaluate(background)).toBe(rgb[view.scheme])
  })

  test('nothing is wider than the window', async () => {
    expect(await browser.evaluate('[innerWidth, document.documentElement.scrollWidth]')).toEqual([
      view.width,
      view.width,
    ])
    const outside = `[...document.querySelectorAll('body *:not(.skip):not(svg *)')]
      .filter(one => one.getBoundingClientRect().right > innerWidth).map(one => one.outerHTML.slice(0, 80))`
    expect(await browser.evaluate(outside)).toEqual([])
  })

  test('as many columns as there is room for, and letters that can be read', async () => {
    const lefts =
      "[...document.querySelectorAll('.look article')].map(one => one.getBoundingClientRect().left)"
    const columns = new Set((await browser.evaluate(lefts)) as number[]).size
    expect(columns).toBe(view.width < 800 ? 1 : 3)
    const letter = `(svg => 12 * svg.getBoundingClientRect().width / svg.viewBox.baseVal.width)(document.querySelector('.look svg'))`
    expect(await browser.evaluate(letter)).toBeGreaterThan(9)
  })
})

test('printed: light, without links to itself, and no process over two pages', async () => {
  await browser.show({ width: 760, height: 1000, scheme: 'dark', media: 'print' })
  const styles = `[${background}, getComputedStyle(document.querySelector('nav')).display,
    getComputedStyle(document.querySelector('article')).breakInside]`
  expect(await browser.evaluate(styles)).toEqual([rgb.light, 'none', 'avoid'])
  const { data } = await browser.send('Page.printToPDF')
  expect(Buffer.from(String(data), 'base64').toString('latin1', 0, 5)).toBe('%PDF-')
})

test('names are what is to be read, and no markup', async () => {
  const names = await browser.evaluate("[...document.querySelectorAll('h3')].map(one => one.textContent)")
  const shown = HARMFUL.map(name => oneLine(name).replace(/\p{Surrogate}|\uffff/gu, ''))
  expect(names).toEqual(expect.arrayContaining(shown))
  const tags = await browser.evaluate(
    "[...new Set([...document.querySelectorAll('body *')].map(one => one.localName))].sort()",
  )
  expect(tags).toEqual([
    ...[
      'a',
      'article',
      'b',
      'bdi',
      'circle',
      'dd',
      'desc',
      'div',
      'dl',
      'dt',
      'figure',
      'g',
      'h1',
      'h2',
      'h3',
    ],
    ...[
      'header',
      'li',
      'main',
      'nav',
      'p',
      'path',
      'rect',
      'script',
      'section',
      'svg',
      'text',
      'time',
      'title',
      'ul',
    ],
  ])
  const handlers =
    "[...document.querySelectorAll('*')].flatMap(one => one.getAttributeNames()).filter(name => /^on/.test(name))"
  expect(await browser.evaluate(handlers)).toEqual([])
})

test('the page’s own policy runs no script', async () => {
  expect(await browser.evaluate("document.querySelectorAll('script').length")).toBe(1)
  expect(await browser.evaluate('document.documentElement.dataset.ran ?? "no"')).toBe('no')
})

interface Spoken {
  readonly ignored: boolean
  readonly role?: { readonly value: string }
  readonly name?: { readonly value: string }
}

test('a screen reader finds the parts of the page, and the sentence of each picture', async () => {
  await browser.show({ width: 1400, height: 9000, scheme: 'light' })
  const { nodes } = await browser.send('Accessibility.getFullAXTree')
  const said = (nodes as Spoken[]).filter(({ ignored }) => !ignored)
  const of = (role: string) =>
    said.filter(one => one.role?.value === role).map(({ name }) => name?.value ?? '')
  const sentence = growthSentence(leaking(), NOW_MS).slice(1)
  expect(of('image')).toHaveLength(manyKinds().length)
  expect(of('image')[0]).toBe(`web G${sentence}.`)
  expect(of('article')[0]).toBe('web')
  expect(of('heading')).toEqual(
    expect.arrayContaining(['Memory of 16 processes on app1.example.com', 'Needs a look (5)', 'web']),
  )
  expect(of('navigation')).toEqual(['Processes'])
  expect([...of('link'), ...of('image'), ...of('heading')]).not.toContain('')
})
