// The secrets that stand in memmon's environment.
import type { Secret } from './secret-forms.ts'

/** Which they are, and whether what memmon says may need one: a login name is looked for only in what others say. */
const SECRETS = {
  SUPERVISOR_USERNAME: 'quoted',
  SUPERVISOR_PASSWORD: 'always',
  MEMMON_SMTP_PASSWORD: 'always',
  MEMMON_WEBHOOK_URL: 'always',
  MEMMON_ALERTMANAGER_URL: 'with a password',
} as const

type Environment = Readonly<Record<string, string | undefined>>

export function environmentSecrets(environment: Environment): Secret[] {
  return Object.entries(SECRETS).flatMap(([name, when]) => {
    const text = environment[name] ?? ''
    if (text === '' || (when === 'with a password' && !text.includes('@'))) return []
    return [when === 'quoted' ? { text, isOnlyQuoted: true } : { text }]
  })
}

/** The environment without them: for commands, which need none. */
export const withoutSecrets = (environment: Environment): Record<string, string | undefined> =>
  Object.fromEntries(Object.entries(environment).filter(([name]) => !Object.hasOwn(SECRETS, name)))

/** What supervisord asks for, where it is protected by a password. */
export function credentialsFrom({
  SUPERVISOR_USERNAME: username,
  SUPERVISOR_PASSWORD: password,
}: NodeJS.ProcessEnv) {
  return username ? { username, password: password ?? '' } : undefined
}
