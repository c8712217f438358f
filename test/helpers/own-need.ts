// What memmon uses itself, as it says when it may use too little.
import type { Memmon } from './memmon.ts'

/** Megabytes; `memmon` was started with `--own-limit 1MB`, and is refused. */
export async function ownNeedMb(memmon: Memmon): Promise<number> {
  const code = await memmon.ended
  const said = /--own-limit 1MB: .* already uses ([\d.]+)MB RSS; give \d+MB or more/.exec(memmon.stderr)
  if (code !== 2 || memmon.stdout !== '' || !said) throw new Error(`exit code ${code}: ${memmon.stderr}`)
  return Number(said[1])
}
