// The sampler that --sampler names: /proc wherever it is, else pidusage and ps-list.
import { UsageError } from '../base/errors.ts'
import type { SamplerName } from '../base/sampler-name.ts'
import { isProcMissing } from './mounted.ts'
import { portableSampler } from './portable.ts'
import { openProcfs, type Procfs } from './procfs.ts'
import type { Sampler } from './sampler.ts'

/** What measures; `procfs` besides where it is /proc, for the quiet checks. */
export interface OpenSampler {
  readonly sampler: Sampler
  readonly procfs: Procfs | undefined
}

const NO_PROC =
  '/proc is not mounted, so the size of no process can be read: run "mount -t proc proc /proc" before supervisord starts here'

/** Throws a UsageError if /proc is required and cannot be read, or is the only way and missing. */
export function openSampler(
  name: SamplerName,
  open: () => Procfs | undefined = openProcfs,
  isMissing = isProcMissing,
): OpenSampler {
  if (isMissing()) throw new UsageError(NO_PROC)
  const procfs = name === 'ps' ? undefined : open()
  if (name === 'proc' && !procfs)
    throw new UsageError('--sampler proc: this system has no /proc; use auto or ps')
  return { sampler: procfs ?? portableSampler, procfs }
}
