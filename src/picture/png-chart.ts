// A chart as PNG, for mail, whose readers show no SVG. Drawn by @resvg/resvg-js, which is optional: it is native code of
// 4 MB for a few platforms. It runs in a process of its own: in memmon's, each picture would leave 3 MB until V8 collects
// next, which it has no reason to, and what ends native code would end memmon.
import { spawn } from 'node:child_process'
import type { ResvgRenderOptions } from '@resvg/resvg-js'
import { packagePath } from '../base/load-package.ts'
import { withDrawnLetters } from './letters.ts'

const TERMS: ResvgRenderOptions = {
  // Two pixels for one, for screens that have as many.
  fitTo: { mode: 'zoom', value: 2 },
  font: { loadSystemFonts: false },
  logLevel: 'off',
}
/** SVG in, PNG out. */
const PROGRAM = `
const [, packageFile, terms] = process.argv
const { Resvg } = require(packageFile)
const { readFileSync, writeFileSync } = require('node:fs')
writeFileSync(1, new Resvg(readFileSync(0, 'utf8'), JSON.parse(terms)).render().asPng())`
const TIMEOUT_MS = 5_000
const MOST_BYTES = 1_000_000
const SIGNATURE = Buffer.from('89504e470d0a1a0a', 'hex')

/** The picture; undefined where it cannot be drawn here, is larger than `mostBytes` or takes longer than five seconds. */
export async function pngChart(svg: string, mostBytes = MOST_BYTES): Promise<Uint8Array | undefined> {
  try {
    const png = await outputOf(packagePath('@resvg/resvg-js'), withDrawnLetters(svg), mostBytes)
    return png?.subarray(0, SIGNATURE.length).equals(SIGNATURE) ? png : undefined
  } catch {
    return undefined
  }
}

function outputOf(packageFile: string, svg: string, mostBytes: number): Promise<Buffer | undefined> {
  return new Promise(resolve => {
    const child = spawn(process.execPath, ['-e', PROGRAM, packageFile, JSON.stringify(TERMS)], {
      stdio: ['pipe', 'pipe', 'ignore'],
      // It needs to know nothing, and no secret.
      env: {},
      cwd: '/',
      timeout: TIMEOUT_MS,
      killSignal: 'SIGKILL',
    })
    const parts: Buffer[] = []
    let bytes = 0
    child.stdout?.on('data', (part: Buffer) => {
      bytes += part.length
      if (bytes <= mostBytes) parts.push(part)
      else child.kill('SIGKILL')
    })
    child.on('error', () => resolve(undefined))
    child.on('close', code => resolve(code === 0 && bytes <= mostBytes ? Buffer.concat(parts) : undefined))
    child.stdin?.on('error', () => {}) // one that has ended early: its exit code tells
    child.stdin?.end(svg)
  })
}
