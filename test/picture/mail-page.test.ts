// The page of a mail where no picture can be drawn.
import { expect, test } from 'vitest'
import { mailPage } from '../../src/picture/mail-page.ts'

test('without a picture the page has the chart of characters', () => {
  const page = mailPage('It was.\n\nTrend:   Steady\nSome more\n', 'RSS <1h>:\n\n 1 |##\n', undefined)
  expect(page).toContain('>RSS &lt;1h&gt;:\n\n 1 |##\n</pre>')
  expect(page).toContain('<strong>Steady</strong>')
  expect(page).toContain('>Some more</td>')
  expect(page).not.toContain('<img')
})
