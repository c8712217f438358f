// Limits in bytes that contradict each other or come to nothing: shares and sizes mixed, which only the machine tells.
import { expect, test } from 'vitest'
import { inForce, refuseFaults } from '../../src/config/in-force.ts'
import { MB, settingsFrom } from '../helpers/values.ts'

const faults = (argv: string, capacityBytes = 1000 * MB): string[] => {
  try {
    refuseFaults(
      inForce(settingsFrom(...argv.split(' ')), () => ({ bytes: capacityBytes, source: 'a test' })),
    )
    return []
  } catch (thrown) {
    return (thrown as Error).message.split('\n')
  }
}

const NOTHING = 'this share comes to 0 bytes here; give a larger one, or a size'

test.each([
  ['-a 0.0000000001%', [`-a 0.0000000001%: ${NOTHING}`]],
  ['-a 200MB --warn 0.000000001%', ['-a 200MB: warn comes to 0 bytes here; give a larger share, or a size']],
  ['--total 0.0000000001%', [`--total 0.0000000001%: ${NOTHING}`]],
  [
    '-a 60% --hard-limit 500MB',
    ['-a 60%: hard_limit is 500MB here, below the limit of 600MB; set it above the limit'],
  ],
  [
    '-a 60% --warn 600MB',
    ['-a 60%: warn is 600MB here, which is not below the limit, so it would never warn'],
  ],
  [
    '-a 60% --soft-limit 700MB',
    ['-a --soft-limit 700MB: it is 700MB here, which is not below 600MB, so nothing would be drained'],
  ],
  [
    '-a none --hard-limit 600MB --soft-limit 70%',
    ['-a --soft-limit 70%: it is 700MB here, which is not below 600MB, so nothing would be drained'],
  ],
  ['-a 60% -p web=0.0000000001% --hard-limit 70%', [`-p web=0.0000000001%: ${NOTHING}`]],
  [
    '--min-free 100%',
    ['--min-free 100%: it is 1000MB here, and there are 1000MB in all, which are never all free; give less'],
  ],
  [
    '--min-free 10TB',
    ['--min-free 10TB: it is 10TB here, and there are 1000MB in all, which are never all free; give less'],
  ],
])('%s is refused', (argv, expected) => {
  expect(faults(argv)).toEqual(expected)
})

test.each([
  '-a 1%',
  '-a none',
  '-a none --hard-limit 5%',
  '-a 60% --warn 80% --hard-limit 700MB --soft-limit 500MB',
  '--min-free 999MB',
  '--min-free 99%',
  '--min-free none',
  '--total 50% --min-free 5% --group-total w=1%',
  '-a 60% --threads-limit 3 --fds-limit 3 --soft-limit 50% --dry-run',
])('%s holds', argv => {
  expect(faults(argv)).toEqual([])
})

test('what fits one machine may not fit another', () => {
  expect(faults('-a 60% --hard-limit 700MB')).toEqual([])
  expect(faults('-a 60% --hard-limit 700MB', 2000 * MB)).toHaveLength(1)
})
