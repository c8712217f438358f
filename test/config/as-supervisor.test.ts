// What supervisord does with a value of supervisord.conf: ours held against its own code, in Python.
import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { parseKeyValues } from '../../src/config/key-values.ts'
import { expandSupervisor } from '../../src/config/supervisor-expand.ts'
import { PYTHON } from '../helpers/python.ts'

/** The results of a Python expression over each input, or null where it throws. */
function byPython(setup: string, expression: string, inputs: readonly string[]): unknown[] {
  const program = `import json, sys
${setup}
def one(s):
    try:
        return ${expression}
    except Exception:
        return None
print(json.dumps([one(s) for s in json.load(sys.stdin)]))`
  const run = spawnSync(PYTHON, ['-c', program], { input: JSON.stringify(inputs), encoding: 'utf8' })
  expect(run.stderr).toBe('')
  return JSON.parse(run.stdout)
}

const orNull = <T>(make: () => T): T | null => {
  try {
    return make()
  } catch {
    return null
  }
}

const NAMES = { here: '/e', program_name: 'memmon', process_num: 7, numprocs: 12, ENV_X: 'x y' }
const VALUES = [
  'memmon -a 200MB',
  'memmon --config %(here)s/%(program_name)s.conf',
  '-a 80%%',
  '%%(here)s',
  '%(process_num)d %(process_num)02d %(process_num)3d %(process_num)s %(numprocs)05d',
  '[%(program_name)10s] [%(program_name)-10s]',
  '%(ENV_X)s',
  '%(ENV_NO)s',
  '%(nothing)s',
  '100%',
  '50% of',
  '%(here)',
]
test('%(name)s is expanded as by supervisor.options.expand', () => {
  const expected = byPython(
    `from supervisor.options import expand\nnames = json.loads('${JSON.stringify(NAMES)}')`,
    'expand(s, names, "x")',
    VALUES,
  )
  expect(expected).toContain('7 07   7 7 00012')
  expect(VALUES.map(value => orNull(() => expandSupervisor(value, NAMES)))).toEqual(expected)
})

const PAIRS = [
  'A="x,y",B=z',
  'A=a"b"c',
  'SUPERVISOR_PASSWORD="4Krm9x", MEMMON_WEBHOOK_URL="https://x/y?z=1"',
  'K="v" # c',
  "A='x y',B=/a/b.c+d-e():f",
  'A="x"\nB="y"',
  'A="x",\nB="y"',
  'A=x@y',
  'A=,B="x"',
  'A="",B=""',
  'A',
  '',
]
test('environment= is split as by supervisor.datatypes.dict_of_key_value_pairs', () => {
  const expected = byPython(
    'from supervisor.datatypes import dict_of_key_value_pairs',
    'dict_of_key_value_pairs(s)',
    PAIRS,
  )
  expect(expected[0]).toEqual({ A: 'x,y', B: 'z' })
  expect(PAIRS.map(text => orNull(() => parseKeyValues(text)))).toEqual(expected)
})

test('what cannot be split is refused without its values', () => {
  expect(() => parseKeyValues('PASSWORD=hunter@2')).toThrow(/write KEY="value"/)
  expect(() => parseKeyValues('PASSWORD=hunter@2')).not.toThrow(/hunter/)
})
