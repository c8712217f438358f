// What the machine lacks for a moment is asked for again, and nothing else is.
import { expect, test } from 'vitest'
import { FileFault } from '../../src/base/file-fault.ts'
import { despiteLack } from '../../src/base/lack.ts'

const systemError = (code: string) => Object.assign(new Error(code), { code, errno: -1 })

test.each<[string, unknown, tries: number]>([
  ['EMFILE', systemError('EMFILE'), 5],
  ['ENFILE', systemError('ENFILE'), 5],
  ['ENOMEM', systemError('ENOMEM'), 5],
  ['EAGAIN', systemError('EAGAIN'), 5],
  ['a FileFault of EMFILE', new FileFault('unwritable', 'x', 'EMFILE'), 5],
  ['ENOSPC', systemError('ENOSPC'), 1],
  ['a FileFault', new FileFault('unsafe', 'x'), 1],
  ['a defect', new Error('x'), 1],
])('%s, for ever: %# ', async (_, fault, tries) => {
  const slept: number[] = []
  let tried = 0
  const work = async () => {
    tried++
    throw fault
  }
  await expect(despiteLack(work, async ms => void slept.push(ms))).rejects.toBe(fault)
  expect(tried).toBe(tries)
  expect(slept).toEqual([500, 1_000, 2_000, 4_000].slice(0, tries - 1))
})

test('EMFILE twice, then it works', async () => {
  let tried = 0
  const work = async () => {
    if (++tried < 3) throw systemError('EMFILE')
    return 'done'
  }
  expect(await despiteLack(work, async () => {})).toBe('done')
})
