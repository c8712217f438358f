// A supervisord in a pid namespace of its own: a stand-in of that name, in front of PATH, that unshares first.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** As root, or in a user namespace of our own. */
const WAYS = [
  ['--pid', '--fork', '--mount-proc', '--kill-child'],
  ['--user', '--map-root-user', '--pid', '--fork', '--mount-proc', '--kill-child'],
]

/** The arguments of unshare(1) that this machine permits; undefined if it permits none. */
export const unshareArguments = (): readonly string[] | undefined =>
  WAYS.find(way => spawnSync('unshare', [...way, 'true'], { stdio: 'ignore' }).status === 0)

/** A folder whose `supervisord` runs the real one as pid 1 of a new namespace. */
export function supervisordUnshared(args: readonly string[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'memmon-unshared-'))
  const text = `#!/bin/sh\nPATH=\${PATH#*:} exec unshare ${args.join(' ')} supervisord "$@"\n`
  writeFileSync(join(folder, 'supervisord'), text, { mode: 0o755 })
  return folder
}
