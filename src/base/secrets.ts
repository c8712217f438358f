// The secrets that stand in memmon's environment.
import type { Secret } from './redact.ts'

export function environmentSecrets(environment: Readonly<Record<string, string | undefined>>): Secret[] {
  const { SUPERVISOR_USERNAME, SUPERVISOR_PASSWORD, MEMMON_SMTP_PASSWORD, MEMMON_WEBHOOK_URL } = environment
  return [
    { text: SUPERVISOR_USERNAME ?? '', isOnlyQuoted: true },
    ...[SUPERVISOR_PASSWORD, MEMMON_SMTP_PASSWORD, MEMMON_WEBHOOK_URL].map(text => ({ text: text ?? '' })),
  ]
}

/** What supervisord asks for, where it is protected by a password. */
export function credentialsFrom({
  SUPERVISOR_USERNAME: username,
  SUPERVISOR_PASSWORD: password,
}: NodeJS.ProcessEnv) {
  return username ? { username, password: password ?? '' } : undefined
}
