// Python where supervisord's own reading is what counts.
import { execFileSync } from 'node:child_process'

export const PYTHON = '/usr/bin/python3'

/** The words of a command line, as supervisord splits it. */
export const splitWords = (line: string): string[] =>
  JSON.parse(
    execFileSync(
      PYTHON,
      ['-c', 'import json, shlex, sys; print(json.dumps(shlex.split(sys.argv[1])))', line],
      { encoding: 'utf8' },
    ),
  )
