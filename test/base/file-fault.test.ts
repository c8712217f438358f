// What a file system refuses, in words that say what mends it.
import { expect, test } from 'vitest'
import { FileFault, fileFaultOf } from '../../src/base/file-fault.ts'

const thrown = (code: string) => Object.assign(new Error(`${code}: words, mkdir '/x'`), { code, errno: -1 })

test.each([
  ['EACCES', 'give memmon read and write permission there'],
  ['EROFS', 'mount it read-write'],
  ['ENOSPC', 'free some space or inodes there'],
  ['EDQUOT', 'raise the quota or free some space there'],
  ['EIO', 'check the path and its file system'],
])('%s: %s', (code, advice) => {
  expect(fileFaultOf(thrown(code))).toMatchObject({
    kind: 'unwritable',
    code,
    message: `${code}: words, mkdir '/x': ${advice}`,
  })
})

test('a fault stays as it is; a defect is none', () => {
  const fault = new FileFault('unsafe', 'x')
  expect(fileFaultOf(fault)).toBe(fault)
  for (const defect of [new TypeError('x is not a function'), 'text', undefined])
    expect(() => fileFaultOf(defect)).toThrow()
})
