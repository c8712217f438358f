// The screens of `memmon sample` as golden pictures of text, at each width and in a pipe.
import widthOf from 'string-width'
import { expect, test } from 'vitest'
import { parseSample } from '../../src/agent-report/sample-report.ts'
import { sampleScreen } from '../../src/screen/sample-screen.ts'
import { HOSTILE_SAMPLE, LEAKING, STEADY } from '../helpers/sampled.ts'

const WIDTHS = [60, 80, 120, 200]

test.each([
  ['leaking', LEAKING],
  ['steady', STEADY],
  ['hostile', HOSTILE_SAMPLE],
])('%s', async (name, value) => {
  const sample = parseSample(value)
  if (!sample) throw new Error('not a sample')
  const pictures = [...WIDTHS, Number.POSITIVE_INFINITY].map(columns => {
    const lines = sampleScreen(sample, { columns, colour: false, widthOf })
    for (const line of lines) {
      expect(widthOf(line)).toBeLessThanOrEqual(columns)
      expect(line).not.toMatch(/[\0-\x1f\x7f]/)
    }
    const title = Number.isFinite(columns) ? `${columns} columns ` : 'a pipe '
    return `${title.padEnd(Math.min(columns, 60), '-')}\n${lines.join('\n')}\n`
  })
  await expect(pictures.join('\n')).toMatchFileSnapshot(`pictures/sample-${name}.txt`)
})
