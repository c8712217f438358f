// shlex is loaded when it is there: away for a moment, as while npm replaces it, a command is not lost.
import { beforeEach, expect, test, vi } from 'vitest'

const { importPackage } = vi.hoisted(() => ({ importPackage: vi.fn() }))
vi.mock('../../src/base/load-package.ts', () => ({ importPackage }))

let splitCommand: typeof import('../../src/base/split-command.ts').splitCommand
let prepareToSplit: typeof import('../../src/base/split-command.ts').prepareToSplit
beforeEach(async () => {
  importPackage.mockReset()
  vi.resetModules()
  const module = await import('../../src/base/split-command.ts')
  splitCommand = module.splitCommand
  prepareToSplit = module.prepareToSplit
})

const shlex = await import('shlex')
const away = () => importPackage.mockRejectedValueOnce(new Error('Cannot find package shlex'))
const SPLIT = { ok: true, words: ['drain', 'now'] }

test('away: said as a lack that may be over soon, and tried anew', async () => {
  away()
  expect(await splitCommand('drain now')).toEqual({
    ok: false,
    why: 'it could not be run: Cannot find package shlex',
    isLack: true,
  })
  importPackage.mockResolvedValueOnce(shlex)
  expect(await splitCommand('drain now')).toEqual(SPLIT)
})

test('loaded beforehand: there when a command is run, whatever npm does meanwhile', async () => {
  importPackage.mockResolvedValueOnce(shlex)
  prepareToSplit()
  await vi.waitFor(() => expect(importPackage).toHaveBeenCalledWith('shlex'))
  away()
  expect(await splitCommand('drain now')).toEqual(SPLIT)
  expect(importPackage).toHaveBeenCalledTimes(1)
})

test('away beforehand: that ends nothing, and is seen when a command is run', async () => {
  away()
  prepareToSplit()
  importPackage.mockResolvedValueOnce(shlex)
  await vi.waitFor(async () => expect(await splitCommand('drain now')).toEqual(SPLIT))
})

test('quotes that do not match: no lack, and nothing to wait for', async () => {
  importPackage.mockResolvedValueOnce(shlex)
  expect(await splitCommand(`sh -c 'open`)).toEqual({ ok: false, why: expect.stringMatching(/quot/i) })
})
