// A bounded part of `npm run simulate`: memmon's promises in a simulated world, and that the world is the same each
// time.
import { expect, test } from 'vitest'
import { emptyTally, explain, runSeed } from './seeds.ts'

async function runSeeds(first: number, count: number) {
  const tally = emptyTally()
  for (let seed = first; seed < first + count; seed++) await runSeed(seed, tally)
  return tally
}

test('500 seeds break no promise, and memmon does something in them', { timeout: 300_000 }, async () => {
  const { broken, stops } = await runSeeds(1, 500)
  expect(broken[0] && (await explain(broken[0].seed))).toBeUndefined()
  expect(stops).toBeGreaterThan(1_000)
})

test('the same seeds take the same steps', async () => {
  expect(await runSeeds(31, 20)).toEqual(await runSeeds(31, 20))
})
