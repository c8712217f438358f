// Which sampler each name of --sampler opens, with /proc and without.
import { expect, test } from 'vitest'
import { openSampler } from '../../src/proc/open-sampler.ts'
import { portableSampler } from '../../src/proc/portable.ts'
import { openProcfs } from '../../src/proc/procfs.ts'

const absent = () => undefined
const procfs = openProcfs()
const present = () => procfs

test('/proc where it is wanted and there', () => {
  for (const name of ['auto', 'proc'] as const)
    expect(openSampler(name, present)).toEqual({ sampler: procfs, procfs })
})

test('pidusage and ps-list where they are wanted, or there is no /proc', () => {
  const portable = { sampler: portableSampler, procfs: undefined }
  expect(openSampler('ps', present)).toEqual(portable)
  expect(openSampler('auto', absent)).toEqual(portable)
})

test('Linux without /proc, which nothing can measure, is refused whatever is wanted', () => {
  for (const name of ['auto', 'proc', 'ps'] as const)
    expect(() => openSampler(name, absent, () => true)).toThrow(
      /^\/proc is not mounted, so the size of no process can be read: run "mount -t proc proc \/proc"/,
    )
})

test('/proc that is wanted and not there is refused', () => {
  expect(() => openSampler('proc', absent)).toThrow('--sampler proc: this system has no /proc')
})
