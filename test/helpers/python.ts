// Python where supervisord's own reading is what counts.
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/** The one that runs supervisord: there is no other that has its modules for certain. */
export const PYTHON = interpreterOf('supervisord') ?? '/usr/bin/python3'

/** As the first line of a script on PATH says. */
function interpreterOf(name: string): string | undefined {
  const paths = (process.env.PATH ?? '').split(delimiter).map(folder => join(folder, name))
  const script = paths.find(path => existsSync(path))
  return script && /^#!(\S*python[\d.]*)$/m.exec(readFileSync(script, 'utf8'))?.[1]
}

/** The words of a command line, as supervisord splits it. */
export const splitWords = (line: string): string[] =>
  JSON.parse(
    execFileSync(
      PYTHON,
      ['-c', 'import json, shlex, sys; print(json.dumps(shlex.split(sys.argv[1])))', line],
      { encoding: 'utf8' },
    ),
  )
