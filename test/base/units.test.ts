// Sizes and times: what is read, as which number, and what is refused with which words.
import { expect, test } from 'vitest'
import { formatDuration, formatSize, parseDuration, parseSize } from '../../src/base/units.ts'

const KB = 1024
const MB = KB * 1024
const GB = MB * 1024
const TB = GB * 1024

test.each<[string, number]>([
  ['200MB', 200 * MB],
  ['200M', 200 * MB],
  ['200m', 200 * MB],
  ['200MiB', 200 * MB],
  ['200mib', 200 * MB],
  ['200mB', 200 * MB],
  ['1.5GB', 1.5 * GB],
  ['1.5g', 1.5 * GB],
  ['0.5G', 0.5 * GB],
  ['1KiB', KB],
  ['1kb', KB],
  ['1K', KB],
  ['1.25K', 1280],
  ['2T', 2 * TB],
  ['2TB', 2 * TB],
  ['2TiB', 2 * TB],
  ['10b', 10],
  ['10B', 10],
  ['10', 10],
  ['1', 1],
  ['20971520', 20971520],
  ['007', 7],
  ['1.5', 1], // there is no half byte
  ['1023.9B', 1023],
  // As superlance's memmon reads them, by Python's int().
  ['1 GB', GB],
  ['200  mb', 200 * MB],
  [' 200MB ', 200 * MB],
  ['9007199254740993', 2 ** 53],
  ['9223372036854775807', 2 ** 63],
  ['99999999999T', 99_999_999_999 * TB],
])('the size %j is %d bytes', (text, sizeBytes) => {
  expect(parseSize(text)).toBe(sizeBytes)
})

const NOT_A_SIZE = 'is not a size: digits'
const NO_LIMIT = 'is not a limit: the least is 1 byte'
test.each<[string, string]>([
  ['', NOT_A_SIZE],
  ['-5', NOT_A_SIZE],
  ['+5', NOT_A_SIZE],
  ['-5MB', NOT_A_SIZE],
  ['1e3', NOT_A_SIZE],
  ['0x10', NOT_A_SIZE],
  ['50%', NOT_A_SIZE],
  ['2 00MB', NOT_A_SIZE],
  ['200 M B', NOT_A_SIZE],
  ['200\tMB', NOT_A_SIZE],
  [' ', NOT_A_SIZE],
  ['200MB\n', NOT_A_SIZE],
  ['.5G', NOT_A_SIZE],
  ['1.', NOT_A_SIZE],
  ['1.G', NOT_A_SIZE],
  ['1,5G', NOT_A_SIZE],
  ['1.2.3M', NOT_A_SIZE],
  ['1_000', NOT_A_SIZE],
  ['ten', NOT_A_SIZE],
  ['MB', NOT_A_SIZE],
  ['12abc', NOT_A_SIZE],
  ['1KBB', NOT_A_SIZE],
  ['1iB', NOT_A_SIZE],
  ['1PB', NOT_A_SIZE],
  ['1KB2', NOT_A_SIZE],
  ['NaN', NOT_A_SIZE],
  ['Infinity', NOT_A_SIZE],
  ['\u0661\u0662', NOT_A_SIZE], // digits, but not ours
  ['0', NO_LIMIT],
  ['0B', NO_LIMIT],
  ['0MB', NO_LIMIT],
  ['0.0G', NO_LIMIT],
  ['0.1B', NO_LIMIT],
  ['0.0001K', NO_LIMIT],
  ['9'.repeat(400), 'is more memory than any machine has'],
])('the size %j is refused: %s', (text, why) => {
  expect(() => parseSize(text)).toThrow(`"${text}" ${why}`)
})

test.each<[string, number]>([
  ['0', 0],
  ['90', 90],
  ['90s', 90],
  ['90S', 90],
  ['5m', 300],
  ['2H', 7200],
  ['2h', 7200],
  ['1d', 86400],
  ['1D', 86400],
  ['1h30m', 5400],
  ['1m 42s', 102],
  ['1d 2h', 93_600],
  ['1d2h3m4s', 93_784],
])('the time %j is %d seconds', (text, seconds) => {
  expect(parseDuration(text)).toBe(seconds)
})

const NOT_A_TIME = 'is not a time: digits'
test.each<[string, string]>([
  ['', NOT_A_TIME],
  ['-1', NOT_A_TIME],
  ['1.5h', NOT_A_TIME],
  ['1w', NOT_A_TIME],
  ['h', NOT_A_TIME],
  ['1 h', NOT_A_TIME],
  ['30m1h', NOT_A_TIME],
  ['1h 30', NOT_A_TIME],
  ['1h  30m', NOT_A_TIME],
  [' 5m', NOT_A_TIME],
  ['1h ', NOT_A_TIME],
  ['1hh', NOT_A_TIME],
  ['soon', NOT_A_TIME],
  ['5m\n', NOT_A_TIME],
  ['999999999999999d', 'is longer than any uptime'],
  ['36501d', 'is longer than any uptime'],
])('the time %j is refused: %s', (text, why) => {
  expect(() => parseDuration(text)).toThrow(`"${text}" ${why}`)
})

test.each<[number, string]>([
  [0, '0B'],
  [512, '512B'],
  [62005248, '59.1MB'],
  [200 * MB, '200MB'],
  [1.5 * GB, '1.5GB'],
])('%d bytes are shown as %s', (sizeBytes, text) => {
  expect(formatSize(sizeBytes)).toBe(text)
})

test.each<[number, string]>([
  [-5, '0s'],
  [0, '0s'],
  [59.9, '59s'],
  [60, '1m'],
  [3599, '59m 59s'],
  [3600, '1h'],
  [3605, '1h'], // only the two largest units that follow each other
  [93784, '1d 2h'],
])('%d seconds are shown as %s', (seconds, text) => {
  expect(formatDuration(seconds)).toBe(text)
})

test.each([0, 60, 102, 5_400, 86_400, 93_600])('%d seconds are read as they are shown', seconds => {
  expect(parseDuration(formatDuration(seconds))).toBe(seconds)
})
