// What to say of an option that memmon does not know under this name. Near misses are commander's to find.

const RULES = 'use -a 200MB for all programs, -p web=200MB for one, or -g workers=200MB for a group'
/** Options that there are under another name, or not at all. */
const INSTEAD: Readonly<Record<string, string>> = {
  '--memory-limit': RULES,
  '--memory': RULES,
  '--limit': RULES,
  '--max-memory': RULES,
  '--total-limit': 'use --group-total workers=4GB for a group, or --total 80% for all',
  '--smtp-password':
    'everybody can read arguments, so use MEMMON_SMTP_PASSWORD, --smtp-password-file, or smtp_password in memmon.conf',
  '--include': 'include is a key of memmon.conf, which --config names',
  '--mail': 'did you mean --email?',
  '--exclude': 'did you mean --ignore?',
  '--interval': "events= of memmon's section says how often it checks, as in events=TICK_60",
}
const MOST_LISTED = 4

/** What to write instead; undefined if that is not known. `known` are all flags, short and long. */
export function insteadOf(flag: string, known: readonly string[]): string | undefined {
  const dashed = flag.replaceAll('_', '-')
  if (known.includes(dashed)) return `did you mean ${dashed}?`
  if (Object.hasOwn(INSTEAD, dashed)) return INSTEAD[dashed]
  const longer = flag.length > 3 ? known.filter(name => name.startsWith(dashed)) : []
  return longer.length > 0 && longer.length <= MOST_LISTED
    ? `options cannot be abbreviated; write ${orList(longer)}`
    : undefined
}

const orList = (names: readonly string[]): string =>
  names.length > 1 ? `${names.slice(0, -1).join(', ')} or ${names.at(-1)}` : (names[0] ?? '')
