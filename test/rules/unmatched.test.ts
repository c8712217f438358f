// What is said of a rule that matches nothing: the rule that would, in the form of the one that was written.
import { expect, test } from 'vitest'
import type { Named } from '../../src/rules/unmatched.ts'
import { describeUnmatched } from '../../src/rules/unmatched.ts'
import { processNamed } from '../helpers/values.ts'

const PROCESSES = ['worker:worker_0', 'worker:worker_1', 'shop:web', 'shop:job_0'].map(name =>
  processNamed(name),
)

const program = (name: string, written: string): Named => ({
  scope: 'program',
  selector: { name },
  written,
})
const group = (name: string, written: string): Named => ({
  scope: 'group',
  selector: { group: name, name: '*' },
  written,
})

test.each<[Named, string]>([
  [
    program('worker', '-p worker=1MB'),
    "worker is a group; -p 'worker:*' would match worker:worker_0, worker:worker_1",
  ],
  [
    program('worker', '[program:worker] memory_limit=1MB'),
    'worker is a group; [program:worker:*] would match worker:worker_0, worker:worker_1',
  ],
  [program('job', '-p job=1MB'), "-p 'job_*' would match shop:job_0"],
  [program('job', '[program:job] fds_limit=1'), '[program:job_*] would match shop:job_0'],
  [group('web', '-g web=1MB'), 'web is a program of the group shop; use -p shop:web or -g shop'],
  [
    group('web', '[group:web] memory_limit=1MB'),
    'web is a program of the group shop; use [program:shop:web] or [group:shop]',
  ],
])('%j', (rule, hint) => {
  expect(describeUnmatched(rule, PROCESSES, () => false)).toBe(`${rule.written} matches no process: ${hint}`)
})

const exemption = (name: string, group?: string): Named => ({
  ...program(name, `--ignore ${group === undefined ? '' : `${group}:`}${name}`),
  selector: { name, ...(group !== undefined && { group }) },
  isExemption: true,
})

test.each<[Named, string]>([
  [exemption('wbe'), '--ignore wbe matches no process, so it protects nothing; did you mean web?'],
  [
    exemption('job'),
    "--ignore job matches no process, so it protects nothing: --ignore 'job_*' would match shop:job_0",
  ],
  [
    exemption('wbe', 'shop'),
    '--ignore shop:wbe matches no process, so it protects nothing; did you mean web?',
  ],
])('%j', (rule, text) => {
  expect(describeUnmatched(rule, PROCESSES, () => false)).toBe(text)
})
