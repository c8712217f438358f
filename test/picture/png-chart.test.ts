// The PNG of a chart, and a machine that cannot draw one.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { pngChart, svgChart } from '../../src/picture/charts.ts'
import { ROOT } from '../helpers/documents.ts'
import { HARMFUL, historyOf, leaking } from '../helpers/histories.ts'

const SIGNATURE = [0x89, ...Buffer.from('PNG\r\n\x1a\n', 'latin1')]
const sizeOf = (png: Uint8Array) => {
  const header = Buffer.from(png.buffer, png.byteOffset, 24)
  return [header.readUInt32BE(16), header.readUInt32BE(20)]
}

test.each([
  ['web:web'],
  ...HARMFUL.map(name => [name]),
])('of %j: twice as many pixels, for fine screens', async name => {
  const png = await pngChart(svgChart(leaking({ namespec: name }), { sentence: name, colours: 'light' }))
  if (!png) throw new Error('nothing was drawn')
  expect([...png.subarray(0, 8)]).toEqual(SIGNATURE)
  expect(sizeOf(png)).toEqual([1200, 480])
})

test('what is different looks different', async () => {
  const draw = (history: Parameters<typeof svgChart>[0]) =>
    pngChart(svgChart(history, { sentence: '', colours: 'light' }))
  expect(await draw(leaking())).not.toEqual(await draw(historyOf()))
})

test('it is drawn in a process of its own, which takes its memory with it', async () => {
  const svg = svgChart(leaking(), { sentence: '', colours: 'light' })
  expect((await pngChart(svg))?.length).toBeGreaterThan(1_000)
  expect(readFileSync('/proc/self/maps', 'utf8')).not.toContain('resvg')
})

test('one that is too large is no picture', async () => {
  const svg = svgChart(leaking(), { sentence: '', colours: 'light' })
  expect(await pngChart(svg, 1_000)).toBeUndefined()
})

test('what is no SVG is no picture, and no error', async () => {
  expect(await pngChart('<svg')).toBeUndefined()
})

test('without resvg there is no picture, and no error', () => {
  const folder = mkdtempSync(join(tmpdir(), 'memmon-png-'))
  try {
    for (const path of ['picture/png-chart.js', 'picture/letters.js', 'base/load-package.js']) {
      const copied = spawnSync('install', ['-D', join(ROOT, 'build', path), join(folder, path)])
      expect(copied.status).toBe(0)
    }
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
    const script =
      "import { pngChart } from './picture/png-chart.js'; console.log(String(await pngChart('<svg/>')))"
    const run = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
      cwd: folder,
      encoding: 'utf8',
    })
    expect(run).toMatchObject({ status: 0, stdout: 'undefined\n', stderr: '' })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
