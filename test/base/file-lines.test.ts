// Lines of files as they come: gzipped or not, cut anywhere, longer than may be, damaged.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, expect, test } from 'vitest'
import { fileLines } from '../../src/base/file-lines.ts'

const folder = mkdtempSync(join(tmpdir(), 'memmon-file-lines-'))
afterAll(() => rmSync(folder, { recursive: true }))

async function linesOf(content: string | Buffer, mostBytes = 1000) {
  const path = join(folder, 'file')
  writeFileSync(path, content)
  let readBytes = 0
  const onRead = (bytes: number) => {
    readBytes += bytes
  }
  const lines: (string | undefined)[] = []
  for await (const { number, text } of fileLines(path, { mostBytes, onRead })) {
    expect(number).toBe(lines.length + 1)
    lines.push(text)
  }
  expect(readBytes).toBe(content.length)
  return lines
}

test.each([
  ['', []],
  ['a', ['a']],
  ['\n', ['']],
  ['a\n\nb\n', ['a', '', 'b']],
  ['\ufeffa\n\ufeffb', ['a', '\ufeffb']],
  ['a\r\nb', ['a\r', 'b']],
])('%j', async (text, lines) => {
  expect(await linesOf(Buffer.from(text))).toEqual(lines)
  expect(await linesOf(gzipSync(text))).toEqual(lines)
})

test('lines that are cut by the chunks of a large file are whole', async () => {
  const lines = Array.from({ length: 5000 }, (_, at) => `${at} ${'ä'.repeat(at % 97)}`)
  const text = Buffer.from(lines.join('\n'))
  expect(await linesOf(text)).toEqual(lines)
  expect(await linesOf(gzipSync(text))).toEqual(lines)
})

test('gzip files behind one another are one', async () => {
  expect(await linesOf(Buffer.concat([gzipSync('a\nb'), gzipSync('c\n')]))).toEqual(['a', 'bc'])
})

test('a line that is too long is left out, whatever its length, and the next one is not', async () => {
  expect(await linesOf(`a\n${'x'.repeat(1000)}\n${'x'.repeat(1001)}\n${'x'.repeat(300_000)}\nb`)).toEqual([
    'a',
    'x'.repeat(1000),
    undefined,
    undefined,
    'b',
  ])
})

test('a damaged gzip file gives what is whole, then says so', async () => {
  const whole = gzipSync(
    `a\n${Buffer.from(Array.from({ length: 4000 }, (_, at) => (at * 7919) % 251)).toString('hex')}\n`,
  )
  const path = join(folder, 'damaged')
  writeFileSync(path, whole.subarray(0, whole.length - 100))
  const lines: (string | undefined)[] = []
  const reading = (async () => {
    for await (const { text } of fileLines(path, { mostBytes: 1e6, onRead: () => {} })) lines.push(text)
  })()
  await expect(reading).rejects.toMatchObject({ code: 'Z_BUF_ERROR' })
  expect(lines[0]).toBe('a')
})

test('a file that is not there, and a folder', async () => {
  const read = async (path: string) => await fileLines(path, { mostBytes: 1, onRead: () => {} }).next()
  await expect(read(join(folder, 'none'))).rejects.toMatchObject({ code: 'ENOENT' })
  await expect(read(folder)).rejects.toMatchObject({ code: 'EISDIR' })
})
