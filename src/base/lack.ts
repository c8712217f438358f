// What the machine lacks for a moment: descriptors, memory, processes. It may have them a little later.
import { retried } from './backoff.ts'
import { UsageError } from './errors.ts'
import { errnoOf, FileFault } from './file-fault.ts'

/** As in errno(3). */
export const LACKS: readonly string[] = ['EMFILE', 'ENFILE', 'ENOMEM', 'EAGAIN']

export const isLack = (thrown: unknown): boolean =>
  LACKS.includes((thrown instanceof FileFault ? thrown.code : errnoOf(thrown)) ?? '')

/** True for a lack, and for what was refused for one. */
export const isTransient = (thrown: unknown): boolean =>
  thrown instanceof UsageError ? thrown.isTransient : isLack(thrown)

/** In all less than the 10 s after which a disk counts as one that does not answer. */
const RETRY_AFTER_MS = [500, 1_000, 2_000, 4_000]

/** Does it, and again while the machine lacks what it takes. */
export async function despiteLack<T>(
  work: () => Promise<T>,
  sleep: (ms: number) => Promise<void>,
): Promise<T> {
  const settle = () =>
    work().then(
      value => ({ value }),
      (thrown: unknown) => ({ thrown }),
    )
  const settled = await retried(settle, one => 'thrown' in one && isLack(one.thrown), RETRY_AFTER_MS, sleep)
  if ('thrown' in settled) throw settled.thrown
  return settled.value
}
