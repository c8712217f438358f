// The flags that add rules and budgets; memmon.conf has sections for them.
import { parseLimit } from '../rules/limits.ts'
import type { RuleScope } from '../rules/rule.ts'
import { parseGroupSelector, parseSelector, type Selector } from '../rules/selector.ts'
import { addBudget, addRule, type Draft } from './draft.ts'
import type { RuleFlag } from './option.ts'

const NAME_HELP = 'A name is program (in any group), group:program or group:*; * and ? are wildcards.'

/** -p, -g and -a. */
export const RULE_FLAGS: readonly RuleFlag[] = [
  {
    flags: ['-p', '--program'],
    group: 'limits',
    value: 'name=limit',
    repeatable: true,
    brief: 'a program, as in web=200MB',
    help: `Restart a program that uses more than its limit. ${NAME_HELP}`,
    example: "-p web=200MB -p 'workers:*=1.5GB'",
    exampleHelp: 'limit web, and each process of the group workers',
    add: (draft, text) => addRuleOf(draft, 'program', '-p', text, parseSelector),
  },
  {
    flags: ['-g', '--group', '--groupname'],
    group: 'limits',
    value: 'group=limit',
    repeatable: true,
    brief: 'each process of a group, as in workers=1GB',
    help: 'Restart each process of a group that uses more than the limit; each is judged by itself. * and ? are wildcards.',
    example: '-g workers=1GB',
    exampleHelp: 'limit each process of the group workers',
    add: (draft, text) => addRuleOf(draft, 'group', '-g', text, parseGroupSelector),
  },
  {
    flags: ['-a', '--any'],
    group: 'limits',
    value: 'limit',
    brief: 'every program, as in 200MB, or 25% of all memory',
    help: 'Restart any process that uses more than the limit, except event listeners.',
    example: '-a 200MB',
    exampleHelp: 'limit every program',
    add: (draft, text) => {
      const limit = { limit: parseLimit(text), written: `-a ${text}` }
      addRule(draft, { scope: 'any', selector: { name: '*' }, origin: '-a', limit, keys: {} })
    },
  },
]

/** Budgets. */
export const BUDGET_FLAGS: readonly RuleFlag[] = [
  {
    flags: ['--group-total'],
    group: 'limits',
    value: 'group=limit',
    repeatable: true,
    help: 'What all processes of a group may use together, shared memory counted once. Over it, the one with the most private memory is restarted, one at a time.',
    example: '--group-total workers=4GB',
    exampleHelp: 'restart the largest worker when all of them use more than 4 GB',
    add: (draft, text) => {
      const [selector, limit] = nameAndLimit(text, '--group-total', parseGroupSelector)
      addBudget(draft, { kind: 'group', selector, limit, written: `--group-total ${text}`, keys: {} })
    },
  },
  {
    flags: ['--total'],
    group: 'limits',
    value: 'limit',
    help: "What all of supervisord's processes may use together, counted as with --group-total.",
    example: '--total 80%',
    exampleHelp: 'restart the largest when all use more than 80% of what the machine or container has',
    add: (draft, text) => {
      const limit = parseLimit(text)
      addBudget(draft, {
        kind: 'total',
        selector: { name: '*' },
        limit,
        written: `--total ${text}`,
        keys: {},
      })
    },
  },
  {
    flags: ['--min-free'],
    group: 'limits',
    value: 'limit',
    help: 'What has to stay free on the machine or in the container (MemAvailable, or what its limit leaves). Under it, the largest is restarted, one at a time.',
    example: '--min-free 500MB',
    exampleHelp: 'restart the largest when less than 500 MB are free',
    add: (draft, text) => {
      const limit = parseLimit(text)
      addBudget(draft, {
        kind: 'free',
        selector: { name: '*' },
        limit,
        written: `--min-free ${text}`,
        keys: {},
      })
    },
  },
]

function addRuleOf(
  draft: Draft,
  scope: RuleScope,
  flag: string,
  text: string,
  parse: (name: string) => Selector,
): void {
  const [selector, limit, name] = nameAndLimit(text, flag, parse)
  addRule(draft, {
    scope,
    selector,
    origin: `${flag} ${name}`,
    limit: { limit, written: `${flag} ${text}` },
    keys: {},
  })
}

function nameAndLimit(text: string, flag: string, parse: (name: string) => Selector) {
  const at = text.lastIndexOf('=')
  if (at < 0) throw new Error(`"${text}" has no "=": give name=limit, as in ${flag} web=200MB`)
  const name = text.slice(0, at)
  return [parse(name), parseLimit(text.slice(at + 1)), name] as const
}
